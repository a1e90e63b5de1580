import smtplib
import socket
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from alliance.running import demo_mail


@pytest.fixture
def post(tmp_path):
    """The receiver as the supervisor starts it, and its folder."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "alliance.running.demo_mail", tmp_path / "courriels", str(listening.fileno())]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()])
        yield port, tmp_path / "courriels"
        process.terminate()
        assert process.wait(5) == 0


def letter(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.fr", "b@example.fr", subject
    message.set_content("Voici votre reçu.")
    return message


def test_each_mail_becomes_one_whole_file_in_the_order_of_receipt(post):
    port, folder = post
    with smtplib.SMTP("127.0.0.1", port) as client:
        for subject in ("un", "deux", "trois – été"):
            client.send_message(letter(subject))
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.iterdir())]
    assert [message["Subject"] for message in read] == ["un", "deux", "trois – été"]
    assert read[0]["X-Envelope-To"] == "b@example.fr"
    assert read[0].get_content().strip() == "Voici votre reçu."
    assert {path.suffix for path in folder.iterdir()} == {".eml"}
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_the_oldest_mails_go_beyond_the_number_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(demo_mail, "KEPT", 2)
    for number in range(5):
        (tmp_path / f"{number}.eml").touch()
    demo_mail.Spool(tmp_path).forget_the_oldest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.eml", "4.eml"]
