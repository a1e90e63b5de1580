"""« Sécurité »: what one signs in with, added and taken away."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from partners.actions.people import set_totp
from tests import builders
from tests.portal.test_sign_in_second_factor import FACTOR, SECRET, SECURITY, agent, enter_by_mail

pytestmark = pytest.mark.django_db


def test_an_agent_keeps_one_factor_at_least(client):
    person = agent()
    builders.sign_in(client, person)

    refused = client.post(f"{SECURITY}application/retirer/")

    assert refused.status_code == 400
    assert "Ajoutez d’abord un autre second facteur" in refused.content.decode()
    assert Authenticator.objects.filter(user=person).count() == 1


def test_an_agent_keeps_the_last_key_too(client):
    person = agent(secret=None)
    key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Ma clé", "credential": {}})
    builders.sign_in(client, person)

    refused = client.post(f"{SECURITY}cles/{key.pk}/retirer/")

    assert (refused.status_code, refused.context["code"]) == (409, "last_factor")
    assert Authenticator.objects.filter(user=person).count() == 1


def test_a_partner_may_remove_the_application(client):
    person = builders.user()
    set_totp(person, SECRET)
    builders.sign_in(client, person, second_factor=True)

    removed = client.post(f"{SECURITY}application/retirer/")

    assert removed.url == SECURITY
    assert not Authenticator.objects.filter(user=person).exists()


def test_other_peoples_keys_do_not_exist(client):
    other = builders.user()
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Sa clé", "credential": {}})
    builders.sign_in(client, builders.user(), second_factor=True)

    for act in ("renommer", "retirer"):
        assert client.get(f"{SECURITY}cles/{key.pk}/{act}/").status_code == 404
        assert client.post(f"{SECURITY}cles/{key.pk}/{act}/", {"name": "À moi"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "Sa clé"


def test_recovery_codes_can_be_read_replaced_and_taken_away(client):
    person = agent()
    RecoveryCodes.activate(person)
    builders.sign_in(client, person)

    before = client.get(f"{SECURITY}codes-de-secours/").context["codes"]
    taken = client.get(f"{SECURITY}codes-de-secours/telecharger/")
    replaced = client.post(f"{SECURITY}codes-de-secours/nouveaux/")
    after = client.get(replaced.url).context["codes"]

    assert all(code in taken.content.decode() for code in before)
    assert taken["Content-Disposition"] == 'attachment; filename="codes-de-secours.txt"'
    assert (len(after), set(before) & set(after)) == (10, set())


@pytest.mark.parametrize("path", ["", "telecharger/"])
def test_without_factor_there_are_no_recovery_codes(client, path):
    builders.sign_in(client, builders.user(), second_factor=True)

    assert client.get(f"{SECURITY}codes-de-secours/{path}").status_code == 404


CRAFTED = [
    "",
    "x",
    "[]",
    "null",
    "1",
    "{}",
    '{"response": 1}',
    '{"response": {}}',
    '{"a": "\\u0000"}',
    "[" * 5000,
    (
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "userHandle": "MQ",'
        ' "authenticatorData": "AA", "signature": "AA", "attestationObject": "AA"}}'
    ),
    '{"id": 3, "response": {"clientDataJSON": [], "userHandle": {}}}',
    '{"response": {"userHandle": "é"}}',
    '{"response": {"userHandle": "_____"}, "rawId": "A"}',
]


@pytest.mark.parametrize("credential", CRAFTED)
def test_a_crafted_key_is_refused_and_breaks_nothing(client, smtp_server, credential):
    person = agent()
    client.get("/connexion/cle/", headers={"X-Requested-With": "XMLHttpRequest"})
    signed_in = client.post("/connexion/cle/", {"credential": credential})
    enter_by_mail(client, smtp_server, person)
    client.get(FACTOR)
    second = client.post(FACTOR, {"credential": credential})
    builders.sign_in(client, person)
    client.get(f"{SECURITY}cles/ajouter/")
    added = client.post(f"{SECURITY}cles/ajouter/", {"credential": credential, "name": "x"})

    assert (signed_in.status_code, signed_in.url) == (302, "/connexion/")
    assert (second.status_code, added.status_code) == (400, 400)
    assert Authenticator.objects.filter(type="webauthn").count() == 0
