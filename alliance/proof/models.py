"""The journal's tables. Only the clear values can be erased; of the rest nothing is ever changed nor removed."""

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


class JournalNode(models.Model):
    """The hash over a complete subtree, ``level`` from 1: a trigger writes it when the last leaf below is inserted."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField("étage")
    index = models.PositiveBigIntegerField("rang")
    hash = models.BinaryField("empreinte", max_length=32)

    class Meta:
        verbose_name = "nœud du journal"
        verbose_name_plural = "nœuds du journal"

    def __str__(self):
        return f"nœud {self.level}/{self.index}"


class PublicKey(models.Model):
    """A key that others verify with, from the day it is announced. Each one but the first is signed by a journal key.

    ``public_key`` is the DER of its SubjectPublicKeyInfo, ``fingerprint`` the SHA-256 of that in hexadecimal.
    """

    class Kind(models.TextChoices):
        JOURNAL = "journal", "journal"
        SEAL = "seal", "cachet"

    kind = models.CharField("emploi", max_length=10, choices=Kind)
    algorithm = models.CharField("algorithme", max_length=20)
    origin = models.CharField("nom du journal", max_length=260)
    public_key = models.BinaryField("clé publique")
    fingerprint = models.CharField("empreinte", max_length=64, unique=True)
    valid_from = models.DateTimeField("en vigueur depuis")
    signed_by = models.ForeignKey("self", models.PROTECT, null=True, verbose_name="annoncée par", related_name="+")
    signature = models.BinaryField("signature", null=True)

    class Meta:
        verbose_name = "clé publique"
        verbose_name_plural = "clés publiques"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["journal", "seal"]), name="public_key_kind"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=False, signature__isnull=False)
                | Q(signed_by__isnull=True, signature__isnull=True, kind="journal"),
                name="public_key_is_signed",
            ),
            models.UniqueConstraint("kind", condition=Q(signed_by__isnull=True), name="public_key_first_once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.fingerprint[:16]}"


class Checkpoint(models.Model):
    """The journal's root at a size, signed: ``text`` is the whole signed note that was given out."""

    size = models.PositiveBigIntegerField("nombre d’entrées", unique=True)
    root = models.BinaryField("racine", max_length=32)
    text = models.TextField("note signée")
    key = models.ForeignKey(PublicKey, models.PROTECT, verbose_name="clé", related_name="+")
    signed_at = models.DateTimeField("signé le")

    class Meta:
        verbose_name = "point de contrôle"
        verbose_name_plural = "points de contrôle"
        ordering = ["size"]

    def __str__(self):
        return f"journal à {self.size} entrées"


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
