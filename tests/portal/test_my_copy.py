"""The copy of one's data: everything, no secret, nobody else's name; one at a time, for a week."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver_all_due
from alliance.portal.actions.copies import ask_copy
from partners.models import DataExport
from tests import builders
from tests.portal.test_my_data import EMAIL, HERE, just_signed_in, organisation, person, traces  # noqa: F401

pytestmark = pytest.mark.django_db


def test_a_copy_says_everything_and_no_secret(person, organisation):  # noqa: F811
    traces(person, organisation)
    DataExport.objects.all().delete()

    asked = ask_copy(person=person, at=timezone.now())
    deliver_all_due()
    asked.refresh_from_db()

    said = json.loads(bytes(asked.data))
    titles = {section["title"] for section in said["sections"]}
    assert {"Votre compte", "Rôles dans des organisations", "Pouvoirs de signer", "Alertes par courriel"} <= titles
    text = bytes(asked.data).decode()
    assert EMAIL in text
    assert person.password not in text
    assert bytes(asked.document).startswith(b"%PDF")


def test_a_copy_names_no_agent(person, organisation):  # noqa: F811
    agent = builders.staff(email="discrete@test.invalid", full_name="")
    builders.mandate(organisation, person, verified_by=agent)

    asked = ask_copy(person=person, at=timezone.now())
    deliver_all_due()
    asked.refresh_from_db()

    text = json.dumps(json.loads(bytes(asked.data)), ensure_ascii=False)
    assert ("discrete@" in text, "un agent de La Poste" in text) == (False, True)


def test_one_copy_at_a_time(person):  # noqa: F811
    ask_copy(person=person, at=timezone.now())

    with pytest.raises(Conflict) as conflict:
        ask_copy(person=person, at=timezone.now())
    assert conflict.value.code == "in_the_making"


def test_a_copy_is_its_owners_for_a_week(client, person):  # noqa: F811
    now = timezone.now()
    given = {"made_at": now, "data": b"{}", "document": b"%PDF"}
    asked = DataExport.objects.create(user=person, expires_at=now + timedelta(days=7), **given)
    path = f"{HERE}copie/{asked.public_id}/donnees.json"
    builders.sign_in(client, builders.user())
    stranger = client.get(path).status_code
    just_signed_in(client, person)
    mine = client.get(path)
    DataExport.objects.update(expires_at=now, asked_at=now - timedelta(days=7))

    assert (stranger, mine.status_code, mine.content) == (404, 200, b"{}")
    assert client.get(path.replace(".json", ".exe")).status_code == 404
    assert client.get(path).status_code == 404
