"""Signatures of the charter. Nothing is ever deleted: refusal, withdrawal and contest are dated facts."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Exists, F, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Now

from alliance.lib.codes import new_code
from alliance.lib.db import LowerUnaccent
from alliance.lib.french import of
from charter.models.carried import CarriedOver
from partners.models.people import Membership
from partners.models.perimeter import readable, writable

EVIDENCE_ROLES = (Membership.Role.ADMINISTRATOR, Membership.Role.SIGNATORY)


def consent_text(organisation, version) -> str:
    """The exact words that a signer consents to: shown, ticked, kept with the signature."""
    return (
        f"Au nom {of(organisation.name)}, j’ai lu la charte de l’Alliance Dynamique, version {version.label}, "
        "et je la signe."
    )


class SignatureQuerySet(models.QuerySet):
    def live(self):
        """Neither refused nor withdrawn: at most one for an organisation and a version."""
        return self.filter(refused_at__isnull=True, withdrawn_at__isnull=True)

    def pending(self):
        return self.live().filter(countersigned_at__isnull=True)

    def standing(self):
        """Countersigned, not withdrawn, not contested."""
        return self.live().filter(countersigned_at__isnull=False, contested_at__isnull=True)

    def current(self, version):
        """Standing on the version in force, or carried over to it."""
        return self.standing().filter(counts_for(version))

    def answering(self, version):
        """Live, of ``version`` or carried over to it: whoever has one is not asked to sign."""
        return self.live().filter(counts_for(version))

    def unbroken(self, at=None):
        """Countersigned by ``at`` (now by default), and followed by no withdrawal: the chain that « depuis » counts."""
        at = at or Now()
        withdrawal = Signature.objects.filter(
            organisation=OuterRef("organisation"), withdrawn_at__gte=OuterRef("signed_at"), withdrawn_at__lte=at
        )
        return self.filter(
            Q(contested_at__isnull=True) | Q(contested_at__gt=at), ~Exists(withdrawal), countersigned_at__lte=at
        )

    def signed_since(self, organisation_ids, at=None) -> dict:
        """``{organisation id: first signed_at of its unbroken chain}``, in one query; others are absent."""
        chain = self.unbroken(at).filter(organisation__in=organisation_ids).order_by()
        return dict(chain.values_list("organisation").annotate(Min("signed_at")))

    def with_standing(self, version):
        """Annotate ``standing_state`` (a ``StandingState``), for the version in force, and ``since``."""
        return self.annotate(standing_state=standing_state(version), since=since("organisation"))

    def public(self):
        return self.filter(refused_at__isnull=True, organisation__is_public=True)

    def visible_to(self, user):
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        return self.filter(Q(organisation__in=user.organisation_ids) | readable(user, "organisation"))

    def with_evidence_for(self, user):
        """Whose dossier de preuve ``user`` may read: it names people, so not every member of the organisation may."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_national:
            return self
        entitled = Membership.objects.live().filter(user=user, role__in=EVIDENCE_ROLES)
        return self.filter(Q(organisation__in=entitled.values("organisation")) | readable(user, "organisation"))

    def writable_by(self, user):
        return self.filter(writable(user, "organisation"))

    def of_organisation(self, reference="pk"):
        """For ``Exists``: the signatures of the outer row's organisation."""
        return self.filter(organisation=OuterRef(reference))


def counts_for(version) -> Q:
    """Signatures of ``version``, or carried over to it."""
    carried = CarriedOver.objects.filter(signature=OuterRef("pk"), version=version)
    return Q(version=version) | Q(Exists(carried))


class StandingState(models.TextChoices):
    """What a signature is worth today, for anybody. Refused ones are told to those who hold their code, only."""

    STANDING = "standing", "signataire"
    PENDING = "pending", "en attente de contresignature"
    SUPERSEDED = "superseded", "signature d’une version antérieure"
    WITHDRAWN = "withdrawn", "retirée"
    CONTESTED = "contested", "contestée"
    REFUSED = "refused", "non contresignée"


def standing_state(version) -> Case:
    """The ``StandingState`` of each signature, while ``version`` (or None) is in force."""
    current = counts_for(version) if version else Q(pk__isnull=True)
    return Case(
        When(refused_at__isnull=False, then=Value("refused")),
        When(withdrawn_at__isnull=False, then=Value("withdrawn")),
        When(contested_at__isnull=False, then=Value("contested")),
        When(countersigned_at__isnull=True, then=Value("pending")),
        When(current, then=Value("standing")),
        default=Value("superseded"),
        output_field=models.CharField(),
    )


def since(reference: str = "pk") -> Subquery:
    """``organisations.annotate(since=since())``: first ``signed_at`` of the unbroken chain, None without any."""
    chain = Signature.objects.unbroken().of_organisation(reference).order_by("signed_at")
    return Subquery(chain.values("signed_at")[:1])


def signatory_state(version) -> Case:
    """``organisations.annotate(signatory=signatory_state(version))``: one of the words of ``signatory_filter``."""
    known = [When(signatory_filter(state, version), then=Value(state)) for state in ("current", "pending", "former")]
    return Case(*known, default=Value("none"), output_field=models.CharField())


