"""Speakers: a name is public with the person's consent to the very words, and as long as they want."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from events.actions.speakers import add_speaker, ask_again, change_speaker, give_consent, withdraw_consent
from events.jobs import forget_speakers
from events.models import Speaker
from events.models.speaker_links import speaker_path, words_digest
from tests import builders
from tests.events.drafting import temps
from tests.events.reading import text
from tests.events.wishing import refusal

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Ada Lumen",
    "function": "directrice",
    "organisation_words": "Réseau d’essai",
    "email": "ada@test.invalid",
}


@pytest.fixture
def speaker():
    item = temps(builders.convention(slug="c30", title="Convention 2030"))
    return add_speaker(item=item, words=WORDS, by=None, at=timezone.now())


def page(client):
    return text(client.get("/conventions/c30/"))


def link():
    deliver_all_due()
    return urlsplit(re.search(r"\S+/intervention/\S+", mail.outbox[-1].body)[0]).path


def answer(client, path, said, **typed):
    if "words" not in typed:
        typed["words"] = re.search(r'name="words" value="(\w+)"', client.get(path).content.decode())[1]
    return client.post(path, {"answer": said, **typed})


def test_a_letter_asks_and_nothing_is_public_before_the_answer(client, speaker):
    path = link()
    (message,) = mail.outbox
    assert message.to == ["ada@test.invalid"]
    assert "Ada Lumen, directrice, Réseau d’essai" in message.body
    assert client.get(path).status_code == 200
    assert "Ada Lumen" not in page(client)
    assert Speaker.objects.get().state == "asked"


def test_a_yes_names_them_and_taking_it_back_unnames_them_at_once(client, speaker):
    path = link()
    assert answer(client, path, "yes").status_code == 302
    assert "Ada Lumen, directrice, Réseau d’essai" in page(client)
    assert "ada@test.invalid" not in page(client)
    assert answer(client, path, "no").status_code == 302
    assert "Ada Lumen" not in page(client)
    assert Speaker.objects.get().state == "withdrawn"
    assert answer(client, path, "yes").status_code == 302
    assert Speaker.objects.get().state == "public"


def test_a_no_is_kept_and_is_not_asked_again(client, speaker):
    assert answer(client, link(), "no").status_code == 302
    speaker.refresh_from_db()
    assert speaker.state == "refused"
    assert refusal(ask_again, speaker=speaker, by=None, at=timezone.now())[0] == "answered"


def test_other_words_end_the_consent_and_ask_anew(client, speaker):
    answer(client, link(), "yes")
    change_speaker(speaker=speaker, words=WORDS | {"function": "présidente"}, by=None, at=timezone.now())
    assert "Ada Lumen" not in page(client)
    assert "Ada Lumen, présidente" in (link(), mail.outbox[-1].body)[1]
    assert len(mail.outbox) == 2


def test_the_same_words_ask_nothing(speaker):
    asked = speaker.asked_at
    change_speaker(speaker=speaker, words=WORDS, by=None, at=timezone.now())
    assert Speaker.objects.get().asked_at == asked


def test_words_that_changed_while_they_were_read_are_not_consented_to(client, speaker):
    path = link()
    former = words_digest(speaker)
    change_speaker(speaker=speaker, words=WORDS | {"function": "présidente"}, by=None, at=timezone.now())
    told = answer(client, path, "yes", words=former)
    assert told.status_code == 409
    assert "Ce qui serait publié a changé depuis" in text(told)
    assert Speaker.objects.get().state == "asked"


def test_each_refusal_has_its_code(speaker):
    at, words = timezone.now(), words_digest(speaker)
    assert refusal(add_speaker, item=speaker.item, words=WORDS, by=None, at=at)[0] == "already_there"
    give_consent(speaker=speaker, words=words, at=at)
    assert refusal(give_consent, speaker=speaker, words=words, at=at)[0] == "already_given"
    assert refusal(give_consent, speaker=speaker, words="other", at=at)[0] == "words_changed"
    withdraw_consent(speaker=speaker, at=at)
    assert refusal(withdraw_consent, speaker=speaker, at=at)[0] == "already_withdrawn"


@pytest.mark.parametrize("path", ["/intervention/rien/", "/intervention/Im5vbiI:1x:falsifie/"])
def test_a_link_that_we_did_not_write_opens_nothing(client, speaker, path):
    assert client.get(path).status_code == 404
    assert client.post(path, {"answer": "yes"}).status_code == 404


def test_an_answer_without_a_button_changes_nothing(client, speaker):
    assert client.post(speaker_path(speaker), {"words": words_digest(speaker)}).status_code == 409
    assert Speaker.objects.get().state == "asked"


def test_the_letter_asked_before_does_not_leave_after_another(speaker):
    change_speaker(speaker=speaker, words=WORDS | {"email": "ada2@test.invalid"}, by=None, at=timezone.now())
    deliver_all_due()
    assert [message.to for message in mail.outbox] == [["ada2@test.invalid"]]


def test_the_api_names_no_speaker(client, speaker):
    answer(client, link(), "yes")
    assert "Ada" not in client.get("/api/v1/conventions/c30/").content.decode()


def test_thirty_days_after_those_not_named_are_forgotten_and_the_others_stay(speaker):
    named = add_speaker(item=speaker.item, words=WORDS | {"email": "b@test.invalid"}, by=None, at=timezone.now())
    give_consent(speaker=named, words=words_digest(named), at=timezone.now())
    ends = speaker.item.convention.ends_at
    with time_machine.travel(ends + timedelta(days=29)):
        assert forget_speakers() == 0
    with time_machine.travel(ends + timedelta(days=31)):
        assert forget_speakers() == 1
    assert list(Speaker.objects.all()) == [named]
