"""The demonstration: its numbers, its fiction, and the life in it."""

import hashlib
import json
import stat
from collections import Counter
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from fido2 import cbor
from fido2.cose import CoseKey
from stdnum.fr import siren

from alliance.lib.passkeys import decoded
from alliance.outbox.models import Owed
from alliance.portal.demo import growth, places, stories
from alliance.proof.models import JournalEntry
from charter.models import CharterVersion, Mandate, MemberInvitation, Signature, signatory_filter
from charter.models.challenge import challenge_of
from events import stats
from events.models import Attendee, Convention, Registration
from partners.models import Agreement, Correction, Department, Match, Organisation, Project, User
from tests.reference import DEMONSTRATION, loaded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker, tmp_path_factory):
    """The state folder of a portal whose demonstration has just been loaded."""
    folder = tmp_path_factory.mktemp("état")
    kept, settings.DATA_DIR = settings.DATA_DIR, folder
    with loaded(django_db_blocker, *DEMONSTRATION):
        call_command("demo_data", if_needed=True)
        yield folder
    settings.DATA_DIR = kept


def demo(model):
    return model.objects.filter(is_demo=True)


def test_the_numbers_are_those_of_the_contract():
    kinds = Counter(demo(Organisation).values_list("kind", flat=True))
    assert kinds == {"network": 53, "regional": 60, "local": 320, "authority": 20}
    assert kinds.total() - kinds["network"] == 400
    assert [demo(model).count() for model in (Project, Agreement, Convention)] == [1500, 300, 3]


def test_numbers_names_and_addresses_are_fictional():
    organisations = list(demo(Organisation))
    assert all(o.siren.startswith("000") and siren.is_valid(o.siren) for o in organisations)
    assert len({o.siren for o in organisations}) == len(organisations)
    assert not User.objects.exclude(email__endswith="@demo.invalid").exists()
    assert not Attendee.objects.exclude(email__endswith="@demo.invalid").exists()
    assert all("fictive" in o.description for o in organisations)
    assert not Organisation.objects.filter(is_demo=False).exists()


def test_the_tree_has_three_levels_and_a_few_stand_alone():
    local = demo(Organisation).filter(kind="local")
    assert local.filter(parent__kind="regional").count() > 20
    assert local.filter(parent__kind="network").count() > 150
    assert 20 < local.filter(parent=None).count() < 90
    assert not demo(Organisation).filter(kind="regional", parent=None).exists()


def test_every_region_has_projects_and_some_departements_are_to_be_joined():
    inhabited = set(demo(Project).values_list("department", flat=True))
    empty = set(Department.objects.filter(zone__in=["metro", "drom"]).values_list("code", flat=True)) - inhabited
    assert empty == set(places.EMPTY)
    assert len(set(demo(Project).values_list("region", flat=True))) == 18


def test_titles_are_all_different_and_written_from_many_patterns():
    themes = [theme for found in stories.load_themes().values() for theme in found]
    assert len(themes) >= 40
    assert len({title for theme in themes for title in theme.titles}) >= 60
    assert len(set(demo(Project).values_list("title", flat=True))) == 1500


def test_no_story_is_left_with_a_hole():
    for title, summary, text in demo(Project).values_list("title", "summary", "description"):
        whole = title + summary + text
        assert not {"{", "}"} & set(whole)
        assert "  " not in whole
        assert text[0].isupper() or text[0] in "«0123456789"


def test_freshness_has_every_colour_today():
    today = timezone.localdate()
    shares = {name: demo(Project).fresh(name, today).count() for name in ("confirmed", "to_confirm", "stale")}
    assert sum(shares.values()) == 1500
    assert shares["confirmed"] > 800
    assert shares["to_confirm"] > 250
    assert shares["stale"] > 150


def test_projects_are_in_every_state_and_moderation():
    assert set(demo(Project).values_list("state", flat=True)) == {"idea", "ongoing", "done", "abandoned"}
    moderations = Counter(demo(Project).values_list("moderation", flat=True))
    assert moderations["published"] > 1350
    assert all(moderations[name] > 5 for name in ("submitted", "draft", "returned"))
    assert not demo(Project).filter(starts_on__gt=timezone.localdate()).exists()


