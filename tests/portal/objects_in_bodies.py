"""What pages send: every form of a page as a browser would, and the fields of it that name rows of the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from django.forms.forms import BaseForm
from lxml import html

from tests.portal.matrix_asking import World
from tests.portal.test_route_matrix import shape

ELSEWHERE = ("_addanother", "_continue")
"""Buttons of the back office that send what « _save » sends, and only open another page then."""


@dataclass(frozen=True)
class Named:
    """A field that names a row, in what a page sends: ``theirs`` is a row that the form does not offer."""

    route: str
    role: str
    address: str
    body: tuple[tuple[str, str], ...]
    field: str
    theirs: str
    missing: str

    def sent(self, value: str) -> dict:
        return dict(self.body) | {self.field: value}


def bodies(page: bytes) -> Iterator[dict[str, str]]:
    """What each button of each form that posts to its own page sends, with what stands in the fields."""
    for form in html.document_fromstring(page).forms:
        if form.method != "POST" or form.get("action"):
            continue
        filled = {key: value for key, value in form.form_values() if value is not None}
        buttons = form.xpath(".//button[@name] | .//input[@type='submit'][@name]")
        named = [(each.get("name"), each.get("value", "")) for each in buttons if each.get("name") not in ELSEWHERE]
        yield from ([filled | {name: value} for name, value in named] or [filled])


@contextmanager
def bound_forms() -> Iterator[list[BaseForm]]:
    """The forms that are read within, as they come."""
    found, clean = [], BaseForm.full_clean

    def note(form):
        found.append(form)
        return clean(form)

    with patch.object(BaseForm, "full_clean", note):
        yield found


def fields_that_name(world: World, route: str, role: str, address: str, body: dict) -> Iterator[Named]:
    """Sends ``body`` once, and looks at the forms that read it: a field whose rows are not all offered is told."""
    with bound_forms() as forms:
        world.ask(role, "POST", address, body)
    for form in forms:
        for name, field in form.fields.items():
            if form.is_bound and (theirs := row_not_offered(field)):
                missing = "999999999" if theirs.isdecimal() else re.sub(r"\w", "0", theirs)
                yield Named(route, role, address, tuple(body.items()), form.add_prefix(name), theirs, missing)


def row_not_offered(field) -> str:
    """The key of a row that exists, and that the field does not offer; nothing where it offers all of them."""
    if getattr(field, "queryset", None) is None:
        return ""
    model, key = field.queryset.model, getattr(field, "to_field_name", None) or "pk"
    found = model._base_manager.exclude(pk__in=field.queryset.values("pk")).order_by("-pk").values_list(key, flat=True)
    return str(found[0]) if found else ""


def answer(world: World, named: Named, value: str) -> tuple:
    """All that a reader can tell, what they typed apart."""
    response = world.ask(named.role, "POST", named.address, named.sent(value))
    typed = "|".join(re.escape(each) for each in (named.theirs, named.missing))
    response.body = re.sub(rf"(?<![\w-])(?:{typed})(?![\w-])".encode(), b"~", response.body)
    response.headers = {key: value.replace(named.theirs, "~") for key, value in response.headers.items()}
    response.headers = {key: value.replace(named.missing, "~") for key, value in response.headers.items()}
    return shape(response, named.address)
