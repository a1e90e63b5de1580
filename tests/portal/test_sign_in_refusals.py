"""What sign-in refuses, and in which words."""

import pytest
from django.urls import reverse

from alliance.portal.account import views
from tests import builders
from tests.portal.test_sign_in import CODE, SIGN_IN, ask

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["ana@test.invalid", "bob@test.invalid"], ids=["known", "unknown"])
def test_a_post_that_is_down_is_a_sentence_on_the_form(client, smtp_server, email):
    builders.user("ana@test.invalid")
    smtp_server.stop()

    answer = ask(client, email)

    assert answer.status_code == 503
    assert views.POST_DOWN in answer.content.decode()
    assert f'value="{email}"' in answer.content.decode()
    assert client.get(CODE).url == SIGN_IN


@pytest.mark.parametrize("email", ["ana@test.invalid", "bob@test.invalid"], ids=["known", "unknown"])
def test_a_post_that_is_slow_is_a_sentence_on_the_form(client, smtp_server, settings, email):
    from alliance.lib.mail_url import mailer_from_url

    builders.user("ana@test.invalid")
    settings.MAILERS = settings.MAILERS | {"prompt": mailer_from_url(smtp_server.url, timeout=0.1)}
    smtp_server.delay = 0.3

    assert ask(client, email).status_code == 503


def test_codes_go_through_the_prompt_mailer_which_waits_three_seconds():
    from alliance import settings

    assert settings.MAILERS["prompt"]["OPTIONS"]["timeout"] == 3


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Donnez votre adresse électronique."),
        ("ana", "Cette adresse est incomplète."),
        ("ana\x00@test.invalid", "caractère"),
        (f"{'a' * 300}@test.invalid", "Cette adresse est trop longue"),
        ("ana@test.invalid\nbcc: bob@test.invalid", "Cette adresse est incomplète."),
    ],
    ids=["empty", "not an address", "NUL", "too long", "two lines"],
)
def test_an_address_that_is_none_gets_a_sentence(client, smtp_server, typed, sentence):
    answer = ask(client, typed)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert smtp_server.messages == []


@pytest.mark.parametrize("typed", ["\x00", "1" * 500, "12345\x006"], ids=["NUL", "too long", "NUL inside"])
def test_a_code_that_is_none_gets_a_sentence(client, smtp_server, typed):
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")

    answer = client.post(CODE, {"code": typed})

    assert answer.status_code == 400
    assert "Il reste un point à corriger" in answer.content.decode()


def test_without_a_csrf_token_the_form_is_refused_in_our_own_page(smtp_server):
    from django.test import Client

    answer = ask(Client(enforce_csrf_checks=True), "ana@test.invalid")

    assert answer.status_code == 403
    assert "Le formulaire a expiré" in answer.content.decode()
    assert smtp_server.messages == []


def test_who_is_signed_in_needs_no_sign_in(client):
    builders.sign_in(client, builders.user())

    assert client.get(SIGN_IN).url == "/espace/"
    assert client.get(CODE).url == "/espace/"


def test_nobody_signs_up(client):
    from django.urls import NoReverseMatch

    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_signing_out_asks_for_a_post(client):
    builders.sign_in(client, builders.user())

    asked = client.get("/deconnexion/")
    done = client.post("/deconnexion/")

    assert (asked.status_code, done.status_code, done.url) == (200, 302, "/")
    assert "_auth_user_id" not in client.session
