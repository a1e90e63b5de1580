"""Two régions: one of the perimeter, one outside."""

import pytest

from tests import builders


@pytest.fixture
def brittany():
    return builders.commune().region


@pytest.fixture
def elsewhere():
    return builders.region("11", "Île-de-France", slug="idf")
