"""Writing to the agents of a région: who reads, who is told, what is never shown."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.models import Owed
from partners import mails
from partners.actions.messages import handle_message, write_to_delegates
from partners.jobs import forget_messages
from partners.models import TerritoryMessage
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db

TYPED = {"email": "Mairie@Test.invalid", "text": "Notre commune cherche un lieu partagé."}


@pytest.fixture
def brittany():
    return builders.commune().region


@pytest.fixture
def elsewhere():
    return builders.region("11", "Île-de-France", slug="idf")


def message(region, **fields):
    return write_to_delegates(region=region, **(TYPED | fields))


def test_a_message_waits_for_the_agents_and_two_letters_are_owed(client, brittany):
    response = client.post("/territoires/departements/29/ecrire/", TYPED, follow=True)

    assert response.redirect_chain == [("/territoires/departements/29/ecrire/merci/", 302)]
    kept = TerritoryMessage.objects.get()
    assert (kept.region, kept.department_id, kept.email, kept.text) == (
        brittany, "29", "mairie@test.invalid", TYPED["text"],
    )  # fmt: skip
    owed = Owed.objects.order_by("pk").values_list("work", flat=True)
    assert list(owed) == ["partners.send_territory_message", "partners.send_territory_receipt"]
    assert "mairie@" not in response.content.decode()


def test_the_agents_of_the_region_are_told_without_the_message(brittany, elsewhere):
    agent = builders.staff(regions=[brittany], email="erwan@test.invalid")
    builders.staff(regions=[elsewhere], email="idriss@test.invalid")
    builders.staff(email="nadia@test.invalid")
    kept = message(brittany)

    mails.send_territory_message(kept.pk, message_id="<one@test.invalid>")

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([agent.email], "Un message vous attend : Bretagne")
    assert f"/gestion/partners/territorymessage/{kept.pk}/change/" in letter.body
    assert (TYPED["text"] in letter.body, kept.email in letter.body) == (False, False)


def test_without_an_agent_the_national_team_is_told(brittany):
    builders.staff(email="nadia@test.invalid")

    mails.send_territory_message(message(brittany).pk, message_id="<one@test.invalid>")

    assert [letter.to for letter in mail.outbox] == [["nadia@test.invalid"]]


def test_nobody_is_told_of_a_message_already_handled(brittany):
    kept = message(brittany)
    handle_message(message=kept, by=builders.staff())

    mails.send_territory_message(kept.pk, message_id="<one@test.invalid>")

    assert mail.outbox == []


def test_the_writer_gets_a_receipt_that_repeats_nothing(brittany):
    mails.send_territory_receipt(message(brittany).pk, message_id="<one@test.invalid>")

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["mairie@test.invalid"], "Votre message est bien arrivé")
    assert TYPED["text"] not in letter.body


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, "Donnez l’adresse où vous répondre."),
        ({"email": "mairie"}, "Cette adresse n’est pas complète"),
        ({"text": ""}, "Écrivez votre message."),
        ({"text": "Bonjour."}, "Dites-en un peu plus : vingt caractères au moins."),
        ({"text": "x" * 2001}, "Votre message dépasse 2 000 caractères"),
        ({"text": "un texte avec \x00 dedans, assez long"}, "Le message contient un caractère interdit."),
    ],
)
def test_a_wrong_message_keeps_what_was_typed_and_writes_nothing(client, brittany, typed, sentence):
    response = client.post("/territoires/regions/53/ecrire/", TYPED | typed)

    assert (response.status_code, sentence in response.content.decode()) == (400, True)
    assert not TerritoryMessage.objects.exists()


def test_messages_are_counted_by_caller_and_letters_by_address(client, brittany):
    url = "/territoires/regions/53/ecrire/"
    to_one = [client.post(url, TYPED).status_code for _ in range(4)]
    to_others = client.post(url, TYPED | {"email": "autre@test.invalid"}).status_code
    more = client.post(url, TYPED | {"email": "encore@test.invalid"}).status_code

    assert (to_one, to_others, more) == ([302, 302, 302, 429], 302, 429)


def test_only_agents_of_the_region_read_and_close_it(brittany, elsewhere):
    kept, agent, stranger = message(brittany), builders.staff(regions=[brittany]), builders.staff(regions=[elsewhere])
    readers = (agent, builders.staff(), stranger, builders.user())

    assert [TerritoryMessage.objects.visible_to(user).exists() for user in readers] == [True, True, False, False]
    with pytest.raises(PermissionDenied):
        handle_message(message=kept, by=stranger)
    assert handle_message(message=kept, by=agent).handled_by == agent
    with pytest.raises(Conflict) as refusal:
        handle_message(message=kept, by=agent)
    assert refusal.value.code == "already_handled"


def test_the_queue_tells_its_age_and_a_strangers_message_is_not_found(brittany, elsewhere):
    kept = message(brittany)
    TerritoryMessage.objects.update(sent_at=timezone.now() - timedelta(days=12, hours=1))
    mine, theirs = (signed_in(builders.staff(regions=[region])) for region in (brittany, elsewhere))
    page = f"/gestion/partners/territorymessage/{kept.pk}/change/"
    html = re.sub(r"\s+", " ", mine.get("/gestion/partners/territorymessage/").content.decode())

    assert "12 jours" in html
    assert (mine.get(page).status_code, theirs.get(page).status_code) == (200, 404)
    assert "Messages reçus des territoires" in mine.get("/gestion/").content.decode()
    assert "Messages reçus des territoires" not in theirs.get("/gestion/").content.decode()


def test_a_message_is_erased_one_year_after_its_answer(brittany):
    waiting, old, recent = (message(brittany) for _ in range(3))
    for kept in (old, recent):
        handle_message(message=kept, by=builders.staff())
    TerritoryMessage.objects.filter(pk=old.pk).update(handled_at=timezone.now() - timedelta(days=366))

    forget_messages()

    assert set(TerritoryMessage.objects.values_list("pk", flat=True)) == {waiting.pk, recent.pk}


@pytest.mark.parametrize("path", ["/territoires/regions/99/ecrire/", "/territoires/departements/99/ecrire/"])
def test_nobody_writes_to_a_place_that_does_not_exist(client, brittany, path):
    assert client.post(path, TYPED).status_code == 404
