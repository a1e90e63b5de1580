"""What is printed for the day: a ticket for a wallet, badges by the sheet."""

import segno
from django.utils import timezone

from alliance.lib import french, pdf
from events.models import Convention, Registration
from events.models.ticket_codes import in_two

BADGES_A_SHEET = (8, 10)
MOST_BADGES = 500


def qr_inline(code: str) -> str:
    """For a page. The code alone: the smallest QR code there is (21 modules), read at once and in the dark."""
    return segno.make(code, micro=False).svg_inline(border=2, omitsize=True, dark="#000", light="#fff")


def organisation_of(registration: Registration) -> str:
    attendee = registration.attendee
    return str(attendee.organisation) if attendee.organisation else attendee.affiliation


def ticket_pdf(registration: Registration) -> bytes:
    """One card of 86 × 54 mm."""
    convention = registration.convention
    data = _of_person(registration) | _of_convention(convention) | {
        "when": convention.when,
        "where": ", ".join(filter(None, [convention.place, convention.address])),
    }  # fmt: skip
    return pdf.render("pdf/events/ticket.typ", data, at=_dated(registration.registered_at))


def badges_pdf(convention: Convention, registrations: list[Registration], *, a_sheet: int, at) -> bytes:
    """A4 sheets of 8 or 10 badges, cut along the marks."""
    data = _of_convention(convention) | {
        "day": french.full_date(timezone.localdate(convention.starts_at)),
        "a_sheet": a_sheet,
        "badges": [_of_person(registration) for registration in registrations],
    }
    return pdf.render("pdf/events/badges.typ", data, at=_dated(at))


def _of_person(registration: Registration) -> dict:
    return {
        "name": registration.attendee.name,
        "organisation": organisation_of(registration),
        "code": in_two(registration.code),
        "qr": pdf.qr_svg(registration.code),
    }


def _of_convention(convention: Convention) -> dict:
    return {"title": convention.title, "demo": convention.is_demo}


def _dated(moment):
    return moment.replace(microsecond=0)
