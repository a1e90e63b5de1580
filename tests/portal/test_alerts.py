"""Alerts by e-mail: confirmed twice, told once, never after the end, whatever is down; no address elsewhere."""

import logging
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.outbox.delivery import deliver_all_due
from alliance.outbox.models import Owed, State
from alliance.portal import jobs
from alliance.portal.kept import alerts
from alliance.portal.kept.nouns import BY_KEY
from partners.models import Alert, Organisation, Project
from tests import builders

pytestmark = pytest.mark.django_db
EMAIL = "ana.lecture@test.invalid"
NOON = "2026-03-10 11:00:00Z"


def view(noun="projets", address=""):
    return BY_KEY[noun].read(QueryDict(address))


def followed(noun="projets", address="", email=EMAIL) -> Alert:
    alert = alerts.ask(view=view(noun, address), email=email, at=timezone.now())
    deliver_all_due()
    return alerts.confirm(alert=alert, at=timezone.now())


def next_day(days=1) -> list:
    """What leaves after the comparisons of a later day."""
    mail.outbox.clear()
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        jobs.compare_views()
        deliver_all_due()
    deliver_all_due()
    return list(mail.outbox)


def paths_in(message) -> dict[str, str]:
    urls = re.findall(r"https?://\S+/alertes/\S+", message.body)
    return {url.rstrip("/").rsplit("/", 1)[1]: urlsplit(url).path for url in urls}


def test_from_the_page_to_the_end_without_an_account_or_a_cookie(client):
    builders.project(title="Halle")
    response = client.post("/projets/reutiliser/", {"email": EMAIL})
    assert (response.status_code, response.url) == (302, "/alertes/demandee/")
    assert client.get(response.url).status_code == 200
    deliver_all_due()
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([EMAIL], "Confirmez votre alerte : Projets territoriaux")
    paths = paths_in(letter)
    assert "Confirmer l’alerte" in client.get(paths["confirmer"]).content.decode()
    assert client.post(paths["confirmer"]).url == paths["confirmer"]
    assert "L’alerte est en route" in client.get(paths["confirmer"]).content.decode()
    builders.project(title="Verger")
    (news,) = next_day()
    assert news.subject == "1 nouveauté : Projets territoriaux"
    assert ("Verger" in news.body, "Halle" in news.body) == (True, False)
    assert client.post(paths_in(news)["arreter"]).status_code == 302
    assert "Votre adresse est effacée" in client.get(paths["arreter"]).content.decode()
    assert dict(client.cookies) == {}


def test_programs_that_open_links_change_nothing(client):
    alert = alerts.ask(view=view(), email=EMAIL, at=timezone.now())
    deliver_all_due()
    for _ in range(2):
        for act in ("confirmer", "arreter"):
            for method in (client.get, client.head):
                assert method(f"/alertes/{alert.public_id}/{act}/").status_code == 200
    alert.refresh_from_db()
    assert (alert.confirmed_at, alert.ended_at) == (None, None)
    builders.project()
    assert next_day() == []


def test_news_tell_what_is_new_changed_and_gone_with_the_filters_of_the_view():
    brest = builders.commune()
    kept, moved, hidden = (builders.project(title=title, commune=brest) for title in ("Reste", "Part", "Caché"))
    builders.project(title="Ailleurs")
    followed(address="department=29")
    kept.title = "Reste, renommé"
    kept.save()
    moved.commune = None
    moved.save()
    Project.objects.filter(pk=hidden.pk).update(moderation="draft")
    builders.project(title="Arrive", commune=brest)
    builders.project(title="Arrive ailleurs")
    (news,) = next_day()
    said = [line for line in news.body.splitlines() if line.startswith(("-", "1", "2"))]
    assert [line.split(" (")[0].replace("\u00a0", " ") for line in said] == [
        "1 nouveauté", "- Arrive", "1 modification", "- Reste, renommé", "2 départs", "- Part",
    ]  # fmt: skip
    assert "Caché" not in news.body
    assert next_day(2) == []


@pytest.mark.parametrize(
    ("noun", "make"),
    [
        ("annuaire", lambda: builders.organisation()),
        ("accords", lambda: builders.agreement(builders.organisation())),
        ("conventions", lambda: builders.convention()),
        ("signatures", lambda: builders.signature(builders.organisation())),
    ],
)
def test_every_list_can_be_followed(noun, make):
    make()
    followed(noun)
    assert next_day() == []
    made = make()
    (news,) = next_day(2)
    assert "nouveauté" in news.subject
    assert BY_KEY[noun].items([made.pk])[0].title in news.body


def test_one_letter_a_day_at_most_and_only_when_something_changed():
    followed()
    assert next_day() == []
    builders.project()
    today = timezone.localdate() + timedelta(days=2)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        mail.outbox.clear()
        for _ in range(3):
            jobs.compare_views()
            jobs.compare_views()
            deliver_all_due()
            builders.project()
        assert len(mail.outbox) == 1
    assert Alert.objects.get().sent_on == today
    (news,) = next_day(3)
    assert news.subject.startswith("3 nouveautés")


