"""The versions of the charter. A published version never changes (trigger)."""

import hashlib

import rfc8785
from django.db import models
from django.db.models import F, Q


class CharterVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=CharterVersion.State.PUBLISHED)

    def in_force(self, on) -> "CharterVersion | None":
        """The version in force on a day: the latest published one that has taken effect."""
        return self.published().filter(effective_on__lte=on).order_by("-effective_on", "-pk").first()

    def before(self, version) -> "CharterVersion | None":
        """The published version that took effect last before ``version``."""
        earlier = self.published().filter(effective_on__lt=version.effective_on)
        return earlier.order_by("-effective_on", "-pk").first()


class CharterVersion(models.Model):
    class Kind(models.TextChoices):
        EDITORIAL = "editorial", "éditoriale"
        SUBSTANTIVE = "substantive", "substantielle"

    class State(models.TextChoices):
        DRAFT = "draft", "brouillon"
        PROPOSED = "proposed", "proposée"
        PUBLISHED = "published", "publiée"

    slug = models.SlugField("adresse", max_length=20, unique=True)
    label = models.CharField("version", max_length=40, unique=True)
    title = models.CharField("titre", max_length=160)
    kind = models.CharField("nature", max_length=11, choices=Kind, default=Kind.SUBSTANTIVE)
    state = models.CharField("état", max_length=9, choices=State, default=State.DRAFT)
    partner_commitment = models.TextField("ce à quoi le partenaire s’engage", blank=True)
    la_poste_commitment = models.TextField("ce à quoi La Poste s’engage", blank=True)
    source = models.CharField(max_length=300, blank=True)
    is_placeholder = models.BooleanField("texte de démonstration, à remplacer", default=False)
    effective_on = models.DateField("date d’effet", null=True, blank=True)
    proposed_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name="proposée par",
    )  # fmt: skip
    proposed_at = models.DateTimeField("proposée le", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        "partners.User", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name="publiée par",
    )  # fmt: skip
    published_at = models.DateTimeField("publiée le", null=True, blank=True, editable=False)
    digest = models.CharField("empreinte SHA-256", max_length=64, blank=True, editable=False)

    objects = CharterVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version de la charte"
        verbose_name_plural = "versions de la charte"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(effective_on__isnull=False, published_at__isnull=False, digest__regex=r"^[0-9a-f]{64}$"),
                name="charter_published_is_whole",
                violation_error_message="Une version publiée porte une date d’effet et une empreinte.",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed")
                | Q(effective_on__isnull=False, proposed_by__isnull=False, proposed_at__isnull=False),
                name="charter_proposed_by_someone",
                violation_error_message="Une version proposée porte une date d’effet et le nom de qui l’a proposée.",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("proposed_by")),
                name="charter_published_by_another",
                violation_error_message="Qui propose une version ne la publie pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(is_placeholder=True)
                | Q(proposed_by__isnull=False, published_by__isnull=False),
                name="charter_published_by_two",
                violation_error_message="Une version est proposée par un agent et publiée par un autre.",
            ),
        ]

    def __str__(self):
        return f"Charte, version {self.label}"

    def canonical(self, articles: "list[Article]") -> bytes:
        """The text as canonical JSON (RFC 8785): what the digest and every signature are about."""
        return rfc8785.dumps(
            {
                "version": self.label,
                "title": self.title,
                "placeholder": self.is_placeholder,
                "articles": [{"heading": a.heading, "text": a.text} for a in articles],
            }
        )

    def compute_digest(self) -> str:
        """SHA-256 of the canonical text, in hexadecimal; one query."""
        return hashlib.sha256(self.canonical(list(self.articles.all()))).hexdigest()


class Article(models.Model):
    version = models.ForeignKey(CharterVersion, models.CASCADE, related_name="articles")
    position = models.PositiveSmallIntegerField("rang")
    heading = models.CharField("titre", max_length=160)
    text = models.TextField("texte")

    class Meta:
        verbose_name = "article"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"],
                name="article_position_once",
                violation_error_message="Un autre article porte déjà ce rang.",
            )
        ]

    def __str__(self):
        return self.heading
