"""A version is published once, whole, by the national team; then its text never changes."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from alliance.lib.errors import Conflict
from alliance.proof.models import JournalEntry
from charter.actions.versions import publish_version
from charter.models import Article, CharterVersion
from tests import builders

pytestmark = pytest.mark.django_db


def draft(**fields) -> CharterVersion:
    return builders.charter_version("2027", published=False, **{"effective_on": date(2027, 1, 1), **fields})


def test_publishing_freezes_the_text_and_its_digest():
    version = publish_version(version=draft(), by=builders.staff())
    assert (version.state, version.digest) == ("published", version.compute_digest())
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.subject) == ("version_published", "charter/2027")
    assert version.digest in entry.leaf

    for change in (
        lambda: CharterVersion.objects.update(title="Autre"),
        lambda: CharterVersion.objects.all().delete(),
        lambda: Article.objects.update(text="Autre"),
        lambda: Article.objects.create(version=version, position=9, heading="Ajout", text="Ajout"),
    ):
        with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
            change()


def test_only_the_national_team_publishes():
    version = draft()
    for person in (builders.user(), builders.staff(regions=[builders.region()])):
        with pytest.raises(PermissionDenied):
            publish_version(version=version, by=person)


def test_a_version_is_published_once():
    version = publish_version(version=draft(), by=builders.staff())
    with pytest.raises(Conflict) as refusal:
        publish_version(version=version, by=builders.staff())
    assert refusal.value.code == "already_published"


def test_a_version_without_text_is_not_published():
    version = draft(articles=())
    with pytest.raises(Conflict) as refusal:
        publish_version(version=version, by=builders.staff())
    assert refusal.value.code == "empty"
    Article.objects.create(version=version, position=1, heading="Vide", text="  ")
    with pytest.raises(Conflict):
        publish_version(version=version, by=builders.staff())


def test_a_version_needs_the_day_of_its_effect():
    with pytest.raises(ValidationError) as refusal:
        publish_version(version=draft(effective_on=None), by=builders.staff())
    assert list(refusal.value.message_dict) == ["effective_on"]
    version = CharterVersion.objects.get()
    assert publish_version(version=version, by=builders.staff(), effective_on=date(2027, 2, 1)).state == "published"


def test_the_version_in_force_is_the_last_that_has_taken_effect():
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    new = builders.charter_version("2020", effective_on=date(2020, 7, 2))
    draft()
    in_force = CharterVersion.objects.in_force
    assert in_force(date(2014, 10, 13)) is None
    assert in_force(date(2020, 7, 1)) == old
    assert in_force(date(2020, 7, 2)) == in_force(date(2030, 1, 1)) == new
