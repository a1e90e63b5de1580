"""The screens of a Convention in the back office, in the order of the year: the lines of its own page.

Each says in a sentence where it stands; a new screen is a ``Line`` more.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from alliance.lib import french
from events import stats
from events.actions.programme_plan import drafted, on_other_days
from events.models import (
    AttendeeNeeds,
    Certificate,
    Convention,
    Guest,
    Proposal,
    Registration,
    Wish,
    WorkshopTable,
)


@dataclass(frozen=True)
class Line:
    """``route`` takes the slug of the Convention; ``told`` reads it and answers a sentence, with a query or two."""

    route: str
    title: str
    told: Callable[[Convention], str]


def programme(convention: Convention) -> str:
    items = drafted(convention)
    live, pending = [item for item in items if item.stage == "live"], [item for item in items if item.pending]
    told = f"{french.count(len(live), 'temps', 'temps')} au programme"
    if pending:
        told += f", {french.count(len(pending), 'changement', 'changements')} à publier"
    if strays := len(on_other_days(convention, items)):
        told += f", dont {strays} un autre jour que la rencontre"
    return f"{told}."


def workshops(convention: Convention) -> str:
    seated = convention.registrations.filter(status=Registration.Status.CONFIRMED)
    wishing = Wish.objects.filter(registration__in=seated).values("registration").distinct().count()
    if not wishing:
        return "Personne n’a encore classé d’ateliers."
    people = french.count(wishing, "personne confirmée a", "personnes confirmées ont")
    return f"{people} classé des ateliers."


def invitations(convention: Convention) -> str:
    answers = list(Guest.objects.invited().filter(convention=convention).values_list("answer", flat=True))
    if not answers:
        return "Personne n’est encore invité."
    told = french.count(len(answers), "personne invitée", "personnes invitées")
    return f"{told}, {french.count(answers.count('comes'), 'vient', 'viennent')}."


def needs(convention: Convention) -> str:
    number = AttendeeNeeds.objects.expected().filter(registration__convention=convention).count()
    if not number:
        return "Personne n’a encore rien demandé."
    told = french.count(number, "personne a dit ce qu’il lui faut", "personnes ont dit ce qu’il leur faut")
    return f"{told}. Équipe nationale."


def report(convention: Convention) -> str:
    if convention.ends_at > timezone.now():
        return "Il s’écrit de lui-même, après la rencontre."
    certified = Certificate.objects.standing().filter(registration__convention=convention).count()
    told = stats.became(Proposal.objects.of(convention).counted())
    given = french.count(certified, "attestation de présence délivrée", "attestations de présence délivrées")
    return f"{told} ; {given}." if told else f"{given}.".capitalize()


def attendance(convention: Convention) -> str:
    if not convention.doors.filter(revoked_at__isnull=True).exists():
        return "Aucune porte n’est encore ouverte sur un téléphone."
    doors = french.count(convention.doors.open(timezone.now()).count(), "porte ouverte", "portes ouvertes")
    people = french.count(convention.registrations.present().count(), "personne présente", "personnes présentes")
    return f"{people}, {doors}."


def tables(convention: Convention) -> str:
    rows = WorkshopTable.objects.filter(workshop__item__convention=convention)
    states = list(rows.values_list("opened_at", "closed_at"))
    if not states:
        return "Les tables se préparent d’un clic, avec leurs liens."
    opened = french.count(sum(1 for began, ended in states if began and not ended), "ouverte", "ouvertes")
    return f"{french.count(len(states), 'table prête', 'tables prêtes')}, {opened}."


def proposals(convention: Convention) -> str:
    counted = Proposal.objects.of(convention).counted()
    if not counted["said"]:
        return "Elles se disent aux tables des ateliers."
    told = stats.became(counted)
    return f"{told} ; {french.count(counted['to_read'], 'à lire', 'à lire')}." if counted["to_read"] else f"{told}."


LINES = [
    Line("staff_programme", "Programme", programme),
    Line("staff_invitations", "Invitations", invitations),
    Line("staff_workshops", "Ateliers et vœux", workshops),
    Line("staff_attendance", "Accueil et badges", attendance),
    Line("staff_attendee_needs", "Repas et accueil", needs),
    Line("staff_tables", "Tables des ateliers", tables),
    Line("staff_proposals", "Propositions et feuille de route", proposals),
    Line("staff_convention_report", "Bilan, attestations, questionnaire", report),
]
