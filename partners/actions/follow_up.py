"""News of projects: asked of the people who keep them, once a month at most; recorded by the link of the letter."""

from collections import defaultdict
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from alliance import outbox
from alliance.lib.errors import Conflict
from partners.actions.projects import WRITERS, confirm_project
from partners.actions.proposals import keep_proposal
from partners.models import FollowUp, Membership, Need, Project, ProjectFigure, UpdateLink, User
from partners.models.follow_up import LINK_LIFE, PAUSE
from partners.models.project import FRESH_MONTHS, months_before
from partners.models.upkeep import RUNNING

FORGOTTEN_MONTHS = 24
PER_LETTER = 10
KEEPERS = 3
LEADS_AT_ONCE = 500
BY_ROLE = ("contributor", "administrator", "signatory")


def awaited(on: date):
    """Published projects that run, without news for six months; after two years nobody is asked any more."""
    oldest, latest = months_before(on, FORGOTTEN_MONTHS), months_before(on, FRESH_MONTHS)
    return Project.objects.public().filter(
        state__in=RUNNING, confirmed_on__lte=latest, confirmed_on__gte=oldest, lead__isnull=False
    )


def keepers(on: date) -> dict[int, list[int]]:
    """Person → the projects to ask them about, the oldest first.

    Who submitted a project keeps it as long as they write for its lead; else its contributors do, else its
    administrators, else its signatories; three people at most. Who asked to be left alone is left out.
    """
    found: dict[int, list[int]] = defaultdict(list)
    leads = list(awaited(on).order_by("lead").values_list("lead", flat=True).distinct())
    for start in range(0, len(leads), LEADS_AT_ONCE):
        some = leads[start : start + LEADS_AT_ONCE]
        writers = _writers(some, on)
        rows = awaited(on).filter(lead__in=some).order_by("confirmed_on", "pk")
        for pk, lead, author in rows.values_list("pk", "lead", "submitted_by"):
            for person in _keepers_of(writers[lead], author):
                found[person].append(pk)
    return found


def _writers(leads: list[int], on: date) -> dict[int, dict[str, list[int]]]:
    """Organisation → role → people, the earliest first."""
    rows = Membership.objects.live(on).filter(organisation__in=leads, role__in=WRITERS, user__is_active=True)
    rows = rows.exclude(user__follow_up__stopped_at__isnull=False).order_by("starts_on", "pk")
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for lead, role, person in rows.values_list("organisation", "role", "user"):
        found[lead][role].append(person)
    return found


def _keepers_of(roles: dict[str, list[int]], author: int | None) -> list[int]:
    if any(author in people for people in roles.values()):
        return [author]
    return next((roles[role][:KEEPERS] for role in BY_ROLE if roles.get(role)), [])


def ask_for_news(*, at: datetime, on: date) -> int:
    """Owe each person one letter for all their projects, and their needs that end soon; the number of letters.

    A crash in between loses none.
    """
    found = keepers(on)
    for person in Need.objects.ending(on).order_by("created_by").values_list("created_by", flat=True).distinct():
        found.setdefault(person, [])
    return sum(_ask(person, projects[:PER_LETTER], at) for person, projects in found.items())


@transaction.atomic
def _ask(person: int, projects: list[int], at: datetime) -> bool:
    """Whether a letter is owed: never twice in thirty days, whoever asks at once."""
    FollowUp.objects.get_or_create(person_id=person)
    agreed = FollowUp.objects.select_for_update().get(person_id=person)
    if agreed.stopped_at or (agreed.asked_at and agreed.asked_at > at - PAUSE):
        return False
    agreed.asked_at = at
    agreed.save(update_fields=["asked_at"])
    link = UpdateLink.objects.create(person_id=person, projects=projects, made_at=at, expires_at=at + LINK_LIFE)
    outbox.owe("partners.send_follow_up", link.pk)
    return True


@transaction.atomic
def record_news(
    *, link: UpdateLink, project: Project, verdict: str, reached: dict[int, int], at: datetime, note: str = ""
) -> Project:
    """What the holder of a link says of a project: ``same``, ``done``, ``resumed`` or ``changed`` (told in a ``note``).

    ``reached``: figure → its new value, written at once like the state; a note, whatever the verdict, waits for an
    agent: what somebody typed is not lost because they pressed another button. Raises Conflict
    "link_over"; ValidationError "note"; PermissionDenied for a project that the link does not speak of.
    """
    link = UpdateLink.objects.live(at).select_for_update(of=("self",)).filter(pk=link.pk).first()
    if link is None:
        raise Conflict("Ce lien ne sert plus.", code="link_over")
    if project.pk not in link.projects:
        raise PermissionDenied
    if verdict == "changed" and not note.strip():
        raise ValidationError("Dites en quelques mots ce qui a changé.", code="note")
    states = {"done": Project.State.DONE, "resumed": Project.State.ONGOING}
    project = confirm_project(project=project, by=link.person, state=states.get(verdict))
    for figure in ProjectFigure.objects.filter(project=project, pk__in=reached):
        figure.reached = reached[figure.pk]
        figure.save(update_fields=["reached"])
    if note.strip():
        waiting = project.proposed_changes.waiting().first()
        keep_proposal(subject=project, values=waiting.values if waiting else {}, by=link.person, note=note.strip())
    return project


def set_follow_up(*, person: User, wanted: bool, at: datetime) -> FollowUp:
    """Stop, or take up again, the monthly letter."""
    return FollowUp.objects.update_or_create(person=person, defaults={"stopped_at": None if wanted else at})[0]


def revoke_links(*, person: User, at: datetime) -> int:
    """The links that a person holds open nothing any more; new ones come with new letters."""
    return UpdateLink.objects.live(at).filter(person=person).update(revoked_at=at)
