"""Archive copies of stamped attestations (B-LTA): each one continues the file before it. Rows are never changed."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from charter.models.paper import Paper, paper_path

RENEWED_BEFORE = timedelta(days=90)


def unarchived():
    """Last papers of each signature that have a time and no copy yet."""
    return Paper.objects.latest_of_each().exclude(stamped_at=None).filter(archives=None)


class ArchiveQuerySet(models.QuerySet):
    def latest_of_each(self):
        return self.filter(~Exists(Archive.objects.filter(paper=OuterRef("paper"), number__gt=OuterRef("number"))))

    def ending(self, at: datetime):
        """The last copies of last papers, whose time must be renewed now, and still can be."""
        papers = Paper.objects.latest_of_each()
        return self.latest_of_each().filter(paper__in=papers, ends_at__gt=at, ends_at__lte=at + RENEWED_BEFORE)


class Archive(models.Model):
    """``archived_at`` is the time in its last token; its authority's certificate runs until ``ends_at``."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="archives", verbose_name="attestation scellée")
    number = models.PositiveSmallIntegerField("numéro")
    file = models.FileField("fichier", upload_to=paper_path)
    digest = models.CharField("empreinte SHA-256", max_length=64, unique=True)
    archived_at = models.DateTimeField("horodatée le")
    authority = models.CharField("autorité d’horodatage", max_length=200)
    ends_at = models.DateTimeField("à renouveler avant le")

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = "copie d’archivage"
        verbose_name_plural = "copies d’archivage"
        ordering = ["-archived_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="archive_number_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$", number__gte=1) & ~Q(file="") & ~Q(authority=""),
                name="archive_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("archived_at")), name="archive_ends_after_it_was_stamped"
            ),
        ]

    def __str__(self):
        return f"{self.paper} · copie d’archivage {self.number}"

    def read(self) -> bytes:
        """The file as it was made. Raises OSError when the storage has lost it."""
        with self.file.open("rb") as file:
            return file.read()
