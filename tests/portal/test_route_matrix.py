"""Every route × method × role, as ``route_matrix.py`` declares them; and a stranger's row is nowhere told from none."""

import re
from contextlib import nullcontext
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import override_settings

from partners.models import Organisation
from tests.portal.matrix import METHODS, READS, ROLES, Door, expected, may
from tests.portal.matrix_asking import World
from tests.portal.matrix_closed import closed_nouns, opening
from tests.portal.matrix_world import make_world
from tests.portal.route_matrix import ROUTES
from tests.portal.test_public_pages import all_routes

pytestmark = pytest.mark.django_db

PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
HOW = """

Declare each in tests/portal/route_matrix.py, for instance
    "{name}": Door("member", "organisation", post="writer"),
« who reads », « noun of the address », « who sends »: the words are in tests/portal/matrix.py, the nouns in
tests/portal/matrix_world.py (a model of the back office is one line of ADMIN).
"""


def routes():
    """``(name, path, callback)``; the admin's redirections without a name get one."""
    for name, path, callback in all_routes():
        if name == "admin:None":
            parts = path.split("/")
            name = f"admin:{parts[1]}_{parts[2]}_row" if "object_id" in path else "admin:catch_all"
        yield name, path, callback


def declared(world=None):
    """Those that can be asked: their row was made."""
    found = [(name, path, callback, ROUTES[name]) for name, path, callback in routes() if name in ROUTES]
    return [each for each in found if world is None or not each[-1].on or each[-1].on in world.nouns]


def test_every_route_is_declared():
    missing = sorted({name for name, *_ in routes()} - set(ROUTES))
    assert missing == [], f"{missing}{HOW.format(name=missing[0])}"


def test_every_declared_route_exists():
    gone = sorted(set(ROUTES) - {name for name, *_ in routes()})
    assert gone == [], f"Take them out of tests/portal/route_matrix.py: {gone}"


def test_every_address_that_holds_something_names_its_noun(world):
    wrong = [name for name, path, _, door in declared() if bool(PLACE.search(path)) != bool(door.on)]
    assert wrong == [], f"Door(…, on=…) in route_matrix.py: {wrong}"
    unknown = sorted({door.on for *_, door in declared()} - set(world.nouns) - {""})
    assert unknown == [], f"matrix_world.py makes no row of these: add one to one_of_each or shared_rows: {unknown}"


def filled(path: str, values: dict) -> str:
    return "/" + PLACE.sub(lambda place: str(values[place[1] or place[2]]), path).replace("^", "").removesuffix("$")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once; what each request writes is undone at once (``World.ask``)."""
    folder = tmp_path_factory.mktemp("portal")
    with django_db_blocker.unblock(), opening(folder):
        outermost = transaction.atomic()
        outermost._from_testcase = True  # as around every test: actions may own their transaction
        with outermost:
            made = make_world()
            made.nouns |= closed_nouns(folder)
            yield made
            transaction.set_rollback(True)


def methods(door: Door, role: str) -> list[str]:
    """Those that the door takes, and those that it does not: of the latter each role asks one, in turn."""
    others = [method for method in METHODS if not door.who(method)]
    turn = ROLES.index(role) % len(others) if others else 0
    return [method for method in METHODS if door.who(method)] + others[turn : turn + 1]


PARTS = {"admin": lambda name: name.startswith("admin:"), "public": lambda name: ROUTES[name].read in {"public", "key"}}
PARTS["private"] = lambda name: not PARTS["admin"](name) and not PARTS["public"](name)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_answered_as_declared(world, role, part):
    wrong, asked = [], 0
    for name, path, callback, door in declared(world):
        if not PARTS[part](name):
            continue
        address = filled(path, world.nouns[door.on].own if door.on else {}) + door.query
        closed = getattr(callback, "login_required", True)
        for method in methods(door, role):
            with override_settings(**door.settings) if door.settings else nullcontext():
                status = world.ask(role, method, address, door.body, door.headers).status_code
            right = expected(name, door, method, role, "own", closed=closed)
            wrong += [] if status in right else [f"{name} {method}: {status}, not {right}"]
            asked += 1
    assert wrong == [], "\n".join(wrong)
    assert asked > 100


def pairs(noun):
    """``(target, address of what is not ours, address of what is not)``."""
    if noun.stranger:
        yield "stranger", noun.stranger, noun.missing
    for hidden, missing in noun.hidden:
        yield "missing", hidden, missing


VARYING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|"csrf-token" content="[^"]+"')
VARYING_HEADERS = {"content-length", "expires", "ratelimit", "set-cookie", "x-request-id"}


def shape(response, address: str) -> tuple:
    """All that a reader can tell: status, headers, body (the address that they typed apart), and the work done."""
    echoed = {address, quote(address, safe="")} | {part for part in address.split("/") if len(part) > 7}
    body = VARYING.sub(b"", response.body)
    headers = {name: value for name, value in response.headers.items() if name.lower() not in VARYING_HEADERS}
    for typed in sorted(echoed, key=len, reverse=True):
        body = body.replace(typed.encode(), b"~")
        headers = {name: value.replace(typed, "~") for name, value in headers.items()}
    return response.status_code, headers, body, len(response.queries)


def difference(one: tuple, two: tuple) -> str:
    """The first thing that tells one from the other, in words."""
    for what, first, second in zip(("status", "headers", "body", "queries"), one, two, strict=True):
        if what == "headers":
            first, second = (dict(each.items() - other.items()) for each, other in ((first, second), (second, first)))
        if first != second:
            at = next((n for n, pair in enumerate(zip(str(first), str(second), strict=False)) if len(set(pair)) > 1), 0)
            return f"{what}: {str(first)[max(at - 40, 0) :][:90]} ≠ {str(second)[max(at - 40, 0) :][:90]}"
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_a_strangers_row_is_not_told_from_a_missing_one(world, role):
    wrong, compared, answered = [], 0, {}

    def shape_of_none(method: str, address: str, body: dict) -> tuple:
        """Once for each address, however many strangers' rows it is compared with."""
        if (method, address) not in answered:
            answered[method, address] = shape(world.ask(role, method, address, body), address.partition("?")[0])
        return answered[method, address]

    for name, path, callback, door in [each for each in declared(world) if each[-1].on]:
        closed = getattr(callback, "login_required", True)
        sent = [each for each in METHODS if each in READS or door.who(each)]
        for target, hidden, missing in pairs(world.nouns[door.on]):
            for method in sent:
                theirs = world.ask(role, method, filled(path, hidden) + door.query, door.body)
                right = expected(name, door, method, role, target, closed=closed)
                if theirs.status_code not in right:
                    wrong.append(f"{name} {method} {target}: {theirs.status_code}, not {right}")
                if may(door.read or door.who(method), role, target):
                    continue  # it is no stranger's to them
                none = shape_of_none(method, filled(path, missing) + door.query, door.body)
                told = difference(shape(theirs, filled(path, hidden)), none)
                wrong += [f"{name} {method} {target}: {told}"] if told else []
                compared += 1
    assert wrong == [], "\n".join(wrong)
    assert compared > 100


