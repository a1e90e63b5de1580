"""The end of a campaign: an agent closes it, and the register of what became of everybody is fixed for ever."""

import hashlib
from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.lib.french import long_date
from alliance.proof import journal
from charter.actions.campaign import CLOSED, locked
from charter.actions.mandates import required_motive
from charter.actions.versions import require_national
from charter.models import Campaign, CharterVersion, Concerned, RegisterLine, Signature
from charter.models.register import csv_lines, with_fate
from partners.models import User


def close_campaign(*, campaign: Campaign, by: User, motive: str, at: datetime | None = None) -> Campaign:
    """Write the register: what became of each organisation concerned, with its digest in the journal.

    Raises Conflict "not_open", "already_closed", "still_running"; ValidationError without a motive.
    """
    require_national(by)
    at, motive = at or timezone.now(), required_motive(motive)
    with transaction.atomic():
        campaign = locked(campaign)
        check_may_close(campaign, timezone.localdate(at))
        lines = write_register(campaign, at)
        campaign.closed_at, campaign.closed_by, campaign.motive = at, by, motive
        campaign.register_digest = hashlib.sha256("".join(csv_lines(lines)).encode()).hexdigest()
        campaign.save(update_fields=["closed_at", "closed_by", "motive", "register_digest"])
        record_closed(campaign, lines)
    return campaign


def check_may_close(campaign: Campaign, on: date) -> None:
    if campaign.closed_at:
        raise Conflict(CLOSED, code="already_closed")
    if not campaign.opened_at:
        raise Conflict("Cette campagne n’a pas été ouverte.", code="not_open")
    if on <= campaign.closes_on:
        sentence = f"Les partenaires ont jusqu’au {long_date(campaign.closes_on)} inclus : elle se clôt ensuite."
        raise Conflict(sentence, code="still_running")


def write_register(campaign: Campaign, at: datetime) -> list[RegisterLine]:
    in_force = CharterVersion.objects.in_force(timezone.localdate(at))
    rows = with_fate(campaign.concerned.with_network(), campaign, in_force, at)
    rows = list(rows.select_related("organisation__region").order_by("organisation__search_name", "organisation_id"))
    answers = Signature.objects.select_related("version").in_bulk([row.answer for row in rows if row.answer])
    lines = [_line(campaign, number, row, answers.get(row.answer), at) for number, row in enumerate(rows, 1)]
    return RegisterLine.objects.bulk_create(lines)


def _line(campaign: Campaign, number: int, row: Concerned, answer: Signature | None, at: datetime) -> RegisterLine:
    organisation = row.organisation
    countersigned_at = answer and answer.countersigned_at
    return RegisterLine(
        campaign=campaign,
        position=number,
        organisation=organisation,
        organisation_name=organisation.name,
        organisation_siren=organisation.siren or organisation.siret[:9],
        network_name=row.network_name or "",
        region_name=organisation.region.name if organisation.region else "",
        origin=row.origin,
        fate=row.fate,
        signature=answer,
        signed_at=answer and answer.signed_at,
        countersigned_at=countersigned_at if countersigned_at and countersigned_at <= at else None,
    )


def record_closed(campaign: Campaign, lines: list[RegisterLine]) -> None:
    days = {name: getattr(campaign, name).isoformat() for name in ("opens_on", "closes_on", "grace_on")}
    journal.append(
        kind="campaign_closed",
        subject=f"campaign/{campaign.public_id}",
        facts={
            "version": campaign.version.label,
            **days,
            "opened_at": journal.instant(campaign.opened_at),
            "closed_at": journal.instant(campaign.closed_at),
            "register_digest": campaign.register_digest,
            "fates": dict(sorted(Counter(str(line.fate) for line in lines).items())),
        },
        personal={"agent_email": campaign.closed_by.email, "motive": campaign.motive},
    )
