"""What a machine asks about our health."""

import base64
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from alliance import outbox
from alliance.outbox.models import Owed, State
from alliance.portal import health
from alliance.proof import checkpoints, journal


def down(execute, sql, params, many, context):
    raise OperationalError("down")


def test_alive_says_so_without_touching_the_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_when_database_migrations_and_outbox_are(client):
    response = client.get("/readyz")
    figures = {"pending": 0, "retrying": 0, "late_seconds": 0, "dead": 0}
    journal = {"size": 0, "covered": None, "alarm": "Aucune clé du journal n’est donnée (JOURNAL_KEY)."}
    papers = {"unsealed": 0, "unstamped": 0, "certificates_unsealed": 0, "seal_key": "missing", "alarms": []}
    expected = {"ready": True, "failures": {}, "outbox": figures, "journal": journal, "papers": papers}
    assert (response.status_code, response.json()) == (200, expected)


@pytest.mark.django_db
def test_not_ready_when_the_database_does_not_answer(client):
    with connection.execute_wrapper(down):
        response = client.get("/readyz")
    failures = {"database": "La base de données ne répond pas."}
    assert (response.status_code, response.json()) == (503, {"ready": False, "failures": failures})


@pytest.mark.django_db
def test_not_ready_when_migrations_wait(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'proof'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["failures"] == {"migrations": "4 migrations ne sont pas appliquées."}


@pytest.mark.django_db
def test_not_ready_when_owed_work_waits_for_too_long(client):
    outbox.owe("tests.a")
    Owed.objects.update(due_at=Now() - timedelta(minutes=14))
    assert client.get("/readyz").status_code == 200
    Owed.objects.update(due_at=Now() - timedelta(minutes=16))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["failures"] == {"outbox": "Le plus ancien travail dû attend depuis 16 minutes."}


@pytest.mark.django_db
def test_work_given_up_is_counted_and_does_not_close_the_portal(client):
    outbox.owe("tests.a")
    Owed.objects.update(state=State.DEAD)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["outbox"]["dead"]) == (200, 1)


@pytest.mark.django_db
def test_figures_tell_what_waits_what_is_retried_and_what_is_late():
    for _ in range(3):
        outbox.owe("tests.a")
    Owed.objects.filter(pk=Owed.objects.first().pk).update(attempts=2, due_at=Now() + timedelta(hours=1))
    assert health.outbox_figures() == {"pending": 3, "retrying": 1, "late_seconds": 0, "dead": 0}


@pytest.mark.django_db
def test_the_journal_tells_what_its_checkpoints_cover_and_what_is_wrong(client, settings):
    settings.JOURNAL_KEY = base64.b64encode(bytes(32)).decode()
    journal.append(kind="k", subject="s")
    checkpoints.sign_checkpoint()
    assert client.get("/readyz").json()["journal"] == {"size": 1, "covered": 1, "alarm": ""}
    assert "journal_alarm 0.0" in client.get("/metrics").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE proof_checkpoint SET size = 9")
        cursor.execute("SET LOCAL session_replication_role = origin")
    response = client.get("/readyz")
    sentence = "Le journal ne contient plus ce que couvrait le point de contrôle de 9 entrées."
    assert (response.status_code, response.json()["journal"]["alarm"]) == (200, sentence)
    assert "journal_alarm 1.0" in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_metrics_are_read_from_this_machine(client):
    outbox.owe("tests.a")
    response = client.get("/metrics")
    assert response.status_code == 200
    assert "outbox_pending 1.0" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "extra", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_AUTHORIZATION": "Bearer x"}]
)
def test_metrics_are_hidden_from_others(client, monkeypatch, extra):
    if "HTTP_AUTHORIZATION" in extra:
        monkeypatch.setenv("METRICS_TOKEN", "right")
    assert client.get("/metrics", **extra).status_code == 404


@pytest.mark.django_db
def test_metrics_are_read_from_afar_with_the_token(client, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", "right")
    response = client.get("/metrics", headers={"Authorization": "Bearer right"}, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/.well-known/security.txt"])
def test_machines_only_read(client, path):
    assert client.post(path).status_code == 405


def test_security_txt_names_whom_to_write_to(client, settings):
    settings.LEGAL = settings.LEGAL | {"contact": "securite@example.fr"}
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert lines[0] == "Contact: mailto:securite@example.fr"
    assert lines[1].startswith("Expires: 20")
    assert lines[2:] == [
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
