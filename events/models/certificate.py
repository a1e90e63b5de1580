"""Certificates of attendance, for those who were there; their sealed files stay, a new fact or time makes a new one."""

import secrets

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.db.models.functions import Greatest

from alliance.lib.codes import new_code
from alliance.lib.db import Among
from events.models.registration import Registration


def certificate_path(paper, filename: str) -> str:
    """Private storage name: it tells nothing, and nobody guesses it."""
    return f"presences/{secrets.token_hex(16)}"


class CertificateQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)

    def unsealed(self):
        """Those whose last fact no sealed paper tells yet, oldest first: by their markers, however many are sealed."""
        rows = self.annotate(last_fact=Greatest("issued_at", "withdrawn_at"))
        return rows.filter(Among(F("pk"), UnsealedCertificate.objects.values("pk"))).order_by("pk")

    def waiting_by_gathering(self):
        """``count`` of those without their seal and ``since`` when, by Convention (its title and slug)."""
        gathering = {"title": F("registration__convention__title"), "slug": F("registration__convention__slug")}
        rows = self.unsealed().order_by().values(**gathering)
        return rows.annotate(count=Count("pk"), since=Min("last_fact")).order_by("since", "slug")


class Certificate(models.Model):
    """One for each registration. It names nobody: the paper does, and the journal commits to the name it bears."""

    code = models.CharField("code de vérification", max_length=14, unique=True, default=new_code, editable=False)
    registration = models.OneToOneField(
        Registration, models.PROTECT, related_name="certificate", verbose_name="inscription"
    )
    arrived_at = models.DateTimeField("présente depuis")
    issued_at = models.DateTimeField("délivrée le")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_because = models.CharField("motif du retrait", max_length=280, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation de présence"
        verbose_name_plural = "attestations de présence"
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(issued_at__gte=F("arrived_at")), name="certificate_issued_after"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__gte=F("issued_at")) & ~Q(withdrawn_because="")),
                name="certificate_withdrawn_has_a_motive",
                violation_error_message="Dites pourquoi cette attestation est retirée.",
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def last_fact_at(self):
        return self.withdrawn_at or self.issued_at


class CertificatePaperQuerySet(models.QuerySet):
    def last_of(self, certificate: Certificate):
        return self.filter(certificate=certificate).order_by("revision").last()

    def current(self, certificate: Certificate):
        """The last revision, when it tells the last fact; else None."""
        last = self.last_of(certificate)
        return last if last and last.facts_at == certificate.last_fact_at else None

    def unstamped(self):
        """Last revisions without an authority's time."""
        later = CertificatePaper.objects.filter(certificate=OuterRef("certificate"), revision__gt=OuterRef("revision"))
        return self.filter(~Exists(later), stamped_at=None)


class CertificatePaper(models.Model):
    """One sealed file that was issued. ``stamped_at`` is the time in the authority's token, never ours."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="papers", verbose_name="attestation")
    revision = models.PositiveSmallIntegerField("révision")
    facts_at = models.DateTimeField("dit l’état au")
    file = models.FileField("fichier", upload_to=certificate_path)
    digest = models.CharField("empreinte SHA-256", max_length=64, unique=True)
    sealed_at = models.DateTimeField("scellée le")
    seal_name = models.CharField("cachet", max_length=200)
    seal_fingerprint = models.CharField("empreinte du certificat", max_length=64)
    stamped_at = models.DateTimeField("horodatée le", null=True, blank=True)
    authority = models.CharField("autorité d’horodatage", max_length=200, blank=True)

    objects = CertificatePaperQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation de présence scellée"
        verbose_name_plural = "attestations de présence scellées"
        ordering = ["-sealed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "revision"], name="certificate_revision_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$", seal_fingerprint__regex=r"^[0-9a-f]{64}$")
                & ~Q(file="")
                & ~Q(seal_name=""),
                name="certificate_paper_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(stamped_at__isnull=True, authority="") | (Q(stamped_at__isnull=False) & ~Q(authority="")),
                name="certificate_time_has_an_authority",
            ),
        ]

    def __str__(self):
        return f"{self.certificate} · révision {self.revision}"

    def read(self) -> bytes:
        """The file as it was issued. Raises OSError when the storage has it no more."""
        with self.file.open("rb") as file:
            return file.read()


class UnsealedCertificate(models.Model):
    """The marker of one whose last fact no sealed paper tells yet: written by triggers alone, in their transaction."""

    certificate = models.OneToOneField(Certificate, models.CASCADE, primary_key=True, related_name="unsealed")

    class Meta:
        verbose_name = "attestation de présence à sceller"
        verbose_name_plural = "attestations de présence à sceller"

    def __str__(self):
        return f"{self.certificate_id}"
