"""What others ask a partner and wait for: to join, to be let in, to adhere, to take what La Poste offers."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import CharField, Count, DateTimeField, F, Min, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone

from alliance.lib.french import count, long_date
from alliance.portal.todo import MOST, Place, Role, Todo, ids_of
from charter.actions.adhesions import DECIDERS
from charter.models import MemberInvitation
from partners.models import Invitation, JoinRequest, Match, Need, User
from partners.models.arrival import PATIENCE

NOTHING = Value("", CharField())


def asked_todos(user: User, acting: list[Place], at: datetime) -> list[Todo]:
    """Organisations that invite the person, networks that invite an organisation, resources that La Poste proposes.

    Each until a day, for whoever may answer; one query.
    """
    on, deciding = timezone.localdate(at), [place for place in acting if place.roles & DECIDERS]
    arriving = Invitation.objects.open(at).filter(email__iexact=user.email)
    inviting = MemberInvitation.objects.waiting(at).filter(organisation__in=ids_of(deciding))
    offered = Match.objects.waiting().filter(proposed_side=Match.Side.POST, need__organisation__in=ids_of(acting))
    offered = offered.filter(need__in=Need.objects.open(on))
    parts = [
        _told(arriving, "arriving", "expires_at", "organisation", "public_id", NOTHING),
        _told(inviting, "inviting", "expires_at", "organisation", "network__slug", _label("network")),
        _told(offered, "offered", "need__until", "need__organisation", "need__public_id", F("resource__title")),
    ]
    rows = parts[0].union(*parts[1:], all=True).order_by("t_due")
    return [_asked(*row) for row in rows[:MOST]]


def _label(path: str):
    """As ``Organisation.label``."""
    return Coalesce(NullIf(f"{path}__short_name", NOTHING), f"{path}__name", output_field=CharField())


def _told(rows: QuerySet, sort: str, due: str, organisation: str, key: str, what) -> QuerySet:
    given = {
        "t_sort": Value(sort, CharField()),
        "t_due": Cast(due, DateTimeField()),
        "t_slug": Cast(f"{organisation}__slug", CharField()),
        "t_label": _label(organisation),
        "t_key": Cast(key, CharField()),
        "t_what": Cast(what, CharField()),
    }
    return rows.order_by().annotate(**given).values_list(*given)


def _asked(sort: str, due: datetime, slug: str, label: str, key: str, what: str) -> Todo:
    last = timezone.localdate(due)
    until = f"avant le {long_date(last)}"
    if sort == "arriving":
        url = reverse("portal:invitation", args=[Invitation(public_id=UUID(key)).token])
        return Todo(2, last, f"Rejoindre {label}", f"10 secondes, {until}", url, "Répondre", last)
    if sort == "inviting":
        title, why = f"Répondre à {what}, qui vous invite", f"Pour {label} · 2 minutes, {until}"
        return Todo(3, last, title, why, reverse("charter:adhesion", args=[slug, key]), "Lire", last)
    url = f"{reverse('partners:space_need', args=[slug, key])}#propositions"
    title = f"Répondre à La Poste, qui propose : {what}"
    return Todo(2, last, title, f"Pour {label} · 1 minute, {until}", url, "Répondre", last)


def team_todos(places: list[Place], on: date) -> list[Todo]:
    """People who ask to join an organisation that one administers; after five days agents decide."""
    managed = {place.organisation.pk: place for place in places if Role.ADMINISTRATOR in place.roles}
    if not managed:
        return []
    rows = JoinRequest.objects.waiting().filter(organisation__in=managed).order_by().values("organisation")
    found = []
    for row in rows.annotate(asking=Count("pk"), oldest=Min("confirmed_at"), one=Min(Cast("public_id", CharField()))):
        place, due = managed[row["organisation"]], timezone.localdate(row["oldest"] + PATIENCE)
        slug = place.organisation.slug
        url = f"{reverse('portal:space_team', args=[slug])}#demandes"
        if row["asking"] == 1:
            url = f"{reverse('portal:space_join_request', args=[slug, row['one']])}#decider"
        title = f"Répondre à {count(row['asking'], 'demande', 'demandes')} de rattachement"
        why = f"Pour {place.organisation.label} · 30 secondes, avant le {long_date(due)}"
        found.append(Todo(2, due, title, why, url, "Répondre", due))
    return found
