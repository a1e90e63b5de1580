"""Production: what stops the start, what ``check --deploy`` refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from alliance import checks

TOP = Path(__file__).parents[1]
SECRETS = {
    "SECRET_KEY": "x" * 60,
    "SITE_URL": "https://portail.example.fr",
    "DATABASE_URL": "postgresql://localhost/alliance",
    "BROKER_URL": "redis://localhost",
    "EMAIL_URL": "smtp+tls://localhost",
}


def start(environment: dict[str, str]) -> subprocess.CompletedProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", "import alliance.settings"]
    return subprocess.run(command, env=kept | environment, cwd=TOP, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("missing", SECRETS)
def test_a_missing_secret_stops_the_start_with_a_sentence(missing):
    ended = start({name: value for name, value in SECRETS.items() if name != missing})
    assert ended.returncode == 1
    assert f"ImproperlyConfigured: {missing} is missing: " in ended.stderr.splitlines()[-1]


def test_control_with_all_its_secrets_it_starts():
    assert start(SECRETS).returncode == 0


@pytest.mark.parametrize(
    ("check", "wrong", "right"),
    [
        (checks.site_is_https, {"SITE_URL": "http://portail.example.fr"}, {"SITE_URL": "https://portail.example.fr"}),
        (checks.hosts_are_named, {"ALLOWED_HOSTS": ["*"]}, {"ALLOWED_HOSTS": ["portail.example.fr"]}),
        (checks.demonstration_is_off, {"DEMO": True}, {"DEMO": False}),
        (checks.journal_is_signed, {"JOURNAL_KEY": ""}, {"JOURNAL_KEY": "x"}),
    ],
)
def test_each_check_speaks_only_when_something_is_wrong(settings, check, wrong, right):
    answers = []
    for values in (wrong, right):
        for name, value in values.items():
            setattr(settings, name, value)
        answers.append(len(check(None)))
    assert answers == [1, 0]


@pytest.mark.django_db
def test_an_old_postgresql_is_refused(monkeypatch):
    assert checks.postgresql_is_recent(None, databases=["default"]) == []
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 99)
    assert [error.id for error in checks.postgresql_is_recent(None, databases=["default"])] == ["portal.E004"]
