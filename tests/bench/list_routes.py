"""Every page of /gestion/ and /espace/ that somebody reads, from the URL tables: a new list cannot be forgotten.

A route is walked when its places can be filled with rows of the bench (``ROWS``); pages of one row that holds no list,
and rows that the bench does not make, stand in ``APART``. What is in neither is ``forgotten``.
"""

import re
from collections.abc import Callable, Iterator

from django.apps import apps
from django.db.models import Count, QuerySet

from alliance.portal.mail_rows import letters
from charter.models import Campaign, CharterVersion, Signature
from events.models import Convention, ProgrammeItem
from partners.models import (
    Agreement,
    Bounce,
    BulkAct,
    JoinRequest,
    LikelyPair,
    Mailing,
    Need,
    Organisation,
    Project,
    ProposedChange,
    Resource,
    SheetImport,
    StaffPerimeter,
    User,
    Viewing,
)
from tests.portal.route_matrix import ROUTES
from tests.portal.test_route_matrix import PLACE, filled, routes

OF_AGENTS = {"national": {"staff", "region", "national"}, "delegate": {"staff", "region"}}
OF_PARTNERS = {"signed_in", "member", "writer", "signatory", "administrator", "evidence"}
FILE = re.compile(r"\.(pdf|zip|csv|xlsx|json|ics|png|svg)$|/piece/$|<str:name>$")
APART = """
    account_reauthenticate mfa_reauthenticate mfa_reauthenticate_webauthn account_change_password mfa_activate_totp
    mfa_deactivate_totp mfa_add_webauthn mfa_edit_webauthn mfa_remove_webauthn mfa_generate_recovery_codes
    mfa_view_recovery_codes mfa_index admin:login admin:logout admin:jsi18n admin:password_change
    admin:password_change_done admin:autocomplete admin:view_on_site admin:catch_all
    portal:account_erase charter:sign
""".split()  # noqa: SIM905  forms and redirections without any row
APART_NOUNS = """
    agreement_act agreement_file agreement_paper space_agreement_act space_agreement_file space_agreement_paper
    any_proposal any_roadmap_item workshop_table speaker temps invitation_round staff_door
    author charter_letter copy_file invitation_list key membership merger network_above network_adhesion
    report sheet_export space_asked space_join space_photo space_project view mandate
    admin_anything prepared_convention
""".split()  # noqa: SIM905  one row, or rows that the bench does not make


def busiest() -> QuerySet:
    """The organisation to which half of everything is attached."""
    return Organisation.objects.filter(slug__startswith="liste-").order_by("pk")


def partner() -> User:
    return User.objects.get(email="liste-1@bench.invalid")


def network() -> QuerySet:
    """The largest one, of which the partner is an administrator."""
    headed = Organisation.objects.filter(memberships__user=partner(), kind="network")
    return headed.annotate(size=Count("children")).order_by("-size")


def convention() -> QuerySet:
    return Convention.objects.order_by("pk")


def pair(agent: User) -> dict[str, str]:
    found = LikelyPair.objects.writable_by(agent).select_related("first", "second").order_by("pk")[0]
    return {"keep": found.first.slug, "gone": found.second.slug}


def waiting(agent: User) -> dict:
    return {"source": "signature", "pk": Signature.objects.writable_by(agent).pending().order_by("pk")[0].pk}


