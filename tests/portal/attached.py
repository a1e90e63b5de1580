"""Rows of every kind attached to an organisation, and a dump of every table: what a merger must keep."""

import uuid
from datetime import date, timedelta

from django.apps import apps
from django.db import connection
from django.utils import timezone

from charter.models import Mandate, Signature
from charter.models import evidence as trail
from charter.models.campaign import Concerned
from charter.models.preparation import Deliberation, SigningCode, Transmission
from charter.models.reminder import Recipient, Reminder
from events.models import Attendee
from partners.models import (
    Agreement,
    ApiToken,
    Correction,
    Membership,
    Organisation,
    PartnerNote,
    Project,
    ProjectDraft,
    ProjectPartner,
    ProposedChange,
    User,
)
from tests import builders

DERIVED = {  # counters, indexes and stamps that triggers keep; history, which only grows; the merger itself
    "lib_change", "lib_stamp", "partners_merge", "partners_identityevent", "partners_projectindex",
    "partners_projectcell", "partners_projectchange", "partners_projecttouched", "partners_projectcube",
}  # fmt: skip


def dump() -> dict[str, list[str]]:
    """Every table of ours, row by row, as PostgreSQL writes it."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables - DERIVED):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


class Field:
    """A version of the charter, an agent, a campaign, ``size`` people and projects of others: what rows hang on."""

    def __init__(self, size: int):
        self.size, self.agent, self.version = size, builders.staff(), builders.charter_version()
        self.people = User.objects.bulk_create(
            User(email=f"rattachee{n}@test.invalid", full_name=f"Personne {n}") for n in range(size)
        )
        self.campaign = builders.campaign(self.version, opened=False, prepared_by=self.agent)
        self.reminder = Reminder.objects.create(
            campaign=self.campaign, group="opened", drafted_by=self.agent, drafted_at=timezone.now()
        )
        self.projects = self.made_projects(None, "autre")

    def made_projects(self, lead, word: str) -> list[Project]:
        return Project.objects.bulk_create(
            Project(title=f"{word} {n}", slug=f"{word}-{n}", lead=lead, moderation="published")
            for n in range(self.size)
        )

    def attach(self, organisation: Organisation) -> None:
        """``size`` rows of every kind, some of them twins of those of the others."""
        self.made_projects(organisation, f"mene-{organisation.pk}")
        for kind in (self.partners_rows, self.charter_rows):
            for row in zip(*(kind(organisation, n) for n in range(self.size)), strict=True):
                type(row[0]).objects.bulk_create(row)
        self.proofs(organisation)

    def partners_rows(self, organisation, n: int) -> list:
        person, now = self.people[n], timezone.now()
        return [
            Organisation(kind="local", parent=organisation, name=f"Membre {n}", slug=f"membre-{organisation.pk}-{n}"),
            Membership(user=person, organisation=organisation, role="contributor", starts_on=date(2024, 1, 1)),
            ProjectPartner(project=self.projects[n], organisation=organisation, role=ProjectPartner.Role.values[0]),
            Agreement(organisation=organisation, title=f"Accord {n}", kind="mecenat"),
            Correction(organisation=organisation, text=f"Erreur {n}"),
            PartnerNote(organisation=organisation, author=self.agent, text=f"Note {n}"),
            ProposedChange(organisation=organisation, proposed_by=person, state="accepted", decided_at=now),
            ProjectDraft(token=uuid.uuid4(), author=person, organisation=organisation),
            ApiToken(user=person, organisation=organisation, name=f"Jeton {n}", digest=uuid.uuid4().hex, scopes=[]),
            Attendee(name=f"Participant {n}", email=f"p{n}@test.invalid", organisation=organisation),
        ]

    def charter_rows(self, organisation, n: int) -> list:
        person, now = self.people[n], timezone.now()
        return [
            Mandate(
                organisation=organisation, person=person, kind="legal", job_title="présidente", state="verified",
                starts_on=date(2024, 1, 1), entered_by=person, verified_by=self.agent, verified_at=now,
            ),
            Transmission(organisation=organisation, version=self.version, sender=person, recipient=self.agent),
            SigningCode(
                user=person, organisation=organisation, version=self.version, sent_at=now,
                expires_at=now + timedelta(minutes=10),
            ),
            Recipient(reminder=self.reminder, organisation=organisation, person=person),
        ]  # fmt: skip

    def proofs(self, organisation) -> None:
        """One signature stands, the others were refused; a trail; one row of what there is once a version."""
        powers = {power.person_id: power for power in Mandate.objects.filter(organisation=organisation)}
        for n, person in enumerate(self.people):
            refused = {"countersigned": False, "refused_at": timezone.now(), "refused_by": self.agent, "motive": "Non."}
            fields = {} if n == 0 else refused
            builders.signature(organisation, self.version, signer=person, mandate=powers[person.pk], **fields)
        facts = [trail.Fact("opened", person) for person in self.people]
        trail.note_all(organisation=organisation, version=self.version, facts=facts)
        Concerned.objects.create(
            campaign=self.campaign, organisation=organisation, origin="invited", added_at=timezone.now(),
            added_by=self.agent,
        )  # fmt: skip
        Deliberation.objects.create(
            organisation=organisation, version=self.version, announced_by=self.people[0], meets_on=date(2027, 1, 1)
        )
        assert Signature.objects.filter(organisation=organisation).count() == self.size
