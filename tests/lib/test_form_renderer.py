"""A refused form shows all that was typed, in valid HTML."""

import pytest
from django import forms

from alliance.lib.form_renderer import holds
from tests import builders
from tests.sessions import signed_in

DAY = {"type": "date", "min": "2026-01-01"}


class Typed(forms.Form):
    day = forms.DateField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    seats = forms.IntegerField(min_value=1, max_value=9)
    name = forms.CharField()


def drawn(**typed) -> dict[str, str]:
    form = Typed(typed)
    return {name: str(form[name]) for name in typed}


def test_what_fits_stays_in_its_control():
    shown = drawn(day="2026-02-28", seats="12", name="x")
    assert 'type="date"' in shown["day"]
    assert 'value="2026-02-28"' in shown["day"]
    assert 'min="2026-01-01"' in shown["day"]
    assert 'type="number"' in shown["seats"]


@pytest.mark.parametrize(("day", "seats"), [("demain", "deux"), ("2026-02-30", "1,5"), ("28/02/2026", "+2")])
def test_what_does_not_fit_is_shown_as_text_without_bounds(day, seats):
    shown = drawn(day=day, seats=seats, name="x")
    assert f'value="{day}"' in shown["day"]
    assert f'value="{seats}"' in shown["seats"]
    for control in (shown["day"], shown["seats"]):
        assert 'type="text"' in control
        assert "min=" not in control
        assert "max=" not in control
        assert "required" in control


def test_an_empty_control_keeps_its_kind():
    shown = drawn(day="", seats="", name="")
    assert 'type="date"' in shown["day"]
    assert 'type="number"' in shown["seats"]


def test_each_part_of_a_control_is_looked_at():
    widget = forms.MultiWidget({"on": forms.DateInput(attrs=DAY), "at": forms.TimeInput(attrs={"type": "time"})})
    control = widget.render("begins", ["demain", "09:30"])
    assert control.count('type="text"') == control.count('type="time"') == 1
    assert 'value="09:30"' in control


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("date", "2026-12-31", "2026-W53-4"),
        ("time", "23:59:59.5", "24:00"),
        ("datetime-local", "2026-12-31T23:59", "2026-12-31 23:59"),
        ("number", "-1.5e3", "nan"),
        ("number", ".5", "٣"),
    ],
)
def test_only_what_html_allows_is_held(kind, right, wrong):
    assert holds(kind, right)
    assert not holds(kind, wrong)


@pytest.mark.django_db
def test_the_pages_of_the_portal_show_it_so():
    builders.convention(slug="c27")
    refused = signed_in(builders.staff()).post("/gestion/conventions/c27/programme/nouveau/", {"starts": "neuf heures"})
    page = refused.content.decode()
    control = page[page.rindex("<input", 0, page.index('name="starts"')) :].split(">")[0]
    assert refused.status_code == 400
    assert 'type="text"' in control
    assert 'value="neuf heures"' in control
