"""The password beside the code, and what confirms that it is still the same person."""

import time

import pytest
from axes.models import AccessAttempt

from alliance.outbox.models import Owed
from partners import mails
from tests import builders

pytestmark = pytest.mark.django_db
PAGE, SET = "/connexion/mot-de-passe/", "/espace/securite/mot-de-passe/"
RIGHT, WRONG = "une phrase assez longue", "une autre phrase longue"
REFUSAL = "L’adresse ou le mot de passe n’est pas le bon."


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """The real hasher takes half a second a password, on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def person_with_password(email="ana@test.invalid", **fields):
    person = builders.user(email, **fields)
    person.set_password(RIGHT)
    person.save()
    return person


def enter(client, email, password, **extra):
    return client.post(PAGE, {"login": email, "password": password}, **extra)


def test_a_password_opens_the_space_whatever_the_case_of_the_address(client):
    person_with_password()

    assert enter(client, "ANA@Test.invalid", RIGHT).url == "/espace/"
    assert client.session["_auth_user_id"]
    assert client.session.get_expiry_age() == 12 * 3600


@pytest.mark.parametrize("email", ["ana@test.invalid", "bob@test.invalid"], ids=["known", "unknown"])
def test_a_wrong_password_and_an_unknown_address_are_refused_alike(client, email):
    person_with_password()

    answer = enter(client, email, WRONG)

    assert answer.status_code == 400
    assert REFUSAL in answer.content.decode()
    assert f'value="{email}"' in answer.content.decode()
    assert WRONG not in answer.content.decode()


def test_a_closed_account_is_told_so_only_to_who_knows_its_password(client):
    person_with_password(is_active=False)

    assert enter(client, "ana@test.invalid", WRONG).status_code == 400
    assert client.get(enter(client, "ana@test.invalid", RIGHT).url).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("login", "password", "sentence"),
    [
        ("", RIGHT, "Donnez votre adresse électronique."),
        ("ana@test.invalid", "", "Donnez votre mot de passe."),
        ("ana@test.invalid", "x" * 300, "Ce mot de passe est trop long"),
        ("ana@test.invalid", "a\x00b", "caractère"),
        ("a\x00na@test.invalid", RIGHT, "caractère"),
        (f"{'a' * 300}@test.invalid", RIGHT, "Cette adresse est trop longue"),
    ],
)
def test_wrong_input_gets_a_sentence(client, login, password, sentence):
    person_with_password()

    answer = enter(client, login, password)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_five_wrong_passwords_close_the_door_to_one_person_in_one_place(client):
    person_with_password()
    person_with_password("bob@test.invalid")

    statuses = [enter(client, "ana@test.invalid", WRONG).status_code for _ in range(6)]
    right = enter(client, "ana@test.invalid", RIGHT)
    neighbour = enter(client, "bob@test.invalid", RIGHT)
    client.cookies.clear()
    elsewhere = enter(client, "ana@test.invalid", RIGHT, REMOTE_ADDR="192.0.2.7")

    assert statuses == [400, 400, 400, 400, 429, 429]
    assert (right.status_code, right["Retry-After"]) == (429, "600")
    assert "Trop de demandes" in right.content.decode()
    assert neighbour.url == "/espace/"
    assert elsewhere.url == "/espace/"


def test_the_door_opens_again_after_ten_minutes(client, time_machine):
    from datetime import timedelta

    from django.utils import timezone

    person_with_password()
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    for _ in range(5):
        enter(client, "ana@test.invalid", WRONG)

    time_machine.move_to(start + timedelta(minutes=11), tick=False)

    assert enter(client, "ana@test.invalid", RIGHT).url == "/espace/"


def test_a_whole_office_behind_one_address_can_sign_in(client):
    """Forty people, one of whom mistypes twice out of three."""
    for number in range(40):
        person_with_password(f"p{number}@test.invalid") if number == 39 else builders.user(f"p{number}@test.invalid")
        enter(client, f"p{number}@test.invalid", WRONG)

    assert enter(client, "p39@test.invalid", RIGHT).url == "/espace/"


def test_what_is_kept_of_attempts_holds_neither_password_nor_typed_address(client):
    person_with_password()
    enter(client, "ana@test.invalid", WRONG)

    attempt = AccessAttempt.objects.get()

    assert WRONG not in attempt.post_data
    assert "ana@" not in attempt.post_data


def test_signing_in_forgets_the_failures(client):
    person_with_password()
    enter(client, "ana@test.invalid", WRONG)
    enter(client, "ana@test.invalid", RIGHT)

    assert not AccessAttempt.objects.exists()


def test_one_sets_a_password_right_after_signing_in_and_keeps_the_session(client, smtp_server):
    person = builders.user("ana@test.invalid")
    signed_in(client, person)

    done = client.post(SET, {"password1": RIGHT, "password2": RIGHT})
    person.refresh_from_db()

    assert done.url == "/espace/securite/"
    assert person.check_password(RIGHT)
    assert client.get("/espace/securite/").status_code == 200
    assert list(Owed.objects.values_list("work", "args")) == [
        ("partners.send_security_notice", [person.pk, "password_changed"])
    ]


def signed_in(client, person, seconds_ago=0):
    builders.sign_in(client, person)
    session = client.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - seconds_ago}]
    session.save()


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("court", "court", "Ce mot de passe est trop court"),
        (RIGHT, WRONG, "Les deux mots de passe diffèrent."),
        ("", "", "Donnez votre mot de passe."),
        ("a\x00" + RIGHT, RIGHT, "caractère"),
        ("x" * 300, "x" * 300, "trop long"),
        ("1qaz2wsx3edc", "1qaz2wsx3edc", "Ce mot de passe est trop courant."),
        ("ana@test.invalid", "ana@test.invalid", "Le mot de passe est trop semblable au champ «\u00a0adresse"),
        ("Camille Essai", "Camille Essai", "Le mot de passe est trop semblable au champ «\u00a0nom"),
    ],
)
def test_a_weak_password_gets_a_sentence(client, first, second, sentence):
    person = builders.user("ana@test.invalid")
    signed_in(client, person)

    answer = client.post(SET, {"password1": first, "password2": second})
    person.refresh_from_db()

    assert answer.status_code == 400
    assert not person.has_usable_password() or not person.check_password(first)
    assert sentence in answer.content.decode()


def test_who_signed_in_long_ago_gives_the_password_again(client):
    person = person_with_password()
    signed_in(client, person, seconds_ago=3600)

    asked = client.get(SET)
    wrong = client.post(asked.url, {"password": WRONG})
    right = client.post(asked.url, {"password": RIGHT})

    assert asked.url == f"/espace/confirmer/?next={SET.replace('/', '%2F')}"
    assert wrong.status_code == 400
    assert "Ce mot de passe n’est pas le bon." in wrong.content.decode()
    assert right.url == SET
    assert client.get(SET).status_code == 200


def test_who_has_but_the_mailed_code_signs_in_again(client):
    signed_in(client, builders.user(), seconds_ago=3600)

    asked = client.get(SET)
    following = f"/connexion/?next={SET.replace('/', '%2F')}"
    signed_out = "_auth_user_id" not in client.session
    pressed = client.post("/deconnexion/", {"next": asked.context["next"]})

    assert not signed_out, "reading a page signs nobody out"
    assert (asked.status_code, asked.context["next"], pressed.url) == (200, following, following)
    assert "_auth_user_id" not in client.session


def test_nothing_changes_in_an_old_session(client):
    person = person_with_password()
    signed_in(client, person, seconds_ago=3600)

    client.post(SET, {"password1": WRONG, "password2": WRONG})
    person.refresh_from_db()

    assert person.check_password(RIGHT)


def test_every_notice_of_security_has_its_words(smtp_server):
    from django.utils import timezone

    person = builders.user("ana@test.invalid")
    for event in mails.SECURITY_NOTICES:
        mails.send_security_notice(person.pk, event, timezone.now(), message_id=f"<{event}@test>")

    assert [m["Subject"] for m in smtp_server.messages] == list(mails.SECURITY_NOTICES.values())
    assert {m["To"] for m in smtp_server.messages} == {"ana@test.invalid"}
