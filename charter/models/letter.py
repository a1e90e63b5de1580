"""What the link of a letter carries: which letter, for whom, about what. Signed by the portal; it gives no right."""

from django.core import signing

SALT = "charter.letter"


def token_of(letter: str, person, organisation, version) -> str:
    return signing.dumps([letter, organisation.pk, version.pk, person.pk], salt=SALT)


def read_token(token: str) -> tuple[str, int, int, int] | None:
    """Letter, then the ids of organisation, version and person; None when we did not write it."""
    try:
        return tuple(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None
