"""A person with the power to sign for an organisation, a version in force, and the code in the last letter."""

import re
from dataclasses import dataclass
from datetime import date

from django.core import mail
from django.test import Client

from charter.models import CharterVersion, Mandate
from partners.models import Organisation, User
from tests import builders

SESSION = "session-of-the-browser"
URL = "/espace/reseau-d-essai/signer/"
PDF = b"%PDF-1.7\n%%EOF\n"


@dataclass
class Case:
    organisation: Organisation
    version: CharterVersion
    signer: User
    mandate: Mandate

    @property
    def act(self) -> dict:
        return {"organisation": self.organisation, "version": self.version}


def make_case() -> Case:
    organisation = builders.organisation(name="Réseau d’essai", slug="reseau-d-essai", siren="000000000")
    signer = builders.user("camille@test.invalid", full_name="Camille Essai")
    builders.membership(signer, organisation, "signatory")
    version = builders.charter_version("2020", effective_on=date(2020, 7, 2), is_placeholder=True)
    return Case(organisation, version, signer, builders.mandate(organisation, signer))


def last_code() -> str:
    """The code in the last letter that left."""
    return re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


def post(client: Client, action: str, **fields):
    """One POST of the signing page, as its form sends it."""
    return client.post(URL, {"action": action, "version": "2020"} | fields)


def html_of(response) -> str:
    return response.content.decode()


def errors_of(response) -> dict:
    """Field → sentences, of the form that was refused."""
    return {name: list(errors) for name, errors in response.context["bound"].errors.items()}
