"""What the ground itself keeps."""

from django.db import models
from django.db.models.functions import Now


class IdempotentCall(models.Model):
    """The answer given to a creation, kept 24 h for whoever sends the same ``Idempotency-Key`` again."""

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")]

    def __str__(self):
        return f"appel {self.pk}"


class Stamp(models.Model):
    """A random number for each write of a noun, made by triggers in the transaction that writes.

    All the numbers of a noun that a reader sees, combined, are the version of what it sees: docs/decisions/0017.
    """

    noun = models.CharField(max_length=20)
    value = models.BigIntegerField()

    def __str__(self):
        return self.noun


class Change(models.Model):
    """One change of one row, kept by triggers in the transaction that wrote it; it only grows.

    ``noun`` is the table of the row; ``subject`` the table of the thing that it belongs to, itself most often.
    ``after`` of a creation has no empty column, ``before`` of a removal is the whole row.
    Persons are ids: see ``changes.forget``.
    """

    class Verb(models.TextChoices):
        CREATED = "I", "création"
        CHANGED = "U", "modification"
        REMOVED = "D", "suppression"

    at = models.DateTimeField("le", db_default=Now())
    noun = models.CharField("table", max_length=63)
    row_id = models.BigIntegerField("ligne")
    subject = models.CharField("nom", max_length=63)
    subject_id = models.BigIntegerField()
    verb = models.CharField("acte", max_length=1, choices=Verb)
    before = models.JSONField("avant", null=True)
    after = models.JSONField("après", null=True)
    by_id = models.BigIntegerField("par", null=True)
    why = models.TextField("motif", blank=True, default="", db_default="")
    batch = models.UUIDField("lot", null=True)
    via = models.CharField("porte", max_length=160, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "subject_id", "-id"], name="change_of_subject"),
            models.Index(fields=["batch", "-id"], condition=models.Q(batch__isnull=False), name="change_of_batch"),
            models.Index(fields=["by_id", "-id"], condition=models.Q(by_id__isnull=False), name="change_by_person"),
        ]

    def __str__(self):
        return f"{self.noun} {self.row_id} · {self.verb}"
