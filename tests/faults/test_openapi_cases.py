"""Schemathesis over the whole OpenAPI description, stateful: as nobody, with a token of each scope, in a session.

What it makes up is asked of the real server. Nothing may answer 5xx, nor say what the description does not tell.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from partners.models import ApiToken
from tests import builders
from tests.faults.server import real_server
from tests.query_table import query_world  # noqa: F401
from tests.sessions import signed_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
PROGRAM = Path(sys.executable).parent / "schemathesis"
EXAMPLES = 60
CASES = 10_000
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
CALLERS = ("nobody", "projects:write", "registrations:write", "session")
seen: dict[str, int] = {}


@pytest.fixture
def writer(query_world):  # noqa: F811
    """Somebody who writes for an organisation; a Convention to register for."""
    builders.convention(slug="c26")
    person = builders.user("ecrit@test.invalid")
    builders.membership(person, query_world["atelier"], "contributor")
    return person


def headers_of(caller: str, writer, organisation) -> dict[str, str]:
    if caller == "nobody":
        return {}
    if caller == "session":
        session = signed_in(writer).cookies[settings.SESSION_COOKIE_NAME].value
        secret = "c" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={secret}"
        return {"Cookie": cookies, "X-CSRFToken": secret}
    _, token = ApiToken.objects.issue(user=writer, organisation=organisation, name="essai", scopes=[caller])
    return {"Authorization": f"Bearer {token}"}


def tried(url: str, folder: Path, headers: dict[str, str], *options: str, examples: int = EXAMPLES) -> dict:
    """The report of one run, whatever it found."""
    report = folder / "report.json"
    command = [str(PROGRAM), "--config-file", str(CONFIGURATION), "--no-color", "run", f"{url}/api/v1/schema/"]
    command += ["--max-examples", str(examples), "--workers", "2", "--seed", "26", "--continue-on-failure", *options]
    if "Cookie" in headers:  # the session goes on being one, whatever token is sent beside it
        command += ["--exclude-checks", "ignored_auth"]
    command += ["--report", "json", "--report-json-path", str(report)]
    command += [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1800)
    assert report.exists(), run.stdout + run.stderr
    return json.loads(report.read_text()) | {"said": run.stdout}


@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_answers_5xx_or_outside_the_description(tmp_path, writer, query_world, caller):  # noqa: F811
    with real_server(tmp_path, API_WRITES_PER_MINUTE="1000000") as port:
        headers = headers_of(caller, writer, query_world["atelier"])
        report = tried(f"http://127.0.0.1:{port}", tmp_path, headers)
    seen[caller] = report["test_cases"]["generated"]
    print(f"\n{caller}: {seen[caller]} cases")
    assert (report["failures"], report["errors"]) == ([], []), report["said"]
    assert report["operations"]["tested"] == report["operations"]["total"] > 20


def test_together_they_are_ten_thousand_cases():
    if set(seen) != set(CALLERS):
        pytest.skip("a part of the runs only")
    assert sum(seen.values()) >= CASES
