"""Evidence of a signature: what happened between an organisation and a version, each event chained to the one before.

An event is hashed without personal data: who did it, and any private word, stand in it as one salted commitment. What
the commitment stands for lies beside it and can be erased; nothing else of an event ever changes (trigger).
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from alliance.lib.db import lock_number, wait_for
from alliance.proof import journal
from charter.models.version import CharterVersion

FORMAT = "alliance-event/1"
GENESIS = "0" * 64
SALT_BYTES = 32
PRIVATE = "private"


class Kind(models.TextChoices):
    INVITED = "invited", "invitation"
    REMINDED = "reminded", "relance"
    MAIL_QUEUED = "mail_queued", "lettre à envoyer"
    MAIL_ACCEPTED = "mail_accepted", "lettre acceptée par le serveur"
    MAIL_REFUSED = "mail_refused", "lettre non partie"
    OPENED = "opened", "page ouverte"
    AUTHENTICATED = "authenticated", "personne reconnue"
    DISPLAYED = "displayed", "texte affiché"
    TRANSMITTED = "transmitted", "transmission au représentant"
    DELIBERATION_ANNOUNCED = "deliberation_announced", "délibération annoncée"
    MANDATE_DEPOSITED = "mandate_deposited", "mandat déposé"
    MANDATE_VERIFIED = "mandate_verified", "mandat vérifié"
    MANDATE_REFUSED = "mandate_refused", "mandat refusé"
    MANDATE_CONTESTED = "mandate_contested", "mandat contesté"
    CODE_SENT = "code_sent", "code envoyé"
    CODE_FAILED = "code_failed", "code non parti"
    CODE_WRONG = "code_wrong", "code faux"
    CODE_VERIFIED = "code_verified", "code vérifié"
    PASSKEY_VERIFIED = "passkey_verified", "clé d’accès vérifiée"
    CONSENTED = "consented", "consentement"
    SIGNED = "signed", "signature"
    SEALED = "sealed", "scellement"
    TIMESTAMPED = "timestamped", "horodatage"
    COUNTERSIGNED = "countersigned", "contresignature"
    REFUSED = "refused", "refus de contresigner"
    DELIVERED = "delivered", "attestation remise"
    WITHDRAWN = "withdrawn", "retrait"
    SUPERSEDED = "superseded", "remplacement par une signature plus récente"
    CARRIED_OVER = "carried_over", "report sur une version éditoriale"
    EVIDENCE_READ = "evidence_read", "dossier de preuve consulté"


class EvidenceEventQuerySet(models.QuerySet):
    def of_chain(self, organisation, version):
        """Oldest first, as they were committed."""
        return self.filter(organisation=organisation, version=version).order_by("position")

    def forget(self, person) -> int:
        """Erase who ``person`` is from every event; how many. The chains stay valid."""
        return self.filter(person=person).update(person=None, private=None, salt=None)


class EvidenceEvent(models.Model):
    """``after`` is the SHA-256 of the canonical JSON of ``hashed()``, which holds ``before``: the ``after`` before it.

    ``private`` and ``salt`` open ``commitment``: SHA-256(salt || "private" || 0x00 || canonical JSON of ``private``).
    """

    organisation = models.ForeignKey("partners.Organisation", models.PROTECT, related_name="+")
    version = models.ForeignKey("charter.CharterVersion", models.PROTECT, related_name="+")
    position = models.PositiveIntegerField("rang")
    signature = models.ForeignKey("charter.Signature", models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField("nature", max_length=24, choices=Kind)
    at = models.DateTimeField("le")
    person = models.ForeignKey("partners.User", models.PROTECT, null=True, related_name="+", verbose_name="par")
    details = models.JSONField("détails", default=dict)
    private = models.JSONField("en clair", null=True)
    salt = models.BinaryField("sel", max_length=SALT_BYTES, null=True)
    commitment = models.CharField("engagement", max_length=64, blank=True)
    before = models.CharField("empreinte avant", max_length=64)
    after = models.CharField("empreinte après", max_length=64, unique=True)

    objects = EvidenceEventQuerySet.as_manager()

    class Meta:
        verbose_name = "événement de preuve"
        verbose_name_plural = "événements de preuve"
        ordering = ["organisation", "version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version", "position"], name="evidence_position_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="evidence_kind_known"),
            models.CheckConstraint(
                condition=Q(before__regex=r"^[0-9a-f]{64}$", after__regex=r"^[0-9a-f]{64}$")
                & Q(commitment__regex=r"^([0-9a-f]{64})?$"),
                name="evidence_digests_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(private__isnull=True, salt__isnull=True, person__isnull=True)
                | Q(private__isnull=False, salt__isnull=False) & ~Q(commitment=""),
                name="evidence_private_is_committed",
            ),
        ]
        indexes = [
            models.Index(fields=["version", "kind"], name="evidence_of_version"),
            models.Index(fields=["-at", "-id"], condition=Q(kind="evidence_read"), name="evidence_reads"),
        ]

    def __str__(self):
        return f"{self.kind} n° {self.position}"

    def hashed(self) -> dict[str, journal.Fact]:
        """All that the digest covers; what is empty is left out. A query or two when relations were not selected."""
        said = {
            "format": FORMAT,
            "organisation": str(self.organisation.public_id),
            "version": self.version.label,
            "version_digest": self.version.digest,
            "position": self.position,
            "kind": str(self.kind),
            "at": journal.instant(self.at),
            "signature": self.signature.code if self.signature else "",
            "details": self.details,
            "commitment": self.commitment,
            "before": self.before,
        }
        return {name: value for name, value in said.items() if value not in ("", {})}

    def digest(self) -> str:
        return hashlib.sha256(journal.canonical(self.hashed()).encode()).hexdigest()

    @property
    def name(self) -> str:
        """Who did it, as they were named that day; the empty string for the portal itself, or once erased."""
        return (self.private or {}).get("name", "")


@dataclass(frozen=True)
class Fact:
    """An event to come. ``private`` words are committed to, with the person's name and address, never hashed bare."""

    kind: str
    person: object = None
    signature: object = None
    at: datetime | None = None
    private: dict[str, str] = field(default_factory=dict)
    details: dict[str, journal.Fact] = field(default_factory=dict)


