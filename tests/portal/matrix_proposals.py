"""Tables, proposals and the roadmap, for the route matrix."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from events.actions.proposals import decide
from events.actions.roadmap import make_item
from events.actions.table_talk import propose
from events.actions.tables import open_table, prepare_tables, publish_minutes, write_minutes
from events.models import ProgrammeItem, Workshop, WorkshopTable
from tests import builders
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

PROPOSALS = {
    "events:proposals": Door("public", "convention"),
    "events:proposal": Door("public", "proposal"),
    "events:minutes": Door("public", "convention_of_minutes"),
    "events:roadmap": Door("public"),
    "events:roadmap_item": Door("public", "roadmap_item"),
    "events:table": Door("key", "table_link", post="key", gives=(200, 401)),
    "events:table_worker": Door("public"),
    "events:table_facilitator": Door("key", "facilitator_link", post="key"),
    "staff_tables": Door("staff", "any_convention", post="national"),
    "staff_table": Door("staff", "workshop_table", post="national", body={"act": "renew"}),
    "staff_proposals": Door("staff", "any_convention"),
    "staff_proposals_merge": Door("national", "any_convention", post="national", agents=403),
    "staff_proposal": Door("staff", "any_proposal", post="national"),
    "staff_roadmap": Door("staff"),
    "staff_roadmap_item": Door("staff", "any_roadmap_item", post="national"),
}


def proposal_nouns(shared: dict) -> dict[str, Noun]:
    """A table with a proposal that was retained, on the roadmap, and published minutes."""
    at, convention = timezone.now(), shared["convention"]
    item = ProgrammeItem.objects.create(
        convention=convention, kind="workshop", title="Table", starts_at=at, ends_at=at + timedelta(hours=1)
    )
    Workshop.objects.create(item=item, capacity=10)
    prepare_tables(convention=convention)
    table = open_table(table=WorkshopTable.objects.get(workshop__item=item), at=at)
    write_minutes(table=table, text="Ce qui s’est dit", read_at="", at=at)
    publish_minutes(table=table, is_public=True, read_at=at.isoformat(), at=at)
    table = WorkshopTable.objects.get(pk=table.pk)
    author, agent = builders.registration(convention), builders.staff()
    said = propose(table=table, authors=[author], text="Une idée", key=uuid4(), at=at)
    said = decide(proposal=said, state="retained", motive="Oui", by=agent, at=at)
    line = make_item(proposal=said, title="Une action", by=agent, at=at)
    one = {"slug": convention.slug, "public_id": said.public_id}
    return {
        "convention_of_minutes": Noun({"slug": convention.slug}),
        "proposal": Noun(one),
        "any_proposal": Noun(one),
        "workshop_table": Noun({"slug": convention.slug, "public_id": table.public_id}),
        "table_link": Noun({"token": table.token("table")}),
        "facilitator_link": Noun({"token": table.token("animation")}),
        "roadmap_item": Noun({"public_id": line.public_id}),
        "any_roadmap_item": Noun({"public_id": line.public_id}),
    }
