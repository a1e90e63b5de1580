"""The closing register of a campaign: what became of each organisation concerned. Written once, never changed."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from alliance.lib.csv import inert
from charter.models.campaign import Campaign, Concerned, family, live_at, standing_at, unsettled_at
from charter.models.carried import CarriedOver
from charter.models.signature import Signature
from charter.models.version import CharterVersion
from partners.models.perimeter import readable


class Fate(models.TextChoices):
    SIGNED = "signed", "réengagée"
    CARRIED = "carried", "réengagée, signature reportée"
    PENDING = "pending", "signée, en attente de contresignature"
    CONTESTED = "contested", "signature contestée"
    WITHDRAWN = "withdrawn", "retirée"
    REFUSED = "refused", "non contresignée"
    SILENT = "silent", "sans réponse"


ANSWERED = (Fate.SIGNED, Fate.CARRIED, Fate.PENDING)


class RegisterLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: agents, within their perimeter."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(readable(user, "organisation"))


class RegisterLine(models.Model):
    """Names and dates are those of the closing; ``signature`` is the one that answers, when there is one."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="register")
    position = models.PositiveIntegerField("rang")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+")
    organisation_name = models.CharField("organisation, nom du jour", max_length=160)
    organisation_siren = models.CharField("SIREN du jour", max_length=9, blank=True)
    network_name = models.CharField("réseau du jour", max_length=160, blank=True)
    region_name = models.CharField("région du jour", max_length=80, blank=True)
    origin = models.CharField("à quel titre", max_length=8)
    fate = models.CharField("issue", max_length=9, choices=Fate)
    signature = models.ForeignKey("charter.Signature", models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("signée le", null=True)
    countersigned_at = models.DateTimeField("contresignée le", null=True)

    objects = RegisterLineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du registre"
        verbose_name_plural = "lignes du registre"
        ordering = ["campaign", "position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="register_position_once"),
            models.UniqueConstraint(fields=["campaign", "organisation"], name="register_organisation_once"),
            models.CheckConstraint(condition=Q(fate__in=Fate.values), name="register_fate_known"),
            models.CheckConstraint(
                condition=Q(fate__in=ANSWERED, signature__isnull=False, signed_at__isnull=False)
                | ~Q(fate__in=ANSWERED),
                name="register_answer_has_its_signature",
            ),
        ]

    def __str__(self):
        return f"{self.organisation_name} : {self.get_fate_display()}"


def with_fate(concerned, campaign: Campaign, in_force: CharterVersion | None, at: datetime):
    """Annotate ``fate`` and ``answer`` (id of the signature that answers) as things stood at ``at``."""
    own = Signature.objects.filter(organisation=OuterRef("organisation"))
    answers = own.filter(version__in=family(campaign.version))
    standing, live, unsettled = (answers.filter(each(at)) for each in (standing_at, live_at, unsettled_at))
    reported = CarriedOver.objects.filter(signature=OuterRef("pk"), version=in_force, carried_at__lte=at)
    carried = standing.exclude(version=in_force).filter(Exists(reported)) if in_force else standing.none()
    fate = Case(
        When(Exists(carried), then=Value(Fate.CARRIED)),
        When(Exists(standing), then=Value(Fate.SIGNED)),
        When(Exists(unsettled.filter(Q(contested_at__isnull=True) | Q(contested_at__gt=at))), then=Value(Fate.PENDING)),
        When(Exists(unsettled), then=Value(Fate.CONTESTED)),
        When(
            Exists(own.filter(withdrawn_at__gte=campaign.opened_at, withdrawn_at__lte=at)), then=Value(Fate.WITHDRAWN)
        ),
        When(Exists(answers.filter(refused_at__lte=at)), then=Value(Fate.REFUSED)),
        default=Value(Fate.SILENT),
    )
    best = live.order_by("-countersigned_at", "-signed_at", "-pk").values("pk")[:1]
    return concerned.annotate(fate=fate, answer=Subquery(best))


HEADER = (
    "rang", "organisation", "siren", "réseau", "région", "à quel titre", "issue", "code de vérification",
    "version signée", "signée le", "contresignée le",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"


def csv_lines(lines: Iterable[RegisterLine]) -> Iterator[str]:
    """The register as a file (RFC 4180, UTF-8 with its mark): the digest of a closed campaign is that of these bytes.

    Written here and not with the exports of the portal, whose form may change; this one never does.
    """
    yield BYTE_ORDER_MARK + _row(HEADER)
    for line in lines:
        yield _row(_cells(line))


def _cells(line: RegisterLine) -> list[str]:
    return [
        str(line.position),
        line.organisation_name,
        line.organisation_siren,
        line.network_name,
        line.region_name,
        Concerned.Origin(line.origin).label,
        Fate(line.fate).label,
        line.signature.code if line.signature else "",
        line.signature.version.label if line.signature else "",
        _moment(line.signed_at),
        _moment(line.countersigned_at),
    ]


def _row(cells: Iterable[str]) -> str:
    """Text that a spreadsheet would compute is made inert by an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerow([inert(cell) for cell in cells])
    return text.getvalue()


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""
