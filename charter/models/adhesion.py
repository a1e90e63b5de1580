"""Adhering under a network: a light act of a member, never a signature, counted apart from signatures.

An adhesion stands while its network is a signatory and the text that was read is the one in force, or differs from it
by editorial versions only. Both are computed; nothing flips it.
"""

import uuid

from django.contrib.postgres.expressions import ArraySubquery
from django.core import signing
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject, TruncDate

from alliance.lib.db import Among
from alliance.lib.french import of
from charter.models.signature import Signature
from charter.models.version import CharterVersion
from partners.models import Organisation
from partners.models.perimeter import readable

SALT = "charter.adhesion.withdrawal"


def adhesion_text(organisation_name: str, network_name: str, version) -> str:
    """The exact words that are consented to: shown, ticked, kept with the adhesion."""
    return (
        f"Au nom {of(organisation_name)}, j’ai lu la charte de l’Alliance Dynamique, version {version.label}, et "
        f"nous y adhérons sous notre réseau, {network_name}."
    )


def equivalents(version: CharterVersion | None) -> list[int]:
    """The ids of ``version`` and of those before it that differ by editorial versions only; one query at most."""
    if version is None or version.kind == CharterVersion.Kind.SUBSTANTIVE:
        return [version.pk] if version else []
    found: list[int] = []
    earlier = CharterVersion.objects.published().filter(effective_on__lte=version.effective_on)
    for pk, kind in earlier.order_by("-effective_on", "-pk").values_list("pk", "kind"):
        found.append(pk)
        if kind == CharterVersion.Kind.SUBSTANTIVE:
            break
    return found


class AdhesionQuerySet(models.QuerySet):
    def live(self):
        """Not withdrawn: at most one for an organisation, a network and a version."""
        return self.filter(withdrawn_at__isnull=True)

    def standing(self, version):
        """What counts today, while ``version`` (or None) is in force."""
        signed = Signature.objects.current(version).of_organisation("network")
        return self.live().filter(Exists(signed), version__in=equivalents(version))

    def public(self):
        return self.filter(organisation__is_public=True, network__is_public=True)

    def visible_to(self, user):
        """The member's and the network's people; agents within the perimeter of the member."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = Q(organisation__in=user.organisation_ids) | Q(network__in=user.organisation_ids)
        return self.filter(own | readable(user, "organisation")) if not user.is_national else self


class Adhesion(models.Model):
    class Means(models.TextChoices):
        SPACE = "space", "dans son espace"
        LINK = "link", "par le lien d’une invitation"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="adhesions")
    network = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="adhesions_under")
    version = models.ForeignKey(CharterVersion, models.PROTECT, related_name="adhesions")
    means = models.CharField("comment", max_length=5, choices=Means)
    person = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    invitation = models.ForeignKey(
        "charter.MemberInvitation", models.PROTECT, null=True, blank=True, related_name="adhesions"
    )
    organisation_name = models.CharField("organisation, nom du jour", max_length=160)
    network_name = models.CharField("réseau, nom du jour", max_length=160)
    person_name = models.CharField("nom du jour", max_length=120)
    person_job_title = models.CharField("qualité du jour", max_length=120, blank=True)
    consent_text = models.TextField("texte du consentement")
    document_digest = models.CharField("empreinte du texte", max_length=64)
    adhered_at = models.DateTimeField("adhère depuis le")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_side = models.CharField(
        "retirée par", max_length=7, blank=True, choices=[("member", "le membre"), ("network", "le réseau")]
    )
    motive = models.CharField("motif", max_length=500, blank=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = AdhesionQuerySet.as_manager()

    class Meta:
        verbose_name = "adhésion sous un réseau"
        verbose_name_plural = "adhésions sous un réseau"
        ordering = ["-adhered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "network", "version"],
                condition=Q(withdrawn_at__isnull=True),
                name="adhesion_live_once",
                violation_error_message="Cette organisation adhère déjà sous ce réseau.",
            ),
            models.CheckConstraint(
                condition=~Q(organisation=F("network")),
                name="adhesion_under_another",
                violation_error_message="Un réseau n’adhère pas sous lui-même.",
            ),
            models.CheckConstraint(
                condition=Q(means="space", person__isnull=False, invitation__isnull=True)
                | Q(means="link", invitation__isnull=False, person__isnull=True),
                name="adhesion_by_space_or_link",
            ),
            models.CheckConstraint(
                condition=~Q(consent_text="") & Q(document_digest__regex=r"^[0-9a-f]{64}$"),
                name="adhesion_evidence_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_side="")
                | Q(withdrawn_at__gte=F("adhered_at")) & ~Q(withdrawn_side=""),
                name="adhesion_withdrawn_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "version"], condition=Q(withdrawn_at__isnull=True), name="adhesion_under"),
        ]

    def __str__(self):
        return f"{self.organisation_name} sous {self.network_name}"

    @property
    def token(self) -> str:
        """The link of the receipt, which withdraws: the signed ``public_id``; the database alone gives none."""
        return withdrawal_signer().sign(self.public_id.hex)


def withdrawal_signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def adhesions_told(version) -> ArraySubquery:
    """``organisations.annotate(adheres=adhesions_told(version))``: name, slug and day of each standing adhesion."""
    rows = Adhesion.objects.standing(version).public().filter(organisation=OuterRef("pk")).order_by("adhered_at")
    said = JSONObject(name="network__name", slug="network__slug", on=TruncDate("adhered_at"), version="version__label")
    return ArraySubquery(rows.values(told=said))


def members(network_ids) -> models.QuerySet:
    """Whoever stands below these networks in the tree, or adhered under one of them: each organisation once.

    Hidden organisations are left out, and the networks themselves. The keys come first, each sort by its index: with
    « or » every organisation would be read.
    """
    ids = list(network_ids)
    children = Organisation.objects.filter(parent__in=ids).order_by().values("pk")
    below = Organisation.objects.filter(Among(F("parent"), children)).order_by().values("pk")
    adhering = Adhesion.objects.live().filter(network__in=ids).order_by().values("organisation")
    found = children.union(below, adhering, all=True).order_by()
    return Organisation.objects.public().filter(Among(F("pk"), found)).exclude(pk__in=ids)


def adhering_filter(version) -> Q:
    """Organisations of which an adhesion stands, under whatever network and however many of them."""
    return Q(Exists(Adhesion.objects.standing(version).filter(organisation=OuterRef("pk"))))


def adhering_only(version) -> int:
    """How many public organisations adhere under a network without having signed: each once; one query."""
    signed = Signature.objects.current(version).of_organisation()
    return Organisation.objects.public().filter(adhering_filter(version)).exclude(Exists(signed)).count()
