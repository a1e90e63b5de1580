"""A sample of what ``make faults`` tries: cases made up from the description, asked of the portal as nobody."""

import pytest

from tests.faults.test_openapi_cases import tried
from tests.query_table import query_world  # noqa: F401


@pytest.mark.django_db(transaction=True)
def test_a_sample_of_cases_is_answered_as_described(live_server, query_world, tmp_path):  # noqa: F811
    report = tried(live_server.url, tmp_path, {}, "--phases", "fuzzing", examples=10)
    assert (report["failures"], report["errors"]) == ([], []), report["said"]
    assert report["test_cases"]["generated"] >= 200