def note(
    *, kind: str, organisation, version, person=None, signature=None, at=None, private=None, **details
) -> EvidenceEvent:
    """Add one event at the end of the chain, inside the caller's transaction. ``details`` hold nothing personal."""
    fact = Fact(kind, person, signature, at, private or {}, details)
    return note_all(organisation=organisation, version=version, facts=[fact])[0]


def note_all(*, organisation, version, facts: Iterable[Fact]) -> list[EvidenceEvent]:
    """Add events in this order. Concurrent calls on one chain queue until the caller commits.

    The journal's head is always locked after a chain: note first, append to the journal last.
    """
    facts = list(facts)
    if not facts:
        return []
    last = _held_head(organisation, version)
    position, before = (last[0] + 1, last[1]) if last else (0, GENESIS)
    now, events = timezone.now(), []
    for fact in facts:
        event = _event(fact, now, organisation=organisation, version=version, position=position, before=before)
        event.after = before = event.digest()
        position += 1
        events.append(event)
    return EvidenceEvent.objects.bulk_create(events)


def hold(organisation, version) -> None:
    """Nobody else adds to this chain until the caller's transaction ends."""
    wait_for("evidence", organisation.pk, version.pk)


def _held_head(organisation, version) -> tuple[int, str] | None:
    """As ``hold``, and the position and digest of the last event, in one round trip."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs to the transaction of the act that it tells.")
    key = lock_number("evidence", organisation.pk, version.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM charter_evidence_head(%s, %s, %s)", [organisation.pk, version.pk, key])
        return cursor.fetchone()


def _event(fact: Fact, now: datetime, **link) -> EvidenceEvent:
    event = EvidenceEvent(
        kind=fact.kind, person=fact.person, signature=fact.signature, at=fact.at or now, details=fact.details, **link
    )
    who = {"name": str(fact.person), "email": fact.person.email} if fact.person else {}
    if clear := who | fact.private:
        event.private, event.salt = clear, secrets.token_bytes(SALT_BYTES)
        event.commitment = journal.commitment(PRIVATE, journal.canonical(clear), event.salt)
    return event


def subject_version(on) -> CharterVersion | None:
    """The version that a mandate of this day is about: the one in force, or else the first to come."""
    published = CharterVersion.objects.published()
    return published.in_force(on) or published.order_by("effective_on", "pk").first()


def broken_at(organisation, version) -> int | None:
    """The first position whose event is not what was noted, or follows another; None when the whole chain holds."""
    before = GENESIS
    chain = EvidenceEvent.objects.of_chain(organisation, version)
    for expected, event in enumerate(chain.select_related("organisation", "version", "signature")):
        opened = event.salt is None or event.commitment == journal.commitment(
            PRIVATE, journal.canonical(event.private), bytes(event.salt)
        )
        if (event.position, event.before, event.after, opened) != (expected, before, event.digest(), True):
            return expected
        before = event.after
    return None
