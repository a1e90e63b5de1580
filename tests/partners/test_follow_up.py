"""Asking for news of projects: whom, once a month at most, in one letter that says each date."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from alliance.lib import french
from alliance.outbox.models import Owed
from partners import mails
from partners.actions.follow_up import ask_for_news, keepers, set_follow_up
from partners.actions.people import end_membership
from partners.models import Project, ProjectFigure, UpdateLink
from tests import builders
from tests.events.waiting import rival, wait_until_one_waits
from tests.partners.following import link_of, months_ago, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return builders.organisation(name="Atelier", slug="atelier", commune=builders.commune())


@pytest.fixture
def person(lead):
    person = builders.user(full_name="Ada Essai")
    builders.membership(person, lead, "contributor")
    return person


@pytest.fixture
def project(lead):
    made = builders.project(title="Halle", slug="halle", lead=lead, commune=lead.commune, confirmed_on=months_ago(7))
    for position, label in enumerate(["vélos", "bénévoles", "lieux", "repas"]):
        ProjectFigure.objects.create(project=made, label=label, target=400, reached=10, position=position)
    return made


def ask(days: int = 0) -> int:
    at = timezone.now() + timedelta(days=days)
    return ask_for_news(at=at, on=timezone.localdate(at))


def test_only_running_published_projects_without_news_for_six_months_are_asked_about(lead, person, project):
    for number, fields in enumerate([
        {"confirmed_on": months_ago(5)}, {"state": "done"}, {"state": "abandoned"}, {"moderation": "submitted"},
        {"confirmed_on": months_ago(25)}, {"lead": None},
    ]):  # fmt: skip
        builders.project(**({"slug": f"p{number}", "lead": lead, "confirmed_on": months_ago(8)} | fields))
    idea = builders.project(slug="idee", lead=lead, state="idea", confirmed_on=months_ago(13))
    assert keepers(timezone.localdate()) == {person.pk: [idea.pk, project.pk]}


def test_who_submitted_keeps_it_then_contributors_then_administrators(lead, person, project):
    author, head = builders.user(), builders.user()
    membership = builders.membership(author, lead, "signatory")
    builders.membership(head, lead, "administrator")
    builders.membership(builders.user(), lead, "reader")
    Project.objects.update(submitted_by=author)
    today = timezone.localdate()
    assert list(keepers(today)) == [author.pk]
    end_membership(membership=membership, by=head)
    assert list(keepers(today)) == [person.pk]
    set_follow_up(person=person, wanted=False, at=timezone.now())
    assert list(keepers(today)) == [head.pk]


def test_all_projects_of_a_person_are_in_one_letter(person, project):
    other = builders.organisation()
    builders.membership(person, other, "contributor")
    second = builders.project(title="Lavoir", lead=other, confirmed_on=months_ago(11))
    assert ask() == 1
    link = UpdateLink.objects.get()
    assert (link.person, link.projects) == (person, [second.pk, project.pk])
    assert list(Owed.objects.values_list("work", "args")) == [("partners.send_follow_up", [link.pk])]


def test_nobody_gets_two_letters_in_thirty_days(person, project):
    assert [ask(days) for days in (0, 0, 1, 29, 30, 31)] == [1, 0, 0, 0, 1, 0]
    assert Owed.objects.count() == 2


def test_who_asked_to_be_left_alone_is_and_may_change_their_mind(person, project):
    set_follow_up(person=person, wanted=False, at=timezone.now())
    assert ask() == 0
    set_follow_up(person=person, wanted=True, at=timezone.now())
    assert ask() == 1


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_owe_one_letter(person, project):
    with transaction.atomic():
        assert ask() == 1
        second = rival(ask)
        wait_until_one_waits()
    assert second.result() == 0
    assert Owed.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_choosing_whom_to_ask_costs_the_same(lead, person, count, django_assert_num_queries):
    for number in range(count):
        builders.project(slug=f"p{number}", lead=lead, confirmed_on=months_ago(7))
    with django_assert_num_queries(3):
        keepers(timezone.localdate())


def test_the_letter_says_each_date_and_unsubscribes_in_one_click(person, project, mailoutbox, settings):
    Project.objects.update(confirmed_on=months_ago(11))
    link = link_of(person, project)
    mails.send_follow_up(link.pk, message_id="<1@test.invalid>")
    (letter,) = mailoutbox
    assert (letter.to, letter.subject) == ([person.email], "« Halle » est-il toujours en cours ?")
    assert f"{settings.SITE_URL}{path_of(link)}\n" in letter.body
    leaves = Project.objects.get().leaves_on
    assert timezone.localdate() < leaves <= timezone.localdate() + timedelta(days=33)
    assert f"il quitte la liste et la carte le {french.long_date(leaves)}." in letter.body  # « 1er », one day a month
    stop = f"{settings.SITE_URL}{path_of(link)}arreter/"
    assert letter.extra_headers["List-Unsubscribe"] == f"<{stop}>"
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("gone", ["answered", "stopped", "expired", "closed"])
def test_a_letter_that_serves_no_more_does_not_leave(person, project, mailoutbox, gone):
    link = link_of(person, project)
    if gone == "answered":
        Project.objects.update(confirmed_on=timezone.localdate())
    if gone == "stopped":
        set_follow_up(person=person, wanted=False, at=timezone.now())
    if gone == "expired":
        past = timezone.now() - timedelta(days=1)
        UpdateLink.objects.update(made_at=past - timedelta(days=45), expires_at=past)
    if gone == "closed":
        person.is_active = False
        person.save()
    mails.send_follow_up(link.pk, message_id="<1@test.invalid>")
    assert mailoutbox == []


@pytest.mark.parametrize("day", ["2025-02-28", "2024-02-29", "2025-01-31", "2025-12-01"])
def test_the_day_of_leaving_is_the_first_one_out_of_the_list(lead, day):
    made = builders.project(lead=lead, confirmed_on=day)
    made.refresh_from_db()
    leaves = made.leaves_on
    assert (made.freshness(leaves - timedelta(days=1)), made.freshness(leaves)) == ("to_confirm", "stale")
