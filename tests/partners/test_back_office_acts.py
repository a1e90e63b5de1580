"""What an agent changes in a row, one fact at a time; each reason to refuse."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from alliance.lib.errors import Conflict
from partners.actions.back_office import add_axis, join_network, name_referent, remove_axis, show
from partners.models import Organisation
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return builders.staff()


def refused(act, **given) -> str:
    with pytest.raises(Conflict) as refusal:
        act(**given)
    return refusal.value.code


def test_an_axis_is_added_once_and_removed_but_the_last_of_a_project(agent):
    one, two = builders.axis(1), builders.axis(2)
    project = builders.project([one])
    assert refused(add_axis, thing=project, axis=one, by=agent) == "already"
    assert refused(remove_axis, thing=project, axis=two, by=agent) == "already"
    assert refused(remove_axis, thing=project, axis=one, by=agent) == "last"
    add_axis(thing=project, axis=two, by=agent)
    remove_axis(thing=project, axis=one, by=agent)
    assert list(project.axes.all()) == [two]


def test_an_organisation_is_shown_and_hidden_but_not_once_absorbed(agent):
    kept, gone = builders.organisation(), builders.organisation()
    assert refused(show, thing=kept, public=True, by=agent) == "already"
    show(thing=kept, public=False, by=agent)
    assert refused(show, thing=kept, public=False, by=agent) == "already"
    Organisation.objects.filter(pk=gone.pk).update(is_public=False, absorbed_into=kept)
    assert refused(show, thing=gone, public=True, by=agent) == "absorbed"


def test_an_organisation_joins_a_network_other_than_itself(agent):
    network, local = builders.organisation(kind="network"), builders.organisation()
    join_network(organisation=local, parent=network, by=agent)
    local.refresh_from_db()
    assert local.parent == network
    assert refused(join_network, organisation=local, parent=network, by=agent) == "already"
    assert refused(join_network, organisation=local, parent=local, by=agent) == "self"
    assert refused(join_network, organisation=network, parent=local, by=agent) == "network"


def test_a_referent_is_an_agent_whose_perimeter_holds_the_agreement(agent):
    agreement = builders.agreement(builders.organisation(commune=builders.commune()))
    away = builders.staff(regions=[builders.region("11", "Île-de-France", slug="idf")])
    with pytest.raises(ValidationError, match="hors de son périmètre"):
        name_referent(agreement=agreement, referent=away, by=agent)
    name_referent(agreement=agreement, referent=agent, by=agent)
    assert refused(name_referent, agreement=agreement, referent=agent, by=agent) == "already"
    with pytest.raises(PermissionDenied):
        name_referent(agreement=agreement, referent=away, by=away)
