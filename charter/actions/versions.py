"""The charter's versions: a draft becomes a text that never changes again."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof import journal
from charter.actions.refusals import wrong
from charter.models import CharterVersion
from partners.models import User


def publish_version(
    *, version: CharterVersion, by: User, effective_on: date | None = None, at: datetime | None = None
) -> CharterVersion:
    """Freeze the text and its digest, by the national team. ``effective_on``: the day it comes into force.

    Raises Conflict "already_published", "empty"; ValidationError without a day.
    """
    if not by.is_national:
        raise PermissionDenied
    return freeze_version(version=version, effective_on=effective_on, at=at, personal={"publisher_email": by.email})


def freeze_version(
    *,
    version: CharterVersion,
    effective_on: date | None = None,
    at: datetime | None = None,
    personal: dict[str, str] | None = None,
) -> CharterVersion:
    """The act of ``publish_version``, also for the command that loads the known versions: nobody stands behind it."""
    with transaction.atomic():
        version = CharterVersion.objects.select_for_update().get(pk=version.pk)
        if version.state == CharterVersion.State.PUBLISHED:
            raise Conflict("Cette version est déjà publiée.", code="already_published")
        articles = list(version.articles.all())
        if not articles or not all(article.text.strip() for article in articles):
            raise Conflict("Une version se publie avec un article au moins, et aucun article vide.", code="empty")
        version.effective_on = effective_on or version.effective_on
        if version.effective_on is None:
            raise wrong("effective_on", "Donnez la date d’effet.", "required")
        version.published_at = at or timezone.now()
        version.state = CharterVersion.State.PUBLISHED
        version.digest = version.compute_digest()
        version.save()
        journal.append(
            kind="version_published",
            subject=f"charter/{version.slug}",
            facts={
                "version": version.label,
                "digest": version.digest,
                "version_kind": version.kind,
                "placeholder": version.is_placeholder,
                "effective_on": version.effective_on.isoformat(),
            },
            personal=personal,
        )
    return version
