"""The version of what the public reads: it changes with each write that is committed, and with nothing else."""

import threading

import pytest
from django.db import connection, transaction

from alliance.lib import stamps
from partners.models import Project
from tests import builders

API = "/api/v1/projects/"


@pytest.mark.django_db
def test_a_write_of_a_noun_changes_its_version_and_no_other():
    before = stamps.version(["project"]), stamps.version(["axis"])
    builders.project()

    assert stamps.version(["project"]) != before[0]
    assert stamps.version(["axis"]) == before[1]


@pytest.mark.django_db
def test_many_numbers_become_one_and_the_version_stays(monkeypatch):
    monkeypatch.setattr(stamps, "KEPT", 3)
    project = builders.project()
    for title in "abcd":
        Project.objects.filter(pk=project.pk).update(title=title)
    before = stamps.version(["project"])

    assert stamps.fold()
    assert stamps.version(["project"]) == before
    assert not stamps.fold()


@pytest.mark.django_db(transaction=True)
def test_two_writers_that_commit_in_the_other_order_leave_two_versions():
    """A sequence would be wrong here: the first writer takes its number first and commits last."""
    one, other = builders.project(), builders.project()
    versions = [stamps.version(["project"])]

    def write_meanwhile():
        Project.objects.filter(pk=other.pk).update(title="Autre")
        connection.close()

    with transaction.atomic():
        Project.objects.filter(pk=one.pk).update(title="Un")
        rival = threading.Thread(target=write_meanwhile)
        rival.start()
        rival.join()
        seen_inside = stamps.version(["project"])
        versions.append(_seen_by_others())
    versions.append(stamps.version(["project"]))

    assert len({*versions}) == 3
    assert seen_inside == versions[2]


def _seen_by_others() -> int:
    found = []

    def read():
        found.append(stamps.version(["project"]))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    reader.join()
    return found[0]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_not_said_changed_and_what_is_rolled_back_never_was(client):
    project = builders.project(title="Halle")
    etag = client.get(API)["ETag"]
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(title="Autre")
        transaction.set_rollback(True)

    assert client.get(API, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["title", "lead", "commune", "axis", "figure", "partner"])
def test_whatever_a_list_tells_changes_its_etag(client, change):
    axis = builders.axis(4, "inclusion numérique")
    project = builders.project([axis], lead=builders.organisation(), commune=builders.commune())
    etag = client.get(API)["ETag"]
    {
        "title": lambda: Project.objects.filter(pk=project.pk).update(title="Autre"),
        "lead": lambda: type(project.lead).objects.filter(pk=project.lead_id).update(name="Autre nom"),
        "commune": lambda: type(project.commune).objects.filter(pk=project.commune_id).update(name="Autre"),
        "axis": lambda: type(axis).objects.filter(pk=axis.pk).update(number=7),
        "figure": lambda: project.figures.create(label="personnes", reached=3),
        "partner": lambda: project.partners.create(organisation=builders.organisation(slug="autre", name="Autre")),
    }[change]()
    again = client.get(API, headers={"If-None-Match": etag})

    assert (again.status_code, again["ETag"] != etag) == (200, True)


@pytest.mark.django_db
def test_without_its_trigger_a_write_would_be_said_unchanged(client):
    project = builders.project(title="Halle")
    etag = client.get(API)["ETag"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Project.objects.filter(pk=project.pk).update(title="Autre")
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert client.get(API, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.django_db
def test_unchanged_costs_one_query(client, django_assert_num_queries):
    builders.project()
    etag = client.get(API)["ETag"]

    with django_assert_num_queries(1):
        assert client.get(API, headers={"If-None-Match": etag}).status_code == 304
