"""A project from its first word to its yearly news, in a real browser: one page to add it, two clicks to confirm it."""

import io
import re
import urllib.request
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from partners import mails
from partners.actions.follow_up import ask_for_news
from partners.actions.photos import add_photo
from partners.actions.projects import publish_project, save_project
from partners.models import Project, ProjectDraft, ProposedChange, UpdateLink
from partners.models.project import months_before
from tests import builders
from tests.browser.keyboard import press, tab_to
from tests.look.test_guide import violations
from tests.look.test_in_browser import NODES
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/espace/atelier/projets/nouveau/"
FIELDS = "form#projet :is(input:not([type=hidden]), textarea, select)"


@pytest.fixture
def lead(live_portal):
    for number in range(1, 10):
        builders.axis(number, f"Ressources humaines et mobilités {number}")
    return builders.organisation(name="Atelier du Coin", slug="atelier", commune=builders.commune())


@pytest.fixture
def person(lead):
    person = builders.user(full_name="Ada Essai")
    builders.membership(person, lead, "contributor")
    return person


def enter(page, live_portal, person):
    cookie = signed_in(person).cookies["portail_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_portal.url}])


def holds(page) -> None:
    """The budget of elements, axe, and no sideways scroll, at each width, light and dark."""
    assert page.evaluate(NODES) <= 350
    page.evaluate("document.querySelectorAll('main details, #content details').forEach(each => each.open = true)")
    for scheme, width in product(("light", "dark"), (320, 768, 1280)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def picture() -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.effect_noise((1200, 800), 60).convert("RGB").save(target, "JPEG")
    return SimpleUploadedFile("halle.jpg", target.getvalue())


def waiting_project(lead, person, **fields) -> Project:
    fields = {"title": "Halle aux vélos", "slug": "halle", "summary": "Une halle.", "commune": lead.commune} | fields
    return builders.project(lead=lead, submitted_by=person, **fields)


def test_a_new_contributor_adds_a_project_on_one_page(live_portal, page, lead, person):
    waiting_project(lead, person)
    enter(page, live_portal, person)
    page.goto(f"{live_portal.url}{NEW}")
    shown = page.eval_on_selector_all(FIELDS, "all => [...new Set(all.map(each => each.name))]")
    required = page.eval_on_selector_all(f"{FIELDS}:required", "all => [...new Set(all.map(each => each.name))]")
    assert len(shown) <= 12
    assert len(required) <= 5
    page.get_by_label("Titre").press_sequentially("Halle aux velos")
    page.get_by_text("Ce projet y est peut-être déjà").wait_for()
    page.get_by_text("presque le même titre, même commune, même organisation").wait_for()
    page.get_by_text(re.compile(r"^Brouillon enregistré à \d{1,2}\sh(\s\d\d)?\.$")).wait_for()
    assert ProjectDraft.objects.get().title == "Halle aux velos"
    page.get_by_label("En une phrase").fill("On répare ensemble.")
    page.get_by_label("Ressources humaines et mobilités 4").check()
    page.get_by_role("button", name="Soumettre à La").click()
    page.get_by_text("« Halle aux velos » est soumis.").wait_for()
    made = Project.objects.get(title="Halle aux velos")
    assert (made.moderation, made.commune, made.submitted_by) == ("submitted", lead.commune, person)
    assert not ProjectDraft.objects.exists()


def test_without_javascript_the_draft_has_its_button_and_likeness_is_asked_on_sending(
    live_portal, browser, lead, person
):
    waiting_project(lead, person)
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport={"width": 320, "height": 700})
    page = context.new_page()
    enter(page, live_portal, person)
    page.goto(f"{live_portal.url}{NEW}")
    page.get_by_label("Titre").fill("Halle aux vélos")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_role("link", name="Reprendre : Halle aux vélos").click()
    assert page.get_by_label("Titre").input_value() == "Halle aux vélos"
    page.get_by_label("En une phrase").fill("On répare ensemble.")
    page.get_by_label("Ressources humaines et mobilités 4").check()
    page.get_by_role("button", name="Soumettre à La").click()
    page.get_by_role("button", name="C’est un autre projet : soumettre").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="C’est un autre projet : soumettre").click()
    page.get_by_text("« Halle aux vélos » est soumis.").wait_for()
    assert Project.objects.count() == 2
    context.close()


