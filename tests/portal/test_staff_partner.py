"""A partner at a glance: one page, one line of time, one light and the rule that gave it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.lib.changes import because
from alliance.portal.partner_health import health_of, with_health
from partners.models import Organisation, PartnerNote
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier du Port", slug="atelier", commune=builders.commune())


def page(client, query=""):
    return client.get(f"/gestion/partenaires/atelier/{query}")


def events(response):
    return [(event.kind, event.title) for event in response.context_data["events"]]


def delegate(code="53", name="Bretagne"):
    return builders.staff(regions=[builders.region(code, name, slug=name.lower())])


def test_one_line_of_time_tells_all_that_happened(organisation):
    agent, person = builders.staff(), builders.user(full_name="Lou Porteuse")
    builders.signature(organisation, signed_at=timezone.now() - timedelta(days=9))
    builders.project(lead=organisation, title="Le jardin", confirmed_on=timezone.localdate() - timedelta(days=3))
    builders.registration(builders.convention(title="Convention 2026"), builders.attendee(organisation=organisation))
    with because(agent, "Elle arrive"):
        builders.membership(person, organisation)
    PartnerNote.objects.create(organisation=organisation, author=agent, text="À rappeler en mai.")
    told = events(page(signed_in(agent)))
    for event in [
        ("signatures", "Charte signée"),
        ("signatures", "Signature contresignée par La Poste"),
        ("projets", "Projet confirmé"),
        ("rencontres", "Convention 2026"),
        ("notes", "Note interne"),
        ("modifications", "Rattachement : création"),
        ("modifications", "Organisation : création"),
    ]:
        assert event in told
    assert told[0] == ("notes", "Note interne")


def test_a_change_says_before_after_who_and_why(organisation):
    agent = builders.staff(full_name="Alix Agent")
    with because(agent, "Nouveau nom voté en assemblée"):
        Organisation.objects.filter(pk=organisation.pk).update(name="Atelier du Quai")
    change = page(signed_in(agent), "?type=modifications").context_data["events"][0]
    assert (change.who, change.lines) == (
        "Alix Agent",
        ("Nom : Atelier du Port → Atelier du Quai", "Motif : Nouveau nom voté en assemblée"),
    )


def test_the_line_of_time_shows_one_kind_and_goes_back(organisation):
    agent = builders.staff()
    for number in range(25):
        PartnerNote.objects.create(organisation=organisation, author=agent, text=f"Note {number}")
    client = signed_in(agent)
    first = page(client, "?type=notes")
    assert len(first.context_data["events"]) == 20
    older = page(client, f"?type=notes&avant={first.context_data['older'].replace('+', '%2B')}")
    assert [event.lines[0] for event in older.context_data["events"]] == [f"Note {n}" for n in range(4, -1, -1)]
    assert older.context_data["older"] == ""


@pytest.mark.parametrize(
    "query",
    [
        "?type=inconnu", "?avant=hier", "?avant=2026-13-45T00:00", "?avant=2026-01-01T00:00",
        "?avant=0001-01-01T00:00:00%2B14:00", "?avant=9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_aside(organisation, query):
    assert ("modifications", "Organisation : création") in events(page(signed_in(builders.staff()), query))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_delegate_of_elsewhere_finds_what_a_missing_partner_gives(organisation, method):
    client = signed_in(delegate("11", "Île-de-France"))
    for path in ("", "noter/"):
        answers = [getattr(client, method)(f"/gestion/partenaires/{slug}/{path}") for slug in ("atelier", "absent")]
        assert [answer.status_code for answer in answers] in ([404, 404], [405, 405])


def test_members_never_find_it(organisation):
    member = builders.user()
    builders.membership(member, organisation, role="administrator")
    assert page(signed_in(member)).status_code == 404


def test_an_agent_notes_something_for_agents_only(organisation):
    agent = delegate()
    answer = signed_in(agent).post("/gestion/partenaires/atelier/noter/", {"text": " Bon accueil. "})
    assert (answer.status_code, answer.url) == (302, "/gestion/partenaires/atelier/")
    note = PartnerNote.objects.get()
    assert (note.text, note.author, note.organisation) == ("Bon accueil.", agent, organisation)
    assert list(PartnerNote.objects.visible_to(builders.user())) == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_note_is_refused_and_kept_in_the_form(organisation, text):
    answer = signed_in(builders.staff()).post("/gestion/partenaires/atelier/noter/", {"text": text})
    assert answer.status_code == 400
    assert PartnerNote.objects.count() == 0


def test_an_agent_who_only_reads_cannot_note():
    network = builders.organisation(kind="network", slug="atelier")
    client = signed_in(delegate())
    assert b"Garder la note" not in page(client).content
    assert client.post("/gestion/partenaires/atelier/noter/", {"text": "Bonjour"}).status_code == 403
    assert network.notes.count() == 0


def health(organisation, today=None):
    from charter.models import CharterVersion

    today = today or timezone.localdate()
    rows = with_health(Organisation.objects.all(), CharterVersion.objects.in_force(today), today)
    return health_of(rows.get(pk=organisation.pk), today)


def in_good_health(organisation, role="administrator"):
    builders.signature(organisation, builders.charter_version())
    builders.membership(builders.user(), organisation, role=role)
    builders.project(lead=organisation)
    builders.agreement(organisation)


def test_all_rules_kept_is_green(organisation):
    in_good_health(organisation)
    found = health(organisation)
    assert (found.light, found.label, found.next_step) == ("ok", "Tout va bien", None)


def test_without_a_signature_it_is_red_and_says_so(organisation):
    builders.charter_version()
    found = health(organisation)
    assert (found.light, found.why) == ("alert", "N’a pas signé la charte.")
    assert found.next_step.step == "Inviter à signer"


def test_without_an_administrator_it_is_red(organisation):
    in_good_health(organisation, role="contributor")
    found = health(organisation)
    assert (found.light, found.next_step.step) == ("alert", "Inviter")


@pytest.mark.parametrize(("months", "light"), [(5, "ok"), (7, "attention"), (14, "alert")])
def test_the_last_confirmation_of_a_project_counts(organisation, months, light):
    in_good_health(organisation)
    organisation.led_projects.update(confirmed_on=timezone.localdate() - timedelta(days=30 * months + 15))
    assert health(organisation).light == light


def test_an_agreement_past_its_term_is_red_and_none_at_all_is_amber(organisation):
    in_good_health(organisation)
    organisation.agreements.update(ends_on=date(2025, 6, 1))
    assert health(organisation).why == "Un accord est arrivé à terme et attend une décision."
    organisation.agreements.update(state="void")
    assert health(organisation).light == "attention"


@pytest.mark.parametrize("number", [1, 15])
def test_queries_are_as_many_for_one_event_as_for_fifteen(organisation, number, django_assert_num_queries):
    agent = builders.staff()
    network = builders.organisation(kind="network")
    Organisation.objects.filter(pk=organisation.pk).update(kind="regional", parent=network)
    for turn in range(number):
        in_good_health(organisation) if turn == 0 else builders.project(lead=organisation)
        PartnerNote.objects.create(organisation=organisation, author=builders.staff(), text="Note")
        builders.registration(builders.convention(), builders.attendee(organisation=organisation))
        builders.organisation(parent=organisation, kind="local")
        with because(agent):
            Organisation.objects.filter(pk=organisation.pk).update(name=f"Nom {turn}")
    client = signed_in(agent)
    page(client)
    with django_assert_num_queries(24):
        page(client)
