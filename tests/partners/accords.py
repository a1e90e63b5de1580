"""An agreement on its way: the people of both sides, and how far it has come."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from alliance.lib.errors import Conflict
from partners.actions.agreement_drafts import draft_from_template, propose_version
from partners.actions.agreement_signing import Place, send_for_signature, sign_agreement
from partners.actions.agreements import activate_agreement
from partners.models import Agreement, AgreementDocument, AgreementVersion, Organisation, User
from tests import builders

TEXT = "# Article 1. Objet\n\nOuvrir trois lieux.\n\n# Article 2. Durée\n\nDeux ans."
POWER = "mandat d’essai"


@dataclass
class Case:
    organisation: Organisation
    agent: User
    signatory: User
    contributor: User
    reader: User
    version: AgreementVersion

    @property
    def agreement(self) -> Agreement:
        return Agreement.objects.get(pk=self.version.agreement_id)

    @property
    def document(self) -> AgreementDocument:
        return self.version.documents.order_by("pk").last()

    @property
    def order(self) -> list[Place]:
        return [Place("partner", self.signatory, "présidente"), Place("poste", self.agent, "déléguée")]

    def propose(self) -> "Case":
        self.version = propose_version(version=self.version, by=self.agent)
        return self

    def send(self) -> "Case":
        self.propose()
        send_for_signature(version=self.version, by=self.agent, order=self.order)
        self.version.refresh_from_db()
        return self

    def sign(self) -> "Case":
        self.send()
        for person in (self.signatory, self.agent):
            sign_agreement(document=self.document, by=person, power=POWER)
        self.version.refresh_from_db()
        return self

    def run(self) -> "Case":
        self.sign()
        self.version = activate_agreement(version=self.version, by=self.agent)
        return self

    def space(self, rest: str = "") -> str:
        return f"/espace/{self.organisation.slug}/accords/{self.agreement.public_id}/{rest}"

    def gestion(self, rest: str = "") -> str:
        return f"/gestion/accords/{self.agreement.public_id}/{rest}"


def make_case(**fields) -> Case:
    """A draft about places, with a text and dates around today."""
    organisation = builders.organisation(
        slug="marais", name="Ateliers du Marais", commune=builders.commune(), summary="Un atelier."
    )
    organisation.refresh_from_db()
    people = {}
    for role in ("signatory", "contributor", "reader"):
        people[role] = builders.user(f"{role}@test.invalid", full_name=f"Personne {role}")
        builders.membership(people[role], organisation, role)
    agent = builders.staff(email="agent@test.invalid", full_name="Agnès Agent")
    today = timezone.localdate()
    said = {"starts_on": today - timedelta(days=10), "ends_on": today + timedelta(days=355)} | fields
    version = draft_from_template(
        organisation=organisation, title="Trois lieux partagés", kind="mecenat", by=agent, **said
    )
    version.text = TEXT
    version.save()
    return Case(organisation, agent, version=version, **people)


def code_of(act, **arguments) -> str:
    """The code with which an act is refused; « done » when it is not."""
    try:
        act(**arguments)
    except Conflict as refusal:
        return refusal.code
    return "done"


def pdf(name="annexe.pdf", content=b"%PDF-1.7 essai") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def after(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
