"""An offer by its link, from one's own page, from the list of an organisation, by the API, and in letters."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.test import Client
from icalendar import Calendar

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed
from events.actions import cancel, change_capacity
from events.models import Convention, Registration
from events.models.offer_links import offer_path
from tests import builders
from tests.events.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return builders.user("ana@test.invalid", full_name="Ana Essai")


@pytest.fixture
def offered(ana):
    """One seat, offered to Ana; another person waits."""
    convention = builders.convention(title="Convention d’essai", capacity=1)
    attendee = builders.attendee(name="Ana Essai", email="ana@test.invalid", user=ana)
    mine = builders.registration(convention, attendee, status="offered")
    builders.registration(convention, status="waiting")
    return mine


def states():
    return list(Registration.objects.order_by("pk").values_list("status", flat=True))


def one_click(path: str, answer: str):
    """As from a mail program: no session, no cookie, CSRF checked."""
    return Client(enforce_csrf_checks=True).post(path, {"answer": answer})


@pytest.mark.parametrize("method", ["get", "head"])
def test_whatever_opens_the_link_changes_nothing_and_keeps_no_cookie(offered, method):
    answer = getattr(Client(), method)(offer_path(offered))
    assert (answer.status_code, answer.cookies.output(), states()) == (200, "", ["offered", "waiting"])
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    page = Client().get(offer_path(offered))
    assert "Une place pour Ana Essai" in text(page)
    assert 'content="noindex"' in page.content.decode()


@pytest.mark.parametrize(
    ("answer", "after", "said"),
    [
        ("accept", ["confirmed", "waiting"], "La place est confirmée"),
        ("decline", ["declined", "offered"], "La place est laissée"),
    ],
)
def test_one_click_answers_without_an_account(offered, answer, after, said):
    path = offer_path(offered)
    done = one_click(path, answer)
    assert (done.status_code, done.headers["Location"], states()) == (302, path, after)
    assert said in text(Client().get(path))
    again = one_click(path, "accept")
    assert (again.status_code, states()) == (409, after)
    assert said in text(again)


def test_no_answer_is_a_bad_request(offered):
    answer = one_click(offer_path(offered), "")
    assert (answer.status_code, states()) == (400, ["offered", "waiting"])


def test_too_late_the_link_says_so_and_the_next_is_served(offered, time_machine):
    path = offer_path(offered)
    time_machine.move_to(offered.offer_ends_at)
    assert "Le délai est passé" in text(Client().get(path))
    assert states() == ["offered", "waiting"]
    answer = one_click(path, "accept")
    assert (answer.status_code, states()) == (409, ["expired", "offered"])
    assert "Le délai est passé" in text(answer)


def test_the_link_of_a_withdrawn_offer_does_not_answer_another(offered):
    path = offer_path(offered)
    at = offered.offered_at
    change_capacity(convention=offered.convention, capacity=0, by=None, at=at)
    assert "Cette place n’est plus proposée" in text(Client().get(path))
    assert "au rang 1" in text(Client().get(path))
    change_capacity(convention=offered.convention, capacity=1, by=None, at=offered.offer_ends_at)
    assert (one_click(path, "decline").status_code, states()) == (409, ["offered", "waiting"])
    offered.refresh_from_db()
    assert offer_path(offered) != path


@pytest.mark.parametrize("token", ["x", "x:y:z", "é:é:é"])
def test_a_link_that_we_did_not_write_opens_nothing(token):
    for answer in (Client().get(f"/place-proposee/{token}/"), one_click(f"/place-proposee/{token}/", "accept")):
        assert answer.status_code == 404


def test_a_convention_that_is_called_off_offers_nothing_more(offered):
    Convention.objects.update(state="cancelled")
    assert "n’est plus à venir" in text(Client().get(offer_path(offered)))
    assert one_click(offer_path(offered), "accept").status_code == 409


def own(registration):
    return f"/conventions/{registration.convention.slug}/inscription/"


def test_one_s_own_page_offers_it_with_two_buttons_that_answer(client, offered, ana):
    client.force_login(ana)
    page = client.get(own(offered))
    assert "Une place vous est proposée" in text(page)
    path = f"{own(offered)}{offered.public_id}/place/"
    assert f'action="{path}"' in page.content.decode()
    assert "Une place vous est proposée" in text(client.get(f"/conventions/{offered.convention.slug}/"))
    answer = client.post(path, {"answer": "accept"})
    assert (answer.status_code, answer.headers["Location"]) == (302, own(offered))
    assert states() == ["confirmed", "waiting"]
    assert "Votre place est confirmée" in text(client.get(own(offered)))


def test_the_next_reads_that_a_lapsed_seat_is_theirs_before_any_clock(client, ana, time_machine):
    convention = builders.convention(capacity=1)
    late = builders.registration(convention, status="offered")
    mine = builders.registration(convention, builders.attendee(user=ana), status="waiting")
    client.force_login(ana)
    assert "Une place vous revient" not in text(client.get(own(mine)))
    time_machine.move_to(late.offer_ends_at)
    client.force_login(ana)
    assert "Une place vous revient" in text(client.get(own(mine)))
    client.post(f"{own(mine)}{mine.public_id}/place/", {"answer": "accept"})
    assert states() == ["expired", "confirmed"]


def test_strangers_and_readers_find_no_offer(client, offered, ana):
    local = builders.organisation()
    offered.attendee.organisation = local
    offered.attendee.save()
    reader = builders.user()
    builders.membership(reader, local, "reader")
    for person in (builders.user(), reader):
        client.force_login(person)
        path = f"{own(offered)}{offered.public_id}/place/"
        assert client.get(path).status_code == 404
        assert client.post(path, {"answer": "accept"}).status_code == 404
    assert states() == ["offered", "waiting"]


def test_a_contributor_answers_for_a_colleague_from_the_list(client, offered):
    local, contributor = builders.organisation(slug="atelier"), builders.user()
    builders.membership(contributor, local, "contributor")
    offered.attendee.organisation = local
    offered.attendee.save()
    client.force_login(contributor)
    page = client.get("/espace/atelier/inscriptions/")
    assert "Place proposée" in text(page)
    path = f"{own(offered)}{offered.public_id}/place/"
    assert f'href="{path}"' in page.content.decode()
    assert "Une place pour Ana Essai" in text(client.get(path))
    answer = client.post(path, {"answer": "decline"})
    assert answer.headers["Location"] == "/espace/atelier/inscriptions/"
    assert states() == ["declined", "offered"]
    assert client.post(path, {"answer": "accept"}).status_code == 409


def test_the_api_tells_the_term_and_takes_the_answer(client, offered, ana):
    client.force_login(ana)
    path = f"/api/v1/registrations/{offered.public_id}/"
    told = client.get(path).json()
    assert told["status"] == "offered"
    assert told["offer_ends_at"].startswith(offered.offer_ends_at.strftime("%Y-%m-"))
    typed = {"content_type": "application/json"}
    assert client.post(f"{path}offer/", {"answer": "perhaps"}, **typed).status_code == 400
    taken = client.post(f"{path}offer/", {"answer": "accept"}, **typed)
    assert (taken.status_code, taken.json()["status"], taken.json()["offer_ends_at"]) == (200, "confirmed", None)
    again = client.post(f"{path}offer/", {"answer": "accept"}, **typed)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "already_confirmed")
    client.force_login(builders.user())
    assert client.post(f"{path}offer/", {"answer": "accept"}, **typed).status_code == 404


def deliver_by(moment, time_machine) -> None:
    """Go to this moment and deliver what is due by then: the outbox asks the clock of the database."""
    time_machine.move_to(moment)
    Owed.objects.pending().filter(due_at__lte=moment).update(due_at=Now())
    deliver_all_due()


def test_letters_of_an_offer_taken_by_its_link(time_machine):
    convention = builders.convention(title="Convention d’essai", capacity=1)
    seated = builders.registration(convention)
    waiting = builders.registration(convention, builders.attendee(email="bo@test.invalid"), status="waiting")
    cancel(registration=seated, by=None, at=seated.registered_at)
    deliver_all_due()
    offer = mail.outbox[-1]
    assert (offer.to, offer.subject) == (["bo@test.invalid"], "Une place vous est proposée : Convention d’essai")
    (link,) = re.findall(r"http://localhost:8000(/place-proposee/\S+)", offer.body)
    waiting.refresh_from_db()
    assert link == offer_path(waiting)
    assert offer.attachments == []
    deliver_by(waiting.offer_ends_at - timedelta(hours=1), time_machine)
    assert mail.outbox[-1].subject == "Votre place vous attend encore : Convention d’essai"
    assert one_click(link, "accept").status_code == 302
    mail.outbox.clear()
    deliver_all_due()
    (confirmed,) = mail.outbox
    assert confirmed.subject == "Inscription confirmée : Convention d’essai"
    ((name, content, _),) = confirmed.attachments
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (name, event["status"], int(event["sequence"])) == ("inscription.ics", "CONFIRMED", 1)
    waiting.refresh_from_db()
    cancel(registration=waiting, by=None, at=waiting.confirmed_at)
    deliver_all_due()
    (event,) = Calendar.from_ical(mail.outbox[-1].attachments[0][1]).walk("VEVENT")
    assert (event["status"], int(event["sequence"])) == ("CANCELLED", 2)


def test_letters_when_nobody_answers_and_when_there_are_fewer_seats(offered, time_machine):
    change_capacity(convention=offered.convention, capacity=0, by=None, at=offered.offered_at)
    deliver_all_due()
    assert mail.outbox[-1].subject == "La place proposée n’est plus disponible : Convention d’essai"
    assert "au rang 1 de la liste d’attente" in mail.outbox[-1].body
    change_capacity(convention=offered.convention, capacity=1, by=None, at=offered.offered_at)
    offered.refresh_from_db()
    mail.outbox.clear()
    deliver_by(offered.offer_ends_at, time_machine)
    deliver_all_due()
    told = [(letter.to[0], letter.subject.split(" : ")[0]) for letter in mail.outbox]
    assert ("ana@test.invalid", "La place est passée à la personne suivante") in told
    assert [subject for to, subject in told if to != "ana@test.invalid"] == ["Une place vous est proposée"]
    assert states() == ["expired", "offered"]


def test_a_declined_seat_is_told_once(offered):
    one_click(offer_path(offered), "decline")
    deliver_all_due()
    assert sorted(letter.subject.split(" : ")[0] for letter in mail.outbox) == [
        "Place laissée à la personne suivante",
        "Une place vous est proposée",
    ]