ROWS: dict[str, Callable[[], QuerySet | dict]] = {
    "organisation": busiest,
    "network": network,
    "any_convention": convention,
    "convention": convention,
    "agreement": lambda: Agreement.objects.filter(organisation=busiest()[0]),
    "space_agreement": lambda: Agreement.objects.filter(organisation=busiest()[0]),
    "agent": lambda: User.objects.filter(pk__in=StaffPerimeter.objects.values("user")),
    "asked": lambda: JoinRequest.objects.for_staff(),
    "batch": lambda: BulkAct.objects.order_by("-pk"),
    "bounce": lambda: Bounce.objects.open(),
    "campaign": lambda: Campaign.objects.filter(opened_at__isnull=False, closed_at=None),
    "closed_campaign": lambda: Campaign.objects.filter(closed_at__isnull=False),
    "reminder": lambda: apps.get_model("charter", "Reminder").objects.all(),
    "list": lambda: {"noun": "partners.organisation"},
    "mailing": lambda: Mailing.objects.order_by("-pk"),
    "need": lambda: Need.objects.filter(ended_at=None, matches__isnull=False).order_by("-pk"),
    "space_need": lambda: Need.objects.filter(organisation=busiest()[0]),
    "project": lambda: Project.objects.filter(moderation="submitted"),
    "proposed_change": lambda: ProposedChange.objects.waiting().filter(organisation__slug__startswith="liste-"),
    "sheet": lambda: SheetImport.objects.order_by("-pk"),
    "signature": lambda: Signature.objects.filter(organisation=busiest()[0]),
    "space_signature": lambda: Signature.objects.filter(organisation=busiest()[0]),
    "version": lambda: CharterVersion.objects.filter(state="published"),
    "viewing": lambda: Viewing.objects.order_by("-pk"),
    "programme_item": lambda: ProgrammeItem.objects.order_by("pk"),
    "admin_app": lambda: {"app_label": "partners"},
}


ROWS_OF: dict[str, Callable[[User], QuerySet | dict]] = {
    "mail": lambda agent: letters(agent).order_by("-pk"),
    "pair": pair,
    "resource": lambda agent: Resource.objects.writable_by(agent).order_by("-pk"),
    "waiting": waiting,
}
"""Those that an agent reads for being theirs to act upon."""


def read_pages() -> Iterator[tuple]:
    """``(name, path, door)`` of what is read in both places and is a page, not a file."""
    for name, path, _ in routes():
        door = ROUTES.get(name)
        inside = path.startswith(("gestion/", "espace/"))
        if inside and door and door.read not in ("", "nobody") and 200 in door.gives and not FILE.search(path):
            yield name, path, door


def forgotten() -> list[str]:
    return sorted(name for name, _, door in read_pages() if not is_apart(name, door) and not known(door.on))


def is_apart(name: str, door) -> bool:
    return name in APART or door.on in APART_NOUNS


def known(noun: str) -> bool:
    return not noun or noun in ROWS or noun in ROWS_OF or noun.startswith("admin_")


def pages_of(who: str, agent: User) -> Iterator[tuple[str, str]]:
    """``(name of the route, address)`` of those that ``agent`` reads."""
    readers = OF_AGENTS.get(who, OF_PARTNERS)
    for name, path, door in read_pages():
        if is_apart(name, door) or not known(door.on) or not readers & set(door.read.split("|")):
            continue
        for suffix, values in each_of(door.on, path, agent):
            query = f"?{door.query}" if door.query else ""
            yield f"{name}{suffix}", filled(path, values) + query


def each_of(noun: str, path: str, agent: User) -> Iterator[tuple[str, dict]]:
    places = [found[1] or found[2] for found in PLACE.finditer(path)]
    if not noun:
        yield "", {}
    elif noun == "organisation" and path.startswith("espace/"):
        yield "", {"slug": busiest()[0].slug}
        yield ", of a network", {"slug": network()[0].slug}
    elif values := values_of(noun, places, agent):
        yield "", values


def values_of(noun: str, places: list[str], agent: User) -> dict | None:
    """Of the first row that ``agent`` may read; None when the bench has none."""
    if noun in ROWS_OF:
        found = ROWS_OF[noun](agent)
    else:
        found = ROWS[noun]() if noun in ROWS else model_of(noun).objects.order_by("pk")
    if isinstance(found, dict):
        return found
    row = (found.visible_to(agent) if hasattr(found, "visible_to") else found).first()
    if row is None:
        return None
    values = {"object_id": row.pk, "pk": row.pk}
    if noun.startswith("space_"):
        values["slug"] = row.organisation.slug
    if noun == "reminder":
        values |= {"public_id": row.campaign.public_id, "reminder_id": row.public_id}
    return {place: values.get(place) or getattr(row, place) for place in places}


def model_of(noun: str):
    return apps.get_model(*noun.removeprefix("admin_").split("_", 1))
