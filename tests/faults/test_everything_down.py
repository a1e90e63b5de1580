"""From the moment the code was received: broker, post, timestamp authority and seal key down. People sign all the same.

Everything is completed once they are back. And workers killed while they seal.
"""

import base64
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.conf import settings as live
from django.db.models.functions import Now
from django.utils import timezone

import charter.tasks  # noqa: F401  the works, as a worker knows them
from alliance.outbox.models import Owed, State
from alliance.proof import seal, verification
from alliance.proof.models import JournalEntry
from charter import jobs
from charter.actions import countersign
from charter.actions.sign import record_signature
from charter.models import Paper, Signature, consent_text
from charter.models.paper import unsealed
from tests import builders
from tests.faults.server import Client, real_server
from tests.outbox.test_faults import wait_for
from tests.portal.test_sign_in import code_in
from tests.proof import seals
from tests.proof.conftest import authority, use_key  # noqa: F401  fixtures
from tests.sessions import signed_in

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ACTS, BROWSERS, SECONDS = 60, 2, 1.0


@pytest.fixture
def environment(settings, tmp_path, programs, broker, smtp_server, authority, use_key):  # noqa: F811
    """What the web server and the workers are told, and this process too."""
    use_key(*seals.certified("Cachet d’essai"))
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    files = {"location": str(tmp_path / "files"), "base_url": None}
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": files}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    told = {name: getattr(settings, name) for name in ("JOURNAL_KEY", "SEAL_P12", "SEAL_PASSWORD", "TSA_URL")}
    told |= {"DATA_DIR": str(tmp_path), "SECRET_KEY": settings.SECRET_KEY}
    programs.environment |= told
    return told | {"EMAIL_URL": smtp_server.url, "BROKER_URL": broker.url}


def people(count: int) -> list[dict]:
    version = builders.charter_version("2020", effective_on=date(2020, 7, 2))
    found = []
    for _ in range(count):
        organisation, person = builders.organisation(), builders.user()
        builders.membership(person, organisation, "signatory")
        power = builders.mandate(organisation, person)
        found.append({"organisation": organisation, "version": version, "signer": person, "mandate": power})
    return found


def post(port: int, act: dict, **fields) -> float:
    """Seconds until the answer, which is a 302 back to the page."""
    path = f"/espace/{act['organisation'].slug}/signer/"
    began = time.monotonic()
    answer = Client(port, act["session"]).ask("POST", path, {"version": "2020"} | fields)
    took = time.monotonic() - began
    assert (answer.status, answer.headers["Location"].partition("#")[0]) == (302, path)
    return took


def sign(port: int, act: dict) -> float:
    consent = consent_text(act["organisation"], act["version"])
    return post(port, act, action="sign", code=act["code"], consent=consent)


def a_minute_passes() -> None:
    """What failed or was held by the dead is due; no worker holds a row meanwhile."""
    Owed.objects.pending().update(due_at=Now(), lease=None, lease_until=None)


def eventually(truth, *, seconds: float = 180) -> None:
    """Wait, while the pauses between attempts, of minutes, pass in a second."""
    deadline = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < deadline, list(Owed.objects.pending().values("work", "attempts", "last_error"))[:5]
        Owed.objects.pending().filter(lease=None, lease_until=None).update(due_at=Now())
        time.sleep(1)


def receipts(smtp_server) -> Counter:
    return Counter(each["Message-ID"] for each in smtp_server.messages if each["Subject"].startswith("Reçu"))


def everything_is_whole(count: int) -> None:
    assert Signature.objects.count() == count
    assert not unsealed(Signature.objects.all()).exists()
    assert set(Owed.objects.values_list("state", flat=True)) == {State.SENT}
    for paper in Paper.objects.all():
        assert seal.examine(paper.read()).stamped_at == paper.stamped_at
        leaves = JournalEntry.objects.filter(subject=paper.signature.code, kind="sealed")
        assert sum(paper.digest in entry.leaf for entry in leaves) == 1
    assert JournalEntry.objects.filter(kind="sealed").count() == Paper.objects.count()
    assert verification.verify().findings == []


