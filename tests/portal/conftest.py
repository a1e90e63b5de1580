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


from tests.charter.conftest import stored  # noqa: E402, F401
from tests.proof.conftest import sealing, use_key  # noqa: E402, F401  the fixtures of the seal
