"""Forgetting a person: what goes, what stays without a name, what is held, and the receipt of it all."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from alliance.lib import french
from alliance.lib.changes import because, forget
from alliance.lib.errors import Conflict, conflict_on
from alliance.lib.idempotency import forget_calls_of
from alliance.outbox.models import Owed
from alliance.portal.actions.copies import typed_rows
from alliance.portal.actions.forgetting import SOMEBODY, forget_lines
from alliance.portal.actions.personal_rules import ACCESS, RULES, SIGNED, TYPED, Fate, relations
from alliance.proof import journal
from alliance.proof.models import Clear
from charter.models import Adhesion, EvidenceEvent, Mandate, MemberInvitation, Signature, Withdrawal
from events.actions.certificates import forget_names
from events.actions.registration import cancel
from events.models import Attendee, AttendeeNeeds, Convention, ProposalAuthor, Registration, WorkshopTable
from partners.actions.people import LAST_ADMINISTRATOR, end_sessions
from partners.models import (
    AgreementSigner,
    Erasure,
    MailingRecipient,
    Membership,
    Organisation,
    StaffPerimeter,
    User,
    Viewing,
)

PROPOSAL_LETTERS = (
    "events.send_proposals_received", "events.send_proposal_step", "events.send_roadmap_step",
    "events.send_facilitator_link",
)  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """Why the person cannot be forgotten yet, and the page that settles it."""

    sentence: str
    organisations: list[Organisation]


def hindrance(person: User) -> Refusal | None:
    """What has to be settled before: told on the page, held by the act."""
    if person.is_staff:
        return Refusal("Votre accès d’agent est géré par La Poste : l’équipe nationale le ferme d’abord.", [])
    live = Membership.objects.live().filter(role="administrator", user__is_active=True, ends_on__isnull=True)
    mine = live.filter(user=person)
    others = live.filter(organisation=OuterRef("organisation")).exclude(user=person)
    alone = list(Organisation.objects.filter(pk__in=mine.exclude(Exists(others)).values("organisation")))
    if alone:
        return Refusal("Personne d’autre n’administre ces espaces : passez d’abord la main.", alone)
    return None


def erase_person(*, person: User, at: datetime) -> Erasure:
    """Close the account, erase what can be, and give the receipt. Concurrent calls queue on the person's row.

    The gatherings to come are held first, all of them: who registers holds theirs before the person's row, and may be
    doing it now in any. Raises Conflict "agent", "last_administrator", "done".
    """
    with conflict_on("membership_last_administrator", LAST_ADMINISTRATOR, code="last_administrator"):
        Convention.objects.filter(ends_at__gt=at).hold()
        person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if Erasure.objects.filter(user=person).exists():
            raise Conflict("Ce compte est déjà effacé.", code="done")
        if refusal := hindrance(person):
            raise Conflict(refusal.sentence, code="last_administrator" if refusal.organisations else "agent")
        with because(person, "Effacement demandé par la personne"):
            erased = _erase(person, at)
        return Erasure.objects.create(user=person, done_at=at, erased=erased, held=held_of(person))


def _erase(person: User, at: datetime) -> list[list]:
    """What was erased: ``[[title, how many]]``."""
    counts: dict[str, int] = {"Nom, adresse et mot de passe": 1}
    end_sessions(person)
    forget_lines(person)
    _leave(person, at)
    _forget_conventions(person, at)
    _forget_papers(person)
    for title, rows in [*_owned(person), *typed_rows(person, TYPED)]:
        counts[title] = counts.get(title, 0) + rows.delete()[0]
    _blank(person)
    _forget_traces(person)
    person.email, person.full_name = f"efface-{person.pk}@efface.invalid", ""
    person.is_active, person.last_login = False, None
    person.set_unusable_password()
    person.save(update_fields=["email", "full_name", "is_active", "last_login", "password"])
    return [[title, count] for title, count in counts.items() if count]


def _owned(person: User):
    for name, model, field in relations():
        if RULES[name].fate is Fate.ERASED:
            yield RULES[name].title, model._base_manager.filter(**{field.name: person})


def _blank(person: User) -> None:
    address = Concat(Value("efface-"), Cast("pk", CharField()), Value("@efface.invalid"))
    mine = MailingRecipient.objects.filter(Q(person=person) | Q(address__iexact=person.email))
    mine.exclude(address="").update(address=address, reply="")
    for name, model, field in relations():
        if RULES[name].blanked:
            rows = model._base_manager.filter(**{field.name: person})
            rows.update(**dict.fromkeys(RULES[name].blanked, ""))


def _leave(person: User, at: datetime) -> None:
    """A departure like any other: dated, and of every organisation."""
    live = Membership.objects.filter(user=person, ended_at__isnull=True)
    day = timezone.localdate(at)
    live.filter(starts_on__lte=day).update(ends_on=day, ended_at=at)
    live.filter(starts_on__gt=day).delete()


def _forget_conventions(person: User, at: datetime) -> None:
    """Seats to come go back; who came stays counted, without a name."""
    mine = Attendee.objects.filter(Q(user=person) | Q(email__iexact=person.email))
    AttendeeNeeds.objects.filter(registration__attendee__in=mine).delete()
    _leave_proposals(mine)
    for registration in Registration.objects.live().filter(attendee__in=mine, convention__ends_at__gt=at):
        cancel(registration=registration, by=None, at=at)
        Owed.objects.filter(work="events.send_cancellation", args=[registration.pk], state="pending").delete()
    forget_names(mine)
    for attendee in mine:
        attendee.name, attendee.user, attendee.affiliation = SOMEBODY, None, ""
        attendee.email = f"efface-{secrets.token_hex(8)}@efface.invalid"
        attendee.save(update_fields=["name", "user", "email", "affiliation"])


def _leave_proposals(mine) -> None:
    """What was proposed stays, without its author: nothing is written to them any more."""
    ProposalAuthor.objects.filter(registration__attendee__in=mine).delete()
    WorkshopTable.objects.filter(facilitator__attendee__in=mine).update(facilitator=None)
    keys = list(Registration.objects.filter(attendee__in=mine).values_list("pk", flat=True))
    Owed.objects.filter(work__in=PROPOSAL_LETTERS, args__1__in=keys, state="pending").delete()


def _forget_papers(person: User) -> None:
    """Powers that were never used, and evidence of what was never signed."""
    used = Exists(Signature.objects.filter(mandate=OuterRef("pk"))) | Exists(
        Withdrawal.objects.filter(mandate=OuterRef("pk"))
    )
    for mandate in Mandate.objects.filter(~used, person=person):
        journal.erase(subject=str(mandate.public_id))
        if mandate.document:
            mandate.document.delete(save=False)
        mandate.delete()
    signed = Signature.objects.filter(organisation=OuterRef("organisation"), version=OuterRef("version"))
    idle = EvidenceEvent.objects.filter(~Exists(signed), person=person)
    idle.update(person=None, private=None, salt=None)


def _forget_traces(person: User) -> None:
    """History, and what others' acts have noted of the person."""
    for model, column in ((Membership, "user_id"), (StaffPerimeter, "user_id")):
        ids = model._base_manager.filter(**{column: person.pk}).values_list("pk", flat=True)
        forget(model, list(ids), ["job_title"], of_person=(column, person.pk))
    MemberInvitation.objects.filter(email__iexact=person.email).update(email="")
    of_people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=of_people, object_id=str(person.pk)).update(object_repr=SOMEBODY)
    forget_calls_of(person)
    Clear.objects.filter(entry__kind="second_factor_reset", value=person.email).delete()


def held_of(person: User) -> list[dict]:
    """What stays, why and until when, a line each; without personal data."""
    lines = []
    for signature in Signature.objects.filter(signer=person).select_related("version").order_by("signed_at"):
        day = french.long_date(signature.signed_at)
        lines.append({"what": f"Signature de la charte, version {signature.version.label}, du {day}"} | _why(SIGNED))
    for withdrawal in Withdrawal.objects.filter(signer=person).order_by("signed_at"):
        lines.append({"what": f"Retrait signé le {french.long_date(withdrawal.signed_at)}"} | _why(SIGNED))
    if papers := AgreementSigner.objects.filter(person=person).count():
        lines.append({"what": french.count(papers, "signature d’accord", "signatures d’accord")} | _why(SIGNED))
    for adhesion in Adhesion.objects.filter(person=person).order_by("adhered_at"):
        lines.append({"what": f"Adhésion du {french.long_date(adhesion.adhered_at)}"} | _why(SIGNED))
    if Viewing.objects.filter(person=person).exists():
        lines.append({"what": "Regards d’agents à votre place"} | _why(ACCESS))
    return lines


def _why(held) -> dict[str, str]:
    return {"why": held.why, "until": held.until}
