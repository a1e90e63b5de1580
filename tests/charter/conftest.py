"""Fixtures of the charter's tests. Models are imported when Django is ready, not when this file is read."""

import pytest


@pytest.fixture
def case(request):
    request.getfixturevalue("transactional_db" if _commits(request) else "db")
    from tests.charter.signing import make_case

    return make_case()


def _commits(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))
