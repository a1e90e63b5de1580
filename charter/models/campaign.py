"""Re-engagement: who is asked to sign a substantive version, until when, and how far each has come.

How far an organisation has come is read from its evidence and its signatures, never stored.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from charter.models.evidence import EvidenceEvent
from charter.models.evidence import Kind as Evidence
from charter.models.signature import Signature
from charter.models.version import CharterVersion
from partners.models.perimeter import readable


class Stage(models.IntegerChoices):
    """The furthest point reached since the opening; each one implies those before it."""

    WITHDRAWN = -1, "s’est retirée"
    CONCERNED = 0, "pas encore invitée"
    INVITED = 1, "invitée"
    OPENED = 2, "lien ouvert"
    READ = 3, "texte lu"
    SIGNED = 4, "signée"
    COUNTERSIGNED = 5, "contresignée"


def live_at(at: datetime) -> Q:
    """Signatures that were neither refused nor withdrawn at a moment."""
    standing = Q(refused_at__isnull=True) | Q(refused_at__gt=at)
    return standing & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at)) & Q(signed_at__lte=at)


def standing_at(at: datetime) -> Q:
    """Countersigned, not withdrawn and not contested at a moment."""
    return live_at(at) & Q(countersigned_at__lte=at) & (Q(contested_at__isnull=True) | Q(contested_at__gt=at))


def unsettled_at(at: datetime) -> Q:
    """Live and not standing at a moment: they are few."""
    waited = Q(countersigned_at__isnull=True) | Q(countersigned_at__gt=at)
    return live_at(at) & (waited | Q(contested_at__lte=at))


def family(version: CharterVersion) -> list[int]:
    """The ids of ``version`` and of the editorial versions that follow it: signing any of them is signing it."""
    later = CharterVersion.objects.published().filter(effective_on__gt=version.effective_on)
    found = [version.pk]
    for pk, kind in later.order_by("effective_on", "pk").values_list("pk", "kind"):
        if kind == CharterVersion.Kind.SUBSTANTIVE:
            break
        found.append(pk)
    return found


def awaiting_a_campaign() -> models.QuerySet:
    """The last substantive version when it was published after another one, and no campaign was prepared for it."""
    published = CharterVersion.objects.published()
    earlier = published.filter(effective_on__lt=OuterRef("effective_on"))
    later = published.filter(effective_on__gt=OuterRef("effective_on"), kind=CharterVersion.Kind.SUBSTANTIVE)
    return published.filter(Exists(earlier), ~Exists(later), kind=CharterVersion.Kind.SUBSTANTIVE, campaigns=None)


class CampaignQuerySet(models.QuerySet):
    def running(self):
        """Opened by an agent, and closed by none yet: at most one."""
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)

    def to_close(self, on: date):
        """Their last day is over; an agent closes them, nobody else."""
        return self.running().filter(closes_on__lt=on)

    def lasting(self, on: date):
        """Opened, and the day of grace is not over: who has not answered is publicly « réengagement en cours »."""
        return self.filter(opened_at__isnull=False, opens_on__lte=on, grace_on__gte=on)


class Campaign(models.Model):
    """Days are those of Paris, the last ones included. Opened and closed by agents, never by the clock."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(CharterVersion, models.PROTECT, related_name="campaigns", verbose_name="version")
    opens_on = models.DateField("s’ouvre le")
    closes_on = models.DateField("se termine le (inclus)")
    grace_on = models.DateField("délai de grâce jusqu’au (inclus)")
    prepared_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="préparée par")
    prepared_at = models.DateTimeField("préparée le")
    opened_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, related_name="+", verbose_name="ouverte par"
    )
    opened_at = models.DateTimeField("ouverte le", null=True)
    closed_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, related_name="+", verbose_name="close par"
    )
    closed_at = models.DateTimeField("close le", null=True)
    motive = models.CharField("motif de la clôture", max_length=500, blank=True)
    register_digest = models.CharField("empreinte du registre", max_length=64, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne de réengagement"
        verbose_name_plural = "campagnes de réengagement"
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="campaign_closes_after_it_opens",
                violation_error_message="La campagne se termine avant de s’ouvrir.",
            ),
            models.CheckConstraint(
                condition=Q(grace_on__gte=F("closes_on")),
                name="campaign_grace_after_it_closes",
                violation_error_message="Le délai de grâce s’arrête avant la fin de la campagne.",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="campaign_opened_by_someone",
                violation_error_message="Une campagne ouverte porte le nom de l’agent qui l’a ouverte.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, motive="", register_digest="")
                | Q(closed_at__gte=F("opened_at"), closed_by__isnull=False, register_digest__regex=r"^[0-9a-f]{64}$")
                & ~Q(motive=""),
                name="campaign_closed_with_its_register",
                violation_error_message="Une campagne close porte un motif, un agent et l’empreinte de son registre.",
            ),
            models.UniqueConstraint(
                fields=["closed_at"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
                nulls_distinct=False,
                name="campaign_open_once",
                violation_error_message="Une autre campagne est déjà ouverte : closez-la d’abord.",
            ),
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(closed_at__isnull=True),
                name="campaign_of_version_once",
                violation_error_message="Une campagne est déjà préparée ou ouverte pour cette version.",
            ),
        ]

    def __str__(self):
        return f"Réengagement, version {self.version.label}"

    @property
    def state(self) -> str:
        """``prepared``, ``open`` or ``closed``."""
        if self.closed_at:
            return "closed"
        return "open" if self.opened_at else "prepared"

    def is_due_to_close(self, on: date) -> bool:
        return self.state == "open" and self.closes_on < on

    def deadline(self, on: date) -> date | None:
        """What a partner still has: the last day of the window, then that of grace; None before and after."""
        if self.opened_at is None or not self.opens_on <= on <= self.grace_on:
            return None
        return self.closes_on if on <= self.closes_on else self.grace_on


class ConcernedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the back office: agents, within their perimeter."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self if user.is_national else self.filter(readable(user, "organisation"))

    def renewing(self, on: date):
        """Those whose signature of the version before is being renewed on a day, until the end of the grace."""
        return self.filter(
            origin=Concerned.Origin.STANDING,
            campaign__opened_at__isnull=False,
            campaign__opens_on__lte=on,
            campaign__grace_on__gte=on,
        )

    def with_stage(self, campaign: Campaign, at: datetime):
        """Annotate ``stage``, as things stood at ``at``."""
        return self.annotate(stage=stage(family(campaign.version), campaign.opened_at or at, at))

    def with_network(self):
        """Annotate ``network``, ``network_slug`` and ``network_name``: the national network of each, None when it has
        none; ``network`` is its key.
        """
        paths = ("organisation", "organisation__parent", "organisation__parent__parent")

        def of_network(field: str) -> Case:
            return Case(*[When(**{f"{path}__kind": "network"}, then=F(f"{path}__{field}")) for path in paths])

        return self.annotate(network=of_network("pk"), network_slug=of_network("slug"), network_name=of_network("name"))


class Concerned(models.Model):
    """An organisation asked to sign: frozen at the opening, joined afterwards only by those whom an agent invites."""

    class Origin(models.TextChoices):
        STANDING = "standing", "signataire de la version précédente à l’ouverture"
        INVITED = "invited", "invitée par un agent"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="concerned")
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+")
    origin = models.CharField("à quel titre", max_length=8, choices=Origin)
    added_by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+", verbose_name="par")
    added_at = models.DateTimeField("depuis le")

    objects = ConcernedQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation concernée"
        verbose_name_plural = "organisations concernées"
        ordering = ["organisation__search_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation"],
                name="campaign_concerns_once",
                violation_error_message="Cette organisation est déjà concernée par la campagne.",
            )
        ]

    def __str__(self):
        return f"{self.campaign_id} · {self.organisation_id}"


def stage(versions: Iterable[int], since: datetime, at: datetime) -> Case:
    """The ``Stage`` of each row that has an ``organisation``: its signature of one of ``versions``, else its evidence
    between ``since`` and ``at``.
    """
    answers = Signature.objects.filter(organisation=OuterRef("organisation"), version__in=versions)
    left = Signature.objects.filter(
        organisation=OuterRef("organisation"), withdrawn_at__gte=since, withdrawn_at__lte=at
    )
    events = EvidenceEvent.objects.filter(
        organisation=OuterRef("organisation"), version__in=versions, at__gte=since, at__lte=at
    )
    return Case(
        When(Exists(answers.filter(standing_at(at))), then=Value(Stage.COUNTERSIGNED)),
        When(Exists(answers.filter(unsettled_at(at))), then=Value(Stage.SIGNED)),
        When(Exists(left), then=Value(Stage.WITHDRAWN)),
        When(Exists(events.filter(kind=Evidence.DISPLAYED)), then=Value(Stage.READ)),
        When(Exists(events.filter(kind=Evidence.OPENED)), then=Value(Stage.OPENED)),
        When(Exists(events.filter(kind=Evidence.INVITED)), then=Value(Stage.INVITED)),
        default=Value(Stage.CONCERNED),
        output_field=models.IntegerField(),
    )


def former_signatories(campaign: Campaign, at: datetime) -> models.QuerySet:
    """Ids of organisations whose signature of the version before stood at ``at``.

    A second campaign for a version asks only those who have not answered the first.
    """
    before = CharterVersion.objects.before(campaign.version)
    if before is None:
        return Signature.objects.none().values("organisation")
    carried = Q(carried_over__version=before, carried_over__carried_at__lte=at)
    standing = Signature.objects.filter(Q(version=before) | carried).filter(standing_at(at))
    if Campaign.objects.filter(version=campaign.version, closed_at__lte=at).exists():
        answers = Signature.objects.filter(live_at(at), version__in=family(campaign.version))
        standing = standing.exclude(organisation__in=answers.values("organisation"))
    return standing.order_by().values("organisation").distinct()


def deadlines_of(organisation_ids: Iterable[int], on: date) -> dict[int, date]:
    """``{organisation id: day}`` of those whom an open campaign waits for; one query."""
    rows = Concerned.objects.filter(
        organisation__in=list(organisation_ids), campaign__in=Campaign.objects.running()
    ).select_related("campaign")
    found = {row.organisation_id: row.campaign.deadline(on) for row in rows}
    return {organisation: day for organisation, day in found.items() if day}
