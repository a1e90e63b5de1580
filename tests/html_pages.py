"""Every page that the tests show goes to the Nu checker, where it is found: one Java for the whole run.

One page is kept for each status, route and set of templates. The end of the run tells what is not valid HTML; after a
whole run, also the templates that no kept page shows. See tests/browser/test_valid_html.py.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.urls import Resolver404

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "templates"
KEPT = "HTML_PAGES"
"""The environment's name of the folder, for the workers; not set where there is no checker."""
DELIBERATE = re.compile("role is unnecessary for element|^Trailing slash on void elements")
"""``role="list"``: Safari takes the list away from lists without bullets. Slashes: Django’s own templates."""


def checker() -> list[str] | None:
    """The command that reads a folder, or None: Java is needed, and the jar (``VNU_JAR``, else node_modules)."""
    jar = Path(os.environ.get("VNU_JAR") or ROOT / "node_modules/vnu-jar/build/dist/vnu.jar")
    java = shutil.which("java")
    if not java or not jar.is_file():
        return None
    return [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", "--skip-non-html"]


def messages(command: list[str], folder: Path) -> list[str]:
    """What the checker says of the files of a folder, but for what is deliberate; a page once, at its first fault."""
    run = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=True)
    told = [each for each in json.loads(run.stdout)["messages"] if not DELIBERATE.search(each["message"])]
    return [f"{Path(each['url']).name}:{each.get('lastLine')}: {each['message']}" for each in told]


def keep(folder: Path, html: bytes, key: tuple, shown: Iterable[str], said: str) -> None:
    """Written once for each key, whole; a fragment gets the page around it."""
    page = folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:20]}.html"
    if page.exists():
        return
    if not html.lstrip().lower().startswith(b"<!doctype"):
        title = b"" if b"<h1" in html else b"<h1>.</h1>"
        html = b'<!doctype html><html lang="fr"><head><title>.</title></head><body>' + title + html + b"</body></html>"
    page.with_suffix(".json").write_text(json.dumps({"said": said, "templates": sorted(shown)}))
    page.write_bytes(html)


def keep_answer(folder: Path, response) -> None:
    if response.streaming or not response.content or not response["Content-Type"].startswith("text/html"):
        return
    shown = {
        str(Path(each.origin.name).relative_to(TEMPLATES))
        for each in getattr(response, "templates", ())
        if each.origin and each.origin.name and Path(each.origin.name).is_relative_to(TEMPLATES)
    }
    if shown:
        try:
            route = str(response.resolver_match.route)
        except Resolver404:
            route = ""
        said = f"{response.request['REQUEST_METHOD']} {response.request['PATH_INFO']} {response.status_code}"
        keep(folder, response.content, (response.status_code, route, sorted(shown)), shown, said)


def keep_everything(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """From now on, each answer to a test's client and each letter."""
    from django.core.mail import EmailMultiAlternatives
    from django.test import Client

    request, attach = Client.request, EmailMultiAlternatives.attach_alternative

    def asked(self, **environment):
        response = request(self, **environment)
        keep_answer(folder, response)
        return response

    def attached(self, content, mimetype):
        tags = sorted(set(re.findall(r"<(\w+)", content)))
        keep(folder, content.encode(), ("letter", tags), ["mail/letter.html"], "a letter")
        return attach(self, content, mimetype)

    patch.setattr(Client, "request", asked)
    patch.setattr(EmailMultiAlternatives, "attach_alternative", attached)


def never_shown(folder: Path) -> list[str]:
    shown = {name for told in folder.glob("*.json") for name in json.loads(told.read_text())["templates"]}
    every = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    return sorted(every - shown)


def faults(folder: Path) -> list[str]:
    """Each kind of fault once, with the page that showed it first and the templates it was made of."""
    found: dict[str, str] = {}
    for line in messages(checker(), folder):
        page, _, message = line.partition(":")
        told = json.loads((folder / page).with_suffix(".json").read_text())
        _, _, message = message.partition(": ")
        kind = re.sub("“[^”]*”", "“…”", message, count=1)
        found.setdefault(kind, f"{message}\n    {told['said']}: {', '.join(told['templates'])}")
    return list(found.values())


def tell(session: pytest.Session, folder: Path) -> None:
    """Two results more for the run: every page valid, no template left out (of a whole run that passed)."""
    pages = len(list(folder.glob("*.html")))
    if pages:
        _result(session, f"each of {pages} pages is valid HTML", faults(folder))
    option = session.config.option
    whole = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS and not option.keyword
    if whole and not session.testsfailed:
        _result(session, "every template is on a page of some test", never_shown(folder))


def _result(session: pytest.Session, sentence: str, wrong: list[str]) -> None:
    place = ("tests/html_pages.py", 0, sentence)
    told, outcome = ("\n".join(wrong), "failed") if wrong else (None, "passed")
    report = pytest.TestReport(f"tests/html_pages.py::{sentence}", place, {}, outcome, told, when="call")
    session.config.hook.pytest_runtest_logreport(report=report)
    if wrong:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
