"""The paper of an agreement: what is signed, made once and never again."""

from datetime import datetime

from alliance.lib import french, pdf
from partners.models import AgreementVersion
from partners.models.agreement_signing import Side


def euros(cents: int | None) -> str:
    """« 12 000 € », « 12 000,50 € »; empty without an amount."""
    if cents is None:
        return ""
    whole, rest = divmod(cents, 100)
    return f"{french.number(whole)}{f',{rest:02}' if rest else ''}{french.SPACE}€"


def period(version: AgreementVersion) -> str:
    if version.starts_on is None:
        return ""
    begins = french.long_date(version.starts_on)
    return f"du {begins} au {french.long_date(version.ends_on)}" if version.ends_on else f"à partir du {begins}"


def facts(version: AgreementVersion, order: list) -> dict:
    """What the paper says, ready for the template. ``order``: places with ``side``, ``person`` and ``job_title``."""
    agreement = version.agreement
    places = [*agreement.regions.order_by("name"), *agreement.departments.order_by("name")]
    return {
        "title": agreement.title,
        "label": version.label,
        "organisation": agreement.organisation.name,
        "siren": agreement.organisation.siren,
        "kind": agreement.get_kind_display(),
        "period": period(version),
        "amount": euros(version.amount_cents),
        "changes": version.changes,
        "axes": [axis.label for axis in agreement.axes.order_by("number")],
        "places": [place.name for place in places],
        "entities": [entity.label for entity in agreement.entities.all()],
        "blocks": [{"kind": kind, "words": words} for kind, words in version.blocks],
        "signers": [
            {"name": str(place.person), "job_title": place.job_title, "side": Side(place.side).label} for place in order
        ],
        "reference": f"{agreement.public_id}/{version.number}",
        "demo": agreement.is_demo,
        "placeholder": bool(version.template and version.template.is_placeholder),
    }


def agreement_paper(version: AgreementVersion, order: list, *, at: datetime) -> bytes:
    return pdf.render("pdf/partners/agreement.typ", facts(version, order), at=at.replace(microsecond=0))
