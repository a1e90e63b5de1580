"""The charter's versions: a draft, proposed by one agent and published by another, never changes again."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict, conflict_on
from alliance.lib.french import long_date
from alliance.proof import journal
from charter.actions.carry import carry_all_over
from charter.actions.refusals import wrong
from charter.models import CharterVersion
from partners.models import User

State = CharterVersion.State
ALREADY_PUBLISHED = "Cette version est déjà publiée."
NOT_PROPOSED = "Cette version n’est pas proposée à la publication : proposez-la d’abord."
SAME_AGENT = "Vous avez proposé cette version : un autre agent de l’équipe nationale la publie."


def propose_version(
    *, version: CharterVersion, by: User, effective_on: date | None = None, at: datetime | None = None
) -> CharterVersion:
    """Ask another agent to publish. From now on the text does not move, unless it is taken back.

    Raises Conflict "already_published", "already_proposed", "empty"; ValidationError without a day of effect, or one
    that does not follow the last; PermissionDenied outside the national team.
    """
    require_national(by)
    with transaction.atomic():
        version = locked(version)
        if version.state == State.PROPOSED:
            raise Conflict("Cette version est déjà proposée à la publication.", code="already_proposed")
        check_whole(version, effective_on)
        check_follows(version)
        version.state, version.proposed_by, version.proposed_at = State.PROPOSED, by, at or timezone.now()
        version.save()
    return version


def take_back_version(*, version: CharterVersion, by: User) -> CharterVersion:
    """A proposed version is a draft again, so that its text can be corrected. Raises Conflict "not_proposed"."""
    require_national(by)
    with transaction.atomic():
        version = locked(version)
        if version.state != State.PROPOSED:
            raise Conflict(NOT_PROPOSED, code="not_proposed")
        version.state, version.proposed_by, version.proposed_at = State.DRAFT, None, None
        version.save()
    return version


def publish_version(*, version: CharterVersion, by: User, at: datetime | None = None) -> CharterVersion:
    """Freeze the text that another agent of the national team has proposed; an editorial one carries signatures over.

    Raises Conflict "already_published", "not_proposed", "same_agent"; ValidationError when another version published
    meanwhile takes effect later; PermissionDenied outside the national team.
    """
    require_national(by)
    with conflict_on("charter_published_by_another", SAME_AGENT, code="same_agent"):
        version = locked(version)
        if version.state != State.PROPOSED:
            raise Conflict(NOT_PROPOSED, code="not_proposed")
        check_follows(version)
        version.published_by = by
        return freeze(version, at or timezone.now())


def freeze_version(*, version: CharterVersion, at: datetime | None = None) -> CharterVersion:
    """Publish a placeholder text without agents, for the command that loads the known versions.

    Raises Conflict "already_published", "empty"; ValidationError without a day of effect.
    """
    with transaction.atomic():
        version = locked(version)
        check_whole(version)
        return freeze(version, at or timezone.now())


def require_national(by: User) -> None:
    if not by.is_national:
        raise PermissionDenied


def locked(version: CharterVersion) -> CharterVersion:
    """The row as it is now, held; refused once published."""
    version = CharterVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.state == State.PUBLISHED:
        raise Conflict(ALREADY_PUBLISHED, code="already_published")
    return version


def check_whole(version: CharterVersion, effective_on: date | None = None) -> None:
    """Articles, none of them empty, and a day of effect, which is set when given."""
    articles = list(version.articles.all())
    if not articles or not all(article.text.strip() for article in articles):
        raise Conflict("Une version se publie avec un article au moins, et aucun article vide.", code="empty")
    version.effective_on = effective_on or version.effective_on
    if version.effective_on is None:
        raise wrong("effective_on", "Donnez la date d’effet.", "required")


def check_follows(version: CharterVersion) -> None:
    """It takes effect after all those already published, so that signatures are carried over in order."""
    last = CharterVersion.objects.published().order_by("-effective_on").first()
    if last and version.effective_on <= last.effective_on:
        sentence = f"La date d’effet doit suivre celle de la version {last.label}, le {long_date(last.effective_on)}."
        raise wrong("effective_on", sentence, "not_after")


def freeze(version: CharterVersion, at: datetime) -> CharterVersion:
    """Inside the transaction that holds the row."""
    version.state, version.published_at = State.PUBLISHED, at
    version.digest = version.compute_digest()
    version.save()
    agents = {"proposer_email": version.proposed_by, "publisher_email": version.published_by}
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
        personal={name: agent.email for name, agent in agents.items() if agent},
    )
    carry_all_over(version, at)
    return version
