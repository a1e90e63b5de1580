"""The opaque keys of people and workshops in a published allocation."""

from hashlib import sha256

from events.models.convention import Workshop
from events.models.registration import Registration


def key_of(registration: Registration) -> str:
    """Names the person in a published file: whoever holds the registration can find it, nobody else."""
    return sha256(f"ateliers:{registration.public_id}".encode()).hexdigest()[:16]


def key_of_workshop(workshop: Workshop) -> str:
    return f"atelier-{workshop.item_id}"
