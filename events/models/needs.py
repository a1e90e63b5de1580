"""What somebody needs on the day: told once, with their consent, and gone thirty days after."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

KEPT = timedelta(days=30)
CONSENT = (
    "J’accepte que l’équipe nationale de l’Alliance Dynamique utilise ces réponses pour m’accueillir ce jour-là. "
    "Elles sont effacées trente jours après la rencontre, ou dès que je les retire."
)


class Diet(models.TextChoices):
    VEGETARIAN = "vegetarian", "végétarien"
    VEGAN = "vegan", "végétalien"
    NO_PORK = "no_pork", "sans porc"
    NO_GLUTEN = "no_gluten", "sans gluten"
    NO_LACTOSE = "no_lactose", "sans lactose"
    NO_NUTS = "no_nuts", "sans fruits à coque"


class Access(models.TextChoices):
    WHEELCHAIR = "wheelchair", "je viens en fauteuil roulant"
    STEPS = "steps", "je marche avec difficulté : sans escalier, place près de l’entrée"
    SIGN = "sign", "interprétation en langue des signes française"
    LOOP = "loop", "boucle magnétique ou sous-titrage"
    PRINT = "print", "documents en gros caractères ou en version numérique"
    COMPANION = "companion", "une personne m’accompagne"


class AttendeeNeedsQuerySet(models.QuerySet):
    def expected(self):
        """Of those who hold a seat."""
        return self.filter(registration__status__in=["confirmed", "offered"])

    def outlived(self, at):
        """Past their term: nobody has a use for them any more."""
        return self.filter(registration__convention__ends_at__lte=at - KEPT)


class AttendeeNeeds(models.Model):
    """Only with ``consented_at``: there is no row otherwise. Never in a page of others, a log, or a history."""

    registration = models.OneToOneField("events.Registration", models.CASCADE, related_name="needs")
    diet = ArrayField(models.CharField(max_length=10, choices=Diet), verbose_name="repas", default=list, blank=True)
    diet_words = models.CharField("repas, précisions", max_length=200, blank=True)
    access = ArrayField(
        models.CharField(max_length=10, choices=Access), verbose_name="accueil", default=list, blank=True
    )
    access_words = models.CharField("accueil, précisions", max_length=200, blank=True)
    consented_at = models.DateTimeField("accord donné le")

    objects = AttendeeNeedsQuerySet.as_manager()

    class Meta:
        verbose_name = "besoins d’une personne inscrite"
        verbose_name_plural = "besoins de personnes inscrites"
        ordering = ["registration"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(diet=[]) | ~Q(diet_words="") | ~Q(access=[]) | ~Q(access_words=""),
                name="attendee_needs_say_something",
                violation_error_message="Dites au moins un besoin, ou retirez vos réponses.",
            )
        ]

    def __str__(self):
        return f"besoins {self.pk}"

    @property
    def kept_until(self):
        return timezone.localdate(self.registration.convention.ends_at + KEPT)

    @property
    def told_diet(self) -> str:
        return _told(Diet, self.diet, self.diet_words)

    @property
    def told_access(self) -> str:
        return _told(Access, self.access, self.access_words)


def _told(choices, chosen: list[str], words: str) -> str:
    labels = [choice.label for choice in choices if choice in chosen]
    return " ; ".join([*labels, *([words] if words else [])])
