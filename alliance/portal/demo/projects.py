"""1,500 projects: real communes, fictional stories, and freshness of every colour relative to today."""

from datetime import date, timedelta
from random import Random

from django.utils.text import slugify

from alliance.portal.demo import stories
from alliance.portal.demo.places import Atlas, Place
from partners.models import Axis, Correction, Organisation, Project, ProjectFigure, ProjectPartner, User

AXIS_WEIGHTS = {1: 281, 2: 126, 3: 233, 4: 319, 5: 114, 6: 172, 7: 97, 8: 76, 9: 82}
STATES = {"idea": 8, "ongoing": 66, "done": 22, "abandoned": 4}
MODERATIONS = {"published": 95, "submitted": 2, "draft": 2, "returned": 1}
FRESHNESS = {(0, 175): 62, (190, 355): 22, (380, 1500): 16}  # days since the last confirmation: share
# What the home page proposes to search is found: commune or département, axis.
PLACED = [("29019", 4)] * 3 + [("23096", 1), ("23096", 4), ("23008", 1), ("23030", 1), ("23176", 4), ("39097", 1)]
RETURNS = (
    "Précisez la commune : deux portent ce nom dans le département.",
    "Le chiffre atteint dépasse dix fois le chiffre visé : est-ce bien cela ?",
    "Le récit nomme une personne : remplacez son nom par sa fonction.",
)
ORIGINS = (
    "Proposition d’un atelier de la Convention",
    "Rencontre régionale",
    "Accord de partenariat",
    "Appel à projets",
)
CORRECTIONS = (
    "L’adresse indiquée est celle de l’ancienne mairie : la permanence a déménagé.",
    "Le projet est terminé depuis le printemps, la page le dit encore en cours.",
    "Le nombre de personnes accompagnées ne correspond pas à celui du rapport.",
    "Le porteur a changé de nom.",
    "La permanence est le mardi, pas le jeudi.",
    "Il y a une faute dans le titre.",
)
Draft = tuple[Project, stories.Story, list[tuple[str, Organisation]]]


class Leads:
    """Who could carry a project: organisations by département and axis, networks by axis."""

    def __init__(self, organisations: list[Organisation]) -> None:
        self.near: dict[str, list[Organisation]] = {}
        self.networks = [o for o in organisations if o.kind == "network"]
        for organisation in organisations:
            if organisation.kind != "network":
                self.near.setdefault(organisation.place.department, []).append(organisation)

    def pick(self, random: Random, department: str, axis: int) -> Organisation | None:
        """None for one project in thirty: « porteur non renseigné »."""
        if random.random() < 0.03:
            return None
        near = self.near.get(department, [])
        suited = [o for o in near if axis in o.axis_numbers]
        if suited and random.random() < 0.8:
            return random.choice(suited)
        if near and random.random() < 0.7:
            return random.choice(near)
        return random.choice([o for o in self.networks if axis in o.axis_numbers])

    def partners(self, random: Random, department: str, lead: Organisation | None) -> list[tuple[str, Organisation]]:
        others = [o for o in self.near.get(department, []) + self.networks[:12] if o is not lead]
        found = random.sample(others, min(random.choice((0, 0, 1, 1, 2)), len(others)))
        roles = random.sample(("co_lead", "operator", "funder", "host", "partner"), len(found))
        return list(zip(roles, found, strict=True))


def make_projects(
    random: Random,
    atlas: Atlas,
    organisations: list[Organisation],
    members: dict[int, dict[str, User]],
    total: int,
    today,
) -> list[Project]:
    themes, leads, taken = (
        stories.load_themes(),
        Leads(organisations),
        set(Project.objects.values_list("slug", flat=True)),
    )
    drafts, titles = [], set()
    for department, axis, place in _draws(random, atlas, total):
        draft = _draft(random, atlas, themes, leads, department, axis, place, today)
        while not (title := _free_title(draft, titles)):
            draft = _draft(random, atlas, themes, leads, department, axis, place, today)
        project, story, partners = draft
        project.title = title
        titles.add(title)
        project.slug = _free_slug(project.title, project.commune_id, taken)
        if project.moderation != "published" and project.lead:
            project.submitted_by = members[project.lead.pk]["signatory"]
        drafts.append((project, story, partners))
    _save(drafts)
    return [project for project, _, _ in drafts]


def _draws(random: Random, atlas: Atlas, total: int) -> list[tuple[str, int, Place | None]]:
    """Département, axis, and the commune where it is imposed."""
    departments = atlas.spread(total)
    placed = [(atlas.by_code(code), axis) for code, axis in PLACED]
    for place, _ in placed:
        departments.remove(place.department)
    draws = [(place.department, axis, place) for place, axis in placed]
    draws += [(department, _weighted(random, AXIS_WEIGHTS), None) for department in departments]
    random.shuffle(draws)
    return draws


