"""Invitations to the Convention that is open, some answered; what a few people need on the day."""

from datetime import datetime, timedelta
from random import Random

from events.models import AttendeeNeeds, Convention, Guest, InvitationRound
from partners.models import Membership, Organisation, User

ROUNDS, NEEDING = 3, 14
WORDS = "Nous préparons ensemble la prochaine feuille de route : votre expérience de terrain y a sa place."
NEEDS = [
    {"diet": ["vegetarian"]},
    {"diet": ["vegan", "no_gluten"]},
    {"diet": ["no_nuts"], "diet_words": "Allergie aux arachides."},
    {"access": ["wheelchair", "companion"]},
    {"access": ["loop"]},
    {"diet": ["no_lactose"], "access": ["steps"]},
    {"access": ["sign"], "access_words": "Interprète placé près de la scène."},
]


def make_guests(convention: Convention, agent: User, now: datetime) -> None:
    random = Random(f"{convention.slug} guests")  # noqa: S311  apart, so that what is drawn elsewhere stays the same
    at = now - timedelta(days=20)
    registered = dict(convention.registrations.values_list("attendee__email", "pk"))
    networks = Organisation.objects.public().filter(kind="network").order_by("pk")
    for network in networks[:ROUNDS]:
        sent = InvitationRound.objects.create(
            convention=convention, reach="network", organisation=network, roles=["administrator", "signatory"],
            words=WORDS, state="sent", expires_at=convention.registration_ends_at, prepared_by=agent,
            confirmed_by=agent, confirmed_at=at,
        )  # fmt: skip
        Guest.objects.bulk_create(_guests(sent, registered, random, at))
    draft = InvitationRound(convention=convention, reach="region", region_id="53", prepared_by=agent)
    draft.roles, draft.words, draft.expires_at = ["administrator"], WORDS, convention.registration_ends_at
    draft.save()
    _need(convention, now)


def _guests(sent: InvitationRound, registered: dict[str, int], random: Random, at: datetime) -> list[Guest]:
    """Those who registered came by their link; of the others, one in four declined."""
    organisations = Organisation.objects.within([sent.organisation_id]).order_by().values("pk")
    held = Membership.objects.live().filter(organisation__in=organisations, role__in=sent.roles, user__is_active=True)
    people = {membership.user.email: membership for membership in held.select_related("user").order_by("pk")}
    found = []
    for email, membership in people.items():
        answer = "comes" if email in registered else random.choice(["declines", "", "", ""])
        found.append(
            Guest(
                round=sent, convention=sent.convention, organisation_id=membership.organisation_id,
                person=membership.user, name=membership.user.full_name, email=email, invited_at=at, sent_at=at,
                answer=answer, answered_at=at + timedelta(days=2) if answer else None,
                registration_id=registered.get(email),
            )
        )  # fmt: skip
    return found


def _need(convention: Convention, now: datetime) -> None:
    seated = convention.registrations.filter(status="confirmed").order_by("pk")[:NEEDING]
    AttendeeNeeds.objects.bulk_create(
        AttendeeNeeds(registration=registration, consented_at=now - timedelta(days=5), **NEEDS[place % len(NEEDS)])
        for place, registration in enumerate(seated)
    )
