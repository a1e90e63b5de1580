"""The back office of campaigns: prepare, open, follow, invite; each figure opens its list, within the perimeter."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.outbox.models import Owed
from charter.models import Campaign, Concerned
from tests import builders
from tests.charter.campaigns import make_world
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
DAYS = {"opens_on": "2020-09-01", "closes_on": "2020-12-31", "grace_on": "2021-03-31"}


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def national(world):
    return signed_in(world.agent)


@pytest.fixture
def delegate(brittany):
    return signed_in(builders.staff(regions=[brittany]))


def address(campaign, end="") -> str:
    return f"/gestion/campagnes/{campaign.public_id}/{end}"


def html(response) -> str:
    return response.content.decode()


def paris():
    region = builders.region("11", "Île-de-France", slug="idf")
    return builders.commune("75056", "Paris", builders.department("75", "Paris", region))


def test_a_published_substantive_version_proposes_its_campaign_and_the_agent_prepares_it(world, national):
    path = f"/gestion/campagnes/preparer/{world.new.slug}/"
    assert path in html(national.get("/gestion/campagnes/"))
    queue = national.get("/gestion/").context["queue"]
    assert [line.url for line in queue if line.label.startswith("Campagnes")] == [path]
    response = national.post(path, DAYS)
    campaign = Campaign.objects.get()
    assert (response.status_code, response.url) == (302, address(campaign))
    assert (campaign.version, campaign.closes_on, campaign.state) == (world.new, date(2020, 12, 31), "prepared")
    assert path not in html(national.get("/gestion/campagnes/"))


def test_wrong_days_are_a_400_at_their_field_and_keep_what_was_typed(world, national):
    path = f"/gestion/campagnes/preparer/{world.new.slug}/"
    response = national.post(path, DAYS | {"closes_on": "2020-08-01"})
    assert response.status_code == 400
    assert "La campagne se termine avant de s’ouvrir." in html(response)
    assert 'value="2020-08-01"' in html(response)
    absurd = national.post(path, DAYS | {"opens_on": "bientôt"})
    assert (absurd.status_code, "bientôt" in html(absurd), Campaign.objects.count()) == (400, True, 0)


def test_preparing_twice_is_a_409_with_its_sentence(world, national):
    path = f"/gestion/campagnes/preparer/{world.new.slug}/"
    national.post(path, DAYS)
    response = national.post(path, DAYS)
    assert (response.status_code, "déjà préparée" in html(response)) == (409, True)


def test_days_are_changed_until_the_opening(world, national):
    campaign = builders.campaign(world.new, opened=False)
    assert national.post(address(campaign, "dates/"), DAYS).status_code == 302
    campaign.refresh_from_db()
    assert campaign.grace_on == date(2021, 3, 31)
    opened = builders.campaign(builders.charter_version("2031", effective_on=date(2031, 1, 1)))
    assert national.post(address(opened, "dates/"), DAYS).status_code == 409


def test_the_opening_says_who_will_be_written_to_then_writes(world, national):
    world.signatory()
    lonely = world.signatory(name="La Muette")
    lonely.memberships.update(role="reader")
    lonely.mandates.update(ends_on=date(2016, 1, 1))
    campaign = builders.campaign(world.new, opened=False)
    shown = html(national.get(address(campaign, "ouvrir/")))
    assert "2\u00a0organisations" in shown
    assert "1\u00a0lettre" in shown
    assert "La Muette" in shown
    assert Owed.objects.count() == 0
    response = national.post(address(campaign, "ouvrir/"))
    assert (response.status_code, response.url) == (302, address(campaign))
    assert (Owed.objects.count(), Concerned.objects.count(), Campaign.objects.get().state) == (1, 2, "open")
    again = national.post(address(campaign, "ouvrir/"))
    assert (again.status_code, Owed.objects.count()) == (409, 1)


def test_an_opening_refused_says_why(world, national):
    campaign = builders.campaign(world.new, opened=False)
    response = national.post(address(campaign, "ouvrir/"))
    assert (response.status_code, "Personne n’est concerné" in html(response)) == (409, True)


def test_every_figure_opens_the_list_that_it_counts(world, national):
    network = builders.organisation(kind="network", name="Réseau des marais", slug="marais")
    here = world.signatory(parent=network, commune=builders.commune())
    read, signed, left = world.signatory(parent=network), world.signatory(commune=paris()), world.signatory()
    for organisation in (here, read, signed):
        world.event(organisation, "invited")
    world.event(read, "displayed")
    world.resign(signed)
    left.signatures.update(withdrawn_at=timezone.now())
    campaign = world.campaign()
    for tab in ("", "?par=region"):
        page = html(national.get(address(campaign, tab)))
        figures = re.findall(r'href="([^"]*organisations/\?etape=[^"]+)">(\d+)', page)
        assert len(figures) > 8
        for url, figure in figures:
            opened = national.get(url.replace("&amp;", "&"))
            assert opened.context["rows"].paginator.count == int(figure), url


def test_a_list_says_where_each_is_and_what_it_does_not_know_it_ignores(world, national):
    organisation = world.signatory(name="Les Tuiles")
    world.event(organisation, "opened")
    campaign = world.campaign()
    page = html(national.get(address(campaign, "organisations/?etape=opened")))
    assert ("Les Tuiles" in page, "lien ouvert" in page) == (True, True)
    for odd in ("?etape=absurde", "?reseau=%00", "?region=zz&page=x"):
        assert national.get(address(campaign, f"organisations/{odd}")).status_code == 200
    empty = national.get(address(campaign, "organisations/?etape=signed"))
    assert "Aucune organisation n’en est là" in html(empty)


def test_a_delegate_sees_the_perimeter_and_writes_nothing(world, delegate):
    world.signatory(name="La Brestoise", commune=builders.commune())
    world.signatory(name="La Parisienne", commune=paris())
    campaign = world.campaign()
    page = html(delegate.get(address(campaign, "organisations/")))
    assert ("La Brestoise" in page, "La Parisienne" in page) == (True, False)
    assert delegate.get(address(campaign)).context["total"].reached[0] == 1
    for end in ("dates/", "ouvrir/", "inviter/", "clore/"):
        assert (
            delegate.get(address(campaign, end)).status_code,
            delegate.post(address(campaign, end)).status_code,
        ) == (
            403,
            403,
        )
    assert delegate.post(address(campaign, "relances/"), {"group": "read"}).status_code == 403
    assert delegate.get(f"/gestion/campagnes/preparer/{world.new.slug}/").status_code == 403


def test_nobody_else_finds_anything_there(world, client):
    campaign = world.campaign()
    person = signed_in(builders.user())
    for end in ("", "organisations/", "relances/", "ouvrir/", "clore/", "registre/"):
        assert person.get(address(campaign, end)).status_code == 404
    assert person.get("/gestion/campagnes/").status_code == 404
    visitor = client.get(address(campaign))
    assert (visitor.status_code, visitor.url.split("?")[0]) == (302, "/connexion/")


def test_a_campaign_that_does_not_exist_is_a_404(national):
    nowhere = "/gestion/campagnes/00000000-0000-4000-8000-000000000000/"
    assert [national.get(nowhere + end).status_code for end in ("", "organisations/", "relances/", "registre.csv")] == [
        404
    ] * 4


def test_an_organisation_is_looked_up_without_accents_and_invited(world, national):
    guest = builders.organisation(name="Épicerie du Quai", slug="epicerie")
    builders.membership(builders.user(), guest, "signatory")
    world.signatory()
    campaign = world.campaign()
    path = address(campaign, "inviter/?q=epic")
    assert "Épicerie du Quai" in html(national.get(path))
    response = national.post(path, {"organisation": "epicerie"})
    assert (response.status_code, Concerned.objects.get(organisation=guest).origin) == (302, "invited")
    assert "déjà concernée" in html(national.get(path))
    again = national.post(path, {"organisation": "epicerie"})
    assert (again.status_code, "déjà concernée" in html(again)) == (409, True)
    assert national.post(path, {"organisation": "inconnue"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("end", "queries"), [("", 8), ("?par=region", 8), ("organisations/", 7)])
def test_screens_cost_the_same_for_one_row_and_three(world, national, rows, end, queries, django_assert_num_queries):
    for _ in range(rows):
        organisation = world.signatory(parent=builders.organisation(kind="network"), commune=builders.commune())
        world.event(organisation, "invited")
    campaign = world.campaign()
    with django_assert_num_queries(queries):
        assert national.get(address(campaign, end)).status_code == 200


def test_the_queue_asks_to_open_then_to_close_and_never_does_it(world, national):
    world.signatory()
    today = timezone.localdate()
    campaign = builders.campaign(world.new, opened=False, concerned=world.organisations)
    due = {"opens_on": today - timedelta(days=9), "closes_on": today - timedelta(days=1), "grace_on": today}

    def line():
        return next(line for line in national.get("/gestion/").context["queue"] if "Campagnes" in line.label)

    assert (line().count, line().url, line().since) == (1, address(campaign), campaign.opens_on)
    Campaign.objects.update(**due, opened_at=timezone.now() - timedelta(days=9), opened_by=world.agent)
    assert (line().count, line().url, line().since) == (1, address(campaign), due["closes_on"])
    assert "Clore la campagne" in html(national.get(address(campaign)))
    assert Campaign.objects.get().state == "open"
