"""« Mes données et mes connexions »: the name, the letters, the connections."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from alliance.portal.account.browsers import browser
from partners.actions.letters import choose_letters, letters_of, wanted_by
from partners.models import DataExport, FollowUp, MailRefusal, MutedLetter
from tests import builders

pytestmark = pytest.mark.django_db
HERE = "/espace/compte/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def person():
    return builders.user("ana@test.invalid", full_name="Ana Test")


def connected(person) -> tuple[Client, UserSession]:
    client = builders.sign_in(Client(), person)
    client = client or Client()
    key = client.session.session_key
    known = {"user": person, "ip": "203.0.113.7", "user_agent": FIREFOX}
    return client, UserSession.objects.get_or_create(session_key=key, defaults=known)[0]


def test_a_name_is_corrected(person):
    client, _ = connected(person)

    assert client.post(HERE, {"full_name": " "}).status_code == 400
    assert client.post(HERE, {"full_name": "Ana Neuve"}).status_code == 302
    person.refresh_from_db()
    assert person.full_name == "Ana Neuve"


def test_connections_are_listed_and_another_is_closed(person):
    client, _ = connected(person)
    other, elsewhere = connected(person)

    assert "Firefox sur Windows" in client.get(HERE).content.decode()
    assert client.post(f"{HERE}connexions/{elsewhere.pk}/fermer/").status_code == 302
    assert other.get(HERE).status_code == 302
    assert client.get(HERE).status_code == 200


def test_neither_this_connection_nor_a_strangers_is_closed_that_way(person):
    client, mine = connected(person)
    stranger, theirs = connected(builders.user())

    for pk in (mine.pk, theirs.pk, 999_999_999):
        assert client.post(f"{HERE}connexions/{pk}/fermer/").status_code == 404
    assert stranger.get(HERE).status_code == 200


def test_all_the_others_are_closed_at_once(person):
    client, _ = connected(person)
    others = [connected(person)[0] for _ in range(2)]

    client.post(f"{HERE}connexions/fermer/")

    assert [other.get(HERE).status_code for other in others] == [302, 302]
    assert client.get(HERE).status_code == 200
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [(FIREFOX, "Firefox sur Windows"), ("", "Un navigateur"), ("curl/8", "Un navigateur")],
)
def test_a_browser_in_words(said, words):
    assert browser(said) == words


def test_each_kind_of_letter_is_a_choice(person):
    client, _ = connected(person)
    every = [key for key, _ in letters_of(person)]

    client.post(f"{HERE}courriels/", {"shown": "1", "wanted": ["projects", "bulk_news"]})

    assert wanted_by(person) == {"projects", "bulk_news"}
    assert FollowUp.objects.get().stopped_at is not None
    assert set(MailRefusal.objects.values_list("kind", flat=True)) == {"invitation"}
    assert client.post(f"{HERE}courriels/", {"shown": "1", "wanted": ["codes"]}).status_code == 400
    client.post(f"{HERE}courriels/", {"shown": "1", "wanted": every})
    assert wanted_by(person) == set(every)
    assert not MutedLetter.objects.exists()


def test_what_no_page_of_ours_sent_refuses_no_letter(person):
    client, _ = connected(person)
    before = wanted_by(person)
    assert client.post(f"{HERE}courriels/", {}).status_code == 400
    assert wanted_by(person) == before


def test_a_copy_is_asked_for_by_its_button_alone(person):
    client, _ = connected(person)
    session = client.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    session.save()
    made = []
    for sent in ({}, {"act": "copy"}):
        client.post(f"{HERE}copie/", sent)
        made.append(DataExport.objects.filter(user=person).count())
    assert made == [0, 1]


def test_an_agent_has_one_more_choice(person):
    agent = builders.staff()

    assert {key for key, _ in letters_of(agent)} - {key for key, _ in letters_of(person)} == {"work"}
    assert choose_letters(person=agent, wanted=[], at=timezone.now()) == set()