def test_a_change_committed_late_is_not_lost():
    """Its ``updated_at`` is older than the last comparison: only what was seen counts."""
    project = builders.project()
    followed()
    assert next_day() == []
    Project.objects.filter(pk=project.pk).update(updated_at=timezone.now() - timedelta(days=3))
    assert len(next_day(2)) == 1


def test_days_without_a_comparison_are_told_the_next_time():
    followed()
    builders.project(title="Premier jour")
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        builders.project(title="Troisième jour")
    (news,) = next_day(4)
    assert ("Premier jour" in news.body, "Troisième jour" in news.body) == (True, True)


def test_the_end_forgets_the_address_and_stops_the_letter_that_was_owed():
    alert = followed()
    builders.project()
    alerts.compare(alert_id=alert.pk, on=timezone.localdate())
    assert Owed.objects.filter(work="portal.send_alert", state=State.PENDING).count() == 1
    mail.outbox.clear()
    alerts.end(alert=alert, at=timezone.now())
    deliver_all_due()
    assert mail.outbox == []
    alert.refresh_from_db()
    assert (alert.email, alert.seen_keys, alert.is_active) == ("", [], False)
    builders.project()
    assert next_day() == []
    with pytest.raises(Conflict) as refused:
        alerts.confirm(alert=alert, at=timezone.now())
    assert refused.value.code == "alert_ended"


def test_a_mail_program_ends_it_with_one_post():
    alert = followed()
    builders.project()
    (news,) = next_day()
    url = news.extra_headers["List-Unsubscribe"].strip("<>")
    assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = Client(enforce_csrf_checks=True)
    response = program.post(urlsplit(url).path, {"List-Unsubscribe": "One-Click"})
    assert (response.status_code, dict(program.cookies)) == (200, {})
    alert.refresh_from_db()
    assert alert.email == ""
    assert program.post(urlsplit(url).path, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_an_address_nobody_confirms_is_erased_after_seven_days():
    alerts.ask(view=view(), email=EMAIL, at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert jobs.forget_alerts() == 0
    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1)):
        assert jobs.forget_alerts() == 1
    assert Alert.objects.count() == 0


def test_a_confirmed_alert_is_kept_and_an_ended_one_forgotten_in_time():
    followed()
    ended = followed(email="b@test.invalid")
    alerts.end(alert=ended, at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert jobs.forget_alerts() == 1
    assert [alert.email for alert in Alert.objects.all()] == [EMAIL]


def test_the_answer_does_not_tell_who_follows_what(client):
    followed()
    known = client.post("/projets/reutiliser/", {"email": EMAIL.upper()})
    unknown = client.post("/projets/reutiliser/", {"email": "b@test.invalid"})
    assert (known.status_code, known.url, known.content) == (unknown.status_code, unknown.url, unknown.content)
    assert Alert.objects.count() == 2
    mail.outbox.clear()
    deliver_all_due()
    assert "Vous suivez déjà cette liste : Projets territoriaux" in [letter.subject for letter in mail.outbox]


def test_what_cannot_be_an_address_is_refused_on_the_page(client):
    response = client.post("/projets/reutiliser/?axis=99", {"email": "pas une adresse"})
    assert response.status_code == 400
    assert "pas une adresse" in response.content.decode()
    assert Alert.objects.count() == 0


def test_a_view_too_large_is_refused_with_a_way_out(client, monkeypatch):
    monkeypatch.setattr(alerts, "SIZE_MAX", 1)
    for _ in range(2):
        builders.project()
    response = client.post("/projets/reutiliser/", {"email": EMAIL})
    assert (response.status_code, alerts.TOO_LARGE in response.content.decode()) == (400, True)
    with pytest.raises(ValidationError):
        alerts.ask(view=view(), email=EMAIL, at=timezone.now())


def test_an_address_is_not_flooded(client):
    for _ in range(5):
        assert client.post("/projets/reutiliser/", {"email": EMAIL}).status_code == 302
    refused = client.post("/annuaire/reutiliser/", {"email": EMAIL.upper()})
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    assert client.post("/projets/reutiliser/", {"email": "b@test.invalid"}).status_code == 302


def test_the_address_stands_in_no_link_no_log_and_no_debt(client, caplog):
    caplog.set_level(logging.DEBUG)
    client.post("/projets/reutiliser/?axis=1", {"email": EMAIL})
    deliver_all_due()
    alert = Alert.objects.get()
    alerts.confirm(alert=alert, at=timezone.now())
    builders.project()
    next_day()
    client.post(f"/alertes/{alert.public_id}/arreter/")
    assert [record for record in caplog.records if EMAIL in record.getMessage()] == []
    assert [owed for owed in Owed.objects.all() if EMAIL in str(owed.args)] == []
    assert EMAIL not in str([letter.body for letter in mail.outbox])
    assert EMAIL not in client.get(f"/alertes/{alert.public_id}/arreter/").content.decode()


def test_hidden_organisations_leave_the_view_without_their_name():
    organisation = builders.organisation(name="Nom à taire")
    followed("annuaire")
    Organisation.objects.filter(pk=organisation.pk).update(is_public=False)
    (news,) = next_day()
    assert (news.subject.startswith("1 départ"), "Nom à taire" in news.body) == (True, False)
