"""Three Conventions: one past, with its bilan; one open and full, with a waiting list; one in preparation."""

from datetime import date, datetime, time, timedelta
from random import Random

from events.models import Attendee, Convention, ProgrammeItem, Registration, Workshop
from partners.models import Axis, Organisation, User

PAST_SEATS, FULL_SEATS, WAITING, NEXT_SEATS = 240, 180, 24, 400
# Start and end in hours and minutes, kind, title, room, number of the axis.
PROGRAMME = (
    ((9, 0), (9, 30), "break", "Accueil et café", "Verrière", None),
    ((9, 30), (10, 30), "plenary", "Ce que nous avons tenu, ce que nous n’avons pas tenu", "Grande salle", None),
    ((10, 45), (12, 15), "workshop", "Un lieu, trois services : qui tient les clés ?", "Salle Loire", 1),
    ((10, 45), (12, 15), "workshop", "Aller chez les gens sans entrer dans leur vie", "Salle Rance", 2),
    ((10, 45), (12, 15), "workshop", "Le réemploi, un métier", "Salle Durance", 3),
    ((12, 15), (13, 45), "break", "Déjeuner, préparé par une cuisine d’insertion", "Verrière", None),
    ((13, 45), (15, 15), "workshop", "Dématérialiser sans exclure", "Salle Loire", 4),
    ((13, 45), (15, 15), "workshop", "Acheter autrement : du vœu au bon de commande", "Salle Rance", 6),
    ((13, 45), (15, 15), "workshop", "Six mois ailleurs : ce que le mécénat change", "Salle Durance", 5),
    ((15, 30), (16, 45), "round_table", "La confiance se mesure-t-elle ?", "Grande salle", None),
    ((16, 45), (17, 15), "plenary", "Restitution des ateliers et feuille de route", "Grande salle", None),
)
SUMMARIES = {
    "plenary": "Tous ensemble, avec interprétation en langue des signes.",
    "round_table": "Deux réseaux, une commune, un chercheur, et la salle.",
    "workshop": "Quatre-vingt-dix minutes, trois propositions au plus, et quelqu’un pour les porter.",
    "break": "",
}
ACCESS = "Métro à cinq minutes. Entrée de plain-pied, ascenseur, boucle magnétique, salle de repos. Prévenez-nous de vos besoins."
REPORT = (
    "Deux cent quarante personnes étaient attendues, deux cent douze sont venues, de onze régions et de trois outre-mer.\n\n"
    "Les six ateliers ont produit vingt-sept propositions. Douze sont retenues pour la feuille de route ; sept sont déjà "
    "lancées, dont un annuaire des ateliers d’insertion et une tournée commune pour les aidants. Les autres ont reçu une "
    "réponse motivée.\n\n"
    "Ce qui n’a pas marché : la table ronde était trop longue, et les réseaux d’outre-mer ont suivi à distance dans de "
    "mauvaises conditions. La prochaine édition en tient compte."
)


def make_conventions(
    random: Random, organisations: list[Organisation], members: dict[int, dict[str, User]], agent: User, now: datetime
) -> None:
    today = now.date()
    past = _convention(_thursday(today - timedelta(days=300)), PAST_SEATS, now, state="published", report=REPORT)
    opened = _convention(_thursday(today + timedelta(days=50)), FULL_SEATS, now, state="published")
    _convention(_thursday(today + timedelta(days=330)), NEXT_SEATS, now, state="draft")
    people = [(person, organisation) for organisation in organisations for person in members[organisation.pk].values()]
    _register(random, past, random.sample(people, PAST_SEATS), past.opens_at)
    _register(random, opened, random.sample(people, FULL_SEATS + WAITING), opened.opens_at)


def _thursday(day: date) -> date:
    return day + timedelta(days=(3 - day.weekday()) % 7)


def _convention(day: date, seats: int, now: datetime, *, state: str, report: str = "") -> Convention:
    def moment(hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), now.tzinfo)

    open_at = moment(9, 0) - timedelta(days=80)
    convention = Convention.objects.create(
        slug=f"convention-demonstration-{day.year}-{day.month:02}", title=f"Convention annuelle {day.year}", state=state,
        summary="Six ateliers, une table ronde, et ce que l’alliance fera l’an prochain.", report=report,
        story="Rassemblement fictif, créé pour la démonstration du portail.\n\nUne journée en trois temps : le récit de "
        "l’année, les ateliers, la table ronde. Les propositions des ateliers nourrissent la feuille de route.",
        starts_at=moment(9, 0), ends_at=moment(17, 15), place="Halle des Trois Préaux", address="1 rue Imaginaire, Paris",
        commune_id="75056", access=ACCESS, capacity=seats, opens_at=open_at if state == "published" else None,
        closes_at=moment(12, 0) - timedelta(days=3), is_demo=True,
        audience="212 personnes venues sur 240 inscrites" if report else "",
    )  # fmt: skip
    items = ProgrammeItem.objects.bulk_create(
        ProgrammeItem(
            convention=convention, kind=kind, title=title, room=room, summary=SUMMARIES[kind],
            starts_at=moment(*starts), ends_at=moment(*ends),
        )
        for starts, ends, kind, title, room, _ in PROGRAMME
    )  # fmt: skip
    axes = dict(Axis.objects.current().values_list("number", "pk"))
    Workshop.objects.bulk_create(
        Workshop(item=item, axis_id=axes.get(axis), capacity=seats // 4)
        for item, (*_, axis) in zip(items, PROGRAMME, strict=True)
        if item.kind == "workshop"
    )
    return convention


def _register(random: Random, convention: Convention, people: list[tuple[User, Organisation]], opens_at) -> None:
    """In order of arrival: the first have a seat, the others wait. Written at once, nobody else being there yet."""
    known = {(a.email, a.organisation_id): a for a in Attendee.objects.all()}
    missing = [
        Attendee(name=person.full_name, email=person.email, organisation=organisation, user=person)
        for person, organisation in people
        if (person.email, organisation.pk) not in known
    ]
    known |= {(a.email, a.organisation_id): a for a in Attendee.objects.bulk_create(missing)}
    registrations = []
    at = opens_at
    for rank, (person, organisation) in enumerate(people):
        at += timedelta(minutes=random.randint(1, 170))
        seated = rank < convention.capacity
        registrations.append(
            Registration(
                convention=convention, attendee=known[person.email, organisation.pk], registered_by=person,
                status="confirmed" if seated else "waiting", registered_at=at, confirmed_at=at if seated else None,
            )
        )  # fmt: skip
    Registration.objects.bulk_create(registrations)
