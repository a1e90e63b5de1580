"""The letters of bulk mail: a text whose fields are known, written for each recipient when it leaves."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse

from alliance.lib import mail
from partners.models import Mailing, MailingRecipient, Membership, Organisation, User

FIELD = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
SALT = "partners.mailing_letters.stop"
FIELDS = {
    "nom": "le nom de la personne",
    "organisation": "le nom de l’organisation",
    "role": "son rôle dans cette organisation",
    "commune": "la commune de l’organisation",
    "region": "la région de l’organisation",
    "lien_espace": "l’adresse de l’espace de l’organisation",
    "lien_fiche": "l’adresse de sa page publique",
}


@dataclass(frozen=True)
class Place:
    line: int
    sentence: str


def problems(text: str) -> list[Place]:
    """What of ``text`` would not be replaced, line by line, in French."""
    found = []
    for match in FIELD.finditer(text):
        if match[1] not in FIELDS:
            near = get_close_matches(match[1].lower(), FIELDS, n=1)
            hint = f" Vouliez-vous {{{{ {near[0]} }}}} ?" if near else f" Champs connus : {', '.join(FIELDS)}."
            found.append(Place(_line(text, match), f"le champ {{{{ {match[1][:40]} }}}} n’existe pas.{hint}"))
    rest = FIELD.sub(lambda match: " " * len(match[0]), text)
    for match in BRACES.finditer(rest):
        found.append(Place(_line(text, match), f"« {match[0]} » est seul : un champ s’écrit {{{{ organisation }}}}."))
    return sorted(found, key=lambda place: place.line)


def _line(text: str, match: re.Match) -> int:
    return text.count("\n", 0, match.start()) + 1


def check(text: str) -> None:
    """Raises ValidationError with a sentence for each place."""
    found = problems(text)
    if found:
        raise ValidationError([f"Ligne {place.line} : {place.sentence}" for place in found])


def fill(text: str, values: dict[str, str]) -> str:
    """Each known field replaced once: what a value holds is never read as a field."""
    return FIELD.sub(lambda match: values.get(match[1], match[0]), text)


def values_of(organisation: Organisation, person: User | None, role: str) -> dict[str, str]:
    """What the fields stand for: one line each, without control characters."""
    commune, region = organisation.commune, organisation.region
    found = {
        "nom": str(person.full_name or "") if person else "",
        "organisation": organisation.name,
        "role": role,
        "commune": commune.name if commune else "",
        "region": region.name if region else "",
        "lien_espace": settings.SITE_URL + reverse("portal:space_organisation", args=[organisation.slug]),
        "lien_fiche": settings.SITE_URL + reverse("partners:organisation", args=[organisation.slug]),
    }
    return {name: " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
            for name, value in found.items()}  # fmt: skip


def stop_path(person: User, kind: str) -> str:
    """The page where one asks for no more mails of a kind: the link is the key, and gives no other right."""
    return reverse("mail:stop", args=[signing.dumps([person.pk, kind], salt=SALT, compress=True)])


def read_stop(token: str) -> tuple[int, str] | None:
    try:
        person, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return person, kind


def written(mailing: Mailing, recipient: MailingRecipient) -> dict:
    """The context of the letter to one recipient: subject, body, and how to have no more when that is possible."""
    role = _role_of(recipient, mailing)
    values = values_of(recipient.organisation, recipient.person, role)
    stop = mailing.is_refusable and recipient.person
    return {
        "subject": fill(mailing.subject, values),
        "body": fill(mailing.body.replace("\r\n", "\n"), values),
        "organisation": recipient.organisation,
        "kind": mailing.get_kind_display(),
        "stop_url": settings.SITE_URL + stop_path(recipient.person, mailing.kind) if stop else "",
    }


def _role_of(recipient: MailingRecipient, mailing: Mailing) -> str:
    held = Membership.objects.live().filter(user=recipient.person, organisation=recipient.organisation)
    first = held.filter(role__in=mailing.roles).order_by("role").first()
    return first.get_role_display() if first else ""


def letter(mailing: Mailing, recipient: MailingRecipient) -> tuple[str, str]:
    """Subject and text as this recipient will read them; the link that is theirs alone is not shown."""
    context = written(mailing, recipient)
    shown = settings.SITE_URL + reverse("mail:stop", args=["0"]).replace("/0/", "/…/") if context["stop_url"] else ""
    return mail.letter("mail/partners/mailing.txt", context | {"stop_url": shown})


def send(mailing: Mailing, recipient: MailingRecipient, *, message_id: str):
    context = written(mailing, recipient)
    headers = {"Precedence": "bulk"}
    if context["stop_url"]:
        headers |= {
            "List-Unsubscribe": f"<{context['stop_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return mail.send(
        to=[recipient.address],
        template="mail/partners/mailing.txt",
        context=context,
        message_id=message_id,
        headers=headers,
    )
