"""A charter of two versions, signatories of the first, and the days around the campaign for the second."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from charter.models import Campaign, CharterVersion, EvidenceEvent
from charter.models.evidence import note
from partners.models import Organisation, User
from tests import builders


def at(year: int, month: int = 6, day: int = 1, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@contextmanager
def replica():
    """Without triggers, to let time pass over rows that do not move."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


@dataclass
class World:
    old: CharterVersion
    new: CharterVersion
    agent: User
    organisations: list[Organisation] = field(default_factory=list)

    def signatory(self, signed=None, **fields) -> Organisation:
        """Signed the first version; one representative, whose address says for whom. ``signed``: other facts of it."""
        organisation = builders.organisation(**fields)
        person = builders.user(f"{organisation.slug}@test.invalid", full_name=f"Rep {organisation.slug}")
        builders.membership(person, organisation, "signatory", starts_on=date(2014, 1, 1))
        builders.signature(organisation, self.old, signer=person, **{"signed_at": at(2015)} | (signed or {}))
        self.organisations.append(organisation)
        return organisation

    def campaign(self, **fields) -> Campaign:
        return builders.campaign(self.new, concerned=self.organisations, **fields)

    def event(self, organisation: Organisation, kind: str, **fields) -> EvidenceEvent:
        with transaction.atomic():
            return note(kind=kind, organisation=organisation, version=self.new, **fields)

    def resign(self, organisation: Organisation, **fields):
        signer = organisation.memberships.get().user
        mandate = organisation.mandates.get()
        fields.setdefault("signed_at", timezone.now() - timedelta(hours=1))
        fields.setdefault("countersigned_at", fields["signed_at"] + timedelta(minutes=1))
        return builders.signature(organisation, self.new, signer=signer, mandate=mandate, **fields)


def make_world() -> World:
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    return World(old, builders.charter_version("2020"), builders.staff(full_name="Nadia Essai"))
