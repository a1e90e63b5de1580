"""The import map: who may import whom. Held by reading the source, so that a hidden import inside a function counts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
APPS = ("partners", "charter", "events")
BELOW = {"partners": (), "charter": ("partners",), "events": ("partners",)}
INNER = {
    "models": 0,
    "mails": 1,
    "agreement_mails": 1,
    "bounces": 1,
    "returned_mail": 0,
    "mailing_letters": 1,
    "mailing_posts": 1,
    "adhesion_mails": 1,
    "need_mails": 1,
    "arrival_mails": 1,
    "workshop_mails": 1,
    "guest_mails": 1,
    "reminder_mails": 1,
    "proposal_mails": 1,
    "ticket_papers": 1,
    "programme_mails": 1,
    "certificates": 1,
    "after_mails": 1,
    "wishes": 0,
    "pdf": 1,
    "stats": 1,
    "calendars": 1,
    "papers": 1,
    "archives": 1,
    "alarms": 1,
    "prose": 1,
    "evidence": 1,
    "dossier": 1,
    "bundle": 1,
    "verifier": 0,
    "allocation": 0,
    "tasks": 2,
    "actions": 3,
}
OUTER = {
    "filters",
    "forms",
    "api",
    "api_report",
    "admin",
    "views",
    "jobs",
    "management",
    "urls",
    "apps",
    "templatetags",
}
GROUND = {"lib", "outbox", "proof", "embedded"}
WIRING = {"settings", "urls", "api_v1", "portal", "celery", "wsgi", "checks", "running"}


def modules() -> list[Path]:
    found = [path for folder in ("alliance", *APPS) for path in (TOP / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, wherever in the file; ``from a import b`` names ``a.b`` when that is a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "." * node.level
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def place(module: str) -> tuple[str, str]:
    """The package and the room of a module: ``partners.models.people`` → ``("partners", "models")``."""
    package, _, rest = module.partition(".")
    return package, rest.split(".")[0]


def allowed(importer: str, imported: str) -> bool:
    app, room = place(importer)
    other, its_room = place(imported)
    if imported.startswith("."):
        return False
    if other not in ("alliance", *APPS):
        return other != "tests"
    if app == "alliance":
        return room not in GROUND or (other == "alliance" and its_room in GROUND and its_room in (room, "lib"))
    if other == "alliance":
        return its_room in GROUND
    if room in OUTER:
        return other == app or its_room in INNER
    if other == app:
        return its_room in INNER and INNER[its_room] <= INNER.get(room, 0)
    return other in BELOW[app] and its_room in INNER


def offences(importer: str, source: str) -> list[str]:
    return [f"{importer} → {name}" for name in imports(ast.parse(source)) if not allowed(importer, name)]


def test_every_module_has_a_place_in_the_map():
    rooms = {place(name_of(path)) for path in modules()}
    known = {(app, room) for app in APPS for room in (*INNER, *OUTER, "")}
    known |= {("alliance", room) for room in (*GROUND, *WIRING, "")}
    assert sorted(rooms - known) == []


def test_every_import_follows_the_map():
    assert [offence for path in modules() for offence in offences(name_of(path), path.read_text("utf-8"))] == []


REFUSED = [
    ("alliance.lib.mail", "from partners.models import User"),
    ("alliance.proof.journal", "from alliance import outbox"),
    ("alliance.outbox.relay", "import alliance.settings"),
    ("partners.models.people", "def f():\n    from charter.models import Signature"),
    ("partners.models.people", "from partners.actions import invite_member"),
    ("partners.actions.members", "from partners import forms"),
    ("partners.mails", "from partners.tasks import send"),
    ("charter.actions.sign", "from events.models import Convention"),
    ("events.tasks", "from charter.models import Signature"),
    ("partners.views.directory", "from charter.views import sign"),
    ("partners.views.directory", "from alliance.portal import context"),
    ("charter.models.mandate", "from . import signature"),
]
ACCEPTED = [
    ("alliance.portal.views.home", "from partners.forms import SearchForm"),
    ("alliance.outbox.delivery", "from alliance.lib import db"),
    ("partners.filters", "from charter.models import Signature"),
    ("charter.actions.sign", "from partners.models import Organisation\nfrom alliance import outbox"),
    ("partners.views.directory", "from partners.forms import OrganisationForm"),
    ("partners.tasks", "from partners import mails, stats"),
]


@pytest.mark.parametrize(("importer", "source"), REFUSED)
def test_control_the_map_refuses(importer, source):
    assert offences(importer, source) != []


@pytest.mark.parametrize(("importer", "source"), ACCEPTED)
def test_control_the_map_accepts(importer, source):
    assert offences(importer, source) == []
