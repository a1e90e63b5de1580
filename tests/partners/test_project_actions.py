"""What happens to a project, and who may make it happen."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners.actions.projects import confirm_project, handle_correction, publish_project, return_project, save_project
from partners.models import Correction, Project
from tests import builders

pytestmark = pytest.mark.django_db


def written(by, lead, **fields):
    return save_project(project=Project(title="Halle aux écrans", lead=lead, **fields), axes=[], by=by)


def owed():
    return list(Owed.objects.order_by("pk").values_list("work", "args"))


@pytest.fixture
def lead():
    return builders.organisation(commune=builders.commune())


@pytest.fixture
def writer(lead):
    person = builders.user()
    builders.membership(person, lead, "contributor")
    return person


def test_what_a_partner_writes_is_submitted_and_not_public(writer, lead):
    project = written(writer, lead)
    assert (project.moderation, project.submitted_by, project.slug) == ("submitted", writer, "halle-aux-ecrans")
    assert list(Project.objects.public()) == []


def test_two_projects_of_the_same_title_have_two_addresses(writer, lead):
    written(writer, lead)
    assert written(writer, lead).slug == "halle-aux-ecrans-2"


@pytest.mark.parametrize("title", ["Carte", "Clusters", "!!!"])
def test_a_project_never_takes_the_address_of_the_map(writer, lead, title):
    assert save_project(project=Project(title=title, lead=lead), axes=[], by=writer).slug not in {
        "carte",
        "clusters",
        "",
    }


@pytest.mark.parametrize("role", ["reader", None])
def test_whoever_does_not_write_for_the_lead_is_refused(lead, role):
    person = builders.user()
    if role:
        builders.membership(person, lead, role)
    with pytest.raises(PermissionDenied):
        written(person, lead)
    assert not Project.objects.exists()


def test_dates_in_the_wrong_order_are_refused_in_french(writer, lead):
    with pytest.raises(ValidationError) as refusal:
        written(writer, lead, starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1))
    assert refusal.value.messages == ["La date de fin précède la date de début."]


def test_figures_are_replaced_as_given(writer, lead):
    project = save_project(
        project=Project(title="Figures", lead=lead), axes=[], by=writer, figures=[{"label": "ateliers", "target": 12}]
    )
    save_project(project=project, axes=[], by=writer, figures=[{"label": "personnes", "target": 400, "reached": 340}])
    assert list(project.figures.values_list("label", "target", "reached")) == [("personnes", 400, 340)]


def test_publishing_makes_a_project_public_and_tells_its_author(writer, lead):
    project = publish_project(project=written(writer, lead), by=builders.staff())
    assert list(Project.objects.public()) == [project]
    assert owed() == [("partners.send_project_published", [project.pk])]


def test_a_delegate_publishes_only_within_the_perimeter(lead):
    project = builders.project(lead=lead, commune=lead.commune, moderation="submitted")
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    with pytest.raises(PermissionDenied):
        publish_project(project=project, by=elsewhere)
    here = builders.staff(regions=[lead.commune.region])
    assert publish_project(project=project, by=here).moderation == "published"


def test_publishing_twice_is_a_conflict():
    with pytest.raises(Conflict) as refusal:
        publish_project(project=builders.project(), by=builders.staff())
    assert refusal.value.code == "not_submitted"


def test_a_returned_project_keeps_its_motive_and_leaves_the_public_pages(writer, lead):
    project = return_project(project=written(writer, lead), by=builders.staff(), motive="Précisez la commune.")
    assert (project.moderation, project.return_motive) == ("returned", "Précisez la commune.")
    assert owed() == [("partners.send_project_returned", [project.pk])]
    with pytest.raises(Conflict) as refusal:
        return_project(project=project, by=builders.staff(), motive="Encore.")
    assert refusal.value.code == "not_returnable"


def test_confirming_dates_the_project_without_moderation(writer, lead):
    project = builders.project(lead=lead, confirmed_on=date(2025, 1, 1))
    confirm_project(project=project, by=writer, state="done", on=date(2026, 3, 4))
    project.refresh_from_db()
    assert (project.confirmed_on, project.state, project.moderation) == (date(2026, 3, 4), "done", "published")


def test_only_a_published_project_is_confirmed(writer, lead):
    with pytest.raises(Conflict) as refusal:
        confirm_project(project=written(writer, lead), by=writer)
    assert refusal.value.code == "not_published"


def test_a_stranger_does_not_confirm(lead):
    with pytest.raises(PermissionDenied):
        confirm_project(project=builders.project(lead=lead), by=builders.user())


def test_a_reported_error_is_handled_once():
    correction = Correction.objects.create(project=builders.project(), text="La commune est fausse.")
    agent = builders.staff()
    assert handle_correction(correction=correction, by=agent).handled_by == agent
    with pytest.raises(Conflict) as refusal:
        handle_correction(correction=correction, by=agent)
    assert refusal.value.code == "already_handled"


@pytest.mark.parametrize("resolution", ["corrected", "unchanged"])
def test_what_was_done_about_an_error_is_kept(resolution):
    correction = Correction.objects.create(organisation=builders.organisation(), text="Le nom a changé.")

    assert handle_correction(correction=correction, by=builders.staff(), resolution=resolution).resolution == resolution


def test_an_error_that_nobody_handled_has_no_outcome():
    with pytest.raises(IntegrityError, match="correction_resolved_is_dated"):
        Correction.objects.create(project=builders.project(), text="La commune est fausse.", resolution="corrected")
