"""Proposals of a gathering that took place, and what became of them."""

from datetime import timedelta

from django.utils import timezone

from events.models import Convention, ProgrammeItem, Proposal, RoadmapItem, Workshop
from partners.models import Axis
from tests import builders


def workshop_of(convention: Convention, title="Dématérialiser sans exclure", axis=None) -> Workshop:
    item = ProgrammeItem.objects.create(
        convention=convention,
        kind="workshop",
        title=title,
        starts_at=convention.starts_at,
        ends_at=convention.starts_at + timedelta(hours=1),
    )
    return Workshop.objects.create(item=item, axis=axis, capacity=40)


def proposal_of(workshop: Workshop, text="Une proposition", state="received", **fields) -> Proposal:
    fields.setdefault("said_at", workshop.item.starts_at)
    if state in Proposal.DECIDED:
        fields = {"motive": "Parce que.", "decided_at": timezone.now()} | fields
    if state == "merged":
        fields.setdefault("state_before", "received")
    return Proposal.objects.create(workshop=workshop, text=text, state=state, **fields)


def item_of(title="Une action", state="launched", **fields) -> RoadmapItem:
    return RoadmapItem.objects.create(title=title, state=state, created_at=timezone.now(), **fields)


def gave(convention: Convention) -> Workshop:
    """Six proposals: two retained of which one launched, one merged, one to study, one not retained, one unread."""
    workshop = workshop_of(convention, axis=Axis.objects.filter(number=4).first() or builders.axis(4))
    launched = proposal_of(workshop, "Un lieu par démarche", "retained", roadmap_item=item_of("Un lieu où l’on aide"))
    proposal_of(workshop, "Des permanences à deux", "retained")
    proposal_of(workshop, "Un endroit par formulaire", "merged", merged_into=launched)
    proposal_of(workshop, "Faire relire nos courriers", "to_study")
    proposal_of(workshop, "Distribuer des tablettes", "not_retained")
    proposal_of(workshop, "Pas encore lue")
    return workshop
