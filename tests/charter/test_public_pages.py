"""The charter, its versions and its register, as everybody reads them: no account, no person."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from charter.models import Article, Signature
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions():
    old = builders.charter_version(
        "2014", effective_on=date(2014, 10, 14), articles=("Préambule",), is_placeholder=True
    )
    new = builders.charter_version("2020", is_placeholder=True, partner_commitment="Vous vous engagez à dire.")
    builders.charter_version("2027", published=False, effective_on=date(2026, 1, 1))
    return old, new


def get(client: Client, path: str):
    response = client.get(path)
    return response, response.content.decode()


def test_the_charter_is_the_text_in_force(client, versions):
    response, html = get(client, "/charte/")
    assert response.status_code == 200
    assert response.context["version"] == versions[1]
    assert "texte de démonstration, à remplacer" in html
    assert "Texte de Article 1." in html
    assert "Vous vous engagez à dire." in html
    assert [each.label for each in response.context["versions"]] == ["2020", "2014"]
    assert "<ins>" not in html


def test_without_any_version_the_page_says_so(client):
    response, html = get(client, "/charte/")
    assert response.status_code == 200
    assert "Aucune version n’est en vigueur" in html


def test_a_version_shows_its_differences_in_words_and_hides_them_when_asked(client, versions):
    response, html = get(client, "/charte/versions/2020/")
    assert response.context["previous"] == versions[0]
    assert '<ins><span class="visually-hidden">ajouté : </span>Article 1</ins>' in html
    response, html = get(client, "/charte/versions/2020/?changements=non")
    assert response.context["marked"] is False
    assert "<ins>" not in html


def test_the_first_version_and_an_old_one_say_what_they_are(client, versions):
    _, html = get(client, "/charte/versions/2014/")
    assert "C’est la première version de la charte" in html
    assert "la version 2020 est en vigueur" in html


@pytest.mark.parametrize("slug", ["2027", "1999", "x" * 200])
def test_a_draft_or_unknown_version_is_not_found(client, versions, slug):
    assert client.get(f"/charte/versions/{slug}/").status_code == 404


def test_text_is_never_markup(client):
    version = builders.charter_version("2020", published=False)
    Article.objects.filter(version=version).update(text="<script>alert(1)</script> & suite", heading="<b>Titre</b>")
    builders.publish(version)
    _, html = get(client, "/charte/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; suite" in html
    assert "<b>Titre" not in html


def rows(response) -> list[tuple[str, str, str]]:
    return [(s.organisation.name, s.version.label, s.standing_state) for s in response.context["page"]]


@pytest.fixture
def register(versions):
    old, new = versions
    first, second, hidden = (builders.organisation(name=name) for name in ("Alpha", "Bêta", "Cachée"))
    hidden.is_public = False
    hidden.save()
    builders.signature(first, old, signed_at=datetime(2015, 1, 1, tzinfo=UTC))
    builders.signature(first, new, signed_at=datetime(2021, 1, 1, tzinfo=UTC))
    builders.signature(second, new, signed_at=datetime(2022, 1, 1, tzinfo=UTC), countersigned=False)
    builders.signature(hidden, new)
    refused = builders.signature(builders.organisation(name="Refusée"), new, countersigned=False)
    Signature.objects.filter(pk=refused.pk).update(refused_at=timezone.now(), motive="non")
    gone = builders.organisation(name="Partie")
    builders.signature(gone, new, signed_at=datetime(2020, 9, 1, tzinfo=UTC), withdrawn_at=timezone.now())


def test_the_register_shows_every_public_signature_with_its_state_and_since(client, register):
    response, html = get(client, "/charte/signataires/")
    assert rows(response) == [
        ("Bêta", "2020", "pending"),
        ("Alpha", "2020", "standing"),
        ("Partie", "2020", "withdrawn"),
        ("Alpha", "2014", "superseded"),
    ]
    assert [row.since and row.since.year for row in response.context["page"]] == [None, 2015, None, 2015]
    assert "Cachée" not in html
    assert "Refusée" not in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("version=2014", [("Alpha", "2014", "superseded")]),
        ("state=standing", [("Alpha", "2020", "standing")]),
        ("state=pending&state=withdrawn", [("Bêta", "2020", "pending"), ("Partie", "2020", "withdrawn")]),
        ("version=2014&state=pending", []),
    ],
)
def test_the_register_is_narrowed_by_version_and_state(client, register, query, expected):
    assert rows(client.get(f"/charte/signataires/?{query}")) == expected


@pytest.mark.parametrize("query", ["state=refused", "version=1999", "state=%00", "version=" + "x" * 300])
def test_what_is_not_understood_is_ignored_with_a_notice(client, register, query):
    response, html = get(client, f"/charte/signataires/?{query}")
    assert response.status_code == 200
    assert len(rows(response)) == 4
    assert "n’est ni une version ni un état connu" in html


@pytest.mark.parametrize("page", ["0", "-1", "abc", "9999", "%00"])
def test_a_page_that_does_not_exist_is_the_nearest(client, register, page):
    assert len(rows(client.get(f"/charte/signataires/?page={page}"))) == 4


@pytest.mark.parametrize("count", [1, 3])
def test_the_register_costs_the_same_whatever_it_holds(client, versions, count, django_assert_num_queries):
    for _ in range(count):
        builders.signature(version=versions[1])
    with django_assert_num_queries(5):
        client.get("/charte/signataires/")


def test_no_person_appears_on_the_public_pages(client, case):
    signer = builders.user("canari@secret.invalid", full_name="Canari Secret")
    mandate = builders.mandate(case.organisation, signer, job_title="Trésorière canari")
    agent = builders.staff(full_name="Agent Canari", email="agent-canari@secret.invalid")
    signature = builders.signature(
        case.organisation, case.version, signer=signer, mandate=mandate, countersigned_by=agent
    )
    for path in (
        "/charte/",
        "/charte/versions/2020/",
        "/charte/signataires/",
        "/verifier/",
        f"/verifier/{signature.code}/",
    ):
        html = get(client, path)[1].lower()
        assert "canari" not in html, path


@pytest.mark.parametrize("path", ["/charte/", "/charte/signataires/", "/charte/versions/2020/"])
def test_public_pages_are_only_read(client, versions, path):
    assert client.post(path).status_code == 405
