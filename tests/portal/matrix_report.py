"""The bilan of a gathering, its API, and the page of somebody who came, for the route matrix."""

from django.utils import timezone

from events.actions.certificates import certify_attendance
from events.models.after_links import after_token
from tests.events import coming, saying
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

REPORT = {
    "events:report": Door("public", "past_convention"),
    "events:report_organisations": Door("public", "past_convention"),
    "events:after": Door("key", "came"),
    "events:after_ask": Door("", "came", post="key"),
    "events:after_certificate": Door("key", "certified"),
    "events:survey": Door("key", "came", post="key"),
    "staff_convention_report": Door("staff", "any_convention", post="national"),
    "api:convention_programme": Door("public", "past_convention"),
    "api:convention_report": Door("public", "past_convention"),
    "api:convention_proposals": Door("public", "past_convention"),
    "api:convention_roadmap": Door("public", "past_convention"),
    "api:roadmap": Door("public"),
}


def report_nouns() -> dict[str, Noun]:
    """A gathering of five people, one of whom was certified; the one that is being prepared is as none."""
    convention = coming.gone_by(slug="c25")
    people = [coming.present(convention) for _ in range(5)]
    certify_attendance(registration=people[0], at=timezone.now())
    saying.proposal_of(saying.workshop_of(convention), state="retained")
    return {
        "past_convention": Noun({"slug": "c25"}, hidden=[({"slug": "projetee"}, {"slug": "rien-ici"})]),
        "came": Noun({"token": after_token(people[1])}),
        "certified": Noun({"token": after_token(people[0])}),
    }
