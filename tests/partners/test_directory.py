"""The directory and the page of one organisation, as anybody reads them."""

import re
from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from charter.models import CharterVersion
from partners.filters import organisations
from partners.models import Organisation, Project
from tests import builders
from tests.query_table import ORGANISATIONS, query_world  # noqa: F401

pytestmark = pytest.mark.django_db
LIST_QUERIES = 8
PAGE_QUERIES = 19


def rows_of(response) -> str:
    return response.content.decode().partition('<ul class="rows"')[2].partition("</ul>")[0]


def slugs_in(response) -> set[str]:
    return set(re.findall(r'<h3 class="row__title"><a href="/annuaire/([\w-]+)/"', rows_of(response)))


def test_the_page_answers_the_shared_table(client, query_world):  # noqa: F811
    answers = [(query, slugs_in(client.get(f"/annuaire/?{query.replace(' ', '+')}"))) for query, _ in ORGANISATIONS]

    assert answers == ORGANISATIONS


def test_the_map_counts_what_the_list_finds(client, query_world):  # noqa: F811
    departments = dict(Organisation.objects.values_list("slug", "department"))
    for query, slugs in ORGANISATIONS:
        criteria, _ = organisations.parse(QueryDict(query))
        expected: dict[str, int] = {}
        for slug in slugs:
            expected[departments[slug] or ""] = expected.get(departments[slug] or "", 0) + 1

        assert (query, criteria.by_department()) == (query, expected)


def test_every_count_of_a_facet_is_what_its_choice_finds(client, query_world):  # noqa: F811
    for query in ("", "axis=1", "signatory=none", "network=rives&kind=local"):
        context = client.get(f"/annuaire/?{query}").context
        for name, options in context["facets"].items():
            kept = context["listing"].criteria.address(drop=[name])
            for option in options:
                criteria, _ = organisations.parse(QueryDict(f"{kept}&{name}={option.value}"))
                expected = criteria.queryset().count()
                assert (query, name, option.value, option.count) == (query, name, option.value, expected)


def test_a_line_shows_the_signature_and_the_projects_of_the_whole_network(client, query_world):  # noqa: F811
    html = re.sub(r"(?:\s|&nbsp;)+", " ", rows_of(client.get("/annuaire/?network=rives")))

    assert "Réseau national · Brest (Finistère) · 3 projets" in html
    assert (
        f'<span class="badge badge--signatory">signataire depuis {timezone.now() - timedelta(days=1):%Y}</span>' in html
    )
    assert '<span class="badge badge--attention">signature en attente</span>' in html


def test_a_siren_finds_its_organisation(client):
    builders.organisation(slug="ici", siren="000000018")
    builders.organisation(slug="ailleurs")

    assert slugs_in(client.get("/annuaire/?q=000000018")) == {"ici"}


def many_organisations(count: int) -> Organisation:
    """A network with ``count`` members, each with an axis, a project and a signature of the network."""
    network = builders.organisation(kind="network", slug="tete", name="Aa tête de réseau")
    builders.signature(network, builders.charter_version("2020"))
    commune, axis, today = builders.commune(), builders.axis(1), timezone.localdate()
    members = Organisation.objects.bulk_create(
        Organisation(kind="local", slug=f"membre-{n}", name=f"Membre {n}", parent=network, commune=commune)
        for n in range(count)
    )
    links = [Organisation.axes.through(organisation=each, axis=axis) for each in members]
    Organisation.axes.through.objects.bulk_create(links)
    Project.objects.bulk_create(
        Project(
            title=f"Projet {n}", slug=f"p-{n}", lead=each, moderation="published", confirmed_on=today, commune=commune
        )
        for n, each in enumerate(members)
    )
    for n in range(min(count, 3)):
        builders.agreement(network, title=f"Accord {n}")
    return network


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_list_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries, count):
    many_organisations(count)

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get("/annuaire/")
    assert response.context["listing"].page.paginator.count == count + 1


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_page_costs_the_same_queries_whatever_its_network(client, django_assert_num_queries, count):
    network = many_organisations(count)

    with django_assert_num_queries(PAGE_QUERIES):
        response = client.get("/annuaire/tete/")
    assert response.context["organisation"] == network
    assert (response.context["member_count"], response.context["organisation"].project_count) == (count, count)


def test_a_signatory_shows_since_when_and_where_to_verify(client):
    organisation = builders.organisation(slug="ici", name="Chez nous")
    old = builders.charter_version("2014", effective_on=date(2014, 10, 14))
    current = builders.charter_version("2020")
    paris = timezone.get_current_timezone()
    first = builders.signature(organisation, old, signed_at=timezone.datetime(2015, 3, 1, 12, tzinfo=paris))
    second = builders.signature(organisation, current, signed_at=timezone.datetime(2020, 9, 1, 12, tzinfo=paris))

    html = client.get("/annuaire/ici/").content.decode()
    assert "Signataire depuis le 1er mars 2015" in html
    assert [f"/verifier/{each.code}/" in html for each in (first, second)] == [True, True]
    assert first.signer_name not in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"countersigned": False}, "Signature en attente de contresignature"),
        ({"withdrawn_at": timezone.now() + timedelta(days=1)}, "Ancien signataire"),
        (None, "Cette organisation n’a pas signé la charte."),
    ],
)
def test_the_page_tells_the_state_of_the_signature(client, fields, words):
    organisation, current = builders.organisation(slug="ici"), builders.charter_version("2020")
    if fields is not None:
        builders.signature(organisation, current, **fields)

    assert words in client.get("/annuaire/ici/").content.decode()


def test_the_page_shows_the_network_above_and_below(client, query_world):  # noqa: F811
    html = client.get("/annuaire/rives-bretagne/").content.decode()

    assert 'Rattachée à <a href="/annuaire/rives/">Réseau Rives &amp; Relais</a>.' in html
    assert '<a href="/annuaire/atelier/">Atelier du Vallon</a>' in html
    assert "1 organisation rattachée dans l’annuaire" in html.replace("\xa0", " ")


def test_the_page_shows_public_agreements_only_and_never_an_amount(client, query_world):  # noqa: F811
    builders.agreement(query_world["rives"], title="Accord chiffré", amount_cents=12_345_600)
    html = client.get("/annuaire/rives/").content.decode()

    assert "Accord Rives" in html
    assert [words in html for words in ("Accord en préparation", "Accord réservé", "123", "345")] == [False] * 4


def test_the_page_shows_the_projects_in_which_it_takes_part_with_its_role(client, query_world):  # noqa: F811
    html = client.get("/annuaire/creuse/").content.decode()

    assert '<a href="/projets/halle/">La Halle aux écrans</a> (financeur)' in html


def test_the_page_of_an_organisation_without_anything(client):
    builders.organisation(slug="nue", name="Association nue")
    assert not CharterVersion.objects.exists()

    html = client.get("/annuaire/nue/").content.decode()
    assert "Cette organisation n’a pas signé la charte." in html
    assert "Aucun projet confirmé depuis un an" in html


def test_an_organisation_out_of_the_directory_does_not_exist_for_the_public(client):
    builders.organisation(slug="cachee", is_public=False)

    assert [client.get(f"/annuaire/{path}").status_code for path in ("cachee/", "cachee/signaler/", "personne/")] == [
        404
    ] * 3
