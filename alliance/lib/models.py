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
