"""A Convention on another day, at another hour, in another place: whoever comes or waits reads it, nobody else."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions import cancel_convention
from events.actions.moves import tell_of_move
from events.models import Convention, ReminderMark
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
START = datetime(2036, 3, 1, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
LIVE = ("confirmed", "offered", "waiting")


def gathering(**fields):
    fields = {"title": "Convention d’essai", "starts_at": START, "place": "Halle", "address": "1 quai Neuf"} | fields
    return builders.convention(ends_at=fields["starts_at"] + timedelta(hours=8), **fields)


def move(convention, **fields) -> int:
    before = Convention.objects.get(pk=convention.pk)
    for name, value in fields.items():
        setattr(convention, name, value)
    convention.save()
    return tell_of_move(before=before, after=convention, at=timezone.now())


def moved(convention) -> list[int]:
    return [row.args[0] for row in Owed.objects.filter(work="events.send_convention_moved").order_by("pk")]


def test_everybody_who_comes_or_waits_is_told_and_nobody_else():
    convention = gathering()
    seats = [builders.registration(convention, status=status) for status in (*LIVE, "cancelled", "declined")]
    builders.registration(gathering())
    assert move(convention, place="Théâtre") == 3
    assert moved(convention) == [seat.pk for seat in seats[:3]]


def test_each_letter_says_what_was_and_what_is():
    convention = gathering()
    for status in LIVE:
        builders.registration(convention, status=status)
    move(convention, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=8), place="Théâtre")
    deliver_all_due()
    seated, offered, waiting = mail.outbox
    for letter in mail.outbox:
        body = letter.body.replace("\xa0", " ").replace("\u202f", " ")
        assert letter.subject == "Changement de date ou de lieu : Convention d’essai"
        assert "- La date : dimanche 2 mars 2036, de 9 h à 17 h (et non plus samedi 1er mars 2036, de 9 h" in body
        assert "- Le lieu : Théâtre, 1 quai Neuf (et non plus Halle, 1 quai Neuf)." in body
    assert "Vous gardez votre place" in seated.body
    assert [name for name, _, _ in seated.attachments] == ["inscription.ics"]
    assert "DTSTART;TZID=Europe/Paris:20360302T090000" in str(seated.attachments[0])
    assert "proposée le reste" in offered.body
    assert "Vous gardez votre rang" in waiting.body
    assert offered.attachments == waiting.attachments == []


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("", "Halle", "- Le lieu : Halle, 1 quai Neuf (et non plus 1 quai Neuf)."),
        ("Halle", "", "- Le lieu : 1 quai Neuf (et non plus Halle, 1 quai Neuf)."),
    ],
)
def test_a_place_that_comes_or_goes(was, becomes, told):
    convention = gathering(place=was)
    builders.registration(convention)
    move(convention, place=becomes)
    deliver_all_due()
    assert told in mail.outbox[0].body.replace("\xa0", " ")


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"starts_at": timezone.now() - timedelta(days=3)}])
def test_nobody_hears_of_a_draft_or_of_what_is_over(fields):
    convention = gathering(**fields)
    builders.registration(convention)
    assert move(convention, place="Théâtre") == 0


def test_what_nobody_noted_changes_without_a_letter():
    convention = gathering()
    builders.registration(convention)
    assert (move(convention, title="Autre titre", story="Récit"), moved(convention)) == (0, [])


def test_back_as_it_was_before_the_letter_left_there_is_no_letter():
    convention = gathering()
    builders.registration(convention)
    move(convention, place="Théâtre")
    Convention.objects.filter(pk=convention.pk).update(place="Halle")
    deliver_all_due()
    assert mail.outbox == []


def test_called_off_meanwhile_one_letter_says_it():
    convention = gathering()
    builders.registration(convention)
    move(convention, place="Théâtre")
    cancel_convention(convention=convention, by=None, at=timezone.now())
    deliver_all_due()
    assert [letter.subject for letter in mail.outbox] == ["Annulée : Convention d’essai"]


@pytest.mark.parametrize(("later", "kept"), [(timedelta(days=30), ["thanks"]), (timedelta(hours=1), ["eve", "thanks"])])
def test_on_another_day_reminders_are_owed_anew(later, kept):
    convention = gathering()
    seat = builders.registration(convention)
    for kind in ("eve", "thanks"):
        ReminderMark.objects.create(registration=seat, kind=kind, made_at=timezone.now())
    move(convention, starts_at=START + later, ends_at=START + later + timedelta(hours=8))
    assert list(ReminderMark.objects.order_by("kind").values_list("kind", flat=True)) == kept


def test_the_agent_who_moves_it_reads_how_many_are_told():
    convention = gathering(opens_at=None)
    builders.registration(convention)
    client = signed_in(builders.staff())
    path = reverse("admin:events_convention_change", args=[convention.pk])
    initial = client.get(path).context["adminform"].form.initial
    data = {name: value for name, value in initial.items() if isinstance(value, (str, int)) and value is not False}
    for moment in ("starts_at", "ends_at"):
        local = timezone.localtime(getattr(convention, moment))
        data |= {f"{moment}_0": local.strftime("%d/%m/%Y"), f"{moment}_1": local.strftime("%H:%M:%S")}
    data |= {f"{rows}-{total}_FORMS": 0 for rows in ("programme", "quotas") for total in ("TOTAL", "INITIAL")}
    told = client.post(path, data | {"place": "Théâtre"}, follow=True).content.decode().replace("\xa0", " ")
    assert "1 personne inscrite reçoit un courriel qui dit ce qui change." in told
    assert len(moved(convention)) == 1
    client.post(path, data | {"place": "Théâtre", "summary": "Autre phrase"})
    assert len(moved(convention)) == 1
