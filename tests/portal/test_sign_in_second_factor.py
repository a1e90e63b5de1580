"""Agents of La Poste give a second factor in each session, everywhere."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone

from alliance.lib.second_factor import SecondFactorMiddleware
from alliance.outbox.models import Owed
from partners.actions.people import set_totp
from tests import builders
from tests.portal.test_sign_in import CODE, ask, code_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTOR, SECURITY = "/connexion/second-facteur/", "/espace/securite/"
EVERYWHERE = ["/", "/espace/", "/gestion/", "/aide/", "/espace/confirmer/"]


def app_code(secret=SECRET, steps=0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def agent(secret=SECRET, **fields):
    person = builders.staff(**fields)
    if secret:
        set_totp(person, secret)
    return person


def enter_by_mail(client, smtp_server, person):
    ask(client, person.email)
    return client.post(CODE, {"code": code_in(smtp_server.messages[-1])})


def test_an_agent_with_an_application_is_asked_for_its_code_before_anything_opens(client, smtp_server):
    person = agent()

    asked = enter_by_mail(client, smtp_server, person)
    meanwhile = client.get("/gestion/")
    entered = client.post(FACTOR, {"code": app_code()})

    assert asked.url == FACTOR
    assert meanwhile.url.startswith("/connexion/")
    assert entered.url == "/espace/"
    assert client.get("/espace/").url == "/gestion/"


def test_the_mailed_code_never_serves_as_second_factor(client, smtp_server):
    person = agent()
    enter_by_mail(client, smtp_server, person)

    refused = client.post(FACTOR, {"code": code_in(smtp_server.messages[-1])})

    assert refused.status_code == 400
    assert "Ce code n’est pas le bon." in refused.content.decode()


@pytest.mark.parametrize("path", EVERYWHERE)
def test_an_agent_without_factor_is_led_to_choose_one_wherever_they_go(client, path):
    builders.sign_in(client, agent(secret=None), second_factor=False)

    answer = client.get(path)

    assert (answer.status_code, answer.url) == (302, SECURITY)


@pytest.mark.parametrize("path", EVERYWHERE[:-1])
def test_an_agent_whose_session_lacks_the_factor_is_asked_for_it_wherever_they_go(client, path):
    builders.sign_in(client, agent(), second_factor=False)

    answer = client.get(path)

    assert (answer.status_code, answer.url) == (302, f"/espace/confirmer/code/?next={path.replace('/', '%2F')}")


def test_a_password_given_again_is_no_second_factor(client):
    builders.sign_in(client, agent(), second_factor=False)

    assert client.post("/espace/confirmer/", {"password": "x"}).url.startswith("/espace/confirmer/code/")


def test_the_factor_given_then_opens_everything(client):
    builders.sign_in(client, agent(), second_factor=False)

    given = client.post("/espace/confirmer/code/?next=/gestion/", {"code": app_code()})

    assert given.url == "/gestion/"
    assert client.get("/aide/").status_code == 200


def test_the_api_answers_403_in_a_session_without_second_factor(client):
    builders.sign_in(client, agent(), second_factor=False)

    answer = client.get("/api/v1/projects/")

    assert (answer.status_code, list(answer.json())) == (403, ["detail"])


def test_an_agent_may_always_leave(client):
    builders.sign_in(client, agent(), second_factor=False)

    assert client.post("/deconnexion/").url == "/"


def test_without_the_middleware_the_agent_would_pass(client, settings):
    """Negative control of the tests above."""
    path = f"{SecondFactorMiddleware.__module__}.{SecondFactorMiddleware.__qualname__}"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != path]
    builders.sign_in(client, agent(), second_factor=False)

    assert client.get("/aide/").status_code == 200


def test_partners_need_no_second_factor(client):
    builders.sign_in(client, builders.user())

    assert client.get("/aide/").status_code == 200


def test_a_person_who_becomes_an_agent_needs_it_from_the_next_page_on(client):
    person = builders.user()
    builders.sign_in(client, person)
    person.is_staff = True
    person.save()

    assert client.get("/aide/").url == SECURITY


def test_setting_up_an_application_opens_the_session_and_gives_recovery_codes(
    client, smtp_server, django_capture_on_commit_callbacks
):
    person = agent(secret=None)
    enter_by_mail(client, smtp_server, person)

    page = client.get(f"{SECURITY}application/")
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        added = client.post(f"{SECURITY}application/", {"code": app_code(secret)})
    codes = client.get(added.url)

    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    assert added.url == f"{SECURITY}codes-de-secours/"
    assert len(codes.context["codes"]) == 10
    assert client.get("/gestion/").status_code == 200
    assert list(Owed.objects.values_list("work", "args")) == [
        ("partners.send_security_notice", [person.pk, "totp_activated"])
    ]


def test_a_wrong_code_sets_nothing_up(client, smtp_server):
    person = agent(secret=None)
    enter_by_mail(client, smtp_server, person)
    client.get(f"{SECURITY}application/")

    refused = client.post(f"{SECURITY}application/", {"code": "000000"})

    assert refused.status_code == 400
    assert not Authenticator.objects.exists()


def test_the_secret_of_an_application_is_not_kept_in_clear():
    person = agent()
    kept = Authenticator.objects.get(user=person).data["secret"]

    assert SECRET not in kept
    assert Authenticator.objects.get(user=person).wrap().validate_code(app_code())


def test_a_former_secret_key_still_reads_the_secrets(settings):
    person = agent()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-fifty-characters-or-more-0123456789-0123456789"

    assert Authenticator.objects.get(user=person).wrap().validate_code(app_code())


def test_a_code_of_the_application_serves_once(client, smtp_server, time_machine):
    person = agent()
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    code = app_code()
    enter_by_mail(client, smtp_server, person)
    first = client.post(FACTOR, {"code": code})
    client.post("/deconnexion/")
    time_machine.move_to(start + timedelta(seconds=31), tick=False)
    enter_by_mail(client, smtp_server, person)

    again = client.post(FACTOR, {"code": code})

    assert first.url == "/espace/"
    assert again.status_code == 400


def test_the_clock_of_a_phone_may_be_half_a_minute_off(client, smtp_server, time_machine):
    time_machine.move_to(timezone.now(), tick=False)  # or the code would be two steps old, once in some hundred runs
    person = agent()
    enter_by_mail(client, smtp_server, person)

    assert client.post(FACTOR, {"code": app_code(steps=-1)}).url == "/espace/"


def test_a_recovery_code_replaces_the_application_once(client, smtp_server):
    person = agent()
    codes = RecoveryCodes.activate(person).generate_codes()
    enter_by_mail(client, smtp_server, person)
    first = client.post(FACTOR, {"code": codes[0]})
    opened = client.get("/gestion/")
    client.post("/deconnexion/")
    enter_by_mail(client, smtp_server, person)

    assert first.url == "/espace/"
    assert opened.status_code == 200
    assert client.post(FACTOR, {"code": codes[0]}).status_code == 400


def test_ten_wrong_codes_close_the_door_for_that_account_only(client, smtp_server):
    person, colleague = agent(), agent()
    enter_by_mail(client, smtp_server, person)
    statuses = [client.post(FACTOR, {"code": "000000"}).status_code for _ in range(11)]
    right = client.post(FACTOR, {"code": app_code()})
    client.post("/deconnexion/")
    enter_by_mail(client, smtp_server, colleague)

    assert statuses == [400] * 10 + [429]
    assert (right.status_code, right["Retry-After"]) == (429, "60")
    assert client.post(FACTOR, {"code": app_code()}).url == "/espace/"


def test_a_key_is_proposed_to_those_who_have_one(client, smtp_server):
    enter_by_mail(client, smtp_server, agent())

    assert "data-passkey" not in client.get(FACTOR).content.decode()
