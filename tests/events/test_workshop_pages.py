"""The pages of workshops: ranking, one's places, the public account of the draw, the back office."""

import pytest

from events.actions.allocation import publish_allocation
from events.actions.workshop_places import ask_place
from events.allocation import replay
from events.models import AllocationRun, Registration, Wish
from events.models.door_links import ticket_path, workshops_path
from tests import builders
from tests.events.reading import text
from tests.events.wishing import closed, gathering, held, published, room, someone, tried, workshop
from tests.sessions import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def convention():
    return gathering()


@pytest.fixture
def ana(convention):
    """Registered, with an account."""
    person = builders.user("ana@test.invalid", full_name="Ana Essai")
    someone(convention, "", organisation=None)
    attendee = builders.attendee(name="Ana Essai", email=person.email, user=person)
    builders.registration(convention, attendee)
    return person


def page_of(convention) -> str:
    return f"/conventions/{convention.slug}/ateliers/voeux/"


def own() -> Registration:
    return Registration.objects.get(attendee__user__isnull=False)


def ranked(registration) -> list[str]:
    return list(registration.wishes.values_list("workshop__item__title", flat=True))


def sent(**titles) -> dict:
    return {name: room(title).item_id if title else "" for name, title in titles.items()}


def test_wishes_are_ranked_on_one_page_and_changed_until_the_closing(client, convention, ana):
    client.force_login(ana)
    assert "Classez jusqu’à 3 ateliers" in text(client.get(page_of(convention)))
    answer = client.post(page_of(convention), sent(wish_1="C", wish_2="", wish_3="A"))
    assert (answer.status_code, answer["Location"], ranked(own())) == (302, page_of(convention), ["C", "A"])
    page = client.get(page_of(convention))
    assert [field.initial for field in page.context["form"]] == [str(room("C").item_id), str(room("A").item_id), ""]
    client.post(page_of(convention), {})
    assert ranked(own()) == []


def test_without_an_account_wishes_are_ranked_by_the_link_of_the_ticket_and_no_cookie_is_set(client, convention):
    guest = someone(convention, "", name="Bo Essai")
    assert "Classer les ateliers" in text(client.get(ticket_path(guest)))
    page = f"{ticket_path(guest)}ateliers/"
    assert workshops_path(guest) == page
    answer = client.post(page, sent(wish_1="C", wish_2="", wish_3="A"))
    assert (answer.status_code, answer["Location"], ranked(guest)) == (302, f"{page}?fait=voeux", ["C", "A"])
    shown = client.get(answer["Location"])
    assert "Vos vœux sont gardés." in text(shown)
    assert "Vos vœux d’atelier" in text(shown)
    assert dict(client.cookies) == {}


def test_without_an_account_a_place_is_given_back_and_asked_for_by_the_same_link(client, convention):
    guest = someone(convention, "A", name="Bo Essai")
    published(convention)
    assert "Demander ou rendre une place d’atelier" in text(client.get(ticket_path(guest)))
    page = f"{ticket_path(guest)}ateliers/"
    client.post(page, {"act": "give_back", "workshop": room("A").item_id})
    answer = client.post(page, {"act": "ask", "workshop": room("C").item_id}, follow=True)
    assert ("C’est fait : voici vos ateliers maintenant." in text(answer), held(guest)) == (True, ["C"])
    again = client.post(page, {"act": "ask", "workshop": room("C").item_id})
    assert again.status_code == 409
    assert dict(client.cookies) == {}


def test_the_ticket_of_a_cancelled_registration_ranks_nothing_nor_does_a_forged_one(client, convention):
    gone = someone(convention, "", name="Bo Essai", status="cancelled")
    assert client.get(f"{ticket_path(gone)}ateliers/").status_code == 404
    assert client.post(f"{ticket_path(gone)}ateliers/", sent(wish_1="C")).status_code == 404
    assert client.get("/billet/faux/ateliers/").status_code == 404
    assert "ateliers/" not in client.get(ticket_path(gone)).content.decode()


def test_a_workshop_ranked_twice_is_told_at_its_field_and_nothing_is_lost(client, convention, ana):
    client.force_login(ana)
    answer = client.post(page_of(convention), sent(wish_1="A", wish_2="C", wish_3="A"))
    assert answer.status_code == 400
    told = ["C’est déjà votre 1er vœu : choisissez-en un autre, ou « Aucun »."]
    assert answer.context["form"].errors == {"wish_3": told}
    assert f'value="{room("C").item_id}" selected' in answer.content.decode()
    assert client.post(page_of(convention), {"wish_1": "ailleurs"}).status_code == 400
    assert ranked(own()) == []


def test_after_the_closing_wishes_are_read_and_no_longer_sent(client, convention, ana):
    Wish.objects.create(registration=own(), workshop=room("A"), rank=1)
    closed(convention)
    client.force_login(ana)
    assert "Les vœux sont clos" in text(client.get(page_of(convention)))
    assert client.post(page_of(convention), {}).status_code == 409
    assert ranked(own()) == ["A"]


def test_strangers_find_nothing_colleagues_who_register_rank_for_them(client, convention, ana):
    lead = builders.organisation()
    registration = someone(convention, "", organisation=lead)
    path = f"{page_of(convention)}{registration.public_id}/"
    reader, contributor = builders.user(), builders.user()
    builders.membership(reader, lead, "reader")
    builders.membership(contributor, lead, "contributor")
    for stranger in (ana, reader):
        client.force_login(stranger)
        assert (client.get(path).status_code, client.post(path, {}).status_code) == (404, 404)
    client.force_login(contributor)
    assert client.post(path, sent(wish_1="B")).status_code == 302
    assert ranked(registration) == ["B"]
    assert client.get(page_of(convention))["Location"] == f"/conventions/{convention.slug}/inscription/"


