"""Each event of the evidence, told to a reader in one French sentence."""

from collections.abc import Callable
from datetime import datetime

from alliance.lib.french import count, long_date, of, typeset
from charter.models import EvidenceEvent
from charter.models.evidence import Kind
from charter.pdf import exact_moment

ERASED = "une personne dont le nom a été effacé"
PORTAL = "le portail"
LETTERS = {
    "invitation": "l’invitation à signer",
    "reminder": "la relance",
    "transmission": "la lettre qui transmet la charte",
    "deliberation": "le rappel de la délibération",
    "mandate_verified": "la lettre qui annonce le mandat vérifié",
    "mandate_refused": "la lettre qui annonce le mandat refusé",
    "mandate_contested": "la lettre qui annonce le mandat contesté",
    "receipt": "le reçu de la signature",
    "countersigned": "la lettre qui annonce la contresignature",
    "refused": "la lettre qui annonce le refus de contresigner",
    "withdrawal": "le reçu du retrait",
    "code": "la lettre qui porte le code",
}
PRESENCE = {"code": "un code reçu par courriel et tapé", "passkey": "la réponse de sa clé d’accès"}
SIDES = {"organisation": "pour l’organisation", "la_poste": "pour La Poste"}
METHODS = {
    "code": "un code reçu par courriel",
    "password": "un mot de passe",
    "passkey": "une clé d’accès",
    "totp": "un second facteur (application)",
    "recovery_codes": "un code de secours",
}


def sentence(event: EvidenceEvent) -> str:
    """« Camille Démo signe… » Names are those of the day; an erased person is told as such."""
    told = SENTENCES[event.kind](event)
    return typeset(told[:1].upper() + told[1:])


def who(event: EvidenceEvent) -> str:
    return event.name or (ERASED if event.commitment else PORTAL)


def letter(event: EvidenceEvent) -> str:
    return LETTERS.get(event.details.get("letter", ""), "une lettre")


def motive(event: EvidenceEvent) -> str:
    given = (event.private or {}).get("motive", "")
    return f", avec ce motif : « {given} »" if given else ""


def digest(event: EvidenceEvent, name: str) -> str:
    return f"empreinte {event.details[name]}"


def short_reply(event: EvidenceEvent) -> str:
    return f"« {event.details['code']} {event.details['reply']} »"


def methods(event: EvidenceEvent) -> str:
    used = [METHODS.get(name, name) for name in event.details.get("methods", [])]
    return " puis ".join(used) or "un moyen qui n’a pas été noté"


def _mail_queued(event: EvidenceEvent) -> str:
    due = event.details.get("due_at")
    when = f", le {long_date(datetime.fromisoformat(due))}" if due else ""
    return f"le portail doit envoyer {letter(event)} à {who(event)}{when}."


def _mail_accepted(event: EvidenceEvent) -> str:
    return f"le serveur de messagerie accepte {letter(event)} pour {who(event)} ; il répond {short_reply(event)}."


def _mail_refused(event: EvidenceEvent) -> str:
    if event.details["code"]:
        return f"le serveur de messagerie refuse {letter(event)} pour {who(event)} ; il répond {short_reply(event)}."
    why = event.details["reply"]
    return f"le portail n’a pas pu envoyer {letter(event)} à {who(event)} : le serveur ne répond pas ({why})."


def _opened(event: EvidenceEvent) -> str:
    """The link of a letter is followed before anybody has signed in: by the person, or by what filters their mail."""
    if event.details.get("letter"):
        return f"le lien de la lettre adressée à {who(event)} est suivi."
    return f"{who(event)} ouvre la page de signature."


def _displayed(event: EvidenceEvent) -> str:
    marked = ", avec ce qui change marqué" if event.details.get("marked") else ""
    return f"le texte de la version {event.version.label} est affiché en entier à {who(event)}{marked}."


def _deliberation(event: EvidenceEvent) -> str:
    day = long_date(datetime.fromisoformat(event.details["meets_on"]))
    return f"{who(event)} annonce que l’organisation délibère le {day}."


def _transmitted(event: EvidenceEvent) -> str:
    return f"{who(event)} transmet la charte à {(event.private or {}).get('recipient', ERASED)}, qui peut signer."


def _invited(event: EvidenceEvent) -> str:
    by = (event.private or {}).get("by", "La Poste")
    return f"{by} invite {who(event)} à signer la charte au nom de l’organisation."


def _mandate(verb: str) -> Callable[[EvidenceEvent], str]:
    def told(event: EvidenceEvent) -> str:
        holder = (event.private or {}).get("holder", ERASED)
        return f"{who(event)} {verb} le mandat {of(holder)}{motive(event)}."

    return told


