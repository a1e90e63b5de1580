"""Acts that wait for their seal, and mandates that an agent enters for somebody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from charter.actions.mandates import submit_mandate
from charter.models import Mandate, Paper
from tests import builders
from tests.charter.signing import PDF
from tests.portal.test_back_office import act
from tests.portal.test_staff_campaigns import html, paris
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
ACTS = "/gestion/actes-en-attente/"


def paper(signature, **fields) -> Paper:
    return Paper.objects.create(
        signature=signature, revision=1, facts_at=signature.last_fact_at, file="x", digest=f"{signature.pk:064}",
        sealed_at=timezone.now(), seal_name="Cachet", seal_fingerprint="0" * 64, **fields,
    )  # fmt: skip


def test_the_screen_lists_acts_without_seal_then_papers_without_time_and_says_why(settings):
    settings.SEAL_P12, settings.TSA_URL = "", ""
    version = builders.charter_version()
    bare, sealed, whole = (builders.signature(builders.organisation(), version) for _ in range(3))
    waiting = paper(sealed)
    paper(whole, stamped_at=timezone.now(), authority="Autorité")
    response = signed_in(builders.staff()).get(ACTS)
    assert (list(response.context["acts"]), list(response.context["papers"])) == ([bare], [waiting])
    page = html(response)
    assert "Aucune clé de cachet n’est configurée" in page
    assert "Aucune autorité d’horodatage n’est configurée" in page
    assert bare.code in page


def test_a_good_key_is_not_complained_about(sealing):
    assert "Rien n’est scellé" not in html(signed_in(builders.staff()).get(ACTS))


def test_a_delegate_sees_the_acts_of_the_perimeter(brittany):
    version = builders.charter_version()
    here = builders.signature(builders.organisation(commune=builders.commune()), version)
    builders.signature(builders.organisation(commune=paris()), version)
    response = signed_in(builders.staff(regions=[brittany])).get(ACTS)
    assert list(response.context["acts"]) == [here]
    assert signed_in(builders.user()).get(ACTS).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_screen_costs_the_same_for_one_row_and_three(rows, django_assert_num_queries):
    version = builders.charter_version()
    for _ in range(rows):
        builders.signature(builders.organisation(), version)
        paper(builders.signature(builders.organisation(), version))
    client = signed_in(builders.staff())
    with django_assert_num_queries(8):
        assert client.get(ACTS).status_code == 200


@pytest.fixture
def organisation(brittany):
    made = builders.organisation(name="Épicerie du Quai", slug="epicerie", commune=builders.commune())
    builders.membership(builders.user("zoe@test.invalid", full_name="Zoé Essai"), made, "signatory")
    return made


def typed(organisation, **fields) -> dict:
    return {
        "person": organisation.memberships.get().user_id,
        "kind": "legal",
        "job_title": "présidente",
        "starts_on": timezone.localdate().isoformat(),
        "document": SimpleUploadedFile("statuts.pdf", PDF, "application/pdf"),
    } | fields


PATH = "/gestion/mandats/deposer/epicerie/"


def test_an_agent_enters_a_mandate_which_another_verifies(organisation, brittany, stored):
    agent, other = builders.staff(regions=[brittany]), builders.staff(regions=[brittany])
    client = signed_in(agent)
    assert PATH in html(client.get("/gestion/mandats/deposer/?q=ÉPI"))
    response = client.post(PATH, typed(organisation))
    mandate = Mandate.objects.get()
    assert (response.status_code, response.url) == (302, reverse("admin:charter_mandate_change", args=[mandate.pk]))
    assert (mandate.entered_by, mandate.person.full_name, mandate.state) == (agent, "Zoé Essai", "submitted")
    own = act(client, "charter_mandate", "establish", mandate)
    assert "Un autre agent doit vérifier" in html(own)
    act(signed_in(other), "charter_mandate", "establish", mandate)
    mandate.refresh_from_db()
    assert (mandate.state, mandate.verified_by) == ("verified", other)


def test_a_wrong_form_is_a_400_and_keeps_what_was_typed(organisation, stored):
    client = signed_in(builders.staff())
    stranger = builders.user()
    response = client.post(PATH, typed(organisation, person=stranger.pk, job_title="trésorière"))
    assert (response.status_code, "trésorière" in html(response)) == (400, True)
    assert "Choisissez une personne de la liste." in html(response)
    text = SimpleUploadedFile("statuts.pdf", b"bonjour", "application/pdf")
    assert client.post(PATH, typed(organisation, document=text)).status_code == 400
    past = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert client.post(PATH, typed(organisation, ends_on=past)).status_code == 400
    assert Mandate.objects.count() == 0


def test_a_second_mandate_that_waits_is_a_409(organisation, stored):
    client = signed_in(builders.staff())
    client.post(PATH, typed(organisation))
    response = client.post(PATH, typed(organisation))
    assert (response.status_code, "attend déjà sa vérification" in html(response)) == (409, True)


def test_outside_the_perimeter_it_does_not_exist(organisation, elsewhere):
    away = builders.staff(regions=[elsewhere])
    client = signed_in(away)
    assert [client.get(PATH).status_code, client.post(PATH, typed(organisation)).status_code] == [404, 404]
    assert PATH not in html(client.get("/gestion/mandats/deposer/?q=epicerie"))
    assert signed_in(builders.user()).get(PATH).status_code == 404
    with pytest.raises(PermissionDenied):
        submit_mandate(
            organisation=organisation, person=organisation.memberships.get().user, entered_by=away, kind="legal",
            job_title="présidente", starts_on=timezone.localdate(),
        )  # fmt: skip


def test_the_list_of_mandates_tells_their_age_and_opens_their_paper(organisation, stored):
    client = signed_in(builders.staff())
    client.post(PATH, typed(organisation))
    Mandate.objects.update(entered_at=timezone.now() - timedelta(days=12))
    page = html(client.get("/gestion/charter/mandate/?state__exact=submitted"))
    assert "1\u00a0semaine" in page
    assert f"/espace/mandats/{Mandate.objects.get().public_id}/piece/" in page
    assert "/gestion/mandats/deposer/" in page