def test_what_the_home_page_proposes_to_search_is_found():
    today = timezone.localdate()
    listed = demo(Project).listed(today)
    assert listed.filter(commune="29019", axes__number=4).exists()
    assert listed.filter(department="23", axes__number=1).count() >= 2


def test_a_story_tells_the_figures_of_its_project():
    project = demo(Project).filter(state="ongoing", figures__reached__gt=999).first()
    figure = project.figures.first()
    assert f"{figure.reached:,}".replace(",", "\u202f") in project.description


def test_networks_signed_in_every_way():
    version = CharterVersion.objects.in_force(timezone.localdate())
    networks = Organisation.objects.filter(kind="network")
    counts = {
        state: networks.filter(signatory_filter(state, version)).count()
        for state in ("current", "pending", "former", "none")
    }
    assert counts == {"current": 41, "pending": 2, "former": 7, "none": 3}
    assert Signature.objects.filter(withdrawn_at__isnull=False, organisation__kind="network").count() == 2
    assert Signature.objects.filter(refused_at__isnull=False).count() == 1
    assert Signature.objects.filter(contested_at__isnull=False).count() == 1


def test_chains_run_from_2014():
    since = Signature.objects.signed_since(Organisation.objects.filter(kind="network").values("pk"))
    assert Counter(moment.year for moment in since.values())[2014] >= 20


def test_some_signed_with_an_access_key_and_each_answer_verifies():
    with_key = list(Signature.objects.filter(proof_level="passkey").select_related("organisation"))
    assert 10 <= len(with_key) <= 60
    for signature in with_key:
        kept = {name: decoded(value) for name, value in signature.assertion.items() if name not in ("format", "rp_id")}
        told = json.loads(kept["client_data_json"])
        expected = challenge_of(signature.document_digest, signature.consent_text, signature.code)
        assert (decoded(told["challenge"]), told["type"]) == (expected, "webauthn.get")
        signed = kept["authenticator_data"] + hashlib.sha256(kept["client_data_json"]).digest()
        CoseKey.parse(cbor.decode(kept["public_key"])).verify(signed, kept["signature"])


def test_each_signature_rests_on_a_mandate_and_stands_in_the_journal():
    assert not Signature.objects.exclude(mandate__state__in=["verified", "contested"]).exists()
    kinds = Counter(JournalEntry.objects.values_list("kind", flat=True))
    assert kinds["signed"] == Signature.objects.count()
    assert kinds["countersigned"] == Signature.objects.filter(countersigned_at__isnull=False).count()
    assert kinds["mandate_verified"] == Mandate.objects.filter(state__in=["verified", "contested"]).count()
    assert all(
        (s.document_digest == s.version.digest and not s.contested_at) or s.contested_at
        for s in Signature.objects.select_related("version")
    )


def test_the_delegate_of_bretagne_has_a_queue():
    bretagne = User.objects.get(email="bretagne@demo.invalid")
    pending = Signature.objects.pending().filter(organisation__region="53")
    assert pending.count() >= 4
    assert Mandate.objects.filter(state="submitted", organisation__region="53").count() >= 3
    assert Correction.objects.filter(handled_at=None).visible_to(bretagne).exists()


def test_the_entitled_signatory_may_sign_and_has_not():
    person = User.objects.get(email="signataire@demo.invalid")
    membership = person.memberships.select_related("organisation").get()
    version = CharterVersion.objects.in_force(timezone.localdate())
    assert (membership.role, membership.organisation.kind) == ("signatory", "network")
    assert Mandate.objects.valid().filter(person=person, organisation=membership.organisation).exists()
    assert not Signature.objects.filter(organisation=membership.organisation, version=version).exists()
    assert Signature.objects.filter(organisation=membership.organisation).standing().exists()


def test_the_contributor_has_something_to_do_and_no_power():
    person = User.objects.get(email="contributrice@demo.invalid")
    membership = person.memberships.select_related("organisation").get()
    led = Project.objects.filter(lead=membership.organisation)
    assert (membership.role, membership.organisation.kind) == ("contributor", "local")
    assert not Mandate.objects.filter(person=person).exists()
    assert {p.freshness(timezone.localdate()) for p in led} >= {"stale", "to_confirm"}
    assert {"returned", "draft"} <= set(led.values_list("moderation", flat=True))


