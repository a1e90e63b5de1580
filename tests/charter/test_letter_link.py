"""The link in a letter: following it is evidence, and it leads to the page to sign."""

import re

import pytest
from django.core import mail

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance.outbox.delivery import deliver_all_due
from charter.actions import invite_to_sign
from charter.models import EvidenceEvent
from tests import builders
from tests.charter.signing import URL

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(case):
    invite_to_sign(**case.act, by=builders.staff())
    deliver_all_due()
    return re.search(r"https?://[^/\s]+(/\S+/signer/\S+)", mail.outbox[-1].body)[1]


def followed() -> list[tuple]:
    return [(event.person, event.details) for event in EvidenceEvent.objects.filter(kind="opened")]


def test_following_it_is_noted_once_a_day_and_leads_to_the_page(client, case, link):
    responses = [client.get(link) for _ in range(2)]
    assert [(response.status_code, response.url) for response in responses] == [(302, URL)] * 2
    assert followed() == [(case.signer, {"letter": "invitation"})]


def test_a_probe_leaves_no_trace(client, link):
    assert client.head(link).status_code == 302
    assert followed() == []


@pytest.mark.parametrize("spoil", [lambda link: link[:-3] + "x/", lambda link: link.replace("reseau-d-essai", "autre")])
def test_a_link_that_the_portal_did_not_write_is_followed_and_not_noted(client, link, spoil):
    response = client.get(spoil(link))
    assert (response.status_code, response.url.endswith("/signer/")) == (302, True)
    assert followed() == []
