from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def one_of_each(today):
    place = builders.commune()
    axis = builders.axis(number=4, label="Inclusion numérique", stake=builders.stake())
    builders.project(title="La Halle aux écrans", commune=place, axes=[axis], lead=builders.organisation())
    builders.agreement(builders.organisation(kind="network", name="Réseau Rives"))


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u202f", " ").replace("\u00a0", " ").split())


def test_home_says_what_exists_and_each_figure_leads_to_its_list(client, today):
    one_of_each(today)
    page = text(client.get("/"))
    assert '<a href="/projets/la' not in page
    assert ">La Halle aux écrans</a>" in page
    assert "réseau national, dont" in page
    assert 'href="/annuaire/?kind=network&amp;signatory=current">0 signataire de la version en vigueur</a>' in page
    assert 'href="/projets/?status=ongoing&amp;freshness=confirmed"' in page
    assert 'href="/territoires/">100 à rejoindre</a>' in page
    assert "<title>Finistère (29) : 1 projet</title>" in page
    assert '<span class="stamp__count">1 projet</span>' in page


def test_home_of_an_empty_portal_says_why_and_what_to_do(client):
    page = text(client.get("/"))
    assert "Aucun projet confirmé" in page
    assert "Aucun rassemblement n’est annoncé" in page
    assert "101 à rejoindre" in page


def test_a_stale_project_is_neither_counted_nor_shown(client, today):
    builders.project(title="Oublié", commune=builders.commune(), confirmed_on=today - timedelta(days=500))
    page = text(client.get("/"))
    assert "Oublié" not in page
    assert "<title>Finistère (29) : 0 projet</title>" in page


def test_a_draft_is_neither_counted_nor_shown(client):
    builders.project(title="Brouillon secret", moderation="draft", commune=builders.commune())
    page = text(client.get("/"))
    assert "Brouillon secret" not in page
    assert "<title>Finistère (29) : 0 projet</title>" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_home_costs_ten_queries_at_most_whatever_the_rows(client, today, django_assert_num_queries, rows):
    version = builders.charter_version()
    axis = builders.axis(number=4)
    for number in range(rows):
        network = builders.organisation(kind="network")
        builders.agreement(network)
        builders.project(axes=[axis], lead=network, commune=builders.commune(f"2901{number}", f"Commune {number}"))
    assert version.state == "published"
    with django_assert_num_queries(10):
        client.get("/")


def test_a_project_with_two_axes_counts_once_in_its_department_and_once_for_each_axis(today):
    from alliance.portal.home_figures import project_counts

    axes = [builders.axis(number=1), builders.axis(number=62)]
    builders.project(axes=axes, commune=builders.commune())
    counts = project_counts(today)
    assert (counts.total, counts.confirmed) == (1, 1)
    assert dict(counts.by_department) == {"29": 1}
    assert dict(counts.by_axis) == {1: 1, 62: 1}


def test_the_next_convention_is_announced_with_its_day_and_its_programme(client):
    start = timezone.now() + timedelta(days=30)
    from events.models import Convention

    Convention.objects.create(
        slug="convention-2027", title="Convention annuelle", state="published", starts_at=start, ends_at=start
    )
    page = text(client.get("/"))
    assert 'href="/conventions/convention-2027/">Voir le programme</a>' in page
