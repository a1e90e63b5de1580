"""The link by which a speaker says yes, no, or no longer: it answers for that row, and gives no other right."""

from hashlib import sha256

from django.core import signing
from django.urls import reverse

from events.models.speaker import Speaker

SALT = "events.speaker"


def speaker_path(speaker: Speaker) -> str:
    return reverse("events:speaker", args=[signing.dumps(speaker.public_id.hex, salt=SALT)])


def read_speaker(token: str) -> str | None:
    """The public id of a link that we wrote."""
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None


def words_digest(speaker: Speaker) -> str:
    """Of what would be public: consent is to the words that were read."""
    words = [speaker.name, speaker.function, speaker.organisation_words, str(speaker.item.public_id)]
    return sha256(repr(words).encode()).hexdigest()[:16]
