"""What feeds, alerts and embedded pages say of a row: a title, a line, when it changed and how."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from alliance.lib import french
from charter.models import CharterVersion, Signature, StandingState
from events.models import Convention
from partners.models import Agreement, Organisation, Project

SAME_ACT = timedelta(seconds=5)


@dataclass(frozen=True)
class Item:
    """``ref``: what never changes in its address; ``change``: what happened last, in words."""

    key: int
    ref: str
    title: str
    path: str
    line: str
    summary: str
    updated: datetime
    published: datetime | None = None
    change: str = ""

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.path}"


def in_order(keys: list[int], found: dict[int, Item]) -> list[Item]:
    return [found[key] for key in keys if key in found]


def place_of(commune) -> str:
    return f"{commune.name} ({commune.department.name})" if commune else ""


def joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def change_of(created: datetime, updated: datetime, confirmed_on=None) -> str:
    """« Publié », « Confirmé » or « Modifié », with the day."""
    day = timezone.localdate(updated)
    if updated - created < SAME_ACT:
        return f"Publié le {french.full_date(day)}"
    if confirmed_on == day:
        return f"Confirmé le {french.full_date(day)}"
    return f"Modifié le {french.full_date(day)}"


def of_projects(keys: list[int]) -> list[Item]:
    rows = Project.objects.public().filter(pk__in=keys).select_related("lead", "commune__department")
    found = {}
    for row in rows.defer("search", "keywords", "description", "lead__search", "lead__description"):
        line = joined(row.lead.label if row.lead else "porteur non renseigné", place_of(row.commune))
        change = change_of(row.created_at, row.updated_at, row.confirmed_on)
        path = f"/projets/{row.slug}/"
        found[row.pk] = Item(row.pk, path, row.title, path, line, row.summary, row.updated_at, row.created_at, change)
    return in_order(keys, found)


def of_organisations(keys: list[int]) -> list[Item]:
    rows = Organisation.objects.public().filter(pk__in=keys).select_related("commune__department")
    found = {}
    for row in rows.defer("search", "description"):
        path, change = f"/annuaire/{row.slug}/", change_of(row.created_at, row.updated_at)
        line = joined(row.get_kind_display(), place_of(row.commune))
        ref = f"/annuaire/{row.public_id}"
        found[row.pk] = Item(row.pk, ref, row.name, path, line, row.summary, row.updated_at, row.created_at, change)
    return in_order(keys, found)


def of_agreements(keys: list[int]) -> list[Item]:
    found = {}
    for row in Agreement.objects.public().filter(pk__in=keys).select_related("organisation"):
        line = joined(row.organisation.name, row.get_kind_display(), row.get_state_display())
        path, change = f"/annuaire/{row.organisation.slug}/", change_of(row.created_at, row.updated_at)
        ref = f"/accords/{row.public_id}"
        found[row.pk] = Item(row.pk, ref, row.title, path, line, "", row.updated_at, row.created_at, change)
    return in_order(keys, found)


def of_conventions(keys: list[int]) -> list[Item]:
    found = {}
    for row in Convention.objects.public().filter(pk__in=keys):
        cancelled = "annulée" if row.state == Convention.State.CANCELLED else ""
        line = joined(cancelled, row.when, row.place)
        change = f"Modifiée le {french.full_date(timezone.localdate(row.updated_at))}"
        path, ref = row.get_absolute_url(), f"/conventions/{row.public_id}"
        found[row.pk] = Item(row.pk, ref, row.title, path, line, row.summary, row.updated_at, change=change)
    return in_order(keys, found)


def of_signatures(keys: list[int]) -> list[Item]:
    current = CharterVersion.objects.in_force(timezone.localdate())
    rows = Signature.objects.public().filter(pk__in=keys).with_standing(current)
    found = {}
    for row in rows.select_related("organisation", "version"):
        state = StandingState(row.standing_state).label
        title = f"{row.organisation_name}, charte {row.version.label}"
        line = joined(state, f"signée le {french.full_date(timezone.localdate(row.signed_at))}")
        path = f"/verifier/{row.code}/"
        found[row.pk] = Item(row.pk, path, title, path, line, "", row.last_fact_at, row.signed_at, state.capitalize())
    return in_order(keys, found)
