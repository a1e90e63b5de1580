"""Addresses that the portal keeps for its own pages."""

import pytest
from django.core.exceptions import ValidationError

from tests import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["signer", "securite", "confirmer", "compte"])
def test_no_organisation_takes_an_address_of_the_space(slug):
    organisation = builders.organisation()
    organisation.slug = slug
    with pytest.raises(ValidationError) as refusal:
        organisation.full_clean()
    assert refusal.value.messages == ["Cette adresse est réservée au portail : choisissez-en une autre."]


@pytest.mark.parametrize("slug", ["carte", "clusters"])
def test_no_project_takes_the_address_of_the_map(slug):
    project = builders.project()
    project.slug = slug
    with pytest.raises(ValidationError) as refusal:
        project.full_clean()
    assert refusal.value.messages == ["Cette adresse est réservée au portail : choisissez-en une autre."]
