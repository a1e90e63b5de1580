"""300 agreements: in force, soon over, over, and four whose day has passed without anybody ending them."""

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.utils import timezone

from alliance.lib.french import typeset
from partners.models import Agreement, AgreementEvent, AgreementVersion, Axis, Organisation, User

TOTAL = 300
# Days until the end: how many. None: no end.
ENDINGS = {(1, 28): 8, (33, 58): 9, (63, 88): 10, (-30, -3): 4}
TITLES = {
    "mecenat": (
        "Mécénat de compétences : {n} salariés volontaires", "Don de matériel informatique reconditionnable",
        "Soutien à l’ouverture de {n} lieux", "Mécénat : une mission de six mois",
    ),
    "pratiques_responsables": (
        "Achats auprès d’ateliers d’insertion",
        "Réemploi des tenues et du mobilier", "Clauses sociales dans les chantiers",
        "Livraisons à vélo du centre-ville",
    ),
    "cooperation_economique": (
        "Portage de repas et visites", "Tri et reconditionnement d’équipements",
        "Accueil de permanences en bureau de poste",
        "Logistique de la consigne",
    ),
    "innovation_societale": (
        "Expérimentation : un guichet partagé dans {n} communes", "Prototype de tournée des aidants",
        "Un parcours numérique commun", "Laboratoire des mobilités rurales",
    ),
}  # fmt: skip


def make_agreements(random: Random, organisations: list[Organisation], agents: dict[str, User], today: date) -> int:
    networks = [o for o in organisations if o.kind == "network"]
    others = [o for o in organisations if o.kind != "network"]
    parties = networks * 2 + random.sample(others, TOTAL - 2 * len(networks))
    random.shuffle(parties)
    made = [_agreement(random, party, days, agents, today) for party, days in zip(parties, _ends(random), strict=True)]
    versions = [_first_version(random, agreement) for agreement in made]
    Agreement.objects.bulk_create(made)
    AgreementVersion.objects.bulk_create(versions)
    AgreementEvent.objects.bulk_create(
        AgreementEvent(agreement=version.agreement, kind="activated", at=version.activated_at, what="Accord initial")
        for version in versions
        if version.activated_at
    )
    axes = dict(Axis.objects.current().values_list("number", "pk"))
    through = Agreement.axes.through
    through.objects.bulk_create(
        through(agreement_id=agreement.pk, axis_id=axes[number])
        for agreement, party in zip(made, parties, strict=True)
        for number in party.axis_numbers[: random.choice((1, 1, 2))]
        if number in axes
    )
    return len(made)


def _ends(random: Random) -> list[int | str | None]:
    """For each agreement: days until its end, None without end, "ended" or "draft"."""
    soon = [random.randint(*days) for days, count in ENDINGS.items() for _ in range(count)]
    rest: list[int | str | None] = ["ended"] * 44 + ["draft"] * 18 + [None] * 52
    return soon + rest + [random.randint(95, 1100) for _ in range(TOTAL - len(soon) - len(rest))]


def _agreement(random: Random, party: Organisation, end, agents: dict[str, User], today: date) -> Agreement:
    kind = random.choice(list(TITLES))
    number = random.choice(("deux", "trois", "quatre", "cinq", "dix"))
    title = typeset(random.choice(TITLES[kind]).format(n=number))
    agreement = Agreement(
        public_id=UUID(int=random.getrandbits(128), version=4),
        organisation=party, title=title, kind=kind, state="active", is_demo=True,
        referent=_referent(party, agents), is_public=random.random() < 0.9,
    )  # fmt: skip
    if end == "draft":
        agreement.state = "draft"
    elif end == "ended":
        agreement.state = "ended"
        agreement.ends_on = today - timedelta(days=random.randint(20, 2400))
        agreement.starts_on = agreement.ends_on - timedelta(days=random.choice((364, 729, 1094)))
    else:
        agreement.ends_on = None if end is None else today + timedelta(days=end)
        agreement.starts_on = min(agreement.ends_on or today, today) - timedelta(days=random.randint(40, 1000))
    return agreement


def _first_version(random: Random, agreement: Agreement) -> AgreementVersion:
    """What was agreed at first; the paper itself is not in the portal, as for agreements older than it."""
    runs = agreement.state != "draft"
    if runs:
        moment = timezone.make_aware(datetime.combine(agreement.starts_on, time(9)))
        agreement.shared_at = moment - timedelta(days=30)
    return AgreementVersion(
        public_id=UUID(int=random.getrandbits(128), version=4),
        agreement=agreement, stage="active" if runs else "draft", starts_on=agreement.starts_on,
        ends_on=agreement.ends_on, runs_from=agreement.starts_on, runs_until=agreement.ends_on,
        shared_at=agreement.shared_at, activated_at=moment if runs else None,
        amount_cents=random.randrange(2, 60) * 50_000 if agreement.kind == "mecenat" else None,
    )  # fmt: skip


def _referent(party: Organisation, agents: dict[str, User]) -> User:
    """The delegate whose régions hold it, else the national team."""
    if party.kind != "network":
        for agent in agents.values():
            if party.place.region in agent.region_codes:
                return agent
    return agents["nationale"]
