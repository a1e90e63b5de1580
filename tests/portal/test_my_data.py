"""One's own data: a rule for every column that names a person, a copy, an erasure that leaves what is held alone."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone

from alliance.lib.changes import because
from alliance.lib.errors import Conflict
from alliance.portal.actions.erasure import erase_person
from alliance.portal.actions.personal_rules import EMPTIED, RULES, TYPED, Fate, relations
from charter.models.evidence import Fact, Kind, note_all
from events.models import Attendee
from partners.actions.viewings import begin_viewing
from partners.models import (
    Alert,
    ApiToken,
    Bounce,
    DataExport,
    Erasure,
    Membership,
    MutedLetter,
    ProjectDraft,
    SavedView,
    TerritoryMessage,
)
from tests import builders
from tests.portal.others_lines import invited_and_fed, lines_of_others

pytestmark = pytest.mark.django_db
CANARY = "serinette"
EMAIL = f"{CANARY}@test.invalid"
HERE = "/espace/compte/"
# Columns of addresses that are nobody's account, or rules of their own.
APART = {
    "partners.User.email",
    "account.EmailAddress.email",
    "events.Attendee.email",
    "partners.MailingRecipient.address",
}
# Tables that may still hold the canary of a person who signed: the signature and what proves it.
HELD_TABLES = {"charter_signature", "charter_evidenceevent", "charter_mandate", "proof_clear"}


@pytest.fixture
def organisation():
    return builders.organisation(name="Atelier des Marais", slug="marais")


@pytest.fixture
def person(organisation):
    """Somebody whose every trace says who they are."""
    someone = builders.user(EMAIL, full_name=f"Camille {CANARY.title()}")
    someone.set_password(f"{CANARY}-12345")
    someone.save()
    with because(someone, f"Mot de {CANARY}"):
        builders.membership(someone, organisation, "contributor", job_title=f"chef {CANARY}")
        Membership.objects.filter(user=someone).update(job_title=f"cheffe {CANARY}")
    EmailAddress.objects.get_or_create(user=someone, email=EMAIL, defaults={"verified": True, "primary": True})
    return someone


def traces(someone, organisation) -> None:
    """A row of each kind that holds a name, an address, a machine."""
    now = timezone.now()
    Authenticator.objects.create(user=someone, type="totp", data={"secret": CANARY})
    UserSession.objects.create(user=someone, ip="203.0.113.7", user_agent=CANARY, session_key=CANARY)
    ApiToken.objects.issue(user=someone, organisation=organisation, name=CANARY, scopes=["projects:write"])
    ProjectDraft.objects.create(token="0" * 32, author=someone, organisation=organisation, typed={"title": [CANARY]})
    SavedView.objects.create(owner=someone, noun="projets", name=CANARY)
    MutedLetter.objects.create(user=someone, kind="team")
    Bounce.objects.create(address=EMAIL, person=someone, kind="refused")
    Alert.objects.create(noun="projets", email=EMAIL)
    lines_of_others(someone, organisation, EMAIL, CANARY)
    TerritoryMessage.objects.create(region=builders.region(), email=EMAIL, text=f"Je suis {CANARY}")
    builders.invitation(organisation, email=EMAIL, full_name=CANARY)
    AccessAttempt.objects.create(username=EMAIL, ip_address="203.0.113.7", user_agent=CANARY, failures_since_start=1)
    DataExport.objects.create(user=someone, expires_at=now + timedelta(days=7))
    about = ContentType.objects.get_for_model(type(someone))
    LogEntry.objects.create(
        user=builders.staff(), content_type=about, object_id=someone.pk, object_repr=CANARY, action_flag=2
    )
    begin_viewing(agent=builders.staff(), person=someone, motive="essai", at=now)
    builders.mandate(organisation, someone, job_title=f"présidente {CANARY}")
    named = {"name": CANARY, "email": EMAIL, "affiliation": CANARY}
    attendee = builders.attendee(**named, user=someone, organisation=organisation)
    seat = builders.registration(builders.convention(), attendee)
    invited_and_fed(someone, seat, EMAIL, CANARY)
    opened = [Fact(Kind.OPENED, someone, at=now)]
    note_all(organisation=organisation, version=builders.charter_version(), facts=opened)


def found() -> set[str]:
    """The tables where the canary sings, as text or as bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        sung = set()
        for table in tables:
            wanted = [f"%{CANARY}%", f"%{CANARY.encode().hex()}%"]
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" AS t WHERE t::text ILIKE ANY (%s))', [wanted])
            if cursor.fetchone()[0]:
                sung.add(table)
    return sung


def just_signed_in(client, person, ago: int = 0) -> None:
    builders.sign_in(client, person)
    session = client.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - ago}]
    session.save()


