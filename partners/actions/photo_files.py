"""Photos taken away: their rows at once, their files once that is certain."""

from collections.abc import Iterable

from alliance import outbox
from partners.models import ProjectPhoto


def forget_photos(photos: Iterable[ProjectPhoto]) -> None:
    for photo in photos:
        outbox.owe("partners.erase_photo", [photo.path(width) for width in photo.widths])
        photo.delete()