def sign_with_all_down(folder, environment, acts, smtp_server, authority, key) -> list[float]:  # noqa: F811
    """Codes are received, then everything goes down, the broker was never there; the times of the answers, sorted."""
    with real_server(folder, **environment) as port:
        for act in acts:
            act["session"] = signed_in(act["signer"]).cookies[live.SESSION_COOKIE_NAME].value
            post(port, act, action="code")
        codes = {letter["To"]: code_in(letter) for letter in smtp_server.messages}
        for act in acts:
            act["code"] = codes[act["signer"].email]
        smtp_server.messages.clear()
        smtp_server.stop()
        authority.end()
        key.rename(key.with_suffix(".away"))
        with ThreadPoolExecutor(BROWSERS) as crowd:
            return sorted(crowd.map(lambda act: sign(port, act), acts))


def test_everything_down_from_the_code_on_signs_at_once_and_is_completed_later(
    programs, broker, smtp_server, environment, authority, tmp_path  # noqa: F811
):  # fmt: skip
    acts, key = people(ACTS), tmp_path / "seal.p12"
    programs.relay()
    times = sign_with_all_down(tmp_path, environment, acts, smtp_server, authority, key)
    print(
        f"\n{ACTS} signed with all down: p50 {statistics.median(times):.3f} s, "
        f"p95 {times[int(0.95 * ACTS)]:.3f} s, most {times[-1]:.3f} s"
    )
    assert times[-1] <= SECONDS
    assert Signature.objects.count() == ACTS

    broker.start()
    programs.worker()
    wait_for(lambda: Owed.objects.filter(attempts__gt=0).count() >= 10)
    assert (Paper.objects.count(), smtp_server.messages) == (0, [])
    smtp_server.start()
    eventually(lambda: len(receipts(smtp_server)) == ACTS)
    assert Paper.objects.count() == 0, "the key is still away: receipts leave, nothing is sealed"
    key.with_suffix(".away").rename(key)
    eventually(lambda: not Owed.objects.pending().exists())
    again = seals.Authority(authority.server.server_port)
    try:
        assert jobs.stamp_papers() == ACTS
    finally:
        again.end()
    check_receipts(smtp_server, [act["signer"].email for act in acts])
    everything_is_whole(ACTS)
    first = Signature.objects.order_by("pk").first()
    countersign(signature=first, by=builders.staff())
    first.refresh_from_db()
    assert first.state == "standing"


def check_receipts(smtp_server, addresses: list[str]) -> None:
    """One for each signer; twice only under one Message-ID."""
    sent = receipts(smtp_server)
    owed = set(Owed.objects.filter(work="charter.send_receipt").values_list("message_id", flat=True))
    assert set(sent) <= owed
    assert (len(sent), max(sent.values()) <= 2) == (len(addresses), True)
    assert {each["To"] for each in smtp_server.messages if each["Message-ID"] in sent} == set(addresses)


def test_workers_and_relays_killed_while_they_seal_leave_every_paper_once_and_every_receipt(
    programs, broker, smtp_server, environment, authority  # noqa: F811
):  # fmt: skip
    authority.behaviour = {"sleeps": 0.1}
    for act in people(40):
        record_signature(**act, proof_level="code", at=timezone.now())
    broker.start()
    relay, worker = programs.relay(), programs.worker()
    killed = 0
    for target in (4, 10, 16, 22, 30):
        wait_for(lambda: Paper.objects.count() >= target, seconds=120)  # noqa: B023
        time.sleep(0.05)
        programs.kill(worker)
        programs.kill(relay)
        killed += 1
        a_minute_passes()
        relay, worker = programs.relay(), programs.worker()
    eventually(lambda: not Owed.objects.pending().exists())
    sent = receipts(smtp_server)
    doubled = sum(times > 1 for times in sent.values())
    print(f"\n40 sealed through {killed} kills of worker and relay: {len(sent)} receipts, {doubled} of them twice")
    assert (len(sent), doubled <= killed) == (40, True)
    assert Paper.objects.count() == 40
    everything_is_whole(40)


def test_control_without_a_worker_nothing_is_sealed_and_it_shows(programs, broker, environment):
    [act] = people(1)
    record_signature(**act, proof_level="code", at=timezone.now())
    broker.start()
    programs.relay()
    time.sleep(6)
    assert (Paper.objects.count(), unsealed(Signature.objects.all()).count()) == (0, 1)
    assert Owed.objects.pending().count() == 1
