"""Workshops by wishes, for the route matrix."""

from tests.portal.matrix import Door

WORKSHOPS = {
    "events:workshop_allocation": Door("public", "convention"),
    "events:wishes": Door("signed_in", "convention", post="signed_in", gives=(200, 302)),
    "events:wishes_of": Door("writer|region", "registration", post="writer|region"),
    "convention_hub": Door("staff", "any_convention"),
    "staff_workshops": Door("staff", "any_convention", post="national"),
}
