"""What becomes of proposals: brought together, decided, put on the roadmap, carried by projects; authors are told."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from events.actions.proposals import decide, merge_proposals, stamp, undo_merge
from events.actions.roadmap import (
    change_state,
    create_project,
    edit_item,
    enter_item,
    leave_item,
    link_project,
    make_item,
    tell_published,
    unlink_project,
)
from events.actions.table_talk import support
from events.models import Proposal, RoadmapItem, RoadmapProject
from events.models.proposal_families import Families, authors_below
from partners.models import Project
from tests import builders
from tests.events.talking import again, decided, letters, person, said, table

pytestmark = pytest.mark.django_db


def at():
    return timezone.now()


def refused(code, act, **arguments):
    with pytest.raises(Conflict) as raised:
        act(**arguments)
    assert raised.value.code == code


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


@pytest.fixture
def room(db):
    """A table, three people, a proposal of each; their receipts have left."""
    here = table()
    people = [person(here, name) for name in ("Ana", "Leo", "Nora")]
    proposals = [said(here, each, text=f"Idée de {each.attendee.name}") for each in people]
    letters()
    return here, people, proposals


@pytest.fixture
def agent(db):
    return builders.staff()


def on_the_roadmap(proposal, agent, title="Camions de services") -> RoadmapItem:
    decided(proposal, by=agent)
    return make_item(proposal=fresh(proposal), title=title, axis=builders.axis(4), by=agent, at=at())


def test_merging_keeps_every_author_and_support_and_tells_both_sides(room, agent):
    here, (ana, leo, nora), (first, second, _) = room
    for proposal, by in ((first, leo), (first, nora), (second, nora)):
        support(table=here, proposal=proposal, by=by, at=at())

    merge_proposals(kept=first, others=[second], by=agent, at=at())

    assert (fresh(second).state, fresh(second).merged_into) == ("merged", first)
    (counted,) = Families(here.workshop.item.convention).count([first])
    assert (counted.authors_count, counted.supports_count) == (2, 1)
    assert authors_below([first]) == [ana, leo]
    assert letters() == [
        ("ana@test.invalid", "Votre proposition est rejointe par une autre"),
        ("leo@test.invalid", "Votre proposition est réunie à une autre"),
    ]


def test_a_merger_is_undone_as_it_was_whatever_was_merged_since(room, agent):
    _, (_, leo, nora), (first, second, third) = room
    decided(second, state="to_study", by=agent)
    merge_proposals(kept=second, others=[third], by=agent, at=at())
    merge_proposals(kept=first, others=[second], by=agent, at=at())
    assert {each.attendee.name for each in authors_below([first])} == {"Ana", "Leo", "Nora"}
    letters()

    undo_merge(proposal=second, by=agent, at=at())

    second = fresh(second)
    assert (second.state, second.merged_into, second.state_before) == ("to_study", None, "")
    assert authors_below([second]) == [leo, nora]
    assert [author.attendee.name for author in authors_below([first])] == ["Ana"]
    assert sorted(letters()) == [
        ("ana@test.invalid", "Votre proposition se sépare d’une autre"),
        ("leo@test.invalid", "Votre proposition se lit de nouveau seule"),
        ("nora@test.invalid", "Votre proposition se lit de nouveau seule"),
    ]


def test_what_cannot_be_merged_is_refused(room, agent):
    here, _, (first, second, third) = room
    with pytest.raises(ValidationError):
        merge_proposals(kept=first, others=[], by=agent, at=at())
    with pytest.raises(ValidationError):
        merge_proposals(kept=first, others=[first, second], by=agent, at=at())
    refused("not_merged", undo_merge, proposal=first, by=agent, at=at())

    merge_proposals(kept=first, others=[second], by=agent, at=at())
    refused("merged", merge_proposals, kept=third, others=[second], by=agent, at=at())
    refused("merged", merge_proposals, kept=second, others=[third], by=agent, at=at())
    refused("merged", decide, proposal=second, state="retained", motive="Oui", by=agent, at=at())

    on_the_roadmap(third, agent)
    refused("on_roadmap", merge_proposals, kept=first, others=[third], by=agent, at=at())

    elsewhere = table("Ailleurs", convention=builders.convention(starts_at=here.workshop.item.starts_at))
    stranger = said(elsewhere, person(elsewhere, "Ugo"))
    refused("elsewhere", merge_proposals, kept=first, others=[stranger], by=agent, at=at())


def test_a_decision_has_a_public_motive_and_each_author_is_told_once(room, agent):
    _, _, (first, second, _) = room
    merge_proposals(kept=first, others=[second], by=agent, at=at())
    letters()

    made = decide(
        proposal=first, state="to_study", motive=" À chiffrer ", wording="Mieux dit", seen="received", by=agent, at=at()
    )

    assert (made.state, made.motive, made.wording, made.words) == ("to_study", "À chiffrer", "Mieux dit", "Mieux dit")
    assert letters() == [
        ("ana@test.invalid", "Votre proposition est mise à l’étude"),
        ("leo@test.invalid", "Votre proposition est mise à l’étude"),
    ]
    decide(proposal=first, state="to_study", motive="À chiffrer", wording=first.text, by=agent, at=at())
    assert (fresh(first).wording, letters()) == ("", [])

    decided(first, state="not_retained", motive="Trop cher", by=agent)
    assert [subject for _, subject in letters()] == ["Votre proposition n’est pas retenue"] * 2


def test_a_decision_without_a_motive_or_of_another_state_or_unread_is_refused(room, agent):
    _, _, (first, *_) = room
    for state, motive, name in (("retained", " ", "motive"), ("merged", "x", "state"), ("received", "x", "state")):
        with pytest.raises(ValidationError) as raised:
            decide(proposal=first, state=state, motive=motive, by=agent, at=at())
        assert list(raised.value.message_dict) == [name]

    seen = stamp(first)
    decided(first, by=agent)
    refused("changed_meanwhile", decide, proposal=first, state="to_study", motive="Non", seen=seen, by=agent, at=at())


def test_a_retained_proposal_becomes_a_line_of_the_roadmap(room, agent):
    _, _, (first, second, _) = room
    refused("not_retained", make_item, proposal=first, title="Camions", by=agent, at=at())
    with pytest.raises(ValidationError):
        make_item(proposal=decided(first, by=agent), title=" ", by=agent, at=at())
    letters()

    item = make_item(proposal=first, title="Camions", axis=builders.axis(4), actions="Deux essais", by=agent, at=at())

    assert fresh(first).roadmap_item == item
    assert [step.kind for step in item.steps.all()] == ["planned"]
    assert letters() == [("ana@test.invalid", "Votre proposition entre dans la feuille de route")]
    refused("on_roadmap", make_item, proposal=first, title="Encore", by=agent, at=at())
    refused("on_roadmap", decide, proposal=first, state="to_study", motive="Non", by=agent, at=at())
    refused("last", leave_item, proposal=first, by=agent, at=at())

    refused("not_retained", enter_item, proposal=second, item=item, by=agent, at=at())
    enter_item(proposal=decided(second, by=agent), item=item, by=agent, at=at())
    leave_item(proposal=first, by=agent, at=at())
    refused("not_on_roadmap", leave_item, proposal=first, by=agent, at=at())
    assert list(item.proposals.all()) == [fresh(second)]


def test_each_state_of_a_line_is_told_to_the_authors_of_all_that_it_answers(room, agent):
    _, _, (first, second, third) = room
    item = on_the_roadmap(first, agent)
    enter_item(proposal=decided(second, by=agent), item=item, by=agent, at=at())
    merge_proposals(kept=fresh(second), others=[third], by=agent, at=at())
    letters()

    change_state(item=item, state="launched", note="Trois départements", by=agent, at=at())

    assert sorted(letters()) == [
        (f"{name}@test.invalid", "Votre proposition est lancée : Camions de services")
        for name in ("ana", "leo", "nora")
    ]
    refused("unchanged", change_state, item=item, state="launched", by=agent, at=at())
    for state, name in (("dropped", "note"), ("x", "state")):
        with pytest.raises(ValidationError) as raised:
            change_state(item=item, state=state, by=agent, at=at())
        assert list(raised.value.message_dict) == [name]
    edit_item(item=item, title="Camions partagés", axis=None, actions="")
    assert (RoadmapItem.objects.get().title, RoadmapItem.objects.get().state) == ("Camions partagés", "launched")


def test_a_project_that_is_born_of_a_line_says_where_it_comes_from(room, agent):
    _, _, (first, *_) = room
    item = on_the_roadmap(first, agent)
    letters()

    link = create_project(item=item, title="Camion des Monts", lead=None, commune=None, by=agent, at=at())

    project = link.project
    assert (project.moderation, project.state) == ("submitted", "idea")
    assert project.origin == "Né d’une proposition de la Convention 2026"
    assert list(project.axes.values_list("number", flat=True)) == [4]
    told = letters()
    assert told == [("ana@test.invalid", "Un projet naît de votre proposition : Camions de services")]
    refused("born_here", unlink_project, item=item, project=project, by=agent, at=at())

    tell_published(link=link, at=at())
    assert letters() == []
    Project.objects.update(moderation="published")
    for _ in range(2):
        tell_published(link=link, at=at())
    assert letters() == [("ana@test.invalid", "Le projet né de votre proposition est publié : Camions de services")]
    with pytest.raises(ValidationError):
        create_project(item=item, title="", by=agent, at=at())


def test_a_published_project_is_linked_and_unlinked(room, agent):
    _, _, (first, *_) = room
    item, project = on_the_roadmap(first, agent), builders.project()
    draft = builders.project(moderation="submitted")
    letters()

    link_project(item=item, project=project, by=agent, at=at())

    assert letters() == [("ana@test.invalid", "Un projet porte votre proposition : Camions de services")]
    refused("already_linked", link_project, item=item, project=project, by=agent, at=at())
    refused("not_public", link_project, item=item, project=draft, by=agent, at=at())
    refused("not_linked", unlink_project, item=item, project=draft, by=agent, at=at())
    unlink_project(item=item, project=project, by=agent, at=at())
    assert RoadmapProject.objects.count() == 0
    assert letters() == [("ana@test.invalid", "Un projet ne porte plus votre proposition : Camions de services")]


def test_somebody_who_said_two_of_them_is_told_once(room, agent):
    here, (ana, *_), (first, *_) = room
    again_said = said(here, ana, text="Encore une idée")
    letters()
    merge_proposals(kept=first, others=[again_said], by=agent, at=at())
    assert letters() == [("ana@test.invalid", "Votre proposition est réunie à une autre")]


def test_every_letter_of_a_change_has_its_own_fixed_message_id(room, agent):
    _, _, (first, *_) = room
    decided(first, by=agent)
    owed = Owed.objects.pending().get()
    assert (owed.work, owed.args[1], bool(owed.message_id)) == (
        "events.send_proposal_step",
        first.authors.get().registration_id,
        True,
    )


def test_the_database_keeps_what_the_acts_promise(room, agent):
    _, _, (first, second, _) = room
    wrong = [
        {"state": "retained"},
        {"state": "merged"},
        {"merged_into": second},
        {"state": "merged", "merged_into": first, "state_before": "received"},
        {"text": ""},
        {"client_key": second.client_key},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=first.pk).update(**values)
    item = on_the_roadmap(second, agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=first.pk).update(roadmap_item=item)


def test_the_count_says_what_was_said_and_what_became_of_it(room, agent):
    here, _, (first, second, third) = room
    merge_proposals(kept=first, others=[third], by=agent, at=at())
    item = on_the_roadmap(first, agent)
    change_state(item=item, state="launched", by=agent, at=at())
    said(here, person(here, "Zoe"), text="Une dernière")
    decided(second, state="not_retained", by=agent)

    convention = again(here).workshop.item.convention
    assert Proposal.objects.of(convention).counted() == {
        "said": 4, "merged": 1, "to_read": 1, "to_study": 0, "retained": 1, "not_retained": 1, "launched": 1,
    }  # fmt: skip
    assert list(Proposal.objects.of(convention).roadmap()) == [item]
    assert set(Proposal.objects.public()) == {fresh(first), fresh(second)}
