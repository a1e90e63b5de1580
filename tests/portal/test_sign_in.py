"""Signing in with a typed code."""

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from alliance.lib import admission
from alliance.portal.account import views
from tests import builders

pytestmark = pytest.mark.django_db
SIGN_IN, CODE = "/connexion/", "/connexion/code/"


def code_in(message) -> str:
    return re.search(r"\b(\d{6})\b", message.get_body(("plain",)).get_content()).group(1)


def ask(client, email, **extra):
    return client.post(SIGN_IN, {"email": email, **extra})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_sent_by_mail_opens_the_space(client, smtp_server):
    builders.user("ana@test.invalid")

    asked = ask(client, "  Ana@TEST.invalid ")
    before = client.session.session_key
    message = smtp_server.messages[0]
    entered = client.post(CODE, {"code": code_in(message)})

    assert (asked.status_code, asked.url) == (302, CODE)
    assert (message["To"], message["Subject"]) == ("ana@test.invalid", "Votre code de connexion")
    assert (entered.status_code, entered.url) == (302, "/espace/")
    assert client.session["_auth_user_id"]
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_code_may_be_typed_with_spaces(client, smtp_server):
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")
    code = code_in(smtp_server.messages[0])

    assert client.post(CODE, {"code": f" {code[:3]} {code[3:]} "}).url == "/espace/"


def test_one_arrives_where_one_was_going_but_never_elsewhere(client, smtp_server):
    builders.user("ana@test.invalid")

    asked = ask(client, "ana@test.invalid", next="/espace/signer/")
    entered = client.post(asked.url, {"code": code_in(smtp_server.messages[0])})
    client.logout()
    abroad = ask(client, "ana@test.invalid", next="https://ailleurs.invalid/")

    assert asked.url == "/connexion/code/?next=%2Fespace%2Fsigner%2F"
    assert entered.url == "/espace/signer/"
    assert abroad.url == CODE


def test_an_unknown_address_is_answered_alike(client, smtp_server):
    builders.user("ana@test.invalid")

    known = ask(client, "ana@test.invalid")
    known_page = client.get(known.url)
    client.cookies.clear()
    unknown = ask(client, "bob@test.invalid")
    unknown_page = client.get(unknown.url)

    def strip(page, email):
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode().replace(email, "…"))

    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert strip(unknown_page, "bob@test.invalid") == strip(known_page, "ana@test.invalid")
    assert [(m["To"], m["Subject"]) for m in smtp_server.messages] == [
        ("ana@test.invalid", "Votre code de connexion"),
        ("bob@test.invalid", "Aucun compte à cette adresse"),
    ]
    assert not re.search(r"\b\d{6}\b", smtp_server.messages[1].get_body(("plain",)).get_content())


def test_a_closed_account_gets_no_code(client, smtp_server):
    builders.user("ana@test.invalid", is_active=False)

    assert ask(client, "ana@test.invalid").url == CODE
    assert [m["Subject"] for m in smtp_server.messages] == ["Aucun compte à cette adresse"]


def test_no_code_opens_the_page_of_an_unknown_address(client, smtp_server):
    ask(client, "bob@test.invalid")

    for code in ("000000", "", " ", "-", "0"):
        assert client.post(CODE, {"code": code}).status_code == 400
    assert "_auth_user_id" not in client.session


def test_a_wrong_code_says_how_many_tries_are_left(client, smtp_server):
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")

    refused = client.post(CODE, {"code": wrong(code_in(smtp_server.messages[0]))})

    assert refused.status_code == 400
    assert "Ce code n’est pas le bon." in refused.content.decode()
    assert "4\u00a0essais" in refused.content.decode()


def test_after_five_wrong_codes_the_right_one_is_of_no_use(client, smtp_server):
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")
    code = code_in(smtp_server.messages[0])

    statuses = [client.post(CODE, {"code": wrong(code)}).status_code for _ in range(5)]
    late = client.post(CODE, {"code": code}, follow=True)

    assert statuses == [400, 400, 400, 400, 302]
    assert late.redirect_chain == [(SIGN_IN, 302)]
    assert views.EXPIRED in late.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_empty_code_costs_no_try(client, smtp_server):
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")
    code = code_in(smtp_server.messages[0])

    for _ in range(7):
        assert client.post(CODE, {"code": ""}).status_code == 400

    assert client.post(CODE, {"code": code}).url == "/espace/"


@pytest.mark.django_db(transaction=True)
def test_tries_that_arrive_together_are_five_as_well(client, smtp_server, monkeypatch):
    """The session alone would let all of them read « no try yet »; the negative control is below."""
    assert passing_together(client, smtp_server, monkeypatch) == 5


@pytest.mark.django_db(transaction=True)
def test_the_session_alone_would_let_more_pass(client, smtp_server, monkeypatch):
    monkeypatch.setattr(views, "take_try", lambda request, process: True)

    assert passing_together(client, smtp_server, monkeypatch) > 5


def passing_together(client, smtp_server, monkeypatch, rivals=12) -> int:
    """How many of ``rivals`` wrong codes are compared when all have read the session before any writes it."""
    from django.db import connections
    from django.test import Client

    monkeypatch.setattr(admission.gate, "places", rivals)  # all are served at once
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")
    code, session = code_in(smtp_server.messages[0]), client.session.session_key
    barrier, compared = threading.Barrier(rivals), []
    resume = views.LoginCodeVerificationProcess.resume

    def wait_then_resume(stage):
        process = resume(stage)
        barrier.wait(10)
        return process

    def rival():
        other = Client()
        other.cookies["portail_session"] = session
        answer = other.post(CODE, {"code": wrong(code)})
        compared.append(answer.status_code == 400)
        connections.close_all()

    views.LoginCodeVerificationProcess.resume = wait_then_resume
    try:
        threads = [threading.Thread(target=rival) for _ in range(rivals)]
        [thread.start() for thread in threads]
        [thread.join(20) for thread in threads]
    finally:
        views.LoginCodeVerificationProcess.resume = resume
    return sum(compared)


def test_a_code_lives_ten_minutes(client, smtp_server, time_machine):
    builders.user("ana@test.invalid")
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    ask(client, "ana@test.invalid")

    time_machine.move_to(start + timedelta(seconds=601), tick=False)
    late = client.post(CODE, {"code": code_in(smtp_server.messages[0])}, follow=True)

    assert late.redirect_chain == [(SIGN_IN, 302)]
    assert views.EXPIRED in late.content.decode()


def test_a_code_still_opens_in_its_tenth_minute(client, smtp_server, time_machine):
    builders.user("ana@test.invalid")
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    ask(client, "ana@test.invalid")

    time_machine.move_to(start + timedelta(seconds=599), tick=False)

    assert client.post(CODE, {"code": code_in(smtp_server.messages[0])}).url == "/espace/"


def test_a_code_is_of_no_use_in_another_browser(client, smtp_server):
    from django.test import Client

    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")
    code = code_in(smtp_server.messages[0])

    assert Client().post(CODE, {"code": code}).url == SIGN_IN


def test_a_new_code_replaces_the_former(client, smtp_server):
    builders.user("ana@test.invalid")
    ask(client, "ana@test.invalid")
    ask(client, "ana@test.invalid")
    first, second = map(code_in, smtp_server.messages)

    if first != second:
        assert client.post(CODE, {"code": first}).status_code == 400
    assert client.post(CODE, {"code": second}).url == "/espace/"