def _draft(
    random: Random, atlas: Atlas, themes, leads: Leads, department: str, axis: int, place: Place | None, today: date
) -> Draft:
    lead = leads.pick(random, department, axis)
    place = place or _place(random, atlas, lead, department)
    theme = random.choice([theme for theme in themes[axis] if theme.suits(place)])
    state = _weighted(random, STATES)
    confirmed_on, starts_on, ends_on = _dates(random, state, today)
    partners = leads.partners(random, department, lead)
    story = stories.tell(
        random, theme, place, atlas, state=state, starts_on=starts_on, ends_on=ends_on,
        partners=[(role, organisation.label) for role, organisation in partners],
    )  # fmt: skip
    moderation = _weighted(random, MODERATIONS)
    project = Project(
        title=story.title[:160], summary=story.summary[:280], description=story.description, lead=lead,
        commune_id=place.code, state=state, moderation=moderation, starts_on=starts_on, ends_on=ends_on,
        return_motive=random.choice(RETURNS) if moderation == "returned" else "", confirmed_on=confirmed_on,
        origin=random.choice(ORIGINS) if random.random() < 0.25 else "", is_demo=True,
    )  # fmt: skip
    return project, story, partners


def _weighted(random: Random, weights: dict):
    return random.choices(list(weights), list(weights.values()))[0]


def _place(random: Random, atlas: Atlas, lead: Organisation | None, department: str) -> Place:
    """Half of the projects stand where their lead does."""
    if lead and lead.kind != "network" and lead.place.department == department and random.random() < 0.55:
        return lead.place
    return atlas.pick(random, department)


def _dates(random: Random, state: str, today: date) -> tuple[date, date | None, date | None]:
    """Last confirmation, start and end, in an order that makes sense."""
    first, last = _weighted(random, FRESHNESS)
    first = first if state == "ongoing" else max(first, 30)  # what was confirmed this morning goes on
    confirmed_on = today - timedelta(days=random.randint(first, last))
    if state == "idea":
        return confirmed_on, None, None
    if state == "ongoing":
        starts_on = confirmed_on - timedelta(days=random.randint(20, 1600))
        ends_on = today + timedelta(days=random.randint(30, 900)) if random.random() < 0.5 else None
        return confirmed_on, starts_on, ends_on
    ends_on = confirmed_on - timedelta(days=random.randint(0, 60))
    return confirmed_on, ends_on - timedelta(days=random.randint(150, 1300)), ends_on


def _free_title(draft: Draft, taken: set[str]) -> str:
    """Its own, or with its commune, or "" when both are taken."""
    title = draft[0].title
    return next((t for t in (title, f"{title}, {draft[1].at}") if t not in taken), "")


def _free_slug(title: str, commune: str, taken: set[str]) -> str:
    base = slugify(title.replace("’", " "))[:110].strip("-")
    for slug in (base, f"{base}-{commune.lower()}", *(f"{base}-{commune.lower()}-{n}" for n in range(2, 1000))):
        if slug not in taken:
            taken.add(slug)
            return slug
    raise ValueError(base)


def _save(drafts: list[Draft]) -> None:
    """Few statements: the triggers fill places, words and masks."""
    Project.objects.bulk_create([project for project, _, _ in drafts], batch_size=500)
    axes = dict(Axis.objects.current().values_list("number", "pk"))
    through = Project.axes.through
    through.objects.bulk_create(
        through(project_id=project.pk, axis_id=axes[number])
        for project, story, _ in drafts
        for number in story.axes
        if number in axes
    )
    ProjectFigure.objects.bulk_create(
        ProjectFigure(project=project, label=f.label, target=f.target, reached=f.reached, position=position)
        for project, story, _ in drafts
        for position, f in enumerate(story.figures)
    )
    ProjectPartner.objects.bulk_create(
        ProjectPartner(project=project, organisation=organisation, role=role)
        for project, _, partners in drafts
        for role, organisation in partners
    )


def make_corrections(random: Random, projects: list[Project], organisations, agent: User, now) -> None:
    """Errors that readers reported: most wait, some are handled; Bretagne has its share."""
    public = [project for project in projects if project.moderation == "published"]
    brittany = [p for p in public if p.commune_id[:2] in ("22", "29", "35", "56")]
    made = [Correction(project=p, text=random.choice(CORRECTIONS)) for p in random.sample(brittany, 3)]
    made += [Correction(project=p, text=random.choice(CORRECTIONS)) for p in random.sample(public, 9)]
    made += [Correction(organisation=o, text="L’organisation a déménagé.") for o in random.sample(organisations, 2)]
    for correction in made[-4:]:
        correction.handled_at, correction.handled_by = now, agent
        correction.resolution = random.choice(Correction.Resolution.values)
    Correction.objects.bulk_create(made)
    for correction in made:
        days = random.randint(4, 50) if correction.handled_at else random.randint(0, 40)
        Correction.objects.filter(pk=correction.pk).update(reported_at=now - timedelta(days=days, hours=3))


def settle_contributor(projects: list[Project], organisations: list[Organisation], today: date) -> Organisation:
    """A local organisation of Bretagne whose contributor has something to do: confirm, correct, finish."""
    local = {o.pk: o for o in organisations if o.kind == "local" and o.place.region == "53"}
    led: dict[int, list[Project]] = {}
    for project in projects:
        if project.lead_id in local:
            led.setdefault(project.lead_id, []).append(project)
    home = local[max(led, key=lambda pk: len(led[pk]))]
    stale, old, returned, unfinished, *_ = sorted(led[home.pk], key=lambda project: project.state != "ongoing")
    Project.objects.filter(pk=stale.pk).update(moderation="published", confirmed_on=today - timedelta(days=410))
    Project.objects.filter(pk=old.pk).update(moderation="published", confirmed_on=today - timedelta(days=230))
    Project.objects.filter(pk=returned.pk).update(moderation="returned", return_motive=RETURNS[0])
    Project.objects.filter(pk=unfinished.pk).update(moderation="draft")
    return home
