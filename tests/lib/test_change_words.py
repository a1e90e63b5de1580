"""Changes told in French."""

import pytest

from alliance.lib.change_words import FieldChange, tell_changes
from alliance.lib.changes import because, changes_of
from partners.models import Organisation, Project
from tests import builders

pytestmark = pytest.mark.django_db


def told(thing):
    return [
        (line.title, line.who, line.door, [(field.label, field.before, field.after) for field in line.fields])
        for line in tell_changes(changes_of(thing))
    ]


def test_fields_have_their_labels_and_values_their_words():
    network = builders.organisation(kind="network", name="Réseau d’essai")
    organisation = builders.organisation(commune=builders.commune())
    agent = builders.staff(full_name="Alix Agent")
    with because(agent, "rattachement", via="gestion admin:x"):
        Organisation.objects.filter(pk=organisation.pk).update(parent=network, is_public=False, kind="authority")
    assert told(organisation)[0] == (
        "Organisation : modification",
        "Alix Agent",
        "gestion",
        [
            ("Nature", "organisation locale", "collectivité"),
            ("Réseau de rattachement", "rien", "Réseau d’essai"),
            ("Visible dans l’annuaire", "oui", "non"),
        ],
    )


def test_axes_and_roles_are_told_by_name():
    project, partner = (
        builders.project(axes=[builders.axis(1, "Lieux partagés")]),
        builders.organisation(name="Atelier"),
    )
    project.partners.create(organisation=partner, role="host")
    project.axes.clear()
    assert [line[0::3] for line in told(project)[:3]] == [
        ("Axes : retrait", [("Axe d’action", "1. Lieux partagés", "rien")]),
        (
            "Organisation du projet : création",
            [("Organisation", "rien", "Atelier"), ("Rôle", "rien", "lieu d’accueil")],
        ),
        ("Axes : ajout", [("Axe d’action", "rien", "1. Lieux partagés")]),
    ]


def test_dates_are_told_as_people_write_them():
    project = builders.project()
    Project.objects.filter(pk=project.pk).update(confirmed_on="2026-01-01")
    assert tell_changes(changes_of(project))[0].fields[0].after == "1er janvier 2026"


def test_what_is_gone_is_said_and_an_erased_account_too():
    network = builders.organisation(kind="network")
    organisation = builders.organisation(parent=network)
    with because(999_999):
        Organisation.objects.filter(pk=organisation.pk).update(parent=None)
    network.delete()
    line = tell_changes(changes_of(organisation))[0]
    assert line.who == "une personne dont le compte est effacé"
    assert line.fields == (FieldChange("Réseau de rattachement", "supprimé depuis", "rien"),)


@pytest.mark.parametrize("number", [1, 30])
def test_queries_are_as_many_for_one_change_as_for_thirty(number, django_assert_num_queries):
    organisation = builders.organisation(commune=builders.commune())
    agent = builders.staff()
    with because(agent):
        for turn in range(number):
            network = builders.organisation(kind="network", name=f"Réseau {turn}")
            Organisation.objects.filter(pk=organisation.pk).update(parent=network)
    with django_assert_num_queries(4):  # changes, people, communes, organisations
        tell_changes(changes_of(organisation))
