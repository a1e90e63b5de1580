"""Letters to those who said a proposal: that it is kept, then each thing that becomes of it. One a change and person;
and to whoever facilitates a table, its link.

Whoever is not its author any more (they were forgotten), or came without giving an address, is not written to.
"""

from django.urls import reverse

from alliance.lib import mail
from events.models import Proposal, ProposalStep, Registration, RoadmapStep, WorkshopTable
from events.models.proposal_families import authors_below
from partners.models import Project


def send_proposals_received(table_id: int, registration_id: int, *, message_id: str) -> None:
    """All that this person proposed at this table, word for word."""
    table = WorkshopTable.objects.select_related("workshop__item__convention").get(pk=table_id)
    mine = Proposal.objects.filter(workshop=table.workshop, authors__registration=registration_id)
    if proposals := list(mine):
        person, item = _read(registration_id), table.workshop.item
        _send("mail/events/proposals_received.txt", person, message_id, proposals=proposals, item=item)


def send_facilitator_link(table_id: int, registration_id: int, *, message_id: str) -> None:
    """The link as it is now; not to somebody who was replaced meanwhile."""
    table = WorkshopTable.objects.select_related("workshop__item__convention").get(pk=table_id)
    if table.facilitator_id == registration_id:
        context = {"item": table.workshop.item, "facilitator_path": table.facilitator_path}
        _send("mail/events/facilitator_link.txt", _read(registration_id), message_id, **context)


def send_proposal_step(step_id: int, registration_id: int, *, message_id: str) -> None:
    """As it was decided at that step, whatever was decided since: a later letter says so."""
    rows = ProposalStep.objects.select_related("proposal__workshop__item", "other", "roadmap_item")
    step, person = rows.get(pk=step_id), _read(registration_id)
    mine = _is_author(person, [step.proposal])
    if not mine and not (step.other and _is_author(person, [step.other])):
        return
    subject = step.proposal if mine else step.other
    shown = step.other if step.kind == ProposalStep.Kind.MERGED else subject
    _send(
        "mail/events/proposal_step.txt",
        person,
        message_id,
        step=step,
        is_mine=mine,
        proposal=subject,
        page=proposal_path(shown) if shown.is_public else "",
    )


def send_roadmap_step(step_id: int, registration_id: int, *, message_id: str) -> None:
    step = RoadmapStep.objects.select_related("item", "project").get(pk=step_id)
    person, proposals = _read(registration_id), list(step.item.proposals.all())
    mine = next((proposal for proposal in proposals if _is_author(person, [proposal])), None)
    if mine is None:
        return
    project = step.project
    is_public = project is not None and project.moderation == Project.Moderation.PUBLISHED
    _send(
        "mail/events/roadmap_step.txt",
        person,
        message_id,
        step=step,
        item=step.item,
        proposal=mine,
        page=step.item.get_absolute_url(),
        project_page=reverse("partners:project", args=[project.slug]) if is_public else "",
    )


def proposal_path(proposal: Proposal) -> str:
    slug = proposal.workshop.item.convention.slug
    return reverse("events:proposal", args=[slug, proposal.public_id])


def _is_author(person: Registration, proposals: list[Proposal]) -> bool:
    address = person.attendee.email.lower()
    return any(author.attendee.email.lower() == address for author in authors_below(proposals))


def _read(registration_id: int) -> Registration:
    return Registration.objects.select_related("convention", "attendee").get(pk=registration_id)


def _send(template: str, person: Registration, message_id: str, **context) -> None:
    if not person.attendee.email:
        return
    convention = person.convention
    proposals_path = reverse("events:proposals", args=[convention.slug])
    mail.send(
        to=[person.attendee.email],
        template=template,
        context={
            "attendee": person.attendee,
            "convention": convention,
            "proposals_path": proposals_path,
            **context,
        },
        message_id=message_id,
    )
