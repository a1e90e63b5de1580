"""The charter in the API: what is public of versions and signatures, exactly."""

import json

import pytest
import time_machine
from django.utils import timezone

from alliance.proof import journal
from charter.models import Signature
from tests import builders

pytestmark = pytest.mark.django_db
API = "/api/v1/"
SITE = "https://portail.test"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


@time_machine.travel("2026-03-10 09:00:00Z", tick=False)
def test_a_signature_is_exactly_this_dictionary(client):
    organisation = builders.organisation(slug="atelier", name="Atelier")
    signature = builders.signature(organisation, builders.charter_version("2020"))
    newer = builders.charter_version("2021", effective_on="2021-01-01", kind="editorial")
    builders.carried_over(signature, newer)
    journal.append(kind="published", subject="other")
    journal.append(kind="signed", subject=signature.code)
    journal.append(kind="countersigned", subject=signature.code)
    expected = {
        "code": signature.code,
        "url": f"{SITE}/verifier/{signature.code}/",
        "organisation": "atelier",
        "organisation_name": "Atelier",
        "version": "2020",
        "carried_over": ["2021"],
        "state": "standing",
        "signed_at": "2026-03-09T10:00:00+01:00",
        "countersigned_at": "2026-03-09T12:00:00+01:00",
        "withdrawn_at": None,
        "since": "2026-03-09T10:00:00+01:00",
        "journal_position": 1,
        "proof": f"{SITE}/api/v1/journal/entries/1/",
        "badge": f"{SITE}/charte/badge/{signature.code}.svg",
        "is_demo": False,
    }
    assert client.get(f"{API}signatures/").json()["results"] == [expected]
    leaf = json.loads(client.get(expected["proof"].removeprefix(SITE)).json()["leaf"])
    assert (leaf["kind"], leaf["subject"]) == ("signed", signature.code)
    assert client.get(expected["badge"].removeprefix(SITE)).status_code == 200


def test_a_withdrawal_is_dated_and_an_older_register_has_no_leaf(client):
    signature = builders.signature()
    Signature.objects.filter(pk=signature.pk).update(withdrawn_at=timezone.now())
    [row] = client.get(f"{API}signatures/").json()["results"]
    assert (row["state"], row["withdrawn_at"][:10]) == ("withdrawn", timezone.localdate().isoformat())
    assert (row["journal_position"], row["proof"], row["carried_over"]) == (None, None, [])


@pytest.mark.parametrize("form", ["json", "geojson", "csv"])
def test_the_file_says_what_the_list_says(client, form):
    signature = builders.signature(version=builders.charter_version("2020"))
    builders.carried_over(signature, builders.charter_version("2021", effective_on="2021-01-01", kind="editorial"))
    journal.append(kind="signed", subject=signature.code)
    builders.signature(version=signature.version)
    listed = client.get(f"{API}signatures/").json()["results"]
    content = b"".join(client.get(f"{API}signatures/?format={form}")).decode("utf-8-sig")
    if form == "json":
        assert json.loads(content)["results"] == listed
    elif form == "geojson":
        assert [feature["properties"] for feature in json.loads(content)["features"]] == listed
    else:
        header, *rows = content.splitlines()
        assert header.split(",") == list(listed[0])
        assert [
            f"/api/v1/journal/entries/{row['journal_position']}/" in line
            for row, line in zip(listed, rows, strict=True)
        ] == [False, True]


def test_each_version_says_where_its_changes_are_read(client):
    builders.charter_version("2020", effective_on="2020-07-02")
    builders.charter_version("2014", effective_on="2014-10-14")
    builders.charter_version("2030", published=False, effective_on="2030-01-01")
    rows = client.get(f"{API}charter-versions/").json()["results"]
    compared = f"{SITE}/charte/versions/2014/comparer/2020/"
    assert [(row["slug"], row["compare_url"]) for row in rows] == [("2020", compared), ("2014", None)]
    assert client.get(f"{API}charter-versions/2020/").json()["compare_url"] == compared
    assert client.get(compared.removeprefix(SITE)).status_code == 200


def test_a_version_is_exactly_this_dictionary(client):
    version = builders.charter_version("2020", effective_on="2020-07-02", source="Essai", is_placeholder=True)
    assert client.get(f"{API}charter-versions/").json()["results"] == [
        {
            "slug": "2020",
            "url": f"{SITE}/charte/versions/2020/",
            "label": "2020",
            "title": "Charte de l’Alliance Dynamique",
            "kind": "substantive",
            "compare_url": None,
            "in_force": True,
            "effective_on": "2020-07-02",
            "published_at": timezone.localtime(version.published_at).isoformat(timespec="seconds"),
            "digest": version.digest,
            "is_placeholder": True,
            "source": "Essai",
        }
    ]
