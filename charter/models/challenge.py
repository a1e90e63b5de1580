"""What an access key signs when an act is concluded with it: neither a random number nor a picture, the act itself."""

import hashlib

from django.db import models
from django.db.models import Q

from charter.models.preparation import SigningCode


def challenge_of(document_digest: str, consent: str, act_id: str) -> bytes:
    """SHA-256(document digest || consent digest || act's id): 32 raw bytes, 32 raw bytes, then UTF-8.

    ``act_id``: the code of a signature, or the public id of a withdrawal, whose document is the newest one it ends.
    """
    consent_digest = hashlib.sha256(consent.encode()).digest()
    return hashlib.sha256(bytes.fromhex(document_digest) + consent_digest + act_id.encode()).digest()


class PasskeyChallenge(models.Model):
    """The id that an act will bear, reserved for one person, organisation, version and browser session; serves once.

    ``credential_id`` and ``sign_count`` are those of the answer that was accepted.
    """

    Act = SigningCode.Act

    act = models.CharField("acte", max_length=8, choices=Act)
    act_id = models.CharField("identifiant réservé", max_length=36, unique=True)
    user = models.ForeignKey("partners.User", models.CASCADE, related_name="+")
    organisation = models.ForeignKey("partners.Organisation", models.CASCADE, related_name="+")
    version = models.ForeignKey("charter.CharterVersion", models.CASCADE, related_name="+")
    session_digest = models.CharField(max_length=64)
    challenge = models.CharField("défi", max_length=64, unique=True)
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    credential_id = models.CharField("clé", max_length=1400, blank=True)
    sign_count = models.PositiveBigIntegerField("compteur", null=True, blank=True)

    class Meta:
        verbose_name = "défi d’une clé d’accès"
        verbose_name_plural = "défis des clés d’accès"
        indexes = [models.Index(fields=["user", "-reserved_at"], name="passkey_challenge_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, sign_count__isnull=True, credential_id="")
                | (Q(used_at__isnull=False, sign_count__isnull=False) & ~Q(credential_id="")),
                name="passkey_challenge_used_by_a_key",
            )
        ]

    def __str__(self):
        return f"défi {self.pk}"
