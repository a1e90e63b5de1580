"""Programme, bilan, proposals and roadmap by the API: the exact public dictionaries, and as the schema says."""

import pytest
from django.utils import timezone

from events.models import RoadmapItem, RoadmapProject, SurveyAnswer
from tests import builders
from tests.api.test_conformity import described  # noqa: F401
from tests.events import coming, saying

pytestmark = pytest.mark.django_db
HERE = "/api/v1/conventions/c25/"


@pytest.fixture
def convention():
    return coming.gone_by(days=60, slug="c25", title="Convention 2025", report="Ce que nous en retenons.")


def iso(moment) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def test_the_programme(client, convention, described):  # noqa: F811
    workshop = saying.workshop_of(convention, axis=builders.axis(4))
    item = workshop.item
    item.online_url, item.room = "https://visio.invalid/secret", "Salle Loire"
    item.save()
    response = client.get(f"{HERE}programme/")
    assert response.json() == {
        "convention": "c25",
        "version": None,
        "published_at": None,
        "items": [
            {
                "id": str(item.public_id),
                "kind": "workshop",
                "title": "Dématérialiser sans exclure",
                "summary": "",
                "starts_at": iso(item.starts_at),
                "ends_at": iso(item.ends_at),
                "room": "Salle Loire",
                "is_online": True,
                "axis": 4,
                "capacity": 40,
            }
        ],
    }
    assert "visio" not in response.content.decode()
    assert described("/api/v1/conventions/{slug}/programme/", 200, response.json()) == []
    assert client.get(f"{HERE}programme/", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_the_bilan(client, convention, described):  # noqa: F811
    lead = builders.organisation(kind="network", commune=builders.commune())
    for rank in range(5):
        coming.present(convention, name="Canari", email=f"canari{rank}@test.invalid", organisation=lead)
        SurveyAnswer.objects.create(convention=convention, innovation=4, performance=3, confiance=5, words="Canari")
    saying.gave(convention)
    response = client.get(f"{HERE}report/")
    body = response.json()
    assert body == {
        "convention": "c25",
        "url": body["url"],
        "title": "Convention 2025",
        "text": "Ce que nous en retenons.",
        "attendance": {
            "registered": 5,
            "present": 5,
            "organisations": 1,
            "by_kind": [{"label": "public", "people": 5}],
            "by_region": [{"label": "Bretagne", "people": 5}],
        },
        "proposals": {
            "said": 6, "merged": 1, "to_read": 1, "to_study": 1, "retained": 2, "not_retained": 1, "launched": 1,
            "roadmap_items": 1,
        },
        "survey": {"answers": 5, "innovation_tenths": 40, "performance_tenths": 30, "confiance_tenths": 50},
        "is_demo": False,
    }  # fmt: skip
    assert body["url"].endswith("/conventions/c25/bilan/")
    assert "canari" not in response.content.decode().lower()
    assert described("/api/v1/conventions/{slug}/report/", 200, body) == []


def test_the_bilan_is_silent_on_fewer_than_five(client, convention):
    coming.present(convention)
    SurveyAnswer.objects.create(convention=convention, innovation=4, performance=3, confiance=5)
    body = client.get(f"{HERE}report/").json()
    assert (body["attendance"], body["survey"]) == (None, None)


def test_proposals_that_were_decided_about(client, convention, described):  # noqa: F811
    workshop = saying.gave(convention)
    body = client.get(f"{HERE}proposals/").json()
    assert [row["text"] for row in body["results"]] == [
        "Un lieu par démarche", "Des permanences à deux", "Faire relire nos courriers", "Distribuer des tablettes",
    ]  # fmt: skip
    first = workshop.proposals.get(text="Un lieu par démarche")
    row = body["results"][0]
    assert row == {
        "id": str(first.public_id),
        "url": row["url"],
        "workshop": "Dématérialiser sans exclure",
        "axis": 4,
        "text": "Un lieu par démarche",
        "status": "retained",
        "motive": "Parce que.",
        "decided_at": iso(first.decided_at),
        "supports": 0,
        "roadmap_item": str(first.roadmap_item.public_id),
        "is_demo": False,
    }
    assert row["url"].endswith(f"/conventions/c25/propositions/{first.public_id}/")
    assert described("/api/v1/conventions/{slug}/proposals/", 200, body) == []
    assert client.get(f"{HERE}proposals/?colour=red").status_code == 400


def test_the_roadmap_of_a_gathering_and_of_all(client, convention, described):  # noqa: F811
    saying.gave(convention)
    item = RoadmapItem.objects.get()
    elsewhere = saying.item_of("Ailleurs", "planned")
    for moderation in ("published", "draft"):
        project = builders.project(slug=f"projet-{moderation}", moderation=moderation)
        RoadmapProject.objects.create(item=item, project=project, linked_at=timezone.now())
    body = client.get(f"{HERE}roadmap-items/").json()
    [row] = body["results"]
    assert row == {
        "id": str(item.public_id),
        "url": row["url"],
        "title": "Un lieu où l’on aide",
        "axis": None,
        "status": "launched",
        "actions": "",
        "created_at": iso(item.created_at),
        "proposals": 1,
        "projects": ["projet-published"],
        "is_demo": False,
    }
    assert row["url"].endswith(item.get_absolute_url())
    assert described("/api/v1/conventions/{slug}/roadmap-items/", 200, body) == []
    every = client.get("/api/v1/roadmap-items/").json()
    assert [each["id"] for each in every["results"]] == [str(elsewhere.public_id), str(item.public_id)]
    assert described("/api/v1/roadmap-items/", 200, every) == []


@pytest.mark.parametrize("what", ["programme", "report", "proposals", "roadmap-items"])
def test_nothing_of_a_gathering_that_is_being_prepared(client, what):
    saying.gave(coming.gone_by(slug="c25", state="draft"))
    assert client.get(f"{HERE}{what}/").status_code == 404
    assert client.get(f"/api/v1/conventions/inconnue/{what}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("what", "queries"), [("programme", 3), ("proposals", 7), ("roadmap-items", 5)])
def test_lists_cost_the_same_whatever_the_number_of_rows(
    client, convention, django_assert_num_queries, what, queries, number
):
    for rank in range(number):
        workshop = saying.workshop_of(convention, title=f"Atelier {rank}")
        saying.proposal_of(workshop, "Oui", "retained", roadmap_item=saying.item_of(f"Action {rank}"))
    client.get(f"{HERE}{what}/", {}, REMOTE_ADDR="127.0.0.1")
    with django_assert_num_queries(queries):
        assert client.get(f"{HERE}{what}/").status_code == 200


def test_the_whole_set_is_downloaded_as_a_table(client, convention):
    saying.gave(convention)
    lines = b"".join(client.get(f"{HERE}proposals/?format=csv")).decode().splitlines()
    assert len(lines) == 5
