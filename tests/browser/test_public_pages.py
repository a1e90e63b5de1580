"""Every public page, on the whole demonstration: axe, weight, width, light and dark, and without JavaScript."""

from itertools import product

import pytest
from django.utils import timezone

from charter.models import Signature
from events.models import Convention
from partners.models import Organisation, Project
from tests.browser.demonstration import demonstration  # noqa: F401
from tests.look.test_guide import violations
from tests.look.test_in_browser import NODES

pytestmark = pytest.mark.django_db

PLAIN = """
    / /annuaire/ /annuaire/?region=53&axis=4&signatory=current /projets/ /projets/?department=29
    /projets/?q=numerique&status=ongoing
    /projets/?near=48.39,-4.48&radius_km=50&freshness=to_confirm&network=x /projets/?q=zzzzzz
    /projets/carte/ /projets/carte/?region=11 /projets/carte/?department=29 /projets/carte/?commune=29019
    /territoires/ /territoires/regions/53/ /territoires/departements/29/ /territoires/departements/975/
    /territoires/departements/29/ecrire/ /chiffres/ /chiffres/axes-et-regions/ /accords/ /accords/?kind=mecenat
    /recherche/?q=bordo /recherche/?q=chartre /axes/ /axes/1/ /axes/12/ /charte/ /charte/versions/2014/
    /charte/versions/2020/
    /charte/signataires/ /verifier/ /verifier/AAAA-AAAA-AAAA/ /conventions/ /donnees/ /recherche/
    /projets/reutiliser/?axis=4&department=29 /projets/reutiliser/?axis=99 /annuaire/reutiliser/ /accords/reutiliser/
    /conventions/reutiliser/ /charte/signataires/reutiliser/ /projets/integrer/?region=53 /annuaire/integrer/
    /accords/integrer/ /conventions/integrer/ /charte/signataires/integrer/ /alertes/demandee/ /donnees/fichiers/
    /donnees/api/ /chiffres/axes-et-regions/?zone=outre-mer /charte/versions/2014/comparer/2020/
    /recherche/?q=inclusion+numerique+a+brest /recherche/?q=zzzzz /accessibilite/ /mentions-legales/
    /confidentialite/ /plan-du-site/ /aide/ /connexion/ /connexion/mot-de-passe/ /courriels/
    /nulle-part/
""".split()  # noqa: SIM905  one address a word reads better


def organisations() -> list[str]:
    network = Organisation.objects.filter(kind="network", is_public=True).order_by("-pk")[0]
    local = Organisation.objects.filter(kind="local", commune__isnull=False).order_by("pk")[0]
    return [*(f"/annuaire/{each.slug}/" for each in (network, local)), f"/annuaire/{local.slug}/signaler/"]


def projects() -> list[str]:
    """The longest text, one that nobody made up, one that is no longer fresh."""
    today = timezone.localdate()
    listed = Project.objects.listed(today).filter(is_demo=True)[:300]
    long = max(listed, key=lambda project: len(project.description))
    known = Project.objects.public().filter(is_demo=False)[0]
    stale = Project.objects.public().fresh("stale", today)[0]
    return [*(f"/projets/{each.slug}/" for each in (long, known, stale)), f"/projets/{long.slug}/signaler/"]


def conventions() -> list[str]:
    return [f"/conventions/{each.slug}/" for each in Convention.objects.public()]


def signatures() -> list[str]:
    """One of each state."""
    return [f"/verifier/{each.code}/" for each in {each.state: each for each in Signature.objects.all()}.values()]


DETAILS = (organisations, projects, conventions, signatures)


def problems_of(page, url: str) -> list[str]:
    """What breaks the budget or axe, in words."""
    sizes: list[int] = []
    requests: list[str] = []

    def count(response):
        requests.append(response.url)
        sizes.append(response.request.sizes()["responseBodySize"] + response.request.sizes()["responseHeadersSize"])

    page.on("requestfinished", lambda request: count(request.response()))
    response = page.goto(url)
    found = [f"answers {response.status}"] if response.status >= 500 else []
    for scheme, width in product(("light", "dark"), (320, 768, 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{scheme} {width}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{scheme} {width}: scrolls sideways")
    page.wait_for_load_state("networkidle")
    measures = {"nodes": (page.evaluate(NODES), 350), "requests": (len(requests), 10), "bytes": (sum(sizes), 120_000)}
    return found + [f"{name}: {value} > {limit}" for name, (value, limit) in measures.items() if value > limit]


def problems(browser, url: str) -> list[str]:
    """Of a page that a reader opens first, with nothing kept from another."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    found = problems_of(context.new_page(), url)
    context.close()
    return found


def without_javascript(browser, url: str, paths: list[str]) -> dict:
    """What a reader without JavaScript misses, by page: each must answer with its one visible title."""
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 1280, "height": 900})
    page, found = context.new_page(), {}
    for path in paths:
        page.goto(f"{url}{path}")
        titles = page.locator("h1")
        if titles.count() != 1 or not titles.is_visible():
            found[path] = f"{titles.count()} titles"
    page.goto(f"{url}/projets/?axis=4")
    page.get_by_role("checkbox", name="En cours").check()
    page.get_by_role("button", name="Appliquer").first.click()
    if "status=ongoing" not in page.url or "axis=4" not in page.url:
        found["filters"] = page.url
    context.close()
    return found


@pytest.mark.parametrize("path", PLAIN)
def test_a_public_page_is_light_and_accessible(demonstration, browser, path):  # noqa: F811
    assert problems(browser, f"{demonstration.url}{path}") == []


@pytest.mark.parametrize("noun", DETAILS, ids=lambda noun: noun.__name__)
def test_the_fullest_page_of_each_noun_is_light_and_accessible(demonstration, browser, noun):  # noqa: F811
    paths = noun()
    assert len(paths) >= 2
    for path in paths:
        assert (path, problems(browser, f"{demonstration.url}{path}")) == (path, [])


def test_no_public_page_needs_javascript(demonstration, browser):  # noqa: F811
    paths = [*PLAIN, *(path for noun in DETAILS for path in noun())]
    assert without_javascript(browser, demonstration.url, paths) == {}


def test_control_a_page_too_heavy_or_without_a_label_is_told(demonstration, page):  # noqa: F811
    page.goto(f"{demonstration.url}/aide/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input>' + '<p>x</p>'.repeat(400))")
    assert page.evaluate(NODES) > 350
    assert violations(page) != []