def _code_sent(event: EvidenceEvent) -> str:
    answered = f" ; le serveur de messagerie répond {short_reply(event)}" if event.details.get("code") else ""
    return f"un code à 6 chiffres, pour {act(event)}, part à l’adresse {of(who(event))}{answered}."


def _code_failed(event: EvidenceEvent) -> str:
    why = short_reply(event) if event.details["code"] else f"pas de réponse ({event.details['reply']})"
    return f"le code demandé par {who(event)} pour {act(event)} n’a pas pu partir : {why}."


def _code_wrong(event: EvidenceEvent) -> str:
    left = event.details["tries_left"]
    remains = f"il reste {count(left, 'essai')}" if left else "ce code ne peut plus servir"
    return f"{who(event)} tape un code qui n’est pas le bon ; {remains}."


def act(event: EvidenceEvent) -> str:
    return "retirer la signature" if event.details.get("act") == "withdraw" else "signer"


def _signed(event: EvidenceEvent) -> str:
    level = event.details["proof_level"]
    return (
        f"{who(event)} signe la version {event.version.label}, en vertu du mandat {event.details['mandate']} ; "
        f"preuve de présence : {PRESENCE.get(level, level)}."
    )


def _stamped(event: EvidenceEvent) -> str:
    gen_time = exact_moment(datetime.fromisoformat(event.details["gen_time"]))
    return f"« {event.details['authority']} » horodate l’attestation : {gen_time}."


def _delivered(event: EvidenceEvent) -> str:
    return (
        f"l’attestation, {digest(event, 'digest')}, est jointe à {letter(event)} que le serveur de messagerie vient "
        f"d’accepter pour {who(event)} ; le portail ne sait pas si la lettre est lue."
    )


def _read(event: EvidenceEvent) -> str:
    what = "le dossier complet" if event.details["door"] == "bundle" else "le dossier de preuve"
    return f"{who(event)} lit {what}, {SIDES[event.details['side']]}."


SENTENCES: dict[str, Callable[[EvidenceEvent], str]] = {
    Kind.INVITED: _invited,
    Kind.REMINDED: lambda e: f"{who(e)} est à relancer : la charte n’est pas encore signée.",
    Kind.MAIL_QUEUED: _mail_queued,
    Kind.MAIL_ACCEPTED: _mail_accepted,
    Kind.MAIL_REFUSED: _mail_refused,
    Kind.OPENED: _opened,
    Kind.AUTHENTICATED: lambda e: f"la session {of(who(e))} a été ouverte par {methods(e)}.",
    Kind.DISPLAYED: _displayed,
    Kind.TRANSMITTED: _transmitted,
    Kind.DELIBERATION_ANNOUNCED: _deliberation,
    Kind.MANDATE_DEPOSITED: _mandate("dépose"),
    Kind.MANDATE_VERIFIED: _mandate("vérifie, pour La Poste,"),
    Kind.MANDATE_REFUSED: _mandate("refuse, pour La Poste,"),
    Kind.MANDATE_CONTESTED: _mandate("conteste, pour La Poste,"),
    Kind.CODE_SENT: _code_sent,
    Kind.CODE_FAILED: _code_failed,
    Kind.CODE_WRONG: _code_wrong,
    Kind.CODE_VERIFIED: lambda e: f"{who(e)} tape le bon code pour {act(e)} : il ne servira plus.",
    Kind.PASSKEY_VERIFIED: lambda e: f"la clé d’accès {of(who(e))} répond au défi de cet acte, pour {act(e)}.",
    Kind.CONSENTED: lambda e: f"{who(e)} coche la case du consentement pour {act(e)}.",
    Kind.SIGNED: _signed,
    Kind.SEALED: lambda e: f"le portail scelle l’attestation, révision {e.details['revision']}, {digest(e, 'digest')}.",
    Kind.TIMESTAMPED: lambda e: (
        f"« {e.details['authority']} » horodate l’attestation, révision {e.details['revision']}."
    ),
    Kind.COUNTERSIGNED: lambda e: f"{who(e)} contresigne pour La Poste.",
    Kind.REFUSED: lambda e: f"{who(e)} refuse, pour La Poste, de contresigner{motive(e)}.",
    Kind.DELIVERED: lambda e: (
        f"l’attestation est remise au serveur {of(who(e))} avec {letter(e)}, {digest(e, 'digest')}."
    ),
    Kind.WITHDRAWN: lambda e: f"{who(e)} retire la signature au nom de l’organisation{motive(e)}.",
    Kind.SUPERSEDED: lambda e: f"la signature {e.details['by']}, contresignée, remplace celle-ci.",
    Kind.CARRIED_OVER: lambda e: f"la signature vaut aussi pour la version éditoriale {e.details['to']}.",
    Kind.EVIDENCE_READ: _read,
}
