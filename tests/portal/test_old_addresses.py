"""Addresses that lead on beyond those of mergers, which test_merge walks."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders

pytestmark = pytest.mark.django_db


def test_the_identifier_of_the_api_leads_to_a_standing_organisation(client):
    shown = builders.organisation(name="Atelier", slug="atelier")
    hidden = builders.organisation(name="Cachée", slug="cachee", is_public=False)
    answer = client.get(f"/api/v1/organisations/{shown.public_id}/")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/organisations/atelier/")
    counts = []
    for identifier in (hidden.public_id, uuid.uuid4()):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/api/v1/organisations/{identifier}/").status_code == 404
        counts.append(len(asked))
    assert counts[0] == counts[1]
