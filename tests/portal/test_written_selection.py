"""« Écrire à cette sélection »: from the rows of a list to the composer, the exact list, and what leaves."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.portal import tasks  # noqa: F401  the outbox learns its works
from alliance.portal.actions.forgetting import forget_addresses
from partners.actions import mailing_lists
from partners.actions.mail_wishes import refuse_mails
from partners.models import Bounce, Mailing, MailingRecipient, MailingSelection, Membership
from partners.models.mailing import Aside, Outcome
from tests import builders
from tests.portal.test_staff_campaigns import html, paris
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
ORGANISATIONS, PEOPLE = "/gestion/partners/organisation/", "/gestion/partners/user/"
MEMBERSHIPS = "/gestion/partners/membership/"
TEXT = {"subject": "Pour {{ organisation }}", "body": "Bonjour {{ nom }}.", "kind": "news"}


@pytest.fixture
def place(db):
    """Bretagne and its delegate; two organisations there, one elsewhere; Ana acts for both of Bretagne."""
    commune = builders.commune()
    rows = {name: builders.organisation(name=name, commune=commune) for name in ("Atelier", "Verger")}
    rows["Loin"] = builders.organisation(name="Loin", commune=paris())
    people = {name: builders.user(f"{name}@test.invalid", full_name=name.title()) for name in ("ana", "bob", "zoe")}
    for person, organisation in (("ana", "Atelier"), ("ana", "Verger"), ("bob", "Verger"), ("zoe", "Loin")):
        builders.membership(people[person], rows[organisation], "contributor")
    delegate = builders.staff(national=False, regions=[commune.department.region], email="deleguee@test.invalid")
    return rows | people | {"delegate": delegate}


def written_to(client, path: str, rows, **more):
    return client.post(
        path, {"action": "write_to", "_selected_action": [row.pk for row in rows], "index": 0} | more
    )  # fmt: skip


def drafted(client, path: str, rows, **more) -> Mailing:
    composer = written_to(client, path, rows)
    assert composer.status_code == 302, html(composer)
    answer = client.post(composer.url, TEXT | more)
    assert answer.status_code == 302, html(answer)
    return Mailing.objects.get()


def lines(mailing: Mailing) -> list[tuple]:
    return list(mailing.recipients.values_list("organisation__name", "address", "aside").order_by("pk"))


def test_what_was_ticked_is_the_exact_list_and_each_person_is_on_it_once(place, smtp_server):
    client = signed_in(place["delegate"])
    composer = written_to(client, ORGANISATIONS, [place["Atelier"], place["Verger"]])
    page = html(client.get(composer.url))
    assert "le texte, pour 2 organisations choisies dans une liste" in page
    assert 'name="region"' not in page
    mailing = drafted(client, ORGANISATIONS, [place["Atelier"], place["Verger"]], roles="contributor")
    assert lines(mailing) == [
        ("Atelier", "ana@test.invalid", ""),
        ("Verger", "ana@test.invalid", Aside.TWICE),
        ("Verger", "bob@test.invalid", ""),
    ]
    shown = f"/gestion/courriels/envois/{mailing.public_id}/"
    page = html(client.get(shown))
    assert "2 organisations choisies dans une liste" in page
    answer = client.post(shown, {"motive": "Rencontre", "shown": mailing.digest})
    assert answer.status_code == 302
    deliver_all_due()
    deliver_all_due()
    assert sorted(message["To"] for message in smtp_server.messages) == ["ana@test.invalid", "bob@test.invalid"]
    assert set(MailingRecipient.objects.values_list("outcome", flat=True)) == {Outcome.SENT, Outcome.ASIDE}


def test_all_the_rows_of_the_filtered_view_are_chosen_without_ticking_each(place):
    client = signed_in(builders.staff())
    answer = written_to(client, f"{ORGANISATIONS}?q=verger", [], select_across="1")
    assert answer.status_code == 302
    assert MailingSelection.objects.get().keys == [place["Verger"].pk]


def test_people_are_written_to_for_an_organisation_of_the_perimeter_whatever_their_role(place):
    builders.membership(place["zoe"], place["Verger"], "reader")
    alone = builders.user("seul@test.invalid")
    refuse_mails(person=place["bob"], kind="news")
    mailing = drafted(signed_in(builders.staff()), PEOPLE, [place["ana"], place["bob"], place["zoe"], alone])
    assert lines(mailing) == [
        ("Atelier", "ana@test.invalid", ""),
        ("Verger", "bob@test.invalid", Aside.DECLINED),
        (None, "seul@test.invalid", Aside.ALONE),
        ("Loin", "zoe@test.invalid", ""),
    ]
    page = html(signed_in(mailing.written_by).get(f"/gestion/courriels/envois/{mailing.public_id}/"))
    assert "aucun rattachement dans une organisation que vous suivez" in page
    assert "4 personnes choisies dans une liste" in page.replace("\xa0", " ")


def test_attachments_are_people_too(place):
    held = Membership.objects.filter(user=place["ana"])
    mailing = drafted(signed_in(place["delegate"]), MEMBERSHIPS, held)
    assert lines(mailing) == [("Atelier", "ana@test.invalid", "")]


def test_a_delegate_reaches_nobody_outside_the_perimeter(place):
    """National organisations are read by all agents, and written to by the national team."""
    country = builders.organisation(name="Nationale", kind="network", commune=None)
    builders.membership(builders.user("nat@test.invalid"), country, "contributor")
    client = signed_in(place["delegate"])
    mailing = drafted(
        client, ORGANISATIONS, [country, place["Loin"], place["Verger"]], roles=["contributor"]
    )  # fmt: skip
    told = lines(mailing)
    assert ("Nationale", "", Aside.OUTSIDE) in told
    assert "zoe@test.invalid" not in str(told)
    assert "nat@test.invalid" not in str(told)
    assert [line for line in told if not line[2]] == [
        ("Verger", "ana@test.invalid", ""), ("Verger", "bob@test.invalid", ""),
    ]  # fmt: skip
    Mailing.objects.all().update(selection=None)
    MailingRecipient.objects.all().delete()
    Mailing.objects.all().delete()
    assert lines(drafted(client, PEOPLE, [place["zoe"], place["bob"]])) == [("Verger", "bob@test.invalid", "")]


def test_the_selection_is_frozen_and_what_changes_meanwhile_is_told(place):
    client = signed_in(place["delegate"])
    mailing = drafted(client, ORGANISATIONS, [place["Verger"]], roles="contributor")
    builders.membership(builders.user("cleo@test.invalid"), place["Atelier"], "contributor")
    shown = f"/gestion/courriels/envois/{mailing.public_id}/"
    Bounce.objects.create(address="bob@test.invalid", kind="returned", person=place["bob"])
    answer = client.post(shown, {"motive": "Rencontre", "shown": mailing.digest})
    assert answer.status_code == 409
    assert lines(mailing) == [("Verger", "ana@test.invalid", ""), ("Verger", "bob@test.invalid", Aside.BOUNCED)]
    page = html(client.get(f"{shown}texte/"))
    assert "1 organisation choisie dans une liste" in page
    assert client.post(f"{shown}texte/", TEXT | {"roles": "contributor", "subject": "Autre"}).status_code == 302
    mailing.refresh_from_db()
    assert (mailing.subject, mailing.selection.keys) == ("Autre", [place["Verger"].pk])


def test_the_selection_of_somebody_else_is_not_there(place):
    composer = written_to(signed_in(builders.staff()), ORGANISATIONS, [place["Loin"]]).url
    client = signed_in(place["delegate"])
    assert client.get(composer).status_code == 404
    assert client.post(composer, TEXT | {"roles": "contributor"}).status_code == 404
    assert client.get("/gestion/courriels/envois/nouveau/?selection=x").status_code == 404
    assert not Mailing.objects.exists()


def test_a_missing_text_keeps_the_selection(place):
    client = signed_in(place["delegate"])
    composer = written_to(client, PEOPLE, [place["bob"]]).url
    answer = client.post(composer, TEXT | {"subject": ""})
    assert answer.status_code == 400
    assert "1 personne choisie dans une liste" in html(answer).replace("\xa0", " ")


def test_too_many_rows_are_refused_in_words(place, monkeypatch):
    monkeypatch.setattr(mailing_lists, "MOST", 1)
    client = signed_in(place["delegate"])
    answer = client.post(
        ORGANISATIONS,
        {"action": "write_to", "_selected_action": [place["Atelier"].pk, place["Verger"].pk], "index": 0},
        follow=True,
    )
    assert re.search("10.000 lignes au plus", html(answer))
    assert not MailingSelection.objects.exists()


def test_a_selection_that_nobody_wrote_to_is_forgotten_after_a_month(place):
    client = signed_in(place["delegate"])
    drafted(client, PEOPLE, [place["bob"]])
    written_to(client, PEOPLE, [place["ana"]])
    MailingSelection.objects.update(made_at=timezone.now() - timedelta(days=31))
    forget_addresses(at=timezone.now())
    assert [row.keys for row in MailingSelection.objects.all()] == [[place["bob"].pk]]


@pytest.mark.parametrize("size", [1, 3])
def test_a_list_of_ticked_rows_costs_as_many_queries_whatever_its_length(place, django_assert_num_queries, size):
    agent = builders.staff()
    rows = [builders.user(f"p{number}@test.invalid") for number in range(size)]
    for row in rows:
        builders.membership(row, place["Atelier"], "contributor")
    mailing = drafted(signed_in(agent), PEOPLE, rows)
    everywhere = place["Atelier"].__class__.objects.all()
    with django_assert_num_queries(6):
        assert len(mailing_lists.chosen(mailing, everywhere, agent)) == size
