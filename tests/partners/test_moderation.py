"""What staff decide about what partners wrote: nothing moves before, nothing is lost, everybody is told."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners import mails
from partners.actions.editorial import snapshot
from partners.actions.moderation import accept_change, return_change
from partners.actions.profiles import propose_profile
from partners.actions.projects import publish_project, return_project, save_project
from partners.actions.proposals import stamp_of, told_change, withdraw_change
from partners.models import Organisation, Project, ProjectFigure, ProposedChange
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def writer(lead):
    person = builders.user()
    builders.membership(person, lead, "contributor")
    return person


@pytest.fixture
def project(lead):
    made = builders.project(
        [builders.axis(3)], title="Halle", slug="halle", summary="Une halle.", lead=lead, commune=lead.commune
    )
    ProjectFigure.objects.create(project=made, label="vélos", target=400, reached=340)
    return made


def proposed(project, writer, **fields) -> ProposedChange:
    """The change that waits once ``writer`` has typed ``fields``."""
    typed = Project.objects.get(pk=project.pk)
    axes, figures = fields.pop("axes", list(project.axes.all())), fields.pop("figures", None)
    for name, value in fields.items():
        setattr(typed, name, value)
    save_project(project=typed, axes=axes, by=writer, figures=figures)
    return project.proposed_changes.waiting().get()


def owed() -> list[tuple]:
    return list(Owed.objects.order_by("pk").values_list("work", "args"))


def code(refusal) -> str:
    return refusal.value.code


def test_an_accepted_change_is_written_whole_and_its_author_is_told(project, writer):
    commune, axis = builders.commune("22278", "Saint-Brieuc", postal_codes=["22000"]), builders.axis(5)
    change = proposed(
        project, writer, title="Grande halle", commune=commune, starts_on=date(2026, 3, 1), axes=[axis],
        figures=[{"label": "bénévoles", "target": None, "reached": 12}],
    )  # fmt: skip
    agent = builders.staff()
    change = accept_change(change=change, by=agent)
    project.refresh_from_db()
    assert (project.title, project.commune, project.starts_on) == ("Grande halle", commune, date(2026, 3, 1))
    assert ([*project.axes.all()], project.summary, project.slug) == ([axis], "Une halle.", "halle")
    assert list(project.figures.values_list("label", "target", "reached")) == [("bénévoles", None, 12)]
    assert (change.state, change.decided_by) == ("accepted", agent)
    assert owed() == [("partners.send_change_decided", [change.pk])]


def test_a_corrected_change_keeps_what_was_proposed_and_what_was_written(project, writer):
    change = proposed(project, writer, title="GRANDE HALLE", summary="Pub !")
    change = accept_change(change=change, by=builders.staff(), final={"title": "Grande halle"}, motive="Sans réclame.")
    project.refresh_from_db()
    assert (project.title, project.summary) == ("Grande halle", "Une halle.")
    assert (change.state, change.decided, change.motive) == ("corrected", {"title": "Grande halle"}, "Sans réclame.")
    assert change.values["title"]["after"] == "GRANDE HALLE"


def test_a_returned_change_leaves_the_page_as_it_was_and_says_why(project, writer):
    change = return_change(change=proposed(project, writer, title="X"), by=builders.staff(), motive="Plus clair.")
    project.refresh_from_db()
    assert (project.title, project.moderation) == ("Halle", "published")
    assert (change.state, change.motive, told_change(project)) == ("returned", "Plus clair.", change)
    with pytest.raises(ValidationError):
        return_change(change=proposed(project, writer, title="Y"), by=builders.staff(), motive="  ")


def test_writing_again_answers_what_came_back(project, writer):
    first = return_change(change=proposed(project, writer, title="X"), by=builders.staff(), motive="Plus clair.")
    second = proposed(project, writer, title="La grande halle")
    first.refresh_from_db()
    assert (first.state, first.answered_at is not None, told_change(project)) == ("returned", True, second)


@pytest.mark.parametrize("decide", [accept_change, return_change, withdraw_change])
def test_what_is_decided_is_decided_once(project, writer, decide):
    change = accept_change(change=proposed(project, writer, title="X"), by=builders.staff())
    more = {"motive": "Non."} if decide is return_change else {}
    with pytest.raises(Conflict) as refusal:
        decide(change=change, by=writer if decide is withdraw_change else builders.staff(), **more)
    assert code(refusal) == "not_waiting"


def test_a_field_that_changed_meanwhile_is_never_overwritten(project, writer):
    change = proposed(project, writer, title="Grande halle")
    Project.objects.filter(pk=project.pk).update(title="Halle corrigée", summary="Autre.")
    with pytest.raises(Conflict) as refusal:
        accept_change(change=change, by=builders.staff())
    assert code(refusal) == "changed_meanwhile"
    change.refresh_from_db()
    assert (Project.objects.get().title, change.state) == ("Halle corrigée", "waiting")


def test_another_field_that_changed_is_no_conflict(project, writer):
    change = proposed(project, writer, title="Grande halle")
    Project.objects.filter(pk=project.pk).update(summary="Autre.")
    accept_change(change=change, by=builders.staff())
    assert list(Project.objects.values_list("title", "summary")) == [("Grande halle", "Autre.")]


def test_a_proposal_rewritten_under_the_agents_eyes_is_not_accepted_unread(project, writer):
    stale = proposed(project, writer, title="Grande halle")
    proposed(project, writer, title="Autre chose")
    from partners.actions.moderation import seen_of, standing_values

    then = {name: each["after"] for name, each in stale.values.items()}
    with pytest.raises(Conflict) as refusal:
        accept_change(change=stale, by=builders.staff(), seen=seen_of({"now": standing_values(stale), "then": then}))
    assert code(refusal) == "changed_meanwhile"


def test_values_that_the_row_refuses_write_nothing(project, writer):
    change = proposed(project, writer, starts_on=date(2026, 3, 1), ends_on=date(2026, 4, 1))
    with pytest.raises(ValidationError):
        accept_change(change=change, by=builders.staff(), final={"starts_on": "2026-03-01", "ends_on": "2026-01-01"})
    change.refresh_from_db()
    assert change.state == "waiting"


@pytest.mark.parametrize("decide", [accept_change, return_change])
def test_an_agent_decides_only_within_the_perimeter(project, writer, decide):
    change = proposed(project, writer, title="X")
    more = {"motive": "Non."} if decide is return_change else {}
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    for person in (elsewhere, writer):
        with pytest.raises(PermissionDenied):
            decide(change=change, by=person, **more)
    here = builders.staff(regions=[project.commune.region])
    assert decide(change=change, by=here, **more).decided_by == here


def test_rows_are_read_within_the_perimeter(project, writer):
    change = proposed(project, writer, title="X")
    elsewhere = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    sees = {
        "writer": writer,
        "national": builders.staff(),
        "here": builders.staff(regions=[project.commune.region]),
        "elsewhere": elsewhere,
        "stranger": builders.user(),
    }
    found = {name: list(ProposedChange.objects.visible_to(person)) for name, person in sees.items()}
    assert found == {"writer": [change], "national": [change], "here": [change], "elsewhere": [], "stranger": []}


def test_only_who_writes_for_the_organisation_gives_a_change_up(project, writer):
    change = proposed(project, writer, title="X")
    with pytest.raises(PermissionDenied):
        withdraw_change(change=change, by=builders.user())
    assert withdraw_change(change=change, by=writer).state == "withdrawn"


def test_a_first_publication_can_be_corrected_and_says_so(lead, writer):
    made = save_project(project=Project(title="HALLE", lead=lead), axes=[], by=writer)
    publish_project(project=made, by=builders.staff(), final={"title": "Halle", "summary": "Une halle."})
    made.refresh_from_db()
    assert (made.title, made.summary, made.moderation) == ("Halle", "Une halle.", "published")
    assert owed() == [("partners.send_project_published", [made.pk, True])]


def test_a_first_publication_that_changed_since_it_was_read_waits(lead, writer):
    made = save_project(project=Project(title="Halle", lead=lead), axes=[], by=writer)
    with pytest.raises(Conflict) as refusal:
        publish_project(project=made, by=builders.staff(), seen="other")
    assert code(refusal) == "changed_meanwhile"


def test_a_published_project_sent_back_takes_its_waiting_change_along(project, writer):
    proposed(project, writer, title="X")
    return_project(project=project, by=builders.staff(), motive="Fermé.")
    assert told_change(project).state == "returned"
    save_project(project=Project.objects.get(), axes=[], by=writer)
    assert told_change(Project.objects.get()) is None


def test_submitting_again_keeps_the_place_in_the_queue_and_a_return_loses_it(lead, writer, time_machine):
    made = save_project(project=Project(title="Halle", lead=lead), axes=[], by=writer)
    first = made.submitted_at
    assert save_project(project=Project.objects.get(), axes=[], by=writer).submitted_at == first
    return_project(project=made, by=builders.staff(), motive="Non.")
    assert save_project(project=Project.objects.get(), axes=[], by=writer).submitted_at > first


def profile_proposed(lead, writer, **fields) -> ProposedChange | None:
    typed = Organisation.objects.get(pk=lead.pk)
    for name, value in fields.items():
        setattr(typed, name, value)
    return propose_profile(
        organisation=typed, axes=[], by=writer, read_at=stamp_of(Organisation.objects.get(pk=lead.pk))
    )


def test_a_profile_waits_likewise(lead, writer):
    change = profile_proposed(lead, writer, summary="On répare.", website="https://atelier.invalid")
    assert Organisation.objects.get(pk=lead.pk).summary == ""
    assert accept_change(change=change, by=builders.staff()).state == "accepted"
    lead.refresh_from_db()
    assert (lead.summary, lead.website) == ("On répare.", "https://atelier.invalid")
    assert profile_proposed(lead, writer) is None


def test_a_profile_read_before_it_changed_is_a_conflict(lead, writer):
    profile_proposed(lead, writer, summary="On répare.")
    with pytest.raises(Conflict) as refusal:
        propose_profile(organisation=lead, axes=[], by=writer, read_at=lead.updated_at)
    assert code(refusal) == "changed_meanwhile"
    with pytest.raises(PermissionDenied):
        propose_profile(organisation=lead, axes=[], by=builders.user(), read_at=lead.updated_at)


def test_one_change_waits_at_a_time_and_a_decision_is_dated(project, writer):
    proposed(project, writer, title="X")
    for fields in ({}, {"state": "accepted"}, {"state": "returned", "decided_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProposedChange.objects.create(project=project, proposed_by=writer, **fields)


@pytest.mark.parametrize(
    ("decide", "subject", "words"),
    [
        ("accepted", "Votre modification de « Halle » est en ligne", "/projets/halle/"),
        ("corrected", "Votre modification de « Halle » est en ligne", "après correction par La\u00a0Poste"),
        ("returned", "Votre modification de « Halle » est à compléter", "« Plus clair. »"),
    ],
)
def test_the_letter_says_what_became_of_it(project, writer, mailoutbox, decide, subject, words):
    change = proposed(project, writer, summary="Autre.")
    agent = builders.staff()
    if decide == "returned":
        return_change(change=change, by=agent, motive="Plus clair.")
    else:
        accept_change(change=change, by=agent, final={"summary": "Bis."} if decide == "corrected" else None)
    mails.send_change_decided(change.pk, message_id="<1@test.invalid>")
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([writer.email], subject)
    assert words.replace("\u00a0", " ") in letter.body.replace("\u00a0", " ")


def test_a_closed_account_gets_no_letter(project, writer, mailoutbox):
    change = accept_change(change=proposed(project, writer, title="X"), by=builders.staff())
    writer.is_active = False
    writer.save()
    mails.send_change_decided(change.pk, message_id="<1@test.invalid>")
    assert mailoutbox == []


def test_a_snapshot_holds_every_editorial_field(project):
    assert snapshot(project) == {
        "title": "Halle", "summary": "Une halle.", "description": "", "lead": project.lead_id, "commune": "29019",
        "point": None, "starts_on": None, "ends_on": None, "axes": [axis.pk for axis in project.axes.all()],
        "figures": [{"label": "vélos", "target": 400, "reached": 340}],
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_agents_queue_on_the_project(project, writer):
    change, one, other = proposed(project, writer, title="X"), builders.staff(), builders.staff()

    def late():
        try:
            accept_change(change=change, by=other)
        except Conflict as refusal:
            return refusal.code

    with transaction.atomic():
        accept_change(change=change, by=one)
        second = rival(late)
        wait_until_one_waits()
    assert second.result() == "not_waiting"
    assert ProposedChange.objects.get().decided_by == one
