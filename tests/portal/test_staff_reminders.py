"""Reminders in two steps, the closing and its register, as agents see them."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.outbox.models import Owed
from charter.actions.closing import close_campaign
from charter.actions.reminders import confirm_reminder, draft_reminder
from charter.models import Campaign, Recipient, Reminder
from tests import builders
from tests.charter.campaigns import make_world, replica
from tests.portal.test_staff_campaigns import address, html, paris
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def national(world):
    return signed_in(world.agent)


@pytest.fixture
def campaign(world):
    for slug in ("un", "deux"):
        world.event(world.signatory(slug=slug, name=f"La {slug}"), "invited")
    return world.campaign()


def drafted(world, campaign, **fields) -> Reminder:
    return draft_reminder(campaign=campaign, group="unopened", by=world.agent, **fields)


def page_of(reminder) -> str:
    return address(reminder.campaign, f"relances/{reminder.public_id}/")


def test_the_first_step_counts_each_group_and_leads_to_the_list(world, national, campaign):
    page = html(national.get(address(campaign, "relances/")))
    assert "N’ont pas ouvert le lien (2\u00a0organisations)" in page
    assert "Ont lu le texte, sans signer (0\u00a0organisation)" in page
    response = national.post(address(campaign, "relances/"), {"group": "unopened"})
    assert (response.status_code, response.url) == (302, page_of(Reminder.objects.get()))
    assert Owed.objects.count() == 0


@pytest.mark.parametrize(("data", "status"), [({}, 400), ({"group": "tous"}, 400), ({"group": "read"}, 409)])
def test_a_wrong_or_empty_group_is_told(national, campaign, data, status):
    response = national.post(address(campaign, "relances/"), data)
    assert (response.status_code, Reminder.objects.count()) == (status, 0)
    assert ("Personne n’est à relancer" in html(response)) is (status == 409)


def test_the_second_step_shows_everybody_and_the_letter_before_anything_leaves(world, national, campaign):
    reminder = drafted(world, campaign)
    page = html(national.get(page_of(reminder)))
    for words in ("un@test.invalid", "deux@test.invalid", "2\u00a0personnes", "rien n’est encore parti"):
        assert words in page
    assert "attend votre signature avant le" in page
    assert "/signer/lettre/…/" in page
    assert Owed.objects.count() == 0


def test_on_a_motive_it_leaves_once_and_says_who_was_set_aside(world, national, campaign):
    reminder = drafted(world, campaign)
    world.resign(world.organisations[0])
    data = {"motive": "À mi-parcours."}
    responses = [national.post(page_of(reminder), data, follow=True) for _ in range(2)]
    assert "1\u00a0lettre part. 1\u00a0personne écartée depuis la liste." in html(responses[0])
    assert "écartée : a signé entre-temps" in html(responses[0])
    assert Owed.objects.filter(work="charter.send_reminder").count() == 1
    listed = html(national.get(address(campaign, "relances/")))
    assert "À mi-parcours." in listed


def test_without_a_motive_nothing_leaves_and_what_was_typed_stays(world, national, campaign):
    reminder = drafted(world, campaign)
    blank = national.post(page_of(reminder), {"motive": " "})
    assert (blank.status_code, "Donnez le motif" in html(blank)) == (400, True)
    long = national.post(page_of(reminder), {"motive": "é" * 501})
    assert (long.status_code, "é" * 501 in html(long), Owed.objects.count()) == (400, True, 0)


def test_who_was_reminded_this_week_is_marked_and_asks_for_one_word_more(world, national, campaign):
    confirm_reminder(reminder=drafted(world, campaign), by=world.agent, motive="Une.")
    reminder = drafted(world, campaign, again=True)
    assert html(national.get(page_of(reminder))).count("déjà relancée cette semaine") == 2
    refused = national.post(page_of(reminder), {"motive": "Deux."})
    assert (refused.status_code, "moins de sept jours" in html(refused), "Deux." in html(refused)) == (409, True, True)
    assert national.post(page_of(reminder), {"motive": "Deux.", "again": "on"}).status_code == 302
    assert Owed.objects.filter(work="charter.send_reminder").count() == 4


def test_an_old_list_is_shown_as_such_and_does_not_leave(world, national, campaign):
    reminder = drafted(world, campaign, at=timezone.now() - timedelta(hours=2))
    assert "plus d’une heure" in html(national.get(page_of(reminder)))
    assert national.post(page_of(reminder), {"motive": "Tard."}).status_code == 409


def test_a_delegate_reads_the_recipients_of_the_perimeter_only(world, brittany):
    world.signatory(slug="ici", commune=builders.commune())
    world.signatory(slug="ailleurs", commune=paris())
    reminder = drafted(world, world.campaign())
    delegate = signed_in(builders.staff(regions=[brittany]))
    page = html(delegate.get(page_of(reminder)))
    assert ("ici@test.invalid" in page, "ailleurs@test.invalid" in page) == (True, False)
    assert delegate.post(page_of(reminder), {"motive": "Moi."}).status_code == 403
    other = builders.campaign(builders.charter_version("2031", effective_on=timezone.localdate()), opened=False)
    assert delegate.get(address(other, f"relances/{reminder.public_id}/")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_of_reminders_cost_the_same_for_one_row_and_three(world, national, rows, django_assert_num_queries):
    for _ in range(rows):
        world.signatory()
    campaign = world.campaign()
    reminder = drafted(world, campaign)
    with django_assert_num_queries(10):
        assert national.get(page_of(reminder)).status_code == 200
    for _ in range(rows):
        again = drafted(world, campaign, again=True)
        confirm_reminder(reminder=again, by=world.agent, motive="Encore.", again=True)
    with django_assert_num_queries(8):
        assert national.get(address(campaign, "relances/")).status_code == 200
    assert Recipient.objects.count() == rows * (rows + 1)


def over(campaign) -> None:
    today = timezone.localdate()
    with replica():
        Campaign.objects.update(closes_on=today - timedelta(days=1), grace_on=today + timedelta(days=9))


def test_closing_shows_what_the_register_would_say_then_fixes_it(world, national, campaign):
    world.resign(world.organisations[0])
    early = national.post(address(campaign, "clore/"), {"motive": "Vite."})
    assert (early.status_code, "inclus : elle se clôt ensuite" in html(early)) == (409, True)
    over(campaign)
    page = html(national.get(address(campaign, "clore/")))
    assert ("Réengagée" in page, "Sans réponse" in page) == (True, True)
    assert national.post(address(campaign, "clore/"), {"motive": " "}).status_code == 400
    response = national.post(address(campaign, "clore/"), {"motive": "Terme échu."})
    assert (response.status_code, response.url) == (302, address(campaign, "registre/"))
    shown = html(national.get(address(campaign, "registre/")))
    for words in ("La un", "La deux", "sans réponse", "Terme échu.", Campaign.objects.get().register_digest):
        assert words in shown
    only = html(national.get(address(campaign, "registre/?issue=silent")))
    assert ("La deux" in only, "La un" in only) == (True, False)


def test_the_file_of_the_register_has_the_digest_that_is_shown(world, national, campaign):
    over(campaign)
    closed = close_campaign(campaign=campaign, by=world.agent, motive="Terme échu.")
    response = national.get(address(campaign, "registre.csv"))
    content = b"".join(response.streaming_content)
    assert hashlib.sha256(content).hexdigest() == closed.register_digest
    day = timezone.localdate(closed.closed_at)
    assert response["Content-Disposition"] == f'attachment; filename="registre-2020-{day}.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_a_delegate_downloads_an_extract(world, brittany):
    world.signatory(name="La Brestoise", commune=builders.commune())
    world.signatory(name="La Parisienne", commune=paris())
    campaign = world.campaign()
    over(campaign)
    close_campaign(campaign=campaign, by=world.agent, motive="Terme échu.")
    response = signed_in(builders.staff(regions=[brittany])).get(address(campaign, "registre.csv"))
    content = b"".join(response.streaming_content).decode()
    assert ("La Brestoise" in content, "La Parisienne" in content) == (True, False)
    assert "-extrait.csv" in response["Content-Disposition"]


def test_there_is_no_register_before_the_closing(national, campaign):
    assert [national.get(address(campaign, end)).status_code for end in ("registre/", "registre.csv")] == [404, 404]
