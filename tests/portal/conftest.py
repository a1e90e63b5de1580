"""Two régions: one of the perimeter, one outside. Builders are imported late: models wait for Django."""

import pytest


@pytest.fixture
def brittany(db):
    from tests import builders

    return builders.commune().region


@pytest.fixture
def elsewhere(db):
    from tests import builders

    return builders.region("11", "Île-de-France", slug="idf")
