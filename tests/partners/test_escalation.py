"""What waits too long for moderation is told once after 7 days, once after 14, to whom can decide."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alliance.outbox.models import Owed
from partners import mails
from partners.actions.escalation import escalate
from partners.models import Project, ProposedChange
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return builders.commune()


def waiting(here, days: int, **fields) -> Project:
    since = timezone.now() - timedelta(days=days)
    return builders.project(commune=here, moderation="submitted", submitted_at=since, **fields)


def owed() -> list[list]:
    return list(Owed.objects.order_by("pk").values_list("args", flat=True))


def test_each_stage_is_told_once(here):
    project = waiting(here, 6)
    told = []
    for days in (0, 1, 1, 5, 8, 8, 30):
        told.append(escalate(at=timezone.now() + timedelta(days=days)))
    assert told == [0, 1, 0, 0, 1, 0, 0]
    assert owed() == [["53", 7, [project.pk], []], [None, 14, [project.pk], []]]


def test_a_change_and_a_project_of_a_region_share_a_letter(here):
    project, other = waiting(here, 8), builders.project(commune=here)
    change = ProposedChange.objects.create(
        project=other, proposed_by=builders.user(), proposed_at=timezone.now() - timedelta(days=9)
    )
    network = builders.organisation(kind="network", commune=here)
    profile = ProposedChange.objects.create(
        organisation=network, proposed_by=builders.user(), proposed_at=timezone.now() - timedelta(days=9)
    )
    assert escalate(at=timezone.now()) == 2
    assert owed() == [[None, 7, [], [profile.pk]], ["53", 7, [project.pk], [change.pk]]]


def test_what_was_decided_is_told_no_more(here, mailoutbox):
    project = waiting(here, 8)
    delegate, national = builders.staff(regions=[here.region]), builders.staff()
    for region, days, reader in (("53", 7, delegate), (None, 14, national)):
        mails.send_moderation_reminder(region, days, [project.pk], [], message_id="<1@test.invalid>")
        assert mailoutbox.pop().to == [reader.email]
    Project.objects.update(moderation="published")
    mails.send_moderation_reminder("53", 7, [project.pk], [], message_id="<1@test.invalid>")
    assert mailoutbox == []


def test_a_region_without_agents_is_told_to_the_national_team(here, mailoutbox):
    national = builders.staff()
    mails.send_moderation_reminder("53", 7, [waiting(here, 8, title="Halle").pk], [], message_id="<1@test.invalid>")
    (letter,) = mailoutbox
    assert letter.to == [national.email]
    assert letter.subject == "Une décision de modération attend depuis plus de 7 jours"
    assert "- Halle" in letter.body
    assert "/gestion/moderation/" in letter.body
