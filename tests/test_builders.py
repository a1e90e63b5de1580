"""The builders themselves: everything else stands on them."""

import pytest

from tests import builders

pytestmark = pytest.mark.django_db


def test_each_builder_makes_a_row_that_every_constraint_accepts():
    brest = builders.commune()
    network = builders.organisation(kind="network")
    local = builders.organisation(parent=network, commune=brest)
    local.refresh_from_db()
    axis = builders.axis(4, "Inclusion numérique", stake=builders.stake())
    project = builders.project(lead=local, commune=brest, axes=[axis])
    project.refresh_from_db()
    signature = builders.signature(organisation=local)
    registration = builders.registration(builders.convention())
    builders.agreement(local)

    assert (local.region_id, local.department_id) == ("53", "29")
    assert (project.region_id, project.axes_mask) == ("53", 1 << 4)
    assert "Inclusion numérique" in project.keywords
    assert signature.state == "standing"
    assert registration.status == "confirmed"
