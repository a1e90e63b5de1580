"""A version is proposed by one agent of the national team and published by another; then its text never changes."""

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.lib.errors import Conflict
from alliance.proof.models import JournalEntry
from charter.actions.versions import freeze_version, propose_version, publish_version, take_back_version
from charter.models import Article, CharterVersion
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


def draft(**fields) -> CharterVersion:
    return builders.charter_version("2027", published=False, **{"effective_on": date(2027, 1, 1), **fields})


def proposed(**fields) -> CharterVersion:
    return propose_version(version=draft(**fields), by=builders.staff())


def code_of(act, **arguments) -> str:
    with pytest.raises(Conflict) as refusal:
        act(**arguments)
    return refusal.value.code


def moves(version: CharterVersion) -> tuple:
    """Every way to change a text."""
    return (
        lambda: CharterVersion.objects.filter(pk=version.pk).update(title="Autre"),
        lambda: CharterVersion.objects.filter(pk=version.pk).delete(),
        lambda: Article.objects.filter(version=version).update(text="Autre"),
        lambda: Article.objects.create(version=version, position=9, heading="Ajout", text="Ajout"),
    )


def test_publishing_freezes_the_text_and_its_digest():
    proposer, publisher = builders.staff(), builders.staff()
    version = publish_version(version=propose_version(version=draft(), by=proposer), by=publisher)
    assert (version.state, version.digest) == ("published", version.compute_digest())
    assert (version.proposed_by, version.published_by) == (proposer, publisher)
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.subject) == ("version_published", "charter/2027")
    assert version.digest in entry.leaf
    assert sorted(json.loads(entry.leaf)["commitments"]) == ["proposer_email", "publisher_email"]
    for change in moves(version):
        with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
            change()


def test_a_proposed_text_does_not_move_until_it_is_taken_back():
    version = proposed()
    for change in moves(version):
        with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
            change()
    version = take_back_version(version=version, by=builders.staff())
    assert (version.state, version.proposed_by, version.proposed_at) == ("draft", None, None)
    for change in moves(version)[:1]:
        change()
    assert code_of(take_back_version, version=version, by=builders.staff()) == "not_proposed"


def test_only_the_national_team_proposes_takes_back_and_publishes():
    version = proposed()
    for person in (builders.user(), builders.staff(regions=[builders.region()])):
        for act in (propose_version, take_back_version, publish_version):
            with pytest.raises(PermissionDenied):
                act(version=version, by=person)


def test_the_agent_who_proposed_does_not_publish():
    agent = builders.staff()
    version = propose_version(version=draft(), by=agent)
    assert code_of(publish_version, version=version, by=agent) == "same_agent"
    version.refresh_from_db()
    assert version.state == "proposed"


@pytest.mark.parametrize("agents", [(), ("proposed_by",), ("published_by",)])
def test_the_database_itself_wants_two_agents(agents):
    """The negative control of the rule: whatever writes the row."""
    version, agent = draft(), builders.staff()
    whole = {"state": "published", "published_at": timezone.now(), "digest": "0" * 64}
    with pytest.raises(IntegrityError, match="charter_published_by_two"):
        CharterVersion.objects.filter(pk=version.pk).update(**whole, **dict.fromkeys(agents, agent))


def test_a_draft_is_not_published_without_a_proposal():
    assert code_of(publish_version, version=draft(), by=builders.staff()) == "not_proposed"


def test_a_version_is_proposed_once_and_published_once():
    version = proposed()
    assert code_of(propose_version, version=version, by=builders.staff()) == "already_proposed"
    version = publish_version(version=version, by=builders.staff())
    for act in (propose_version, take_back_version, publish_version):
        assert code_of(act, version=version, by=builders.staff()) == "already_published"


def test_a_version_without_text_is_not_proposed():
    version = draft(articles=())
    assert code_of(propose_version, version=version, by=builders.staff()) == "empty"
    Article.objects.create(version=version, position=1, heading="Vide", text="  ")
    assert code_of(propose_version, version=version, by=builders.staff()) == "empty"


def test_a_version_needs_the_day_of_its_effect():
    version = draft(effective_on=None)
    with pytest.raises(ValidationError) as refusal:
        propose_version(version=version, by=builders.staff())
    assert list(refusal.value.message_dict) == ["effective_on"]
    assert propose_version(version=version, by=builders.staff(), effective_on=date(2027, 2, 1)).state == "proposed"


def test_a_placeholder_is_loaded_without_agents_and_an_official_text_is_not():
    loaded = freeze_version(version=draft(is_placeholder=True))
    assert (loaded.state, loaded.published_by) == ("published", None)
    assert code_of(freeze_version, version=loaded) == "already_published"
    official = builders.charter_version("2028", published=False)
    with pytest.raises(IntegrityError, match="charter_published_by_two"), transaction.atomic():
        freeze_version(version=official)


def test_the_back_office_proposes_with_one_agent_and_publishes_with_another():
    version = draft()
    page = reverse("admin:charter_charterversion_changelist")
    first, second = (signed_in(builders.staff()) for _ in range(2))

    def act(client, action) -> str:
        chosen = {"action": action, "_selected_action": [version.pk]}
        return client.post(page, chosen, follow=True).content.decode()

    assert "c’est fait" in act(first, "propose")
    assert "un autre agent de l’équipe nationale la publie" in act(first, "publish")
    assert "c’est fait" in act(second, "publish")
    version.refresh_from_db()
    assert version.state == "published"


def test_the_version_in_force_is_the_last_that_has_taken_effect():
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    new = builders.charter_version("2020", effective_on=date(2020, 7, 2))
    draft()
    in_force = CharterVersion.objects.in_force
    assert in_force(date(2014, 10, 13)) is None
    assert in_force(date(2020, 7, 1)) == old
    assert in_force(date(2020, 7, 2)) == in_force(date(2030, 1, 1)) == new
