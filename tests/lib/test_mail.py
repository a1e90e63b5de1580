"""Letters, really sent to an SMTP server."""

import smtplib
import time

import pytest

import alliance.settings
from alliance.lib import mail

TEMPLATE = "mail/tests/typed.txt"


@pytest.fixture
def letters(settings, tmp_path):
    """Write a template and give its name."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]

    def write(text: str) -> str:
        path = tmp_path / TEMPLATE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return TEMPLATE

    return write


def test_a_letter_has_a_subject_a_text_its_html_twin_and_the_headers_of_a_machine(letters, smtp_server, settings):
    template = letters("Objet : Reçu de {{ name }}\n\nBonjour {{ name }},\n\nVoir {{ site_url }}/espace/\n")
    mail.send(to=["ada@example.org"], template=template, context={"name": "L’<b> & Cie"}, message_id="<fixed@portail>")
    message = smtp_server.messages[0]
    assert message["Subject"] == "Reçu de L’<b> & Cie"
    assert message["To"] == "ada@example.org"
    assert message["From"] == settings.DEFAULT_FROM_EMAIL
    assert (message["Message-ID"], message["Auto-Submitted"]) == ("<fixed@portail>", "auto-generated")
    assert message["Date"].datetime.tzinfo is not None
    text = message.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == f"Bonjour L’<b> & Cie,\n\nVoir {settings.SITE_URL}/espace/\n"
    html = message.get_body(("html",)).get_content()
    assert "<p>Bonjour L’&lt;b&gt; &amp; Cie,</p>" in html
    assert f'<a href="{settings.SITE_URL}/espace/"' in html


def test_parts_that_say_nothing_leave_no_hole(letters, smtp_server):
    template = letters("Objet : Reçu\n\nBonjour,\n\n{% if name %}{{ name }}{% endif %}\n\nÀ bientôt\n\n\n\nL’équipe\n")
    assert mail.letter(template, {})[1] == "Bonjour,\n\nÀ bientôt\n\nL’équipe\n"


def test_attachments_arrive_as_they_were(letters, smtp_server):
    paper = ("attestation.pdf", b"%PDF-1.7 \x00\xff", "application/pdf")
    mail.send(to=["a@example.org"], template=letters("Objet : x\n\ny"), context={}, attachments=[paper])
    found = [
        (p.get_filename(), p.get_content(), p.get_content_type()) for p in smtp_server.messages[0].iter_attachments()
    ]
    assert found == [paper]


def test_a_subject_is_one_line_whatever_the_context_holds(letters, smtp_server):
    mail.send(to=["a@example.org"], template=letters("Objet : {{ x }}\n\ny"), context={"x": "a\r\nBcc: b@example.org"})
    message = smtp_server.messages[0]
    assert (message["Subject"], message["Bcc"]) == ("a", None)


def test_a_template_without_a_subject_is_refused(letters):
    with pytest.raises(ValueError, match="must begin with"):
        mail.letter(letters("Bonjour"), {})


def test_a_post_that_refuses_or_is_down_is_an_oserror(letters, smtp_server):
    template = letters("Objet : x\n\ny")
    smtp_server.answer = "451 Later"
    with pytest.raises(smtplib.SMTPException) as refused:
        mail.send(to=["a@example.org"], template=template, context={})
    assert isinstance(refused.value, OSError)
    smtp_server.stop()
    with pytest.raises(OSError):
        mail.send(to=["a@example.org"], template=template, context={})
    assert smtp_server.messages == []


def test_a_prompt_letter_gives_up_after_three_seconds_at_most():
    waits = {alias: mailer["OPTIONS"]["timeout"] for alias, mailer in alliance.settings.MAILERS.items()}
    assert waits == {"default": 10, "prompt": 3}


def test_a_prompt_letter_does_not_wait_for_a_post_that_hangs(letters, smtp_server, settings):
    settings.MAILERS["prompt"]["OPTIONS"]["timeout"] = 0.2
    smtp_server.delay = 2
    started = time.monotonic()
    with pytest.raises(OSError):
        mail.send(to=["a@example.org"], template=letters("Objet : x\n\ny"), context={}, mailer="prompt")
    assert time.monotonic() - started < 1


def test_the_address_that_ends_a_letter_travels_in_one_piece_however_long(letters, smtp_server):
    address = (
        f"<https://{'portail-de-l-alliance.' * 5}example.fr/alertes/b08d6517-615f-431f-b18f-f95db8778284/arreter/>"
    )
    template = letters("Objet : Des nouvelles\n\nBonjour,\n")
    mail.send(to=["ada@example.org"], template=template, context={}, headers={"List-Unsubscribe": address})
    (message,) = smtp_server.messages
    sent = dict(message.raw_items())["List-Unsubscribe"]
    assert str(sent).strip() == address
    assert message.as_bytes(policy=message.policy.clone(refold_source="none")).count(b"=?utf-8?") == 0