def erase(person) -> Erasure:
    return erase_person(person=person, at=timezone.now())


def test_every_column_that_names_a_person_has_a_rule():
    assert sorted({name for name, *_ in relations()} ^ set(RULES)) == []


def test_every_column_of_addresses_has_a_rule():
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.EmailField) or (field.name in {"address", "username"} and model is not Alert)
    }
    known = set(TYPED) | set(EMPTIED) | APART | {"events.Convention.address"}
    assert sorted(columns - known) == []


def test_nothing_is_left_of_a_person_who_signed_nothing(person, organisation):
    traces(person, organisation)
    assert {"lib_change", "events_attendee", "charter_evidenceevent", "charter_mandate"} <= found()

    receipt = erase(person)

    assert found() == set()
    assert [line["what"] for line in receipt.held] == ["Regards d’agents à votre place"]
    assert dict(receipt.erased)["Alertes par courriel"] == 1


def test_of_a_signatory_stays_what_proves_the_signature_and_nothing_else(person, organisation):
    mandate = builders.mandate(organisation, person, job_title=f"présidente {CANARY}")
    version = builders.charter_version("2020")
    note_all(organisation=organisation, version=version, facts=[Fact(Kind.OPENED, person, at=timezone.now())])
    builders.signature(organisation, version, signer=person, mandate=mandate)

    receipt = erase(person)

    assert found() <= HELD_TABLES
    assert "charter_signature" in found()
    [line] = receipt.held
    assert line["what"].startswith("Signature de la charte, version 2020")
    assert "5 ans" in line["until"]


@pytest.mark.parametrize(
    "spared", ["_forget_traces", "_forget_papers", "_forget_conventions", "_blank", "forget_lines"]
)
def test_without_one_of_its_steps_the_canary_is_heard(person, organisation, spared, monkeypatch):
    """The negative control of the walk."""
    from alliance.portal.actions import erasure

    traces(person, organisation)
    monkeypatch.setattr(erasure, spared, lambda *_: None)

    erase(person)

    assert found() != set()


def test_the_account_is_closed_and_its_departure_dated(person, organisation):
    erase(person)
    person.refresh_from_db()

    assert (person.is_active, person.full_name, person.has_usable_password()) == (False, "", False)
    assert [each.ends_on for each in Membership.objects.filter(user=person)] == [timezone.localdate()]


def test_the_last_administrator_is_told_before(client, person, organisation):
    builders.membership(person, organisation, "administrator")
    builders.sign_in(client, person)

    page = client.get(f"{HERE}effacer/").content.decode()
    with pytest.raises(Conflict) as conflict:
        erase(person)

    assert "passez d’abord la main" in page
    assert "/espace/marais/equipe/" in page
    assert client.post(f"{HERE}effacer/", {"understood": "on"}).status_code == 409
    assert conflict.value.code == "last_administrator"


def test_an_agent_is_not_forgotten_by_themselves():
    with pytest.raises(Conflict) as conflict:
        erase(builders.staff())

    assert conflict.value.code == "agent"


def test_twice_is_a_conflict(person):
    erase(person)

    with pytest.raises(Conflict) as conflict:
        erase(person)
    assert conflict.value.code == "done"


def test_a_seat_to_come_goes_back(person, organisation):
    convention = builders.convention()
    attendee = builders.attendee(email=EMAIL, user=person, organisation=organisation)
    registration = builders.registration(convention, attendee)

    erase(person)
    registration.refresh_from_db()

    assert registration.status == "cancelled"
    assert Attendee.objects.get().name == "Personne effacée"


def test_the_page_asks_who_one_is_then_whether_one_has_understood(client, person):
    just_signed_in(client, person)

    assert "Rien qui vous nomme." in client.get(f"{HERE}effacer/").content.decode()
    assert client.post(f"{HERE}effacer/", {}).status_code == 400
    answer = client.post(f"{HERE}effacer/", {"understood": "on"}, follow=True)

    receipt = Erasure.objects.get()
    assert answer.redirect_chain == [(f"/effacement/{receipt.public_id}/", 302)]
    assert "Votre compte est effacé" in answer.content.decode()
    assert client.get(HERE).status_code == 302


def test_signed_in_long_ago_one_proves_again_who_one_is(client, person):
    just_signed_in(client, person, ago=3600)

    answer = client.post(f"{HERE}effacer/", {"understood": "on"})

    person.refresh_from_db()
    assert (answer.status_code, person.is_active) == (302, True)


def test_a_rule_says_what_becomes_of_rows_that_are_erased():
    assert {rule.fate for rule in RULES.values()} == set(Fate)
