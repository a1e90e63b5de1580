"""The attestation: one paper for each signature, that answers who, for whom, with what power, what text, when, how."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from alliance.lib import pdf
from alliance.lib.french import long_date
from alliance.proof.models import JournalEntry
from charter.models import Signature

HOW = {
    "code": "Code à 6 chiffres, valable dix minutes et une seule fois, envoyé à l’adresse électronique du signataire "
    "et saisi dans sa session ouverte sur le portail.",
    "passkey": "Clé d’accès enregistrée sur le compte du signataire : son appareil l’a reconnu, "
    "puis a signé l’empreinte du texte, celle du consentement et le code de cette signature.",
}
STATES = {
    "pending": "En attente de contresignature par La Poste",
    "standing": "Contresignée par La Poste",
    "refused": "Non contresignée : La Poste l’a refusée",
    "withdrawn": "Retirée par l’organisation",
    "contested": "Contestée : le mandat du signataire est mis en cause",
}


def exact_moment(moment: datetime) -> str:
    """« 12 novembre 2026 à 14 h 30 min 05 s, heure de Paris (UTC+01:00) »."""
    local = timezone.localtime(moment)
    offset = local.strftime("%z")
    clock = f"{local.hour}\u00a0h\u00a0{local.minute:02}\u00a0min\u00a0{local.second:02}\u00a0s"
    return f"{long_date(local)} à {clock}, heure de Paris (UTC{offset[:3]}:{offset[3:]})"


def grouped(siren: str) -> str:
    """« 000 123 456 »."""
    return "\u00a0".join(siren[start : start + 3] for start in range(0, len(siren), 3))


def file_name(signature: Signature) -> str:
    return f"attestation-{signature.code}.pdf"


def verify_url(signature: Signature) -> str:
    return settings.SITE_URL + reverse("charter:verify_code", args=[signature.code])


def facts(signature: Signature, seal: dict | None = None) -> dict:
    """What the paper says, ready for the template; a few queries when relations were not selected.

    ``seal``: what it says of the seal that it is about to receive (``seal_name``, ``seal_fingerprint``, ``stamped``).
    """
    mandate, version = signature.mandate, signature.version
    leaf = JournalEntry.objects.filter(subject=signature.code, kind="signed").first()
    return {
        "code": signature.code,
        "url": verify_url(signature),
        "qr": pdf.qr_svg(verify_url(signature)),
        "state": signature.state,
        "state_words": STATES[signature.state],
        "signer": signature.signer_name,
        "job_title": signature.signer_job_title,
        "email": signature.signer.email,
        "organisation": signature.organisation_name,
        "siren": grouped(signature.organisation_siren),
        "power": mandate.get_kind_display(),
        "power_dates": f"à partir du {long_date(mandate.starts_on)}"
        + (f", jusqu’au {long_date(mandate.ends_on)} inclus" if mandate.ends_on else ", sans date de fin"),
        "power_verified": long_date(mandate.verified_at) if mandate.verified_at else "",
        "power_digest": mandate.document_digest,
        "version": version.label,
        "title": version.title,
        "placeholder": version.is_placeholder,
        "effective": long_date(version.effective_on),
        "digest": signature.document_digest,
        "consent": signature.consent_text,
        "signed": exact_moment(signature.signed_at),
        "countersigned": exact_moment(signature.countersigned_at) if signature.countersigned_at else "",
        "withdrawn": exact_moment(signature.withdrawn_at) if signature.withdrawn_at else "",
        "postmark": long_date(signature.countersigned_at or signature.signed_at),
        "how": HOW.get(signature.proof_level, signature.proof_level),
        "leaf": f"n° {leaf.position}, empreinte {bytes(leaf.leaf_hash).hex()}" if leaf else "",
        "demo": signature.is_demo,
    } | (seal or {"seal_name": "", "seal_fingerprint": "", "stamped": False})


def attestation(signature: Signature, seal: dict | None = None) -> bytes:
    """The PDF, not sealed yet; the same bytes as long as nothing happens to the signature. ``seal`` as in ``facts``."""
    at = signature.last_fact_at.replace(microsecond=0)
    return pdf.render("pdf/charter/attestation.typ", facts(signature, seal), at=at)
