"""With post, seal and authority down one signs at once, and each thing comes when its cause is gone.

A small sample of tests/faults/test_everything_down.py, which has the broker too, and real servers.
"""

import socket
import time

import pytest
from django.db.models.functions import Now

from alliance.outbox.delivery import deliver
from alliance.outbox.models import Owed
from charter import jobs, tasks  # noqa: F401  the outbox learns its works
from charter.models import Paper, Signature, consent_text
from charter.models.paper import with_seal
from tests.charter import signing
from tests.portal.test_sign_in import code_in

pytestmark = pytest.mark.django_db


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def pay() -> list[str]:
    """Try all that is owed, as if the pauses had passed; what failed by kind of error."""
    Owed.objects.pending().update(due_at=Now(), lease=None, lease_until=None)
    failed = []
    for pk in list(Owed.objects.due().values_list("pk", flat=True)):
        try:
            deliver(pk)
        except OSError as error:
            failed.append(type(error).__name__)
    return failed


def words() -> str:
    return with_seal(Signature.objects.all()).get().seal_words


def test_one_signs_with_all_down_and_everything_comes_in_its_turn(
    case, signer, stored, smtp_server, sealing, authority, settings
):
    assert signing.post(signer, "code").status_code == 302
    code = code_in(smtp_server.messages[-1])
    key, url = settings.SEAL_P12, settings.TSA_URL
    smtp_server.stop()
    settings.SEAL_P12, settings.TSA_URL = "/nowhere.p12", f"http://127.0.0.1:{closed_port()}/"
    began = time.monotonic()
    answer = signing.post(signer, "sign", code=code, consent=consent_text(case.organisation, case.version))
    assert (answer.status_code, time.monotonic() - began < 1) == (302, True)
    assert (Signature.objects.count(), words()) == (1, "scellement en attente")
    assert pay() == ["Unsent"]

    smtp_server.start()
    smtp_server.messages.clear()
    pay()
    assert [letter["Subject"][:4] for letter in smtp_server.messages] == ["Reçu"]
    settings.SEAL_P12 = key
    assert (jobs.seal_papers(), words()) == (1, "scellée, horodatage en attente")
    settings.TSA_URL = url
    assert (jobs.stamp_papers(), words()) == (1, "scellée et horodatée")
    pay()
    assert (Owed.objects.pending().count(), Paper.objects.count(), len(smtp_server.messages)) == (0, 2, 1)
