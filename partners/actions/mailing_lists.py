"""Whom a bulk mail reaches: each address once, and why the others are set apart."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from alliance.lib.errors import Conflict
from partners.models import Bounce, Mailing, MailingSelection, MailRefusal, Membership, Organisation, User
from partners.models.mailing import Aside

MOST = 10_000
TOO_MANY = "Un envoi groupé part de 10 000 lignes au plus : affinez les filtres."


@dataclass(frozen=True)
class Line:
    organisation_id: int | None
    person_id: int | None
    address: str
    aside: str = ""


def select(*, by: User, noun: str, keys: QuerySet) -> MailingSelection:
    """Freeze the rows that were ticked; ``keys``: values_list of one column. Raises Conflict "too_many", "none"."""
    found = sorted(set(keys.order_by()[: MOST + 1]))
    if len(found) > MOST:
        raise Conflict(TOO_MANY, code="too_many")
    if not found:
        raise ValidationError("Cochez au moins une ligne.", code="none")
    return MailingSelection.objects.create(noun=noun, keys=found, made_by=by)


@dataclass
class _Listing:
    """The reasons, read once, and the addresses that are listed so far."""

    declined: set[int]
    bounced: set[str]
    listed: set[str] = field(default_factory=set)

    def line(self, organisation_id: int | None, person: User) -> Line:
        address = person.email.strip().lower()
        reasons = {
            Aside.INACTIVE: not person.is_active or not address,
            Aside.ALONE: organisation_id is None,
            Aside.DECLINED: person.pk in self.declined,
            Aside.BOUNCED: address in self.bounced,
            Aside.TWICE: address in self.listed,
        }
        reason = next((reason for reason, holds in reasons.items() if holds), "")
        if not reason:
            self.listed.add(address)
        return Line(organisation_id, person.pk, address, reason)


def chosen(mailing: Mailing, organisations: QuerySet, by: User) -> list[Line]:
    """Everybody whom the choice reaches, among ``organisations``; a constant number of queries."""
    declined = set(MailRefusal.objects.filter(kind=mailing.kind).values_list("person", flat=True))
    listing = _Listing(declined, set(Bounce.objects.open().values_list("address", flat=True)))
    selection = mailing.selection
    if selection is None:
        return _in_organisations(mailing, organisations, listing)
    if selection.is_of_people:
        return _people(selection, organisations, by, listing)
    lines = _in_organisations(mailing, organisations.filter(pk__in=selection.keys), listing)
    outside = set(selection.keys) - {line.organisation_id for line in lines}
    left = Organisation.objects.filter(pk__in=outside).order_by("search_name", "pk").values_list("pk", flat=True)
    return [*lines, *(Line(key, None, "", Aside.OUTSIDE) for key in left)]


def _in_organisations(mailing: Mailing, organisations: QuerySet, listing: _Listing) -> list[Line]:
    ids = organisations.order_by("search_name", "pk").values_list("pk", flat=True)
    attached: dict[int, list[Membership]] = {key: [] for key in ids}
    held = Membership.objects.live().filter(organisation__in=organisations.order_by().values("pk"))
    for membership in held.filter(role__in=mailing.roles).select_related("user").order_by("user__email", "pk"):
        attached.setdefault(membership.organisation_id, []).append(membership)
    lines: list[Line] = []
    for key, memberships in attached.items():
        people = list({membership.user_id: membership.user for membership in memberships}.values())
        if not people:
            lines.append(Line(key, None, "", Aside.NOBODY))
        lines += [listing.line(key, person) for person in people]
    return lines


def _people(selection: MailingSelection, organisations: QuerySet, by: User, listing: _Listing) -> list[Line]:
    """Each of them once, for the first organisation that the sender may write to."""
    people = User.objects.visible_to(by).filter(pk__in=selection.keys)
    held = Membership.objects.live().filter(
        user__in=selection.keys, organisation__in=organisations.order_by().values("pk")
    )
    place: dict[int, int] = {}
    for person, key in held.order_by("organisation__search_name", "pk").values_list("user", "organisation"):
        place.setdefault(person, key)
    return [listing.line(place.get(person.pk), person) for person in people.order_by("search_name", "pk")]


def digest(mailing: Mailing, lines: Iterable[Line]) -> str:
    told = [mailing.subject, mailing.body, mailing.kind]
    told += sorted(f"{line.organisation_id} {line.person_id} {line.address} {line.aside}" for line in lines)
    return hashlib.sha256("\x00".join(told).encode()).hexdigest()
