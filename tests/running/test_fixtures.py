import smtplib
from email.message import EmailMessage

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from alliance.proof import journal
from alliance.proof.models import JournalEntry
from charter.models import Signature
from partners.models import Commune, Organisation
from tests import builders, emptying, migrated


def _mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.fr", "b@example.fr", "Reçu"
    message.set_content("Déjà vu")
    return message


def test_the_smtp_server_receives_what_is_really_sent(smtp_server):
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        client.send_message(_mail())
    assert [(m["Subject"], m.get_content().strip()) for m in smtp_server.messages] == [("Reçu", "Déjà vu")]


def test_the_portal_s_mail_goes_to_the_smtp_server(smtp_server):
    mail.send_mail("Objet", "Corps", "a@example.fr", ["b@example.fr"])
    assert [m["To"] for m in smtp_server.messages] == ["b@example.fr"]


def test_the_smtp_server_refuses_when_told_to(smtp_server):
    smtp_server.answer = "451 Later"
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client, pytest.raises(smtplib.SMTPDataError, match="Later"):
        client.send_message(_mail())
    assert (smtp_server.attempts, smtp_server.messages) == (1, [])


def test_the_smtp_server_may_be_down_and_come_back(smtp_server):
    smtp_server.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", smtp_server.port)
    smtp_server.start()
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        client.send_message(_mail())
    assert len(smtp_server.messages) == 1


def test_a_page_opens_in_a_real_browser(page):
    page.set_content("<html lang=fr><title>Bonjour</title>")
    assert page.title() == "Bonjour"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_what_a_committing_test_leaves_in_the_cache_is_forgotten(round_):
    assert cache.get("left") is None
    cache.set("left", round_)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2, 3])
def test_what_a_committing_test_writes_is_gone_but_for_what_never_changes(round_):
    """Few rows, append-only ones among them, then more than are taken one by one."""
    assert [model._base_manager.count() for model in (Organisation, Signature, JournalEntry, Commune)] == [0] * 4
    assert Permission.objects.filter(content_type__model="organisation").count() == 4
    signed = builders.signature()
    with transaction.atomic():
        journal.append(kind="signed", subject=signed.code, facts={})
    if round_ == 2:
        place = {"department": builders.department(), "region": builders.region(), "population": 1}
        Commune.objects.bulk_create(
            Commune(code=f"{n:05}", name="x", **place, lat=48, lon=2, precision="G") for n in range(emptying.MANY + 1)
        )


def test_the_database_of_a_run_has_every_migration(transactional_db):
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_another_migration_is_another_template(tmp_path, monkeypatch):
    monkeypatch.setattr(migrated, "ROOT", tmp_path)
    (tmp_path / "charter" / "migrations").mkdir(parents=True)
    before = migrated.digest()
    (tmp_path / "charter" / "migrations" / "0001_first.py").write_text("")
    first = migrated.digest()
    (tmp_path / "charter" / "migrations" / "0001_first.py").write_text("# changed")
    assert len({before, first, migrated.digest()}) == 3
