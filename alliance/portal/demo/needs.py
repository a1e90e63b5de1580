"""What partners of the demonstration lack, what La Poste brings there, and one proposal that awaits an answer."""

from datetime import datetime, timedelta

from alliance.portal.demo import people
from partners.actions.matches import decline, propose
from partners.actions.needs import describe_need, publish_resource
from partners.actions.projects import WRITERS
from partners.models import Axis, Membership, Need, Organisation, Resource, User

OTHERS = (
    ("skills", "Quelqu’un pour refaire notre site", 75, 40),
    ("equipment", "Dix ordinateurs reconditionnés", 120, 25),
    ("purchases", "Des colis préparés par une entreprise d’insertion", 45, 90),
    ("premises", "Un local de stockage sec, 30 m²", -5, 60),
)


def tell(home: Organisation, agents: dict[str, User], now: datetime) -> None:
    writer = User.objects.get(email=people.CONTRIBUTOR)
    axis = home.axes.filter(valid_to=None).exclude(status="to_fill_in").first() or Axis.objects.current().first()
    room, _, days = _offered(home, axis, agents, now)
    need = _need(home, axis, writer, "premises", "Une salle de 40 places, un jeudi sur deux", 90, now, 12)
    propose(need=need, resource=room, by=agents["nationale"], at=now - timedelta(days=2))
    lacking = _need(home, axis, writer, "skills", "Une main pour notre comptabilité", 60, now, 30)
    asked = propose(need=lacking, resource=days, by=writer, at=now - timedelta(days=20))
    motive = "Ces journées sont déjà prises jusqu’au printemps."
    decline(match=asked, by=agents["nationale"], motive=motive, at=now - timedelta(days=12))
    _of_others(home, axis, now)


def _offered(home: Organisation, axis: Axis, agents: dict[str, User], now: datetime) -> list[Resource]:
    kept = []
    for kind, title, quantity, place, days in (
        ("premises", "Salle de réunion d’une ancienne caisse", "une salle de 50 places, en soirée", home.commune, 130),
        ("equipment", "Mobilier de bureau réformé", "vingt bureaux, à enlever", home.commune, 60),
        ("skills", "Journées de mécénat de compétences", "trente journées par an, à distance", None, None),
    ):
        resource = Resource(
            kind=kind, title=title, quantity=quantity, commune=place, radius_km=40 if place else None, is_demo=True,
            starts_on=now.date(), ends_on=now.date() + timedelta(days=days) if days else None,
        )  # fmt: skip
        at = now - timedelta(days=50)
        kept.append(publish_resource(resource=resource, axes=[axis], by=agents["nationale"], at=at))
        kept[-1].refresh_from_db()
    return kept


def _need(organisation, axis, writer, kind, title, days, now: datetime, ago: int) -> Need:
    need = Need(kind=kind, title=title, axis=axis, commune=organisation.commune)
    need.until = now.date() + timedelta(days=days)
    kept = describe_need(need=need, organisation=organisation, by=writer, at=now - timedelta(days=ago))
    return Need.objects.select_related("organisation", "axis", "commune").get(pk=kept.pk)


def _of_others(home: Organisation, axis: Axis, now: datetime) -> None:
    """One each at four other organisations of the same région; one of them is past its day."""
    near = Organisation.objects.filter(region=home.region, kind="local", is_public=True).exclude(pk=home.pk)
    for (kind, title, days, ago), organisation in zip(OTHERS, near.order_by("pk")[:4], strict=False):
        holder = Membership.objects.filter(organisation=organisation, role__in=WRITERS).order_by("pk").first()
        if holder:
            _need(organisation, axis, holder.user, kind, title, days, now, ago)
