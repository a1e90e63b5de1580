"""What the post answered, kept without any address in it."""

import smtplib

import pytest

from alliance.lib import mail
from alliance.lib.smtp import Reply, refusal, reply


@pytest.fixture
def letter(settings, tmp_path):
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    (tmp_path / "letter.txt").write_text("Objet : x\n\ny", encoding="utf-8")
    return {"to": ["ada@example.org"], "template": "letter.txt", "context": {}}


def test_a_letter_that_left_brings_back_the_answer_of_the_server(letter, smtp_server):
    smtp_server.kept = "250 2.0.0 Ok: queued as 4F7K"
    assert mail.send(**letter) == Reply(250, "2.0.0 Ok: queued as 4F7K")
    assert len(smtp_server.messages) == 1


def test_a_letter_refused_tells_the_code_and_the_words(letter, smtp_server):
    smtp_server.answer = "554 5.7.1 <ada@example.org> refused"
    with pytest.raises(smtplib.SMTPDataError) as refused:
        mail.send(**letter)
    assert refusal(refused.value) == Reply(554, "5.7.1 [adresse] refused")


def test_a_post_that_is_down_has_answered_nothing(letter, smtp_server):
    smtp_server.stop()
    with pytest.raises(OSError) as down:
        mail.send(**letter)
    assert refusal(down.value) == Reply(0, "ConnectionRefusedError")


def test_where_the_post_is_no_smtp_server_there_is_no_answer(letter):
    assert mail.send(**letter) is None


REPLIES = [
    (b"2.0.0 Ok", "2.0.0 Ok"),
    (b"<ada@example.org>: unknown", "[adresse]: unknown"),
    ("one\r\ntwo\x00", "one two"),
    (b"\xff" * 3, "���"),
    ("é" * 300, "é" * 200),
]


@pytest.mark.parametrize(("answered", "kept"), REPLIES)
def test_an_answer_is_kept_short_printable_and_without_addresses(answered, kept):
    assert reply(250, answered) == Reply(250, kept)


def test_a_refused_address_tells_its_own_answer():
    error = smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"5.1.1 <ada@example.org> unknown")})
    assert refusal(error) == Reply(550, "5.1.1 [adresse] unknown")
