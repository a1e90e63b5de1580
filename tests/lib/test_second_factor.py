"""Staff give a second factor before anything else."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lib.urls")]


@pytest.fixture
def agent(django_user_model):
    return django_user_model.objects.create_user("agent@example.org", is_staff=True)


def record(client, user, **entry) -> None:
    session = client.session
    session["account_authentication_methods"] = [{"at": 1.0, **entry}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def test_a_partner_needs_none(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada@example.org"))
    assert client.get("/private/").content == b"private"


@pytest.mark.parametrize("path", ["/private/", "/public/?x=1", "/api/fails/none/"])
def test_an_agent_without_a_factor_is_sent_to_set_one_up_from_everywhere(client, agent, path):
    client.force_login(agent)
    response = client.get(path)
    assert (response.status_code, response.url) == (302, reverse("mfa_activate_totp"))


def test_an_agent_who_has_a_factor_must_give_it_and_cannot_reach_the_set_up(client, agent):
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "x"})
    client.force_login(agent)
    confirm = f"{reverse('mfa_reauthenticate')}?next="
    assert client.get("/private/").url.startswith(confirm)
    assert client.get(reverse("mfa_activate_totp")).url.startswith(confirm)


def test_an_agent_who_gave_the_factor_in_this_session_passes(client, agent):
    client.force_login(agent)
    record(client, agent, method="mfa", type="totp")
    assert client.get("/private/").content == b"private"


@pytest.mark.parametrize("entry", [{"method": "code"}, {"method": "password"}, {"method": "mfa", "type": "email"}])
def test_control_no_other_proof_is_enough(client, agent, entry):
    client.force_login(agent)
    record(client, agent, **entry)
    assert client.get("/private/").status_code == 302


def test_control_the_factor_of_somebody_else_is_not_enough(client, agent, django_user_model):
    client.force_login(agent)
    record(client, django_user_model.objects.create_user("other@example.org"), method="mfa", type="totp")
    assert client.get("/private/").status_code == 302