def test_agents_have_a_second_factor_and_the_logins_are_written_for_their_owner_alone(demonstration):
    agents = User.objects.filter(is_staff=True)
    assert Authenticator.objects.filter(user__in=agents, type="totp").count() == agents.count() == 9
    kept = demonstration / "demo.json"
    logins = {login["email"]: "totp_secret" in login for login in json.loads(kept.read_text())["logins"]}
    assert logins == {
        "nationale@demo.invalid": True,
        "bretagne@demo.invalid": True,
        "signataire@demo.invalid": False,
        "contributrice@demo.invalid": False,
        "reseau@demo.invalid": False,
    }
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_agreements_end_soon_late_and_never():
    today = timezone.localdate()
    active = demo(Agreement).filter(state="active")

    def ending(first, last):
        return active.filter(ends_on__range=(today + timedelta(days=first), today + timedelta(days=last))).count()

    assert (ending(0, 30), ending(31, 60), ending(61, 90), ending(-60, -1)) == (8, 9, 10, 4)
    assert active.filter(ends_on=None).count() == 52
    assert Counter(demo(Agreement).values_list("state", flat=True)) == {"active": 238, "ended": 44, "draft": 18}
    breton = demo(Agreement).filter(organisation__region="53").exclude(organisation__kind="network")
    assert not breton.exclude(referent__email__startswith="bretagne")


def test_one_convention_is_past_one_is_full_and_open_one_is_in_preparation():
    now = timezone.now()
    past, full, draft = demo(Convention).order_by("starts_at").with_seats()
    assert (past.registration_state(now), bool(past.report)) == ("past", True)
    told = (stats.report(past).became, stats.report(past).attendance.present, stats.report(past).survey.answers)
    assert told == ("27\u00a0propositions, 12\u00a0retenues, 7\u00a0lancées", 212, 141)
    assert (full.is_open(now), full.seats_left, full.waiting) == (True, 0, 24)
    assert (draft.state, draft.registrations.count()) == ("draft", 0)
    assert not Registration.objects.filter(registered_at__gt=now).exists()
    assert full.programme.filter(workshop__isnull=False).count() == 6


def test_no_mail_is_owed_for_what_never_happened():
    assert list(Owed.objects.pending().values_list("work", flat=True)) == ["partners.send_follow_up"]


def test_loading_again_changes_nothing(demonstration):
    before = (Project.objects.count(), JournalEntry.objects.count())
    (demonstration / "demo.json").unlink()
    call_command("demo_data", if_needed=True)
    assert (Project.objects.count(), JournalEntry.objects.count()) == before
    assert (demonstration / "demo.json").exists()


def test_grown_projects_have_the_columns_that_triggers_would_fill():
    first = Project.objects.order_by("-pk").values_list("pk", flat=True).first()
    added = growth.grow(Project.objects.count() + 300, vacuum=False)
    grown = Project.objects.filter(pk__gt=first)
    computed = {p.pk: (p.keywords, p.search, p.department_id, p.region_id, p.axes_mask) for p in grown}
    grown.update(keywords="")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE partners_project SET commune_id = commune_id WHERE id > %s", [first])
    filled = {
        p.pk: (p.keywords, p.search, p.department_id, p.region_id, sum(1 << a.number for a in p.axes.all()))
        for p in grown.prefetch_related("axes")
    }
    assert added == len(computed) == 300
    assert computed == filled


def test_growing_keeps_every_index_and_gives_the_triggers_back():
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'partners_project' ORDER BY 1")
            return cursor.fetchall()

    before = indexes()
    growth.grow(Project.objects.count() + 5, vacuum=False)
    assert indexes() == before
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)


def test_it_says_what_is_missing_before_it_starts():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM partners_organisation")
            cursor.execute("DELETE FROM charter_charterversion")
        with pytest.raises(CommandError, match="lancez load_territories, puis load_facts"):
            call_command("demo_data")
        transaction.set_rollback(True)


def test_a_portal_in_production_takes_no_demonstration(settings):
    settings.MODE, settings.DEMO = "production", False
    with pytest.raises(CommandError, match="n’est pas une démonstration"):
        call_command("demo_data", projects=2_000)


def test_a_network_has_invitations_in_each_state_and_a_need_awaits_an_answer():
    states = {row.state(timezone.now()) for row in MemberInvitation.objects.all()}
    assert (states, Match.objects.waiting().count()) == ({"adhered", "declined", "waiting"}, 1)
