"""What awaits a partner: five things at most, by deadline, each opening where it is done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.portal.todos import places_of, todos_of
from partners.actions.matches import propose
from partners.models import JoinRequest
from tests import builders
from tests.charter import adhering
from tests.partners import lacking

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais", summary="Un jardin pour apprendre.")


@pytest.fixture
def person():
    return builders.user("ana@test.invalid", full_name="Ana Test")


def todos(person) -> list[tuple[str, str, str]]:
    now = timezone.now()
    found = todos_of(person, places_of(person, timezone.localdate(now)), at=now)
    return [(todo.title, todo.url, todo.action) for todo in found]


def days(number: int):
    return timezone.localdate() + timedelta(days=number)


def busy(person, number: int):
    for _ in range(number):
        organisation = builders.organisation(summary="Un jardin.")
        builders.membership(person, organisation, "signatory")
        builders.project(lead=organisation, confirmed_on=days(-200))
        builders.agreement(organisation, ends_on=days(30))
        builders.convention()


def test_who_is_invited_elsewhere_is_told_before_any_organisation(client, person, organisation):
    invitation = builders.invitation(organisation, email="Ana@test.invalid")
    builders.invitation(organisation, email="autre@test.invalid")
    builders.sign_in(client, person)

    assert todos(person) == [("Rejoindre Atelier des Marais", f"/invitation/{invitation.token}/", "Répondre")]
    assert "Rejoindre Atelier des Marais" in client.get("/espace/").content.decode()


def test_a_network_that_invites_is_answered_by_whoever_decides(person, organisation):
    network = builders.organisation(kind="network", name="Réseau des essais", slug="reseau")
    version = builders.charter_version("2020")
    builders.signature(network, version)
    builders.signature(organisation, version)
    adhering.member_invitation(network, organisation)
    builders.membership(person, organisation, "contributor")
    assert todos(person) == []

    builders.membership(person, organisation, "administrator")
    title = "Répondre à Réseau des essais, qui vous invite"
    assert todos(person) == [(title, "/espace/marais/reseau/reseau/", "Lire")]


def test_what_la_poste_proposes_for_a_need_is_answered(person, organisation):
    axis = builders.axis()
    need = lacking.need(organisation, axis)
    propose(need=need, resource=lacking.resource([axis], title="Deux salles"), by=builders.staff())
    builders.membership(person, organisation, "contributor")

    page = f"/espace/marais/besoins/{need.public_id}/#propositions"
    assert todos(person) == [("Répondre à La Poste, qui propose : Deux salles", page, "Répondre")]


def test_what_ends_soonest_comes_first(person, organisation):
    builders.charter_version("2020")
    builders.membership(person, organisation, "contributor")
    builders.project(lead=organisation, confirmed_on=days(-200))
    builders.agreement(organisation, title="Proche", ends_on=days(3))
    builders.agreement(organisation, title="Loin", ends_on=days(60))

    assert [action for _, _, action in todos(person)] == ["Voir", "Transmettre", "Confirmer", "Voir"]


def test_a_signatory_with_a_verified_mandate_signs(person, organisation):
    version = builders.charter_version("2020")
    builders.membership(person, organisation, "signatory")
    builders.mandate(organisation, person)

    assert todos(person) == [(f"Signer la charte, version {version.label}", "/espace/marais/signer/", "Signer")]


def test_a_signatory_without_mandate_deposits_one(person, organisation):
    builders.charter_version("2020")
    builders.membership(person, organisation, "signatory")

    assert todos(person) == [("Déposer votre mandat, puis signer la charte", "/espace/marais/signer/", "Déposer")]


def test_a_mandate_to_be_verified_is_waited_for(person, organisation):
    builders.charter_version("2020")
    builders.membership(person, organisation, "signatory")
    builders.mandate(organisation, person, state="submitted")

    assert [title for title, _, _ in todos(person)] == ["Votre mandat est en cours de vérification"]


def test_a_contributor_hands_the_charter_over(person, organisation):
    builders.charter_version("2020")
    builders.membership(person, organisation, "contributor")

    assert todos(person) == [
        ("Transmettre la charte, version 2020, à votre représentant", "/espace/marais/signer/", "Transmettre")
    ]


def test_a_reader_has_nothing_to_do_for_the_organisation(person, organisation):
    builders.charter_version("2020")
    builders.project(lead=organisation, confirmed_on=days(-200))
    builders.agreement(organisation, ends_on=days(30))
    builders.membership(person, organisation, "reader")

    assert todos(person) == []


def test_a_pending_signature_is_named_and_a_standing_one_is_not(person, organisation):
    version = builders.charter_version("2020")
    builders.membership(person, organisation, "signatory")
    signature = builders.signature(organisation, version, countersigned=False)

    pending = [title for title, _, _ in todos(person)]
    signature.countersigned_at = timezone.now()
    signature.countersigned_by = builders.staff()
    signature.save()

    assert pending == ["Votre signature attend la contresignature de La Poste"]
    assert todos(person) == []


def test_an_announced_deliberation_silences_the_charter_until_its_day(person, organisation):
    from charter.models import Deliberation

    version = builders.charter_version("2020")
    builders.membership(person, organisation, "contributor")
    deliberation = Deliberation.objects.create(
        organisation=organisation, version=version, announced_by=person, meets_on=days(5)
    )

    before = todos(person)
    Deliberation.objects.filter(pk=deliberation.pk).update(meets_on=days(-1))

    assert before == []
    assert len(todos(person)) == 1


def test_projects_without_news_for_six_months_are_confirmed(person, organisation):
    builders.membership(person, organisation, "contributor")
    builders.project(lead=organisation, confirmed_on=days(-200))
    builders.project(lead=organisation, confirmed_on=days(-500))
    builders.project(lead=organisation, confirmed_on=days(-10))
    builders.project(lead=organisation, confirmed_on=days(-500), state="done")
    builders.project(lead=builders.organisation(), confirmed_on=days(-500))

    assert todos(person) == [("Confirmer 2\u00a0projets", "/espace/marais/projets/#a-confirmer", "Confirmer")]


def test_returned_projects_are_completed(person, organisation):
    builders.membership(person, organisation, "contributor")
    project = builders.project(lead=organisation, moderation="returned", return_motive="Ajoutez la commune.")
    page = f"/espace/marais/projets/{project.slug}/modifier/"
    assert todos(person) == [("Compléter 1\u00a0projet retourné", page, "Compléter")]

    builders.project(lead=organisation, moderation="returned", return_motive="Ajoutez la commune.")
    both = "Compléter 2\u00a0projets retournés"
    assert todos(person) == [(both, "/espace/marais/projets/#a-completer", "Compléter")]


def test_who_asks_to_join_is_answered_by_administrators(person, organisation):
    now = timezone.now()
    asked = {"organisation": organisation, "state": "waiting", "confirmed_at": now, "full_name": "Bob"}
    one = JoinRequest.objects.create(email="bob@test.invalid", **asked)
    builders.membership(person, organisation, "contributor")
    assert todos(person) == []

    builders.membership(person, organisation, "administrator")
    page = f"/espace/marais/equipe/demandes/{one.public_id}/#decider"
    assert todos(person) == [("Répondre à 1\u00a0demande de rattachement", page, "Répondre")]


def test_a_public_page_that_says_nothing_is_completed(person):
    bare = builders.organisation(slug="muette")
    builders.membership(person, bare, "contributor")

    assert todos(person) == [
        ("Dire en une phrase ce que vous faites", "/espace/muette/profil/#id_summary", "Compléter")
    ]


@pytest.mark.parametrize(("left", "shown"), [(-1, 0), (0, 1), (90, 1), (91, 0)])
def test_agreements_that_end_within_three_months_are_named(person, organisation, left, shown):
    builders.membership(person, organisation, "contributor")
    agreement = builders.agreement(organisation, title="Lieux partagés", ends_on=days(left))

    assert [url for _, url, _ in todos(person)] == [f"/espace/marais/accords/{agreement.public_id}/"] * shown


def test_open_conventions_are_offered_until_one_registers(person, organisation):
    convention = builders.convention(slug="convention-2026", title="Convention 2026")
    builders.convention(opens_at=timezone.now() + timedelta(days=1))
    builders.convention(state="cancelled")
    builders.membership(person, organisation, "reader")

    before = todos(person)
    builders.registration(convention, builders.attendee(email="ANA@test.invalid"))

    assert before == [("Vous inscrire : Convention 2026", "/conventions/convention-2026/inscription/", "M’inscrire")]
    assert todos(person) == []


def test_a_cancelled_registration_does_not_count(person):
    convention = builders.convention(title="Convention 2026")
    builders.registration(convention, builders.attendee(user=person), status="cancelled")

    assert [title for title, _, _ in todos(person)] == ["Vous inscrire : Convention 2026"]


def test_five_things_at_most_the_charter_first(person):
    builders.charter_version("2020")
    busy(person, 4)

    titles = [title for title, _, _ in todos(person)]

    assert titles == ["Déposer votre mandat, puis signer la charte"] * 4 + ["Confirmer 1\u00a0projet"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_depend_on_what_awaits(person, number):
    builders.charter_version("2020")
    busy(person, number)

    with CaptureQueriesContext(connection) as queries:
        todos(person)

    assert len(queries) == 10


@pytest.mark.parametrize(
    ("number", "words"), [(1, "10 secondes, sans nouvelles"), (2, "10 secondes chacun, le plus ancien")]
)
def test_the_time_that_confirming_takes_is_said(person, organisation, number, words):
    builders.membership(person, organisation, "contributor")
    for _ in range(number):
        builders.project(lead=organisation, confirmed_on=days(-200))

    now = timezone.now()
    [todo] = todos_of(person, places_of(person, timezone.localdate(now)), at=now)

    assert words in todo.why
