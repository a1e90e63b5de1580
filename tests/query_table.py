"""One small world and the table of what each filter must find in it, for every door: page, map, API.

``("axis=4", {"halle", …})``: the query string, and the slugs found. Stale projects are out unless asked for.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from partners.actions.vocabulary import rebuild_vocabulary
from partners.models import FormerCommune, ProjectPartner
from tests import builders
from tests.kept_rows import made_once

BREST, GUERET = "48.3905,-4.486", "46.1703,1.8713"

PROJECTS = [
    ("", {"halle", "cafe", "recyclerie", "bus", "sans-lieu", "phare"}),
    ("axis=4", {"halle", "bus"}),
    ("axis=4&axis=3", {"halle", "bus", "recyclerie"}),
    ("axis=04", {"halle", "bus"}),
    ("stake=cohesion", {"cafe", "sans-lieu", "phare"}),
    ("stake=cohesion&stake=ecologie", {"cafe", "sans-lieu", "phare", "recyclerie"}),
    ("region=53", {"halle", "phare"}),
    ("region=53&region=75", {"halle", "phare", "cafe"}),
    ("department=29", {"halle", "phare"}),
    ("department=2A", {"recyclerie"}),
    ("department=2a", {"recyclerie"}),
    ("department=23&axis=1", {"cafe"}),
    ("department=23&axis=4", set()),
    ("region=53&department=23", set()),
    ("commune=29019", {"halle"}),
    ("commune=29996", {"halle"}),
    ("commune=69381", {"bus"}),
    ("commune=29019&commune=23096", {"halle", "cafe"}),
    ("network=rives", {"halle", "recyclerie", "phare"}),
    ("network=rives-bretagne", {"halle", "phare"}),
    ("network=passerelles", {"cafe", "sans-lieu"}),
    ("network=rives-bretagne&network=passerelles", {"halle", "phare", "cafe", "sans-lieu"}),
    ("kind=network", {"recyclerie", "sans-lieu"}),
    ("status=ongoing", {"halle", "cafe", "phare"}),
    ("status=done&status=idea", {"recyclerie", "bus"}),
    ("freshness=confirmed", {"halle", "recyclerie", "bus", "sans-lieu", "phare"}),
    ("freshness=to_confirm", {"cafe"}),
    ("freshness=stale", {"vieux"}),
    ("freshness=stale&freshness=to_confirm", {"vieux", "cafe"}),
    ("signatory=current", {"recyclerie"}),
    ("signatory=pending", {"halle"}),
    ("signatory=former", {"sans-lieu"}),
    ("signatory=none", {"cafe", "phare"}),
    ("signatory=former&freshness=stale", {"vieux"}),
    (f"near={BREST}", {"halle", "phare"}),
    (f"near={BREST}&radius_km=1", {"halle", "phare"}),
    (f"near={GUERET}&radius_km=200", {"cafe"}),
    (f"near={BREST}&axis=4", {"halle"}),
    ("q=écrans", {"halle"}),
    ("q=ecran", {"halle"}),
    ("q=inclusion numérique", {"halle", "bus"}),
    ("q=inclusoin numerqiue", {"halle", "bus"}),
    ("q=Brest", {"halle"}),
    ("q=les voisins", {"cafe"}),
    ("q=voisins -café", set()),
    ('q="inclusoin"', set()),
    ("q=numérique&status=idea&region=84", {"bus"}),
    ("ordering=title", {"halle", "cafe", "recyclerie", "bus", "sans-lieu", "phare"}),
]

ORGANISATIONS = [
    ("", {"rives", "rives-bretagne", "atelier", "passerelles", "creuse", "ajaccio", "lyon"}),
    ("kind=network", {"rives", "passerelles"}),
    ("kind=local&kind=authority", {"atelier", "creuse", "ajaccio", "lyon"}),
    ("axis=1", {"rives", "creuse"}),
    ("axis=4&axis=3", {"atelier", "creuse"}),
    ("stake=ecologie", {"creuse"}),
    ("region=53", {"rives", "rives-bretagne", "atelier"}),
    ("department=2A", {"ajaccio"}),
    ("commune=69381", {"lyon"}),
    ("network=rives", {"rives", "rives-bretagne", "atelier"}),
    ("network=atelier", {"atelier"}),
    ("network=rives&axis=4", {"atelier"}),
    ("signatory=current", {"rives"}),
    ("signatory=pending", {"atelier"}),
    ("signatory=former", {"passerelles"}),
    ("signatory=none", {"rives-bretagne", "creuse", "ajaccio", "lyon"}),
    ("signatory=current&signatory=former", {"rives", "passerelles"}),
    ("status=done", {"rives"}),
    ("status=ongoing", {"atelier", "creuse", "rives-bretagne"}),
    ("status=ongoing&freshness=stale", {"passerelles"}),
    ("freshness=to_confirm", {"creuse"}),
    (f"near={BREST}", {"rives", "atelier"}),
    (f"near={BREST}&radius_km=5", {"rives"}),
    ("q=passerelles", {"passerelles", "creuse"}),
    ("q=paserelles", {"passerelles", "creuse"}),
    ("q=rives %26 relais", {"rives", "rives-bretagne", "atelier"}),
    ("q=mutualité", {"ajaccio"}),
    ("q=passerel", {"passerelles", "creuse"}),
    ("q=ordinateurs Guipavas", {"atelier"}),
]

AGREEMENTS = [
    ("", {"Accord Rives", "Accord ancien"}),
    ("status=active", {"Accord Rives"}),
    ("kind=mecenat", {"Accord Rives"}),
    ("kind=innovation_societale", {"Accord ancien"}),
    ("axis=1", {"Accord Rives"}),
    ("department=75", {"Accord ancien"}),
    ("network=rives", {"Accord Rives"}),
    ("signatory=former", {"Accord ancien"}),
    (f"near={BREST}", {"Accord Rives"}),
    ("q=ancien", {"Accord ancien"}),
    ("q=relais", {"Accord Rives"}),
]

REFUSED = [
    ("colour=red", "colour"),
    ("axis=99", "axis"),
    ("axis=abc", "axis"),
    ("axis=1&axis=99", "axis"),
    ("region=99", "region"),
    ("department=99", "department"),
    ("commune=00000", "commune"),
    ("network=nobody", "network"),
    ("network=cachee", "network"),
    ("kind=enterprise", "kind"),
    ("status=asleep", "status"),
    ("signatory=perhaps", "signatory"),
    ("freshness=rotten", "freshness"),
    ("near=Brest", "near"),
    ("near=99,0", "near"),
    ("near=nan,inf", "near"),
    ("near=48.39", "near"),
    (f"near={BREST}&radius_km=0", "radius_km"),
    (f"near={BREST}&radius_km=201", "radius_km"),
    (f"near={BREST}&radius_km=1e2", "radius_km"),
    ("radius_km=10", "radius_km"),
    ("ordering=price", "ordering"),
    ("ordering=distance", "ordering"),
    ("ordering=relevance", "ordering"),
    ("q=a%00b", "q"),
    ("axis=1%00", "axis"),
    ("q=" + "a" * 201, "q"),
    ("axis=" + "9" * 5000, "axis"),
]


@pytest.fixture
def query_world(db):
    """Seven public organisations, seven public projects, two public agreements; some that nobody may see."""
    return _world()


@made_once
def _world() -> dict:
    places, axes = _places(), _axes()
    organisations = _organisations(places, axes)
    _projects(places, axes, organisations)
    _signatures(organisations)
    rives = builders.agreement(organisations["rives"], title="Accord Rives")
    rives.axes.set([axes[1]])
    builders.agreement(
        organisations["passerelles"], title="Accord ancien", state="ended", kind="innovation_societale",
        starts_on=date(2019, 1, 1), ends_on=date(2021, 12, 31),
    )  # fmt: skip
    builders.agreement(organisations["rives"], title="Accord en préparation", state="draft")
    builders.agreement(organisations["rives"], title="Accord réservé", is_public=False)
    rebuild_vocabulary()
    return organisations


def _places() -> dict:
    def commune(code, name, department_code, department_name, region, lat, lon, postal_code):
        department = builders.department(department_code, department_name, builders.region(*region))
        return builders.commune(code, name, department, lat=lat, lon=lon, postal_codes=[postal_code], population=1000)

    bretagne, aquitaine = ("53", "Bretagne"), ("75", "Nouvelle-Aquitaine")
    found = {
        "brest": builders.commune(department=builders.department(region=builders.region(*bretagne))),
        "guipavas": commune("29075", "Guipavas", "29", "Finistère", bretagne, 48.4342, -4.4006, "29490"),
        "quimper": commune("29232", "Quimper", "29", "Finistère", bretagne, 47.9960, -4.1024, "29000"),
        "rennes": commune("35238", "Rennes", "35", "Ille-et-Vilaine", bretagne, 48.1159, -1.6884, "35000"),
        "gueret": commune("23096", "Guéret", "23", "Creuse", aquitaine, 46.1703, 1.8713, "23000"),
        "paris": commune("75056", "Paris", "75", "Paris", ("11", "Île-de-France"), 48.8589, 2.3470, "75001"),
        "ajaccio": commune("2A004", "Ajaccio", "2A", "Corse-du-Sud", ("94", "Corse"), 41.9347, 8.7007, "20000"),
        "lyon": commune("69123", "Lyon", "69", "Rhône", ("84", "Auvergne-Rhône-Alpes"), 45.7580, 4.8351, "69001"),
    }
    FormerCommune.objects.create(code="69381", name="Lyon 1er Arrondissement", commune=found["lyon"], kind="A")
    FormerCommune.objects.create(code="29996", name="Lambézellec", commune=found["brest"], kind="F")
    return found


def _axes() -> dict:
    cohesion = builders.stake("cohesion", "cohésion sociale et territoriale", 1)
    numerique = builders.stake("numerique", "numérique éthique et inclusif", 2)
    ecologie = builders.stake("ecologie", "transition écologique", 3)
    return {
        1: builders.axis(1, "lieux partagés", stake=cohesion),
        2: builders.axis(2, "maintien à domicile", stake=cohesion),
        3: builders.axis(3, "économie circulaire", stake=ecologie),
        4: builders.axis(4, "inclusion numérique", stake=numerique),
    }


def _organisations(places, axes) -> dict:
    made = {}

    def organisation(slug, name, kind, commune, numbers=(), parent=None, **fields):
        row = builders.organisation(
            slug=slug, name=name, kind=kind, commune=places.get(commune), parent=made.get(parent), **fields
        )
        row.axes.set(axes[number] for number in numbers)
        made[slug] = row

    organisation("rives", "Réseau Rives & Relais", "network", "brest", [1])
    organisation("rives-bretagne", "Rives & Relais en Bretagne", "regional", "rennes", parent="rives")
    organisation(
        "atelier", "Atelier du Vallon", "local", "guipavas", [4], "rives-bretagne", summary="Ordinateurs remis à neuf."
    )
    organisation("passerelles", "Fédération des Passerelles", "network", "paris")
    organisation("creuse", "Entraide creusoise", "local", "gueret", [1, 3], "passerelles")
    organisation("ajaccio", "La Mutualité des Quais", "local", "ajaccio")
    organisation("lyon", "Métropole des Deux-Fleuves", "authority", "lyon")
    organisation("cachee", "Organisation cachée", "local", "brest", [1], is_public=False)
    return made


def _projects(places, axes, organisations) -> None:
    today = timezone.localdate()

    def project(slug, title, lead, commune, numbers, state, days, **fields):
        return builders.project(
            [axes[number] for number in numbers], slug=slug, title=title, lead=organisations.get(lead),
            commune=places.get(commune), state=state, confirmed_on=today - timedelta(days=days), **fields,
        )  # fmt: skip

    halle = project("halle", "La Halle aux écrans", "atelier", "brest", [4], "ongoing", 10)
    project("cafe", "Café des voisins", "creuse", "gueret", [1], "ongoing", 250)
    project("recyclerie", "Recyclerie du port", "rives", "ajaccio", [3], "done", 30)
    project("vieux", "Ancienne permanence", "passerelles", "paris", [1, 4], "ongoing", 500)
    project("bus", "Bus connecté", None, "lyon", [4], "idea", 5)
    project("sans-lieu", "Veille à domicile", "passerelles", None, [2], "abandoned", 20)
    project("phare", "Le Phare", "rives-bretagne", "quimper", [1], "ongoing", 40, lat=48.3910, lon=-4.4870)
    project("brouillon", "Brouillon", "rives", "brest", [4], "ongoing", 1, moderation="draft")
    project("soumis", "Soumis", "rives", "brest", [4], "ongoing", 1, moderation="submitted")
    ProjectPartner.objects.create(project=halle, organisation=organisations["creuse"], role="funder")


def _signatures(organisations) -> None:
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    current = builders.charter_version("2020", effective_on=date(2020, 7, 2))
    corrected = builders.charter_version("2021", effective_on=date(2021, 9, 1), kind="editorial")
    builders.carried_over(builders.signature(organisations["rives"], current), corrected)
    builders.signature(organisations["rives"], old)
    builders.signature(organisations["passerelles"], old)
    builders.signature(organisations["atelier"], current, countersigned=False)
