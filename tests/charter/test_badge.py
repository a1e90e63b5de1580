"""The badge: copied once into somebody's site, it says what holds now, in words, without a name, for ever."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.lib.french import long_date
from charter.models import Mandate, Signature
from tests import builders
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"
IN_2014 = datetime(2014, 10, 14, 12, tzinfo=ZoneInfo("Europe/Paris"))


def address(signature: Signature) -> str:
    return f"/charte/badge/{signature.code}.svg"


def read(client, signature: Signature, query: str = "") -> ET.Element:
    response = client.get(address(signature) + query)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert len(response.content) <= 4096
    return ET.fromstring(response.content)


def words(client, signature: Signature) -> list[str]:
    return [text.text for text in read(client, signature).iter(f"{SVG}text")]


@pytest.fixture
def signed(case) -> Signature:
    version = builders.charter_version("2014", effective_on="2014-10-01")
    power = builders.mandate(case.organisation, case.signer, starts_on="2014-01-01")
    builders.signature(case.organisation, version, signer=case.signer, mandate=power, signed_at=IN_2014)
    return builders.signature(case.organisation, case.version, signer=case.signer, mandate=power, countersigned=False)


def test_it_follows_the_signature_through_its_whole_life(client, signed):
    """One address, copied on the first day."""
    agent = builders.staff()
    assert words(client, signed)[1] == "En attente de contresignature"
    Signature.objects.filter(pk=signed.pk).update(countersigned_at=timezone.now(), countersigned_by=agent)
    head, foot = "ALLIANCE DYNAMIQUE · DÉMONSTRATION", "Charte, version 2020"
    assert words(client, signed) == [head, "Signataire depuis 2014", foot]
    builders.charter_version("2026", effective_on=timezone.localdate())
    assert words(client, signed) == [head, "Version antérieure (2020)", foot]
    Signature.objects.filter(pk=signed.pk).update(contested_at=timezone.now())
    assert words(client, signed)[1] == "Signature contestée"
    Signature.objects.filter(pk=signed.pk).update(withdrawn_at=datetime(2030, 3, 1, tzinfo=ZoneInfo("Europe/Paris")))
    assert words(client, signed)[1] == "Retirée le 1er mars 2030"


def test_a_refused_signature_and_one_that_was_carried_over(client, case):
    refused = builders.signature(
        case.organisation, case.version, signer=case.signer, mandate=case.mandate, countersigned=False,
        refused_at=timezone.now(), refused_by=builders.staff(), motive="Pouvoir illisible",
    )  # fmt: skip
    assert words(client, refused)[1] == "Non contresignée"
    standing = builders.signature(version=case.version)
    newer = builders.charter_version("2021", effective_on=timezone.localdate(), kind="editorial")
    builders.carried_over(standing, newer)
    assert words(client, standing)[1] == f"Signataire depuis {timezone.localtime(standing.signed_at).year}"


def test_it_is_accessible_and_names_the_organisation_and_nobody(client, signed):
    svg = read(client, signed)
    title, detail = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert (svg.get("role"), svg.get("lang")) == ("img", "fr")
    assert svg.get("aria-labelledby") == f"{title.get('id')} {detail.get('id')}"
    assert title.text == "Réseau d’essai, charte de l’Alliance Dynamique : en attente de contresignature"
    assert detail.text == f"Charte, version 2020. À vérifier : http://localhost:8000/verifier/{signed.code}/"
    assert "Camille" not in client.get(address(signed)).content.decode()


def test_a_name_never_breaks_the_image(client, case):
    case.organisation.name = '</title><script>alert("x")</script> & Cie'
    case.organisation.save()
    signature = builders.signature(case.organisation, case.version, signer=case.signer, mandate=case.mandate)
    assert [child.tag for child in read(client, signature)][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert not list(read(client, signature).iter(f"{SVG}script"))


def test_any_site_may_show_it_for_five_minutes_before_asking_again(client, signed):
    response = client.get(address(signed))
    headers = {name: response.headers[name] for name in ("Access-Control-Allow-Origin", "Cache-Control")}
    assert headers == {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in response.headers
    again = client.get(address(signed), headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Signature.objects.filter(pk=signed.pk).update(withdrawn_at=timezone.now())
    assert client.get(address(signed), headers={"If-None-Match": response.headers["ETag"]}).status_code == 200


def test_an_unknown_code_is_an_image_that_says_so(client, signed):
    for code in ("4444-4444-4444", "x", signed.code[:-1]):
        response = client.get(f"/charte/badge/{code}.svg")
        assert (response.status_code, response.headers["Content-Type"]) == (404, "image/svg+xml; charset=utf-8")
        assert "Signature inconnue" in response.content.decode()
    assert client.post(address(signed)).status_code == 405
    assert client.get(f"/charte/badge/{signed.code.lower()}.svg").status_code == 200


def test_the_one_for_paper_bears_its_day_and_its_code(client, signed):
    svg = read(client, signed, "?date=oui")
    assert [text.text for text in svg.iter(f"{SVG}text")][2] == f"Au {long_date(timezone.localdate())} · {signed.code}"
    response = client.get(address(signed) + "?date=oui")
    assert response.headers["Content-Disposition"] == f'attachment; filename="badge-{signed.code}.svg"'


def test_two_queries_without_an_account(client, signed):
    with CaptureQueriesContext(connection) as seen:
        client.get(address(signed))
    assert len(seen) == 2


PAGE = "/espace/reseau-d-essai/signatures/"


def test_the_partner_finds_every_act_its_life_its_papers_and_its_badge(signer, case, signed):
    html = signer.get(PAGE).content.decode()
    first = Signature.objects.exclude(pk=signed.pk).get()
    for expected in (
        "Signée par Camille Essai, présidente, avec un code reçu par courriel.",
        "Contresignée par La Poste.",
        f'href="/espace/attestations/{first.code}.pdf"',
        f'href="/espace/attestations/{signed.code}.pdf"',
        f'src="/charte/badge/{signed.code}.svg"',
        f"&lt;a href=&quot;http://localhost:8000/verifier/{signed.code}/&quot;&gt;",
        f"http://localhost:8000/charte/badge/{signed.code}.svg",
        'href="/espace/reseau-d-essai/signer/retrait/"',
        'aria-current="page">Nos signatures',
    ):
        assert expected in html, expected


def test_the_snippet_is_one_link_with_an_image_that_has_words(signer, case, signed):
    snippets = signer.get(PAGE).context["snippets"]
    name = "Réseau d’essai et la charte de l’Alliance Dynamique : vérifier la signature"
    link = f"http://localhost:8000/verifier/{signed.code}/"
    assert snippets["image"] == (
        f'<a href="{link}"><img src="http://localhost:8000/charte/badge/{signed.code}.svg" '
        f'width="320" height="80" loading="lazy" alt="{name}"></a>'
    )
    assert snippets["link"] == f'<a href="{link}">{name}</a>'


def test_before_any_signature_the_page_leads_to_the_charter(preparer, case):
    html = preparer.get(PAGE).content.decode()
    assert "Votre organisation n’a pas encore signé la charte." in html
    assert 'href="/espace/reseau-d-essai/signer/"' in html
    assert "Votre badge" not in html


def test_a_stranger_finds_no_page(signed):
    assert signed_in(builders.user()).get(PAGE).status_code == 404
    assert signed_in(builders.staff()).get(PAGE).status_code == 404


def test_the_page_costs_the_same_with_one_signature_and_with_five(signer, case):
    Mandate.objects.update(starts_on="2000-01-01")
    made = 0
    for wanted in (1, 5):
        while made < wanted:
            version = builders.charter_version(effective_on=f"20{10 + made}-01-01")
            at = IN_2014 + timedelta(days=made)
            builders.signature(case.organisation, version, signer=case.signer, mandate=case.mandate, signed_at=at)
            made += 1
        with CaptureQueriesContext(connection) as seen:
            assert signer.get(PAGE).status_code == 200
        assert len(seen) == 14
