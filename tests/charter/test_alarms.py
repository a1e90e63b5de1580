"""What keeps papers from their seal or time is told: to machines, to agents, once a day by mail; nobody is stopped."""

import base64
import logging
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.proof import checkpoints, journal
from charter import alarms, jobs, papers, tasks  # noqa: F401  the outbox learns its works
from charter.models import Paper, Signature
from tests import builders
from tests.proof import seals
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
JOURNAL = "Aucune clé du journal n’est donnée (JOURNAL_KEY)."


@pytest.fixture
def signature(case, stored) -> Signature:
    return builders.signature(
        case.organisation,
        case.version,
        signer=case.signer,
        mandate=case.mandate,
        countersigned=False,
        signed_at=timezone.now() - timedelta(hours=3),
    )


def said() -> list[str]:
    return alarms.papers().sentences()


def day(at) -> str:
    return alarms.long_date(timezone.localdate(at))


def figures(client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_without_a_signature_a_missing_key_is_no_alarm(client):
    assert said() == []
    assert client.get("/readyz").json()["papers"] == {
        "unsealed": 0,
        "unstamped": 0,
        "certificates_unsealed": 0,
        "seal_key": "missing",
        "alarms": [],
    }


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"ends": -seals.DAY, "begins": -9 * seals.DAY}, "expired"),
        ({"told": "wrong"}, "unreadable"),
        ({"key": 2048}, "weak"),
    ],
)
def test_a_key_that_cannot_seal_is_an_alarm_and_closes_nothing(client, signature, use_key, options, code):
    told = options.pop("told", "secret")
    if "key" in options:
        options["key"] = seals.rsa_key(options["key"])
    use_key(*seals.certified("Mauvais", **options), told=told)
    waits = f"Attestations qui attendent leur scellement : 1, la plus ancienne depuis le {day(signature.signed_at)}."
    assert said() == [alarms.KEY_SENTENCES[code], waits]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["papers"]["alarms"]) == (200, said())
    measured = figures(client)
    assert measured[f'seal_key_state{{state="{code}"}}'] == 1
    assert measured['seal_key_state{state="ok"}'] == 0
    assert measured["papers_unsealed"] == 1
    assert 3 * 3600 <= measured["papers_unsealed_oldest_seconds"] < 3 * 3600 + 60


def test_the_past_of_a_demonstration_waits_without_an_alarm(client, case, stored, sealing):
    long_ago = timezone.now() - timedelta(days=4_000)
    builders.signature(case.organisation, case.version, countersigned=False, is_demo=True, signed_at=long_ago)
    measured = figures(client)
    assert (measured["papers_unsealed"], measured["papers_unsealed_oldest_seconds"]) == (1, 0)
    assert [sentence for sentence in said() if "scellement" in sentence] == []


def test_a_key_that_ends_soon_is_told_in_time(client, use_key):
    use_key(*seals.certified("Court", ends=20 * seals.DAY))
    assert re.fullmatch(r"Le certificat du cachet se termine le \d.* \d{4}\.", said()[0])
    assert figures(client)["seal_key_days_left"] == 19
    use_key(*seals.certified("Long", ends=400 * seals.DAY))
    assert said() == []
    assert figures(client)['seal_key_state{state="ok"}'] == 1


def test_papers_that_wait_for_their_time_are_told_after_a_day_when_an_authority_is_named(
    client, signature, use_key, authority
):
    use_key(*seals.certified("Long", ends=400 * seals.DAY))
    authority.behaviour = {"refuses": True}
    papers.seal_now(signature.pk)
    assert (said(), figures(client)["papers_unstamped"]) == ([], 1)
    later = alarms.papers(timezone.now() + timedelta(days=2))
    since = day(Paper.objects.get().sealed_at)
    assert later.sentences() == [f"Attestations qui attendent leur horodatage : 1, la plus ancienne depuis le {since}."]


def test_archive_copies_whose_time_ends_are_told_a_month_before(client, signature, lasting):
    papers.seal_now(signature.pk)
    assert jobs.archive_papers() == 1
    assert figures(client)["papers_archives_ending"] == 0
    [sentence] = [
        each for each in alarms.papers(timezone.now() + timedelta(days=40)).sentences() if "archivage" in each
    ]
    assert sentence.startswith("Copies d’archivage à renouveler : 1, la première avant le ")


def test_the_keys_and_checkpoints_of_the_journal_are_measured(client, settings):
    assert figures(client)['journal_key_state{state="journal_key_missing"}'] == 1
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    journal.append(kind="k", subject="s")
    checkpoints.sign_checkpoint()
    measured = figures(client)
    assert measured['journal_key_state{state="ok"}'] == 1
    assert 0 < measured["journal_checkpoint_age_seconds"] < 60


def test_the_national_team_gets_one_letter_a_day_for_all_that_is_wrong(signature, caplog):
    national, _ = builders.staff(), builders.staff(regions=[builders.region()])
    with caplog.at_level(logging.ERROR, "alliance.charter"):
        assert jobs.tell_alarms() == 3
    deliver_all_due()
    [record] = [record for record in caplog.records if record.message.startswith("alarms:")]
    assert JOURNAL in record.message
    letters = [letter for letter in mail.outbox if letter.to == [national.email]]
    [letter] = letters
    assert letter.subject == "Scellement et journal : 3 points demandent votre attention"
    for sentence in alarms.sentences():
        assert f"– {sentence}" in letter.body
    agents = {each.email for each in builders.User.objects.filter(is_staff=True, perimeter__national=True)}
    assert {each.to[0] for each in mail.outbox} == agents


def test_when_all_is_well_nobody_is_written_to(settings, use_key):
    builders.staff()
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    use_key(*seals.certified("Long", ends=400 * seals.DAY))
    assert jobs.tell_alarms() == 0
    deliver_all_due()
    assert mail.outbox == []


def test_what_is_right_again_when_the_letter_would_leave_is_not_sent(settings):
    builders.staff()
    assert jobs.tell_alarms() == 1
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    deliver_all_due()
    assert mail.outbox == []


def test_a_wrong_key_is_one_error_a_day_in_the_logs(signature, settings, caplog):
    settings.SEAL_P12 = "/nowhere.p12"
    with caplog.at_level(logging.ERROR, "alliance.charter"):
        for _ in range(3):
            jobs.seal_papers()
    assert [record.code for record in caplog.records] == ["unreadable"]


def test_the_first_page_of_the_national_team_says_it(signature):
    regional = builders.staff(regions=[builders.region()])
    pages = [signed_in(agent).get("/gestion/").content.decode() for agent in (builders.staff(), regional)]
    assert [JOURNAL in page for page in pages] == [True, False]
