"""53 networks; 400 local organisations: 60 regional networks, 320 local ones (most in a network), 20 collectivités."""

from collections.abc import Iterator
from random import Random
from uuid import NAMESPACE_OID, uuid5

from django.utils.text import slugify

from alliance.lib.french import of
from alliance.portal.demo.names import WORDS, local_names, sirens
from alliance.portal.demo.places import Atlas, Place
from partners.models import Axis, Organisation, Region

REGIONALS, LOCALS = 60, 320
SEATS = ("75056", "69123", "31555", "44109", "67482", "59350", "35238", "33063", "13055", "34172", "93066", "75056")
FICTION = "Organisation fictive, créée pour la démonstration du portail."
WITHIN_NETWORK = (
    "{fiction}\n\nMembre {of_network}. On y vient de tout le canton, et parfois de plus loin.",
    "{fiction}\n\nUne petite équipe, beaucoup de bénévoles, et l’appui {of_network}.",
    "{fiction}\n\nMembre {of_network}, elle travaille d’abord avec ses voisins.",
)


def make_organisations(random: Random, atlas: Atlas) -> list[Organisation]:
    """Three levels, each saved before the one below, so that the tree's trigger has its parents."""
    numbers = sirens()
    networks = _networks(random, atlas, numbers)
    _save(networks)
    regionals = _regionals(random, atlas, networks, numbers)
    _save(regionals)
    rest = _locals(random, atlas, networks, regionals, numbers) + _authorities(random, atlas, numbers)
    _save(rest)
    organisations = networks + regionals + rest
    axes = dict(Axis.objects.current().values_list("number", "pk"))
    Organisation.axes.through.objects.bulk_create(
        Organisation.axes.through(organisation_id=organisation.pk, axis_id=axes[number])
        for organisation in organisations
        for number in organisation.axis_numbers
        if number in axes
    )
    return organisations


def _make(kind: str, name: str, numbers: Iterator[str], place: Place, axes, **fields) -> Organisation:
    """An unsaved organisation; ``axis_numbers`` and ``place`` ride along for the generators."""
    siren = next(numbers)
    organisation = Organisation(
        public_id=uuid5(NAMESPACE_OID, siren), kind=kind, name=name, siren=siren, commune_id=place.code, is_demo=True,
        source=FICTION, **fields,
    )  # fmt: skip
    organisation.axis_numbers, organisation.place = list(axes), place
    return organisation


def _save(organisations: list[Organisation]) -> None:
    taken = set(Organisation.objects.values_list("slug", flat=True))
    for organisation in organisations:
        base = slugify(organisation.name.replace("’", " ").replace("&", "et"))[:110]
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        organisation.slug = slug
    Organisation.objects.bulk_create(organisations)


def _networks(random: Random, atlas: Atlas, numbers: Iterator[str]) -> list[Organisation]:
    return [
        _make(
            "network",
            name,
            numbers,
            atlas.by_code(random.choice(SEATS)),
            axes,
            short_name=short,
            summary=summary,
            description=f"{FICTION}\n\n{summary} Le réseau réunit des organisations locales, leur prête des outils "
            "communs et parle en leur nom à l’échelle du pays.",
        )
        for name, short, summary, axes in WORDS["networks"]
    ]


def _regionals(random: Random, atlas: Atlas, networks, numbers) -> list[Organisation]:
    regions = dict(Region.objects.values_list("code", "name"))
    codes = sorted(set(atlas.regions.values()))
    pairs = [(network, code) for network in networks[:20] for code in codes]
    made = []
    for network, code in sorted(random.sample(pairs, REGIONALS), key=lambda pair: (pair[0].name, pair[1])):
        department = random.choice(sorted(d for d, region in atlas.regions.items() if region == code))
        place = atlas.pick(random, department, least=15_000)
        name = f"{network.short_name} {regions[code]}"
        summary = f"{network.summary[:-1]}, en région."
        made.append(
            _make("regional", name, numbers, place, network.axis_numbers, parent=network, summary=summary,
                  description=f"{FICTION}\n\nElle anime dans sa région le réseau {network.label}.")
        )  # fmt: skip
    return made


def _locals(random: Random, atlas: Atlas, networks, regionals, numbers) -> list[Organisation]:
    names = iter(local_names(random))
    made = []
    for department in atlas.spread(LOCALS):
        name, axes = next(names)
        place = atlas.pick(random, department)
        parent = _parent(random, networks, regionals, atlas.regions[department], axes)
        text = random.choice(WITHIN_NETWORK) if parent else "{fiction}\n\nIndépendante, et bien entourée."
        description = text.format(fiction=FICTION, of_network=parent and of(parent.label))
        made.append(
            _make("local", name, numbers, place, axes, parent=parent, description=description,
                  summary=random.choice(WORDS["activities"][str(axes[0])]))
        )  # fmt: skip
    return made


def _parent(random: Random, networks, regionals, region: str, axes) -> Organisation | None:
    """A regional network of that région when one suits, else a national one; one in seven stands alone."""
    if random.random() < 0.14:
        return None
    near = [r for r in regionals if r.place.region == region and set(axes) & set(r.axis_numbers)]
    if near and random.random() < 0.6:
        return random.choice(near)
    return random.choice([network for network in networks if set(axes) & set(network.axis_numbers)])


def _authorities(random: Random, atlas: Atlas, numbers: Iterator[str]) -> list[Organisation]:
    departments = random.sample(sorted(atlas.communes), len(WORDS["authorities"]))
    return [
        _make("authority", name, numbers, atlas.pick(random, department), (1, random.choice((4, 6, 7))),
              summary="Une collectivité qui prête ses murs et son temps.",
              description=f"{FICTION}\n\nElle accueille des projets et en porte quelques-uns.")
        for name, department in zip(WORDS["authorities"], departments, strict=True)
    ]  # fmt: skip
