"""The journal's tables. Entries are never changed nor removed; the clear values beside them can be erased."""

from django.db import models
from django.db.models import Q


class JournalHead(models.Model):
    """The single row that every append locks: the order of positions is the order of commits."""

    size = models.PositiveBigIntegerField("nombre d’entrées", default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="journal_head_is_single")]

    def __str__(self):
        return f"journal de {self.size} entrées"


class JournalEntry(models.Model):
    """One leaf. ``position`` counts from 0; ``leaf_hash`` is SHA-256(0x00 || leaf), as in RFC 6962."""

    position = models.PositiveBigIntegerField("position", unique=True)
    kind = models.CharField("nature", max_length=60)
    subject = models.CharField("objet", max_length=100)
    recorded_at = models.DateTimeField("inscrit le")
    leaf = models.TextField("feuille")
    leaf_hash = models.BinaryField("empreinte de la feuille", max_length=32)

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "entrées du journal"
        ordering = ["position"]
        indexes = [models.Index("subject", "position", name="journal_subject")]

    def __str__(self):
        return f"{self.kind} n° {self.position}"


class Clear(models.Model):
    """What a commitment of an entry stands for. Erase the row: the leaf keeps its hash and tells nothing any more."""

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="clears", verbose_name="entrée")
    name = models.CharField("nom", max_length=60)
    value = models.TextField("valeur")
    salt = models.BinaryField("sel", max_length=32)

    class Meta:
        verbose_name = "valeur en clair"
        verbose_name_plural = "valeurs en clair"
        constraints = [models.UniqueConstraint("entry", "name", name="clear_once_per_entry")]

    def __str__(self):
        return f"{self.name} de l’entrée {self.entry_id}"
