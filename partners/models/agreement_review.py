"""The reciprocal review: both sides answer the same short grid without seeing the other, then read both together."""

import uuid

from django.db import models
from django.db.models import Count, F, Q

from partners.models.agreement_signing import Side

DIMENSIONS = ("innovation", "performance", "confiance")
QUESTIONS = {
    "innovation": "Ce partenariat nous fait inventer ou essayer du nouveau.",
    "performance": "Ce partenariat atteint ce que nous en attendions.",
    "confiance": "Nous nous disons les choses et tenons nos engagements.",
}
GAP = 2


class Mark(models.IntegerChoices):
    NO = 1, "pas du tout"
    LITTLE = 2, "un peu"
    RATHER = 3, "plutôt"
    FULLY = 4, "tout à fait"


class AgreementReviewQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def with_answers(self):
        return self.annotate(answered=Count("answers"))


class AgreementReview(models.Model):
    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="reviews")
    opened_at = models.DateTimeField("ouvert le")
    opened_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    due_on = models.DateField("à répondre avant le")
    closed_at = models.DateTimeField("clos le", null=True)

    objects = AgreementReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "bilan partagé"
        verbose_name_plural = "bilans partagés"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(closed_at__isnull=True),
                name="agreement_review_open_once",
                violation_error_message="Un bilan de cet accord est déjà ouvert.",
            )
        ]

    def __str__(self):
        return f"bilan {self.public_id}"

    def answers_for(self, side: str) -> dict[str, "ReviewAnswer"]:
        """The answers that this side may read: its own, and the other's once both have answered. One query.

        The other's is not even fetched before: nothing can leak that was never read.
        """
        both = self.answers.values("review").annotate(sides=Count("side")).filter(sides=2).values("review")
        rows = self.answers.filter(Q(side=side) | Q(review__in=both)).select_related("person")
        return {answer.side: answer for answer in rows}


class ReviewAnswer(models.Model):
    """One side's answer: given once, never changed (trigger)."""

    review = models.ForeignKey(AgreementReview, models.PROTECT, related_name="answers")
    side = models.CharField("pour", max_length=7, choices=Side)
    person = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="répondu par")
    innovation = models.PositiveSmallIntegerField(QUESTIONS["innovation"], choices=Mark)
    innovation_words = models.CharField("exemple ou précision", max_length=500, blank=True)
    performance = models.PositiveSmallIntegerField(QUESTIONS["performance"], choices=Mark)
    performance_words = models.CharField("exemple ou précision", max_length=500, blank=True)
    confiance = models.PositiveSmallIntegerField(QUESTIONS["confiance"], choices=Mark)
    confiance_words = models.CharField("exemple ou précision", max_length=500, blank=True)
    answered_at = models.DateTimeField("répondu le")

    class Meta:
        verbose_name = "réponse au bilan"
        verbose_name_plural = "réponses aux bilans"
        ordering = ["review", "side"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "side"],
                name="review_answer_once",
                violation_error_message="Votre côté a déjà répondu à ce bilan.",
            ),
            models.CheckConstraint(
                condition=Q(*[(f"{name}__in", Mark.values) for name in DIMENSIONS]), name="review_answer_marks"
            ),
        ]

    def __str__(self):
        return f"réponse de {self.get_side_display()}"


class AgreementAction(models.Model):
    """What both sides decided to do about a gap: somebody, by a day."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey("partners.Agreement", models.PROTECT, related_name="actions")
    review = models.ForeignKey(AgreementReview, models.PROTECT, null=True, related_name="actions")
    dimension = models.CharField("à propos de", max_length=11, choices=[(name, name) for name in DIMENSIONS])
    title = models.CharField("ce qui sera fait", max_length=200)
    owner = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="par")
    due_on = models.DateField("avant le")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField("fait le", null=True)
    done_by = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "action d’un bilan"
        verbose_name_plural = "actions des bilans"
        ordering = [F("done_at").desc(nulls_first=True), "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="agreement_action_says_what"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="agreement_action_done_by_someone",
            ),
        ]

    def __str__(self):
        return self.title


def gaps(answers: dict[str, ReviewAnswer]) -> list[str]:
    """The dimensions where the two sides stand two steps apart or more, or where one says « pas du tout »."""
    if len(answers) < 2:
        return []
    poste, partner = answers[Side.POSTE], answers[Side.PARTNER]
    marks = {name: (getattr(poste, name), getattr(partner, name)) for name in DIMENSIONS}
    return [name for name, (one, other) in marks.items() if abs(one - other) >= GAP or min(one, other) == Mark.NO]
