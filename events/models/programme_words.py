"""What is said of a temps of the programme, whether published or drafted; and who sees those that are not published."""

from django.db import models

from alliance.lib import french


class ProgrammeWords(models.Model):
    """``online_url`` is for those who hold a seat: never in a public page, feed or file."""

    title = models.CharField("titre", max_length=160)
    summary = models.TextField("contenu", blank=True)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    room = models.CharField("salle", max_length=80, blank=True)
    online_url = models.URLField(
        "adresse de la visioconférence",
        max_length=500,
        blank=True,
        help_text="Montrée aux seules personnes inscrites. Elle commence par https://.",
    )

    class Meta:
        abstract = True

    @property
    def hours(self) -> str:
        """« 9 h – 10 h 30 »."""
        return f"{french.hour(self.starts_at)} – {french.hour(self.ends_at)}"


DRAFTED = ("title", "summary", "starts_at", "ends_at", "room", "online_url")


class LiveItems(models.Manager):
    """Those of the published programme: what is still drafted, or was withdrawn, is in ``everything`` only."""

    def get_queryset(self):
        return super().get_queryset().filter(stage="live")


class LiveWorkshops(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(item__stage="live")