def test_places_are_given_back_asked_and_awaited_from_the_same_page(client, convention, ana):
    Wish.objects.create(registration=own(), workshop=room("A"), rank=1)
    published(convention)
    client.force_login(ana)
    page = client.get(page_of(convention))
    assert "Votre 1er vœu, « A » : vous avez une place." in text(page)
    assert [(row["workshop"].item.title, row["state"]) for row in page.context["rows"]] == [
        ("A", "held"),
        ("B", "clash"),
        ("C", "free"),
    ]
    before = held(own())
    client.get(page_of(convention))
    assert held(own()) == before == ["A"]

    for act, title, then in (("ask", "C", ["A", "C"]), ("give_back", "A", ["C"])):
        answer = client.post(page_of(convention), {"act": act, "workshop": room(title).item_id})
        assert (answer.status_code, held(own())) == (302, then)
    again = client.post(page_of(convention), {"act": "give_back", "workshop": room("A").item_id})
    assert (again.status_code, again.context["refusal"]) == (409, "Cette place est déjà rendue.")
    for odd in ({"act": "ask", "workshop": "0"}, {"act": "rien", "workshop": room("A").item_id}, {}):
        assert client.post(page_of(convention), odd).status_code == 404
    other = someone(convention, "")
    ask_place(registration=other, workshop=room("A"), at=other.registered_at)
    client.post(page_of(convention), {"act": "ask", "workshop": room("A").item_id})
    assert "Liste d’attente, rang 1" in text(client.get(page_of(convention)))
    client.post(page_of(convention), {"act": "leave", "workshop": room("A").item_id})
    assert not own().waits.exists()


def test_everybody_reads_the_seed_and_takes_the_file_where_nobody_is_named(client, convention):
    path = f"/conventions/{convention.slug}/ateliers/attribution"
    assert "Les places ne sont pas encore attribuées." in text(client.get(f"{path}/"))
    assert client.get(f"{path}.json").status_code == 404
    registration = someone(convention, "AC", "Ana Essai", organisation=builders.organisation(name="Marais"))
    published(convention)
    assert "Graine 2027" in text(client.get(f"{path}/"))
    file = client.get(f"{path}.json")
    assert replay.faults(file.json()) == []
    words = file.content.decode()
    assert not [private for private in ("Ana", "Marais", str(registration.public_id)) if private in words]


def test_the_national_team_tries_compares_and_publishes(convention):
    someone(convention, "AC"), someone(convention, "AB")
    path = f"/gestion/conventions/{convention.slug}/ateliers/"
    national, delegate = signed_in(builders.staff()), signed_in(builders.staff(national=False))
    assert (delegate.get(path).status_code, delegate.post(path, {"seed": "x"}).status_code) == (200, 403)
    assert signed_in(builders.user()).get(path).status_code == 404
    assert national.post(path, {"seed": ""}).status_code == 400
    assert national.post(path, {"seed": "juin", "organisation_cap": "1", "kept": ""}).status_code == 302
    assert AllocationRun.objects.get().parameters == {"organisation_cap": 1, "region_floor": None, "kept": 0}
    assert "en calcul" in text(national.get(path))
    run = tried(convention)
    page = national.get(path)
    assert "Essais comparés" in text(page)
    assert page.context["table"][0][1][0] == {"best": 2, "draw": 2, "share": 100}

    decide = f"{path}{run.public_id}/"
    assert delegate.post(decide, {"act": "publish"}).status_code == 403
    national.post(decide, {"act": "publish"})
    assert not AllocationRun.objects.published().exists()
    closed(convention)
    national.post(decide, {"act": "publish"})
    assert AllocationRun.objects.published().get() == run
    assert national.post(path, {"seed": "encore"}).status_code == 409
    assert national.get(decide).status_code == 405


def test_a_trial_is_set_aside(convention):
    someone(convention, "A")
    run = tried(convention)
    path = f"/gestion/conventions/{convention.slug}/ateliers/{run.public_id}/"
    signed_in(builders.staff()).post(path, {"act": "drop"})
    assert AllocationRun.objects.get().state == "dropped"


@pytest.mark.parametrize("many", [1, 3])
def test_pages_ask_as_much_of_the_database_for_one_as_for_many(
    client, convention, ana, django_assert_num_queries, many
):
    for _ in range(many):
        someone(convention, "AC")
    for number in range(many):
        workshop(convention, title=f"D{number}", hour=3 + number)
    Wish.objects.create(registration=own(), workshop=room("A"), rank=1)
    staff = signed_in(builders.staff())
    client.force_login(ana)
    run = tried(convention)
    for stage in ("open", "published"):
        if stage == "published":
            closed(convention)
            publish_allocation(run=run, by=None, at=own().registered_at)
        for who, path in ((client, page_of(convention)), (staff, f"/gestion/conventions/{convention.slug}/ateliers/")):
            who.get(path)
            with django_assert_num_queries(QUERIES[stage, who is staff]):
                who.get(path)


QUERIES = {("open", False): 7, ("open", True): 11, ("published", False): 9, ("published", True): 11}
