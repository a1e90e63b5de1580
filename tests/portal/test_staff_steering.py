"""Steering: every figure opens the list that it counts, within the perimeter; reports leave once, stop at one click."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import JobRun, Owed
from alliance.portal import (
    steering,
    tasks,  # noqa: F401  the outbox learns its works
)
from partners.actions import bits
from partners.actions.perimeters import change_perimeter
from partners.actions.steering import add_reader, create_report, owe_reports, period_of, stop_reading, stop_report
from partners.filters.bits import known
from partners.filters.leads import by_signatory
from partners.models import Agreement, AgreementReview, SteeringReport, SteeringSending
from partners.models.project_bits import ProjectBase
from tests import builders
from tests.portal.test_staff_campaigns import html
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def world(db):
    """Two régions: a signatory with a project here, one without, an unsigned one with a project away; a review."""
    here = builders.commune()
    away = builders.commune(
        "33063", "Bordeaux", builders.department("33", "Gironde", builders.region("75", "Nouvelle-Aquitaine"))
    )
    builders.charter_version("2020")
    version, axis = builders.charter_version("2026"), builders.axis(1)
    active, signed = (builders.organisation(name=name, commune=here) for name in ("Active", "Signée"))
    other = builders.organisation(name="Ailleurs", commune=away)
    for organisation in (active, signed):
        builders.signature(organisation, version)
    builders.project([axis], lead=active, commune=here, moderation="published")
    builders.project([axis], lead=other, commune=away, moderation="published")
    old = TODAY() - timedelta(days=250)
    builders.project([axis], lead=other, commune=away, moderation="published", confirmed_on=old)
    agent = builders.staff()
    for organisation, marks in ((active, (4, 3, 2)), (other, (1, 4, 4))):
        review(builders.agreement(organisation), agent, marks)
    builders.campaign(version, concerned=[active, signed, other])
    return {"agent": agent, "delegate": builders.staff(national=False, regions=[here.department.region])}


def review(agreement: Agreement, agent, marks) -> None:
    now = timezone.now()
    made = AgreementReview.objects.create(agreement=agreement, opened_at=now, opened_by=agent, due_on=TODAY())
    said = dict(zip(("innovation", "performance", "confiance"), marks, strict=True))
    for side in ("poste", "partner"):
        made.answers.create(side=side, person=agent, answered_at=now, **said)


def figures(agent) -> list:
    today, now = TODAY(), timezone.now()
    return [(row[3], row[5], row[:3]) for row in steering.report(agent, today, now)]


def counted(client, url: str) -> int:
    """How many rows the list says, all pages together."""
    page = html(client.get(url))
    told = re.search(
        r"(?:<caption>|<h2[^>]*>|<p[^>]*>|<strong>)\s*([\d\u202f\u00a0]+)\s*(?:organisation|bilan|projet)",
        page,
    )
    if told:
        return int(re.sub(r"\D", "", told[1]))
    return 0


@pytest.mark.parametrize("who", ["agent", "delegate"])
def test_each_figure_opens_a_list_of_as_many_rows(world, who):
    client, seen = signed_in(world[who]), 0
    for value, url, words in figures(world[who]):
        assert counted(client, url) == value, words
        seen += value > 0
    assert seen > 8


def test_the_perimeter_bounds_every_figure(world):
    national = {words: value for value, _, words in figures(world["agent"])}
    delegate = {words: value for value, _, words in figures(world["delegate"])}
    sheet = "Axes et régions"
    assert {words[1] for words in delegate if words[0] == sheet} == {"Bretagne"}
    assert {words[1] for words in national if words[0] == sheet} == {"Bretagne", "Nouvelle-Aquitaine"}
    activity = ("Actives, ou seulement signataires", "Actives sans signature", "")
    assert (national[activity], delegate[activity]) == (1, 0)


def test_the_page_shows_the_same_numbers_with_their_definitions(world):
    page = html(signed_in(world["agent"]).get("/gestion/pilotage/"))
    assert page.count("Définition.") == 5
    assert "Zones blanches" in page
    for value, url, _ in figures(world["agent"]):
        assert f'href="{url.replace("&", "&amp;")}"' in page, url
        assert value >= 0


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_costs_as_many_queries_whatever_the_rows(world, django_assert_num_queries, size):
    for number in range(size):
        builders.project(title=f"P{number}", moderation="published")
        review(builders.agreement(builders.organisation()), world["agent"], (2, 2, 2))
    client = signed_in(world["agent"])
    client.get("/gestion/pilotage/")
    with django_assert_num_queries(15):
        client.get("/gestion/pilotage/")


@pytest.mark.parametrize(("is_large", "is_seen"), [(False, False), (True, False), (True, True)])
def test_a_delegate_s_page_costs_as_much_whatever_the_size_and_what_the_process_has_seen(
    world, monkeypatch, django_assert_num_queries, is_large, is_seen
):
    if is_large:
        monkeypatch.setattr(bits, "LARGE", 0)
        bits.write_bits(TODAY(), by_signatory(TODAY()))
    assert ProjectBase.objects.exists() == is_large
    client = signed_in(world["delegate"])
    client.get("/gestion/pilotage/")
    monkeypatch.setattr(known, "exist", is_seen)
    with django_assert_num_queries(19):
        client.get("/gestion/pilotage/")


def test_a_review_with_one_answer_is_counted_nowhere(world):
    agreement = builders.agreement(builders.organisation())
    now = timezone.now()
    made = AgreementReview.objects.create(agreement=agreement, opened_at=now, opened_by=world["agent"], due_on=TODAY())
    made.answers.create(side="poste", person=world["agent"], answered_at=now, innovation=1, performance=1, confiance=1)
    assert steering.reviews_of(world["agent"]).count() == 2


def report(world, *readers, **fields) -> SteeringReport:
    said = {"name": "Mensuel", "rhythm": "monthly", "form": "csv", "readers": readers, "by": world["agent"]}
    made = create_report(**(said | fields))
    made.readers.update(added_at=timezone.now() - timedelta(days=40))
    return made


def test_a_report_leaves_once_a_period_to_each_reader_in_their_perimeter(world, mailoutbox):
    report(world, world["agent"], world["delegate"])
    assert [owe_reports(on=TODAY()), owe_reports(on=TODAY())] == [2, 0]
    deliver_all_due()
    by_reader = {letter.to[0]: letter for letter in mail.outbox}
    texts = {address: letter.attachments[0].content for address, letter in by_reader.items()}
    texts = {address: text if isinstance(text, str) else text.decode() for address, text in texts.items()}
    assert "Nouvelle-Aquitaine" in texts[world["agent"].email]
    assert "Nouvelle-Aquitaine" not in texts[world["delegate"].email]
    sendings = SteeringSending.objects.values_list("reader__person__email", "outcome", "perimeter")
    assert set(sendings) == {
        (world["agent"].email, "sent", "France entière"), (world["delegate"].email, "sent", "Bretagne"),
    }  # fmt: skip


def test_a_workbook_opens(world, mailoutbox):
    from io import BytesIO

    from openpyxl import load_workbook

    report(world, world["agent"], form="xlsx")
    owe_reports(on=TODAY())
    deliver_all_due()
    rows = list(load_workbook(BytesIO(mail.outbox[0].attachments[0].content)).active.values)
    assert rows[0] == ("Tableau", "Ligne", "Colonne", "Nombre", "Définition", "Liste")
    assert len(rows) == len(figures(world["agent"])) + 1


def test_one_click_stops_even_what_is_owed_and_whoever_is_no_agent_gets_nothing(world, client, mailoutbox):
    made = report(world, world["agent"], world["delegate"])
    owe_reports(on=TODAY())
    reader = made.readers.get(person=world["agent"])
    path = f"/pilotage/{reader.public_id}/arreter/"
    assert "Ne plus recevoir ce tableau de bord ?" in html(client.get(path))
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    world["delegate"].is_staff = False
    world["delegate"].save()
    deliver_all_due()
    assert mail.outbox == []
    assert set(SteeringSending.objects.values_list("outcome", flat=True)) == {"aside"}
    assert "C’est arrêté" in html(client.get(path))


def test_refusals_of_a_report(world):
    made = report(world, world["agent"])
    for person, code in ((world["agent"], "already"), (builders.user(), "not_staff")):
        with pytest.raises(Exception) as refused:
            add_reader(report=made, person=person, by=world["agent"])
        assert refused.value.code == code
    stop_reading(reader=made.readers.get(), at=timezone.now())
    assert add_reader(report=made, person=world["agent"], by=world["agent"]).pk
    stop_report(report=made, by=world["agent"], at=timezone.now())
    for act in (
        lambda: stop_report(report=made, by=world["agent"], at=timezone.now()),
        lambda: add_reader(report=SteeringReport.objects.get(), person=world["delegate"], by=world["agent"]),
    ):
        with pytest.raises(Exception) as refused:
            act()
        assert refused.value.code == "stopped"
    assert owe_reports(on=TODAY()) == 0


def test_periods_begin_on_monday_and_on_the_first():
    assert period_of("weekly", date(2026, 11, 22)) == date(2026, 11, 16)
    assert period_of("monthly", date(2026, 11, 22)) == date(2026, 11, 1)


def test_agents_manage_readers_on_a_page_of_the_national_team(world):
    client = signed_in(world["agent"])
    assert signed_in(world["delegate"]).get("/gestion/pilotage/envois/").status_code == 403
    data = {"name": "Hebdo", "rhythm": "weekly", "form": "xlsx"}
    assert client.post("/gestion/pilotage/envois/", data).status_code == 400
    response = client.post("/gestion/pilotage/envois/", data | {"readers": [world["delegate"].pk]})
    assert response.status_code == 302
    assert client.post(response.url, {"person": world["delegate"].pk}).status_code == 409
    assert client.post(response.url, {"person": world["agent"].pk}).status_code == 302
    reader = SteeringReport.objects.get().readers.first()
    assert client.post(f"{response.url}arreter/", {"lecteur": reader.pk}).status_code == 302
    assert SteeringReport.objects.get().readers.live().count() == 1
    client.post(f"{response.url}arreter/")
    assert SteeringReport.objects.get().stopped_by == world["agent"]
    assert "déjà arrêté" in html(client.post(f"{response.url}arreter/", follow=True))


def test_people_are_listed_with_roles_and_perimeters_within_the_perimeter(world):
    member = builders.user("membre@test.invalid")
    builders.membership(member, builders.organisation(name="Verger"), "signatory")
    page = html(signed_in(world["agent"]).get("/gestion/personnes/?role=signatory&q=verger"))
    assert "membre@test.invalid" in page
    assert "représentant habilité" in page
    assert "Bretagne" in html(signed_in(world["delegate"]).get("/gestion/personnes/?role=agent"))
    assert signed_in(member).get("/gestion/personnes/").status_code == 404


def test_a_perimeter_changes_with_a_motive_that_history_keeps(world):
    client, delegate = signed_in(world["agent"]), world["delegate"]
    path = f"/gestion/personnes/{delegate.pk}/perimetre/"
    assert client.post(path, {"regions": ["75"], "motive": ""}).status_code == 400
    assert client.post(path, {"motive": "Mutation"}).status_code == 400
    assert client.post(path, {"regions": ["75"], "motive": "Mutation"}).status_code == 302
    assert list(delegate.perimeter.regions.values_list("code", flat=True)) == ["75"]
    assert "Mutation" in html(client.get(path))
    own = f"/gestion/personnes/{world['agent'].pk}/perimetre/"
    assert client.post(own, {"regions": ["75"], "motive": "Moi"}).status_code == 409
    assert signed_in(delegate).get(path).status_code == 403
    with pytest.raises(Exception) as refused:
        change_perimeter(agent=builders.user(), national=True, regions=[], motive="x", by=world["agent"])
    assert refused.value.code == "not_staff"


def test_jobs_tell_their_last_run_the_next_and_the_failures(world):
    now = timezone.now()
    JobRun.objects.create(name="partners.jobs.learn_words", task_id="1", started_at=now, ended_at=now)
    JobRun.objects.create(name="partners.jobs.forget_drafts", task_id="2", ended_at=timezone.now(), failure="OSError")
    Owed.objects.create(work="partners.send_invitation", args=[1, 1])
    page = html(signed_in(world["agent"]).get("/gestion/travaux/"))
    assert "A échoué : OSError" in page
    assert "Fait en 0,0" in page
    assert "Espace ouvert à une personne" in page
    assert signed_in(world["delegate"]).get("/gestion/travaux/").status_code == 403


def test_a_mailbox_that_is_down_is_told_among_the_jobs_and_stops_nothing(world, settings, monkeypatch):
    from celery import current_app

    from alliance.lib.mail_url import mailbox_from_url
    from partners.jobs import read_returned_mail

    assert read_returned_mail.apply().get() == 0, "without an address nobody reads"
    entry = {"task": read_returned_mail.name, "schedule": timedelta(minutes=5)}
    monkeypatch.setitem(current_app.conf.beat_schedule, "read-returned-mail", entry)
    settings.BOUNCES_MAILBOX = mailbox_from_url("imaps://ana:secret@127.0.0.1:9/INBOX")
    assert read_returned_mail.apply().state == "FAILURE"
    assert JobRun.objects.get(name=read_returned_mail.name).failure == "MailboxUnreachable"
    page = html(signed_in(world["agent"]).get("/gestion/travaux/"))
    assert "Lire les courriels revenus" in page
    assert "A échoué : la boîte des retours est injoignable" in page


def test_a_job_of_the_clock_leaves_a_line_and_an_act_leaves_none():
    from alliance.outbox import runs

    runs.begin("partners.jobs.learn_words", "a")
    runs.begin("alliance.outbox.tasks.deliver", "b")
    assert list(JobRun.objects.values_list("task_id", "ended_at")) == [("a", None)]
    runs.end("partners.jobs.learn_words", "a", ValueError("Ana"), "FAILURE")
    run = JobRun.objects.get()
    assert (run.failure, run.ended_at is None) == ("ValueError", False)
