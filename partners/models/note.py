"""What agents write about a partner, for agents only: no page, file or API of the partner ever reads it."""

from django.db import models
from django.db.models import Q

from partners.models.perimeter import readable, writable


class PartnerNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Agents who read the organisation."""
        if not user.is_authenticated or not user.is_active or not user.is_staff:
            return self.none()
        return self.filter(readable(user, "organisation"))

    def writable_by(self, user):
        return self.visible_to(user).filter(writable(user, "organisation"))


class PartnerNote(models.Model):
    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="notes")
    author = models.ForeignKey("partners.User", models.PROTECT, related_name="+", verbose_name="auteur")
    text = models.TextField("note", max_length=2000)
    written_at = models.DateTimeField("écrite le", auto_now_add=True)

    objects = PartnerNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "note interne"
        verbose_name_plural = "notes internes"
        ordering = ["-written_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="partner_note_says_something")]
        indexes = [models.Index(fields=["organisation", "-written_at"], name="partner_note_recent")]

    def __str__(self):
        return self.text[:60]