def scan(address: str) -> str:
    """What a mail scanner does: HEAD, GET, and the same of each link that it finds on the page."""
    text = ""
    for method in ("HEAD", "GET", "GET"):
        request = urllib.request.Request(address, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text += answer.read().decode()
    return text


def test_a_project_is_confirmed_from_its_mail_in_two_clicks(live_portal, page, lead, person, mailoutbox, settings):
    old = months_before(timezone.localdate(), 8)
    project = waiting_project(lead, person, confirmed_on=old)
    project.figures.create(label="vélos réparés", target=400, reached=340)
    ask_for_news(at=timezone.now(), on=timezone.localdate())
    mails.send_follow_up(UpdateLink.objects.get().pk, message_id="<1@test.invalid>")
    (path,) = set(re.findall(r"/suivi/[^/\s]+/(?=\s)", mailoutbox[0].body))
    found = scan(f"{live_portal.url}{path}")
    for link in set(re.findall(r'href="(/suivi/[^"]+)"', found)):
        scan(f"{live_portal.url}{link}")
    assert Project.objects.get().confirmed_on == old
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{live_portal.url}{path}")  # the first click, in the mail
    page.get_by_role("button", name="Toujours en cours").click()  # the second
    page.get_by_role("heading", name="C’est noté, merci").wait_for()
    assert Project.objects.get().confirmed_on == timezone.localdate()


def test_news_are_given_with_the_keyboard_alone(live_portal, page, lead, person):
    old = months_before(timezone.localdate(), 8)
    project = waiting_project(lead, person, confirmed_on=old)
    figure = project.figures.create(label="vélos réparés", target=400, reached=340)
    ask_for_news(at=timezone.now(), on=timezone.localdate())
    page.goto(f"{live_portal.url}/suivi/{UpdateLink.objects.get().token}/")
    tab_to(page, f"p{project.pk}-reached_{figure.pk}")
    page.keyboard.press("Control+a")
    page.keyboard.type("380")
    press(page, "Terminé")
    page.get_by_role("heading", name="C’est noté, merci").wait_for()
    figure.refresh_from_db()
    assert (figure.reached, Project.objects.get().state) == (380, "done")


def test_an_agent_reads_corrects_and_accepts_with_the_keyboard_alone(live_portal, page, lead, person):
    project = waiting_project(lead, person)
    typed = Project.objects.get()
    typed.summary = "Une halle ouverte à tous."
    save_project(project=typed, axes=[], by=person)
    enter(page, live_portal, builders.staff())
    page.goto(f"{live_portal.url}/gestion/moderation/")
    holds(page)
    press(page, "Halle aux vélos")
    page.get_by_role("heading", name="Ce qui changerait").wait_for()
    holds(page)
    page.reload()
    press(page, "Accepter : la page change")
    page.get_by_text("est en ligne.").wait_for()
    project.refresh_from_db()
    assert project.summary == "Une halle ouverte à tous."


def test_the_pages_hold_at_every_width_and_axe_finds_nothing(live_portal, page, lead, person):
    old = months_before(timezone.localdate(), 8)
    projects = [
        waiting_project(lead, person, title=f"Halle {n}", slug=f"halle-{n}", confirmed_on=old) for n in range(3)
    ]
    for project in projects:
        project.figures.create(label="vélos réparés", target=400, reached=340)
    ProposedChange.objects.create(
        project=projects[0], proposed_by=person, values={"title": {"before": "Halle 0", "after": "Grande halle"}}
    )
    add_photo(project=projects[1], upload=picture(), alt="La halle, un samedi", credit="Atelier", by=person)
    ask_for_news(at=timezone.now(), on=timezone.localdate())
    token = UpdateLink.objects.get().token
    for path, status in ((f"/suivi/{token}/", 200), (f"/suivi/{token}/arreter/", 200), ("/suivi/rien/", 404)):
        assert page.goto(f"{live_portal.url}{path}").status == status
        holds(page)
    enter(page, live_portal, person)
    for path in ("projets/", "projets/halle-0/modifier/", "projets/halle-1/photos/", "profil/"):
        assert page.goto(f"{live_portal.url}/espace/atelier/{path}").status == 200
        holds(page)


def test_a_project_with_photos_keeps_the_budget_of_a_page(live_portal, page, lead, person):
    made = save_project(
        project=Project(title="Halle", summary="Une halle.", lead=lead, commune=lead.commune), axes=[], by=person
    )
    for number in range(4):
        add_photo(project=made, upload=picture(), alt=f"La halle, vue {number}", credit="Atelier", by=person)
    publish_project(project=made, by=builders.staff())
    sizes = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(f"{live_portal.url}/projets/halle/", wait_until="networkidle")
    assert (len(sizes) <= 10, sum(sizes) <= 120_000) == (True, True), (len(sizes), sum(sizes))
    assert page.locator("img.photo").first.evaluate("image => image.naturalWidth") == 400
    holds(page)
