"""Proving once more who one is, and what one does with one's keys."""

import json
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator

from alliance.lib.passkeys import decoded
from partners.actions.people import set_totp
from tests import builders
from tests.passkeys import SoftwareKey
from tests.portal.test_sign_in_second_factor import SECRET, SECURITY, agent, app_code

pytestmark = pytest.mark.django_db
CODE, KEY = "/espace/confirmer/code/", "/espace/confirmer/cle/"


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def person():
    return builders.user("ana@test.invalid", full_name="Ana Test")


@pytest.fixture
def key(person):
    return SoftwareKey(person)


@pytest.fixture
def opened(client, person):
    return builders.sign_in(client, person, second_factor=True)


def long_ago(client):
    """The person of this session proved who they are an hour ago."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "code", "at": time.time() - 3600}]
    session.save()


def key_page(row, act: str) -> str:
    return f"{SECURITY}cles/{row.pk}/{act}/"


def test_the_application_is_asked_for_and_leads_back(client):
    builders.sign_in(client, agent(), second_factor=False)
    page = client.get(f"{CODE}?next=/aide/")
    wrong = client.post(f"{CODE}?next=/aide/", {"code": "000000"})
    assert (page.status_code, wrong.status_code) == (200, 400)
    assert "Donnez le code de votre application, ou un code de secours." in text(page)
    assert "Ce code n’est pas le bon." in text(wrong)
    assert client.post(f"{CODE}?next=/aide/", {"code": app_code()}).url == "/aide/"


def test_the_key_is_asked_for_and_leads_back(client):
    person = agent(secret=None)
    key = SoftwareKey(person, rp_id="testserver")
    builders.sign_in(client, person, second_factor=False)
    led = client.get("/gestion/")
    page = client.get(led.url)
    challenge = page.context["js_data"]["request_options"]["publicKey"]["challenge"]
    given = client.post(led.url, {"credential": answered(key, challenge)})
    assert led.url == f"{KEY}?next=%2Fgestion%2F"
    assert "Montrez votre clé d’accès" in text(page)
    assert 'data-passkey="get"' in text(page)
    assert given.url == "/gestion/"
    assert client.get("/gestion/").status_code == 200


def answered(key, challenge) -> str:
    """What the browser would send."""
    raw = decoded(challenge) if isinstance(challenge, str) else challenge
    return json.dumps(key.answer(raw, origin="https://testserver"))


def test_each_way_of_confirming_offers_the_other(opened, person, key):
    set_totp(person, SECRET)
    assert f'href="{KEY}"' in text(opened.get(CODE))
    assert f'href="{CODE}"' in text(opened.get(KEY))


def test_a_key_is_renamed(opened, key):
    page = opened.get(key_page(key.row, "renommer"))
    refused = opened.post(key_page(key.row, "renommer"), {"name": ""})
    done = opened.post(key_page(key.row, "renommer"), {"name": "Téléphone"})
    key.row.refresh_from_db()
    assert "Renommer cette clé" in text(page)
    assert 'value="Ma clé"' in text(page)
    assert refused.status_code == 400
    assert (done.status_code, key.row.data["name"]) == (302, "Téléphone")


def test_a_key_is_taken_away_after_a_question(opened, key):
    page = opened.get(key_page(key.row, "retirer"))
    assert "Retirer la clé « Ma clé » ?" in text(page)
    assert Authenticator.objects.filter(pk=key.row.pk).exists()
    assert opened.post(key_page(key.row, "retirer")).status_code == 302
    assert not Authenticator.objects.filter(pk=key.row.pk).exists()


@pytest.mark.parametrize("act", ["renommer", "retirer"])
def test_who_signed_in_long_ago_confirms_first(opened, key, act):
    long_ago(opened)
    path = key_page(key.row, act)
    assert opened.get(path).url == f"{KEY}?next={path.replace('/', '%2F')}"
    assert opened.post(path, {"name": "Autre"}).status_code == 302
    key.row.refresh_from_db()
    assert key.row.data["name"] == "Ma clé"
