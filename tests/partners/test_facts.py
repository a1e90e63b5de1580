"""The known facts of the programme: loaded with their source, never over what the national team corrected."""

import hashlib

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from alliance.proof.models import JournalEntry
from charter.models import CharterVersion
from events.models import Convention
from partners.models import Axis, Organisation, ProgrammeCount, Project, Stake
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def communes():
    east = builders.region("44", "Grand Est", slug="grand-est")
    south = builders.region("84", "Auvergne-Rhône-Alpes", slug="auvergne-rhone-alpes")
    island = builders.region("11", "Île-de-France", slug="ile-de-france")
    builders.commune("67482", "Strasbourg", builders.department("67", "Bas-Rhin", east))
    builders.commune("42046", "Champdieu", builders.department("42", "Loire", south))
    builders.commune("75056", "Paris", builders.department("75", "Paris", island))


@pytest.fixture
def facts(communes):
    call_command("load_facts", verbosity=0)


def test_the_twelve_axes_say_how_sure_they_are(facts):
    assert list(Axis.objects.values_list("number", "label", "status", "stake")) == [
        (1, "Lieux partagés", "attested", "cohesion"),
        (2, "Maintien à domicile", "attested", "cohesion"),
        (3, "Économie circulaire", "attested", "ecologie"),
        (4, "Inclusion numérique", "attested", "numerique"),
        (5, "Mécénat de compétences", "to_confirm", "cohesion"),
        (6, "Achats responsables", "to_confirm", "ecologie"),
        (7, "Transition énergétique", "to_confirm", "ecologie"),
        (8, "Financement et services bancaires", "to_confirm", "cohesion"),
        (9, "Ressources humaines et mobilités professionnelles", "to_confirm", "cohesion"),
        (10, "Axe à renseigner", "to_fill_in", None),
        (11, "Axe à renseigner", "to_fill_in", None),
        (12, "Axe à renseigner", "to_fill_in", None),
    ]


def test_every_fact_names_its_source_except_what_is_to_fill_in(facts):
    assert not Stake.objects.filter(source="").exists()
    assert set(Axis.objects.filter(source="").values_list("number", flat=True)) == {10, 11, 12}
    assert not Project.objects.filter(source="").exists()
    assert not Convention.objects.filter(source="").exists()


def test_the_known_gatherings_are_days_without_hours(facts):
    known = [
        (timezone.localdate(c.starts_at).isoformat(), timezone.localdate(c.ends_at).isoformat(), c.kind, c.is_day_only)
        for c in Convention.objects.order_by("starts_at")
    ]
    assert known == [
        ("2014-10-14", "2014-10-14", "meeting", True),
        ("2015-11-03", "2015-11-03", "meeting", True),
        ("2018-06-27", "2018-06-27", "convention", True),
        ("2020-07-02", "2020-07-02", "workshop", True),
        ("2020-09-17", "2020-09-17", "convention", True),
        ("2022-10-11", "2022-10-11", "convention", True),
    ]


def test_the_known_projects_have_no_lead_no_axis_and_are_not_confirmed(facts):
    today = timezone.localdate()
    projects = {p.slug: (p.commune_id, p.lead, p.axes_mask, p.freshness(today)) for p in Project.objects.all()}
    assert projects == {
        "les-jardins-de-la-montagne-verte": ("67482", None, 0, "stale"),
        "jaccede-com": (None, None, 0, "stale"),
        "comptoirs-de-campagne-champdieu": ("42046", None, 0, "stale"),
    }


def test_the_announced_counts_keep_their_date_their_precision_and_their_source(facts):
    told = [(each.value, each.when, each.source != "") for each in ProgrammeCount.objects.order_by("on")]

    assert told == [(33, "octobre 2014", True), (43, "novembre 2015", True), (53, "2020", True), (53, "2021", True)]


def test_no_organisation_is_loaded_and_nothing_is_marked_as_demonstration(facts):
    assert not Organisation.objects.exists()
    assert not Project.objects.filter(is_demo=True).exists()
    assert not Convention.objects.filter(is_demo=True).exists()


def test_both_charters_are_published_as_demonstration_texts(facts):
    versions = list(CharterVersion.objects.order_by("effective_on"))
    assert [(v.slug, v.state, v.is_placeholder, v.effective_on.isoformat()) for v in versions] == [
        ("2014", "published", True, "2014-10-14"),
        ("2020", "published", True, "2020-07-02"),
    ]
    for version in versions:
        assert version.digest == hashlib.sha256(version.canonical(list(version.articles.all()))).hexdigest()
        assert version.partner_commitment
        assert version.la_poste_commitment
        assert "démonstration, à remplacer" in version.source


def test_the_2020_text_adds_paragraphs_and_changes_some(facts):
    old, new = (
        {paragraph for article in version.articles.all() for paragraph in article.text.split("\n\n")}
        for version in CharterVersion.objects.order_by("effective_on")
    )
    assert len(new - old) >= 6
    assert len(new & old) >= 6


def test_a_published_text_is_frozen_and_in_the_journal(facts):
    assert list(JournalEntry.objects.values_list("kind", "subject")) == [
        ("version_published", "charter/2014"),
        ("version_published", "charter/2020"),
    ]
    with pytest.raises(DatabaseError, match="ne change pas"), transaction.atomic():
        CharterVersion.objects.filter(slug="2014").update(title="Autre")


def test_loading_again_changes_nothing_that_was_corrected(facts):
    Axis.objects.filter(number=10).update(label="Axe renseigné", status="attested", source="une source")
    Project.objects.filter(slug="jaccede-com").delete()
    call_command("load_facts", verbosity=0)
    assert Axis.objects.get(number=10).label == "Axe renseigné"
    assert Axis.objects.count() == 12
    assert Project.objects.filter(slug="jaccede-com").exists()
    assert JournalEntry.objects.count() == 2


def test_if_needed_leaves_even_what_was_deleted(facts):
    Project.objects.filter(slug="jaccede-com").delete()
    call_command("load_facts", if_needed=True, verbosity=0)
    assert not Project.objects.filter(slug="jaccede-com").exists()


def test_without_communes_the_command_says_what_to_do_first():
    with pytest.raises(CommandError, match="lancez d’abord load_territories"):
        call_command("load_facts")
