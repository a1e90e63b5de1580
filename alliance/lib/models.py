"""What the ground itself keeps."""

from django.db import models


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