def test_control_an_undeclared_route_is_told(monkeypatch):
    monkeypatch.delitem(ROUTES, "portal:space_team")
    with pytest.raises(AssertionError, match=r"portal:space_team[\s\S]*Declare each in"):
        test_every_route_is_declared()


def test_control_a_declared_route_that_is_gone_is_told(monkeypatch):
    monkeypatch.setitem(ROUTES, "portal:nowhere", Door("public"))
    with pytest.raises(AssertionError, match="portal:nowhere"):
        test_every_declared_route_exists()


def test_control_a_door_that_opens_too_wide_is_told(world, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROUTES", {"charter:attestation": Door("evidence|region", "signature")})
    with pytest.raises(AssertionError, match=r"charter:attestation GET: 200, not \{404\}"):
        test_each_role_is_answered_as_declared(world, "reader", "private")


def leaking_lookup(leak: str):
    """``own_organisation`` as somebody careless would write it: it looks before it asks whose it is."""

    def found(request, slug: str):
        row = Organisation.objects.filter(slug=slug).first()
        if row and leak == "queries":
            list(row.memberships.all())
        if row and leak == "status":
            raise PermissionDenied
        raise Http404

    return found


@pytest.mark.parametrize("leak", ["queries", "status"])
def test_control_a_door_that_looks_too_far_is_told(world, monkeypatch, leak):
    monkeypatch.setattr(f"{__name__}.ROUTES", {"partners:space_needs": ROUTES["partners:space_needs"]})
    monkeypatch.setattr("partners.views.needs.own_organisation", leaking_lookup(leak))
    with pytest.raises(AssertionError, match=f"partners:space_needs GET stranger: ({leak}|403)"):
        test_a_strangers_row_is_not_told_from_a_missing_one(world, "contributor")


@pytest.mark.parametrize("leak", ["body", "headers"])
def test_control_an_answer_that_names_a_strangers_row_is_told(world, monkeypatch, leak):
    ask = World.ask

    def tells(self, role, method, path, *sent):
        response = ask(self, role, method, path, *sent)
        if path == "/espace/voisine/besoins/" and leak == "body":
            response.body += b"<!-- 1 -->"
        if path == "/espace/voisine/besoins/" and leak == "headers":
            response.headers["Vary"] = "Accept"
        return response

    monkeypatch.setattr(f"{__name__}.ROUTES", {"partners:space_needs": ROUTES["partners:space_needs"]})
    monkeypatch.setattr(World, "ask", tells)
    with pytest.raises(AssertionError, match=f"partners:space_needs GET stranger: {leak}"):
        test_a_strangers_row_is_not_told_from_a_missing_one(world, "contributor")
