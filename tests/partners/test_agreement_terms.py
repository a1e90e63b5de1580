"""Terms: told at 90, 60 and 30 days, each once; and at the term nothing flips by itself."""

from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils.module_loading import import_string

from alliance.outbox.models import Owed
from partners.actions.agreement_terms import tell_terms
from partners.agreement_mails import send_term_alert
from partners.jobs import tell_agreement_terms
from partners.models import Agreement, AgreementAlert, AgreementVersion
from tests import builders

pytestmark = pytest.mark.django_db
TERM = date(2026, 12, 31)


@pytest.fixture
def agreement():
    lead = builders.organisation(slug="marais", name="Ateliers du Marais")
    builders.membership(builders.user("marie@test.invalid"), lead, "administrator", starts_on=date(2025, 1, 1))
    return builders.agreement(
        lead, title="Trois lieux", ends_on=TERM, referent=builders.staff(email="nadia@test.invalid")
    )


def told() -> list[tuple[int, int]]:
    steps = AgreementAlert.objects.order_by("pk").values_list("days_before", flat=True)
    return [(step, Owed.objects.filter(args__0=alert).count()) for alert, step in zip(_alerts(), steps, strict=True)]


def _alerts():
    return AgreementAlert.objects.order_by("pk").values_list("pk", flat=True)


def test_each_step_is_told_once_to_both_referents_whatever_the_day(agreement):
    for days in range(120, -10, -1):
        tell_terms(on=TERM - timedelta(days=days))
    assert told() == [(90, 2), (60, 2), (30, 2)]


@pytest.mark.parametrize(("days", "step"), [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (0, 30)])
def test_a_job_that_slept_tells_the_nearest_step_only(agreement, days, step):
    tell_terms(on=TERM - timedelta(days=days))
    assert list(AgreementAlert.objects.values_list("days_before", flat=True)) == ([step] if step else [])


def test_another_term_is_told_again(agreement):
    tell_terms(on=TERM - timedelta(days=20))
    AgreementVersion.objects.update(runs_until=TERM + timedelta(days=100))
    tell_terms(on=TERM + timedelta(days=80))
    assert list(AgreementAlert.objects.order_by("pk").values_list("days_before", flat=True)) == [30, 30]


def test_nothing_is_told_of_what_has_ended_or_is_a_draft():
    builders.agreement(state="ended", ends_on=TERM)
    builders.agreement(state="draft", ends_on=TERM)
    assert tell_terms(on=TERM - timedelta(days=10)) == 0


@pytest.mark.parametrize("person", ["marie@test.invalid", "nadia@test.invalid"])
def test_the_letter_says_that_nothing_happens_by_itself(agreement, mailoutbox, person):
    tell_terms(on=TERM - timedelta(days=30))
    reader = builders.User.objects.get(email=person)
    with time_machine.travel("2026-12-01 10:00:00Z"):
        send_term_alert(AgreementAlert.objects.get().pk, reader.pk, message_id="<1@test>")
    assert mailoutbox[0].subject == "L’accord « Trois lieux » arrive à son terme le 31 décembre 2026"
    assert "Il ne se renouvelle pas tout seul" in mailoutbox[0].body
    assert ("/gestion/accords/" if "nadia" in person else "/espace/marais/accords/") in mailoutbox[0].body


def test_no_letter_leaves_when_the_term_has_moved(agreement, mailoutbox):
    tell_terms(on=TERM - timedelta(days=30))
    AgreementVersion.objects.update(runs_until=TERM + timedelta(days=1))
    send_term_alert(AgreementAlert.objects.get().pk, agreement.referent_id, message_id="<1@test>")
    assert mailoutbox == []


def test_past_the_term_every_job_runs_and_only_the_words_change(agreement):
    """The clock alone changes nothing that is stored: an agent renews or ends it."""
    renewal = builders.agreement_version(
        agreement, kind="renewal", number=1, stage="signed", starts_on=date(2027, 1, 1), shared_at="2026-12-01T00:00Z"
    )
    before = rows()
    jobs = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    with time_machine.travel("2027-03-01 10:00:00Z"):
        for job in sorted(jobs):
            if job.startswith("partners."):
                import_string(job)()
        tell_agreement_terms()
        shown = Agreement.objects.with_standing(date(2027, 3, 1)).get(pk=agreement.pk)
    assert rows() == before
    assert shown.standing_label == "arrivé à terme, à décider"
    assert (shown.open_stage, renewal.runs_from) == ("signed", None)
    assert list(Agreement.objects.due(date(2027, 3, 1))) == [agreement]


def rows():
    columns = ("pk", "state", "starts_on", "ends_on", "updated_at")
    versions = ("pk", "stage", "runs_from", "runs_until", "updated_at")
    return list(Agreement.objects.values_list(*columns)), list(AgreementVersion.objects.values_list(*versions))


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"state": "draft"}, "draft"),
        ({"state": "ended"}, "ended"),
        ({"state": "void"}, "void"),
        ({"ends_on": date(2026, 5, 31)}, "due"),
        ({"ends_on": date(2026, 6, 1)}, "in_force"),
        ({}, "in_force"),
        ({"starts_on": date(2026, 6, 2)}, "upcoming"),
    ],
)
def test_where_it_stands_follows_from_its_dates(fields, standing):
    builders.agreement(**fields)
    assert Agreement.objects.with_standing(date(2026, 6, 1)).get().standing == standing


@pytest.mark.parametrize("stage", ["draft", "shared", "signing", "signed"])
def test_before_it_runs_it_stands_where_its_text_stands(stage):
    agreement = builders.agreement(state="draft")
    agreement.versions.update(stage=stage)
    assert Agreement.objects.with_standing(date(2026, 6, 1)).get().standing == stage
