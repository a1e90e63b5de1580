"""Sealed attestations: each row is one file that was issued, for ever. A new fact makes a new one; none is replaced."""

import secrets

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Greatest

from alliance.lib.db import Among

UNSEALED = "scellement en attente"
SEALED = "scellée, horodatage en attente"
SEALED_AND_STAMPED = "scellée et horodatée"
FACTS = ("signed_at", "countersigned_at", "refused_at", "withdrawn_at", "contested_at")


def paper_path(paper, filename: str) -> str:
    """Private storage name: it tells nothing, and nobody guesses it."""
    return f"attestations/{secrets.token_hex(16)}"


def unsealed(signatures):
    """Those whose last fact no sealed paper tells yet, oldest first: by their markers, however many are sealed."""
    waiting = Among(F("pk"), Unsealed.objects.values("pk"))
    return signatures.annotate(last_fact=Greatest(*FACTS)).filter(waiting).order_by("pk")


def with_seal(signatures):
    """Annotate ``seal_words``: one of SEALED_AND_STAMPED, SEALED and UNSEALED."""
    told = Paper.objects.filter(signature=OuterRef("pk"), facts_at=OuterRef("last_fact"))
    words = Case(
        When(Exists(told.exclude(stamped_at=None)), then=Value(SEALED_AND_STAMPED)),
        When(Exists(told), then=Value(SEALED)),
        default=Value(UNSEALED),
    )
    return signatures.annotate(last_fact=Greatest(*FACTS)).annotate(seal_words=words)


class PaperQuerySet(models.QuerySet):
    def latest_of_each(self):
        """The last revision for each signature."""
        return self.filter(
            ~Exists(Paper.objects.filter(signature=OuterRef("signature"), revision__gt=OuterRef("revision")))
        )

    def unstamped(self):
        """Last revisions without an authority's time."""
        return self.latest_of_each().filter(stamped_at=None)

    def carrying(self, digest: str):
        """The paper whose file, or an archive copy of it, has this digest."""
        return self.filter(Q(digest=digest) | Q(archives__digest=digest)).distinct()

    def current(self, signature):
        """The last revision, when it tells the last fact; else None."""
        last = self.filter(signature=signature).order_by("revision").last()
        return last if last and last.facts_at == signature.last_fact_at else None


class Paper(models.Model):
    """``stamped_at`` is the time in the authority's token, never ours; None is « horodatage en attente »."""

    signature = models.ForeignKey("charter.Signature", models.PROTECT, related_name="papers")
    revision = models.PositiveSmallIntegerField("révision")
    facts_at = models.DateTimeField("dit l’état au")
    file = models.FileField("fichier", upload_to=paper_path)
    digest = models.CharField("empreinte SHA-256", max_length=64, unique=True)
    sealed_at = models.DateTimeField("scellé le")
    seal_name = models.CharField("cachet", max_length=200)
    seal_fingerprint = models.CharField("empreinte du certificat", max_length=64)
    stamped_at = models.DateTimeField("horodaté le", null=True, blank=True)
    authority = models.CharField("autorité d’horodatage", max_length=200, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation scellée"
        verbose_name_plural = "attestations scellées"
        ordering = ["-sealed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["signature", "revision"], name="paper_revision_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$", seal_fingerprint__regex=r"^[0-9a-f]{64}$")
                & ~Q(file="")
                & ~Q(seal_name=""),
                name="paper_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(stamped_at__isnull=True, authority="") | (Q(stamped_at__isnull=False) & ~Q(authority="")),
                name="paper_time_has_an_authority",
            ),
            models.CheckConstraint(condition=Q(sealed_at__gte=F("facts_at")), name="paper_sealed_after_its_facts"),
        ]
        indexes = [
            models.Index(
                fields=["signature", "revision"],
                include=["sealed_at"],
                condition=Q(stamped_at__isnull=True),
                name="paper_unstamped",
            ),
        ]

    def __str__(self):
        return f"{self.signature} · révision {self.revision}"

    def read(self) -> bytes:
        """The file as it was issued. Raises OSError when the storage has lost it."""
        with self.file.open("rb") as file:
            return file.read()

    @property
    def last_archive(self):
        return self.archives.order_by("number").last()

    @property
    def seal_state(self) -> str:
        return SEALED_AND_STAMPED if self.stamped_at else SEALED


class Unsealed(models.Model):
    """The marker of a signature whose last fact no sealed paper tells yet.

    Written by triggers of signatures and papers alone, in their transaction: what waits is read without reading what is
    sealed.
    """

    signature = models.OneToOneField("charter.Signature", models.CASCADE, primary_key=True, related_name="unsealed")

    class Meta:
        verbose_name = "signature à sceller"
        verbose_name_plural = "signatures à sceller"

    def __str__(self):
        return f"{self.signature_id}"
