"""Everything that happened with a partner, in one line of time. As many queries as kinds of events, never more."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from alliance.lib import french
from alliance.lib.change_words import tell_changes
from alliance.lib.models import Change
from charter.models import Mandate, Signature
from charter.models.reminder import Recipient
from events.models import Registration
from partners.models import (
    AgreementEvent,
    Correction,
    IdentityEvent,
    Membership,
    Organisation,
    PartnerNote,
    Project,
)

SHOWN, FIELDS = 20, 6


@dataclass(frozen=True)
class Event:
    """``lines``: what it says more, each on its line; ``kind``: a key of ``KINDS``."""

    at: datetime
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    who: str = ""
    url: str = ""

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]


KINDS = {
    "signatures": "Charte",
    "accords": "Accords",
    "projets": "Projets",
    "courriels": "Courriels",
    "notes": "Notes",
    "rencontres": "Conventions",
    "modifications": "Modifications",
    "erreurs": "Erreurs signalées",
    "identite": "Identité",
}


@dataclass(frozen=True)
class Asked:
    """Whose time, read by whom, how far back; nothing at or after ``before``."""

    organisation: Organisation
    user: object
    before: datetime

    def recent(self, rows, field: str):
        """The newest rows, one more than is shown."""
        return rows.filter(**{f"{field}__lt": self.before}).order_by(f"-{field}", "-pk")[: SHOWN + 1]


def timeline(organisation: Organisation, user, *, kind: str = "", before: datetime | None = None) -> list[Event]:
    """Newest first, one event more than ``SHOWN`` when there are older ones."""
    asked = Asked(organisation, user, before or timezone.now())
    sources = [SOURCES[kind]] if kind in SOURCES else SOURCES.values()
    found = [event for event in chain.from_iterable(source(asked) for source in sources) if event.at < asked.before]
    return sorted(found, key=lambda event: event.at, reverse=True)[: SHOWN + 1]


def charter_acts(asked: Asked) -> Iterable[Event]:
    """Signatures, then the mandates that gate them: few for one organisation, all are read."""
    rows = Signature.objects.filter(organisation=asked.organisation).select_related("version")
    for signature in rows.order_by("-signed_at")[:50]:
        page = reverse("admin:charter_signature_change", args=[signature.pk])
        version = f"Version {signature.version.label}"
        yield Event(signature.signed_at, "signatures", "Charte signée", (version,), signature.signer_name, page)
        for at, title in (
            (signature.countersigned_at, "Signature contresignée par La Poste"),
            (signature.withdrawn_at, "Signature retirée"),
            (signature.refused_at, "Signature non contresignée"),
        ):
            if at:
                yield Event(at, "signatures", title, (version,), "", page)
    for mandate in Mandate.objects.filter(organisation=asked.organisation).select_related("person")[:50]:
        page = reverse("admin:charter_mandate_change", args=[mandate.pk])
        yield Event(mandate.entered_at, "signatures", "Mandat déposé", (mandate.job_title,), str(mandate.person), page)
        if mandate.verified_at:
            yield Event(mandate.verified_at, "signatures", "Mandat vérifié", (), str(mandate.person), page)


def agreement_acts(asked: Asked) -> Iterable[Event]:
    rows = AgreementEvent.objects.filter(agreement__organisation=asked.organisation).select_related("agreement", "by")
    for event in asked.recent(rows, "at"):
        lines = tuple(filter(None, (event.agreement.title, event.what, event.motive)))
        page = reverse("staff_agreement", args=[event.agreement.public_id])
        yield Event(event.at, "accords", event.get_kind_display(), lines, str(event.by or ""), page)


def project_news(asked: Asked) -> Iterable[Event]:
    """The last confirmation of each published project that it leads: read along the index of its projects."""
    rows = Project.objects.filter(lead=asked.organisation).public().only("title", "slug", "confirmed_on", "state")
    day = timezone.localdate(asked.before)
    for project in rows.filter(confirmed_on__lte=day).order_by("-confirmed_on")[: SHOWN + 1]:
        page = reverse("admin:partners_project_change", args=[project.pk])
        lines = (project.title, project.get_state_display())
        yield Event(start_of(project.confirmed_on), "projets", "Projet confirmé", lines, "", page)


def letters(asked: Asked) -> Iterable[Event]:
    rows = Recipient.objects.filter(
        organisation=asked.organisation, outcome__in=["owed", "sent"], reminder__confirmed_at__lt=asked.before
    ).select_related("person", "reminder")
    for recipient in rows.order_by("-reminder__confirmed_at", "-pk")[: SHOWN + 1]:
        at, who = recipient.reminder.confirmed_at, str(recipient.person)
        yield Event(at, "courriels", "Relance de campagne", (recipient.get_outcome_display(),), who)


def notes(asked: Asked) -> Iterable[Event]:
    rows = PartnerNote.objects.visible_to(asked.user).filter(organisation=asked.organisation).select_related("author")
    for note in asked.recent(rows, "written_at"):
        yield Event(note.written_at, "notes", "Note interne", (note.text,), str(note.author))


def gatherings(asked: Asked) -> Iterable[Event]:
    """One event for each Convention: how many of its people have registered."""
    rows = Registration.objects.live().filter(attendee__organisation=asked.organisation).order_by()
    rows = rows.values("convention__title", "convention__slug").annotate(first=Min("registered_at"), people=Count("pk"))
    for row in rows.filter(first__lt=asked.before).order_by("-first")[: SHOWN + 1]:
        people = french.count(row["people"], "personne inscrite", "personnes inscrites")
        page = reverse("events:convention", args=[row["convention__slug"]])
        yield Event(row["first"], "rencontres", row["convention__title"], (people,), "", page)


def reported(asked: Asked) -> Iterable[Event]:
    rows = Correction.objects.filter(organisation=asked.organisation)
    for correction in asked.recent(rows, "reported_at"):
        page = reverse("admin:partners_correction_change", args=[correction.pk])
        outcome = correction.get_resolution_display() or "à traiter"
        yield Event(correction.reported_at, "erreurs", "Erreur signalée", (correction.text, outcome), "", page)


def changes(asked: Asked) -> Iterable[Event]:
    """Of the organisation and of its attachments, each along the index of history."""
    organisation, older = asked.organisation, Change.objects.filter(at__lt=asked.before).order_by("-id")
    own = older.filter(subject=organisation._meta.db_table, subject_id=organisation.pk)[: SHOWN + 1]
    people = Membership.objects.filter(organisation=organisation).order_by().values("pk")
    rights = older.filter(subject=Membership._meta.db_table, subject_id__in=people)[: SHOWN + 1]
    page = reverse("admin:partners_organisation_history", args=[organisation.pk])
    for told in tell_changes([*own, *rights]):
        lines = [field.words for field in told.fields[:FIELDS]]
        lines += [f"Motif : {told.change.why}"] if told.change.why else []
        yield Event(told.change.at, "modifications", told.title, tuple(lines), told.who, page)


def identity(asked: Asked) -> Iterable[Event]:
    """Names, numbers, addresses, mergers: each at its day."""
    rows = IdentityEvent.objects.filter(organisation=asked.organisation).select_related("by", "other")
    day = timezone.localdate(asked.before)
    for fact in rows.filter(on__lte=day).order_by("-on", "-pk")[: SHOWN + 1]:
        words = f"« {fact.old} » → « {fact.new} »" if fact.old or fact.new else str(fact.other or "")
        lines = tuple(filter(None, (words, f"Motif : {fact.motive}" if fact.motive else "")))
        page = reverse("staff_partner", args=[fact.other.slug]) if fact.other else ""
        at = fact.at if timezone.localdate(fact.at) == fact.on else start_of(fact.on)
        yield Event(at, "identite", fact.get_kind_display().capitalize(), lines, str(fact.by or ""), page)


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


SOURCES: dict[str, Callable[[Asked], Iterable[Event]]] = {
    "signatures": charter_acts,
    "accords": agreement_acts,
    "projets": project_news,
    "courriels": letters,
    "notes": notes,
    "rencontres": gatherings,
    "modifications": changes,
    "erreurs": reported,
    "identite": identity,
}