def signatory_filter(state: str, version) -> Q:
    """Organisations by ``current``, ``former``, ``pending`` or ``none`` for the version in force."""
    signatures = Signature.objects
    current = Exists(signatures.current(version).of_organisation())
    pending = Exists(signatures.pending().of_organisation())
    former = Exists(signatures.filter(countersigned_at__isnull=False).of_organisation())
    return {
        "current": Q(current),
        "pending": Q(pending) & ~Q(current),
        "former": Q(former) & ~Q(current) & ~Q(pending),
        "none": ~Q(current) & ~Q(pending) & ~Q(former),
    }[state]


class Signature(models.Model):
    code = models.CharField("code de vérification", max_length=14, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="signatures")
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="signatures")
    signer = models.ForeignKey("partners.User", models.PROTECT, related_name="signatures", verbose_name="signataire")
    mandate = models.ForeignKey("charter.Mandate", models.PROTECT, related_name="signatures", verbose_name="mandat")
    organisation_name = models.CharField("organisation, nom du jour", max_length=160)
    organisation_siren = models.CharField("SIREN du jour", max_length=9, blank=True)
    signer_name = models.CharField("nom du jour", max_length=120)
    signer_job_title = models.CharField("qualité du jour", max_length=120)
    consent_text = models.TextField("texte du consentement")
    document_digest = models.CharField("empreinte du texte", max_length=64)
    proof_level = models.CharField("preuve de présence", max_length=20)
    assertion = models.JSONField("réponse de la clé d’accès", null=True, blank=True, editable=False)
    signed_at = models.DateTimeField("signée le")
    countersigned_at = models.DateTimeField("contresignée le", null=True, blank=True)
    countersigned_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField("refusée le", null=True, blank=True)
    refused_by = models.ForeignKey("partners.User", models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawal = models.ForeignKey(
        "charter.Withdrawal", models.PROTECT, null=True, blank=True, related_name="signatures", verbose_name="retrait"
    )
    contested_at = models.DateTimeField("contestée le", null=True, blank=True)
    motive = models.CharField("motif", max_length=500, blank=True)
    is_demo = models.BooleanField("donnée de démonstration", default=False)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "signature"
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version"],
                condition=Q(refused_at__isnull=True, withdrawn_at__isnull=True),
                name="signature_live_once",
                violation_error_message="Cette organisation a déjà signé cette version.",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_at__isnull=True, countersigned_by__isnull=True)
                | Q(countersigned_at__gte=F("signed_at"), countersigned_by__isnull=False),
                name="signature_countersigned_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by__isnull=True) | ~Q(countersigned_by=F("signer")),
                name="signature_two_people",
                violation_error_message="Le signataire ne peut pas contresigner sa propre signature.",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | Q(countersigned_at__isnull=True),
                name="signature_refused_or_countersigned",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(motive=""),
                name="signature_refusal_has_motive",
                violation_error_message="Donnez le motif du refus.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("signed_at")),
                name="signature_withdrawn_after_signed",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal__isnull=True) | Q(withdrawn_at__isnull=False),
                name="signature_withdrawal_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(consent_text="") & Q(document_digest__regex=r"^[0-9a-f]{64}$"),
                name="signature_evidence_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(proof_level="passkey", assertion__isnull=False)
                | (~Q(proof_level="passkey") & Q(assertion__isnull=True)),
                name="signature_passkey_keeps_its_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-signed_at"], name="signature_of_organisation"),
            models.Index(
                fields=["version", "-signed_at"],
                condition=Q(refused_at__isnull=True, withdrawn_at__isnull=True, countersigned_at__isnull=False),
                name="signature_standing",
            ),
            models.Index(
                fields=["signed_at", "id"],
                condition=Q(refused_at__isnull=True, withdrawn_at__isnull=True, countersigned_at__isnull=True),
                name="signature_pending",
            ),
            models.Index(
                fields=["organisation", "version", "id"],
                condition=Q(
                    refused_at__isnull=True,
                    withdrawn_at__isnull=True,
                    contested_at__isnull=True,
                    countersigned_at__isnull=False,
                ),
                name="signature_current",
            ),
            models.Index(
                fields=["organisation", "withdrawn_at"],
                condition=Q(withdrawn_at__isnull=False),
                name="signature_withdrawn",
            ),
            # The few that are not settled at a moment: charter.models.campaign.unsettled_at.
            models.Index(fields=["countersigned_at"], name="signature_countersigned"),
            models.Index(fields=["contested_at"], condition=Q(contested_at__isnull=False), name="signature_contested"),
            GinIndex(OpClass(LowerUnaccent("organisation_name"), name="gin_trgm_ops"), name="signature_name_trgm"),
        ]

    def __str__(self):
        return self.code

    @property
    def last_fact_at(self):
        """When something last happened to it: the attestation bears this date, and a new fact makes a new paper."""
        facts = (self.signed_at, self.countersigned_at, self.refused_at, self.withdrawn_at, self.contested_at)
        return max(filter(None, facts))

    @property
    def state(self) -> str:
        """``refused``, ``withdrawn``, ``contested``, ``pending`` or ``standing``."""
        if self.refused_at:
            return "refused"
        if self.withdrawn_at:
            return "withdrawn"
        if self.contested_at:
            return "contested"
        return "standing" if self.countersigned_at else "pending"
