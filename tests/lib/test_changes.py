"""History: what is kept of each change, whatever wrote it."""

import uuid
from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.lib.changes import because, changes_of, forget, last_change
from alliance.lib.models import Change
from partners.models import JoinRequest, Membership, Organisation, StaffPerimeter, User
from tests import builders

pytestmark = pytest.mark.django_db


def kept(thing):
    return [(change.noun, change.verb, change.before, change.after) for change in changes_of(thing).order_by("id")]


def test_a_creation_a_change_and_a_removal_keep_before_and_after():
    organisation = builders.organisation(name="Atelier", slug="atelier", website="")
    Organisation.objects.filter(pk=organisation.pk).update(name="Atelier neuf", website="https://atelier.test")
    organisation.delete()
    changes = list(Change.objects.filter(noun="partners_organisation").order_by("id"))
    assert [change.verb for change in changes] == ["I", "U", "D"]
    assert changes[0].before is None
    assert changes[0].after["name"] == "Atelier"
    assert (changes[1].before, changes[1].after) == (
        {"name": "Atelier", "website": ""},
        {"name": "Atelier neuf", "website": "https://atelier.test"},
    )
    assert changes[2].after is None
    assert changes[2].before["name"] == "Atelier neuf"
    assert "created_at" in changes[2].before


def test_rows_that_belong_to_a_thing_are_in_its_history():
    axis, region = builders.axis(3), builders.region()
    project = builders.project(axes=[axis])
    link = project.axes.through.objects.get()
    part = project.partners.create(organisation=builders.organisation(), role="funder")
    project.partners.update(role="host")
    project.axes.clear()
    assert kept(project)[1:] == [
        ("partners_project_axes", "I", None, {"project_id": project.pk, "axis_id": axis.pk}),
        (
            "partners_projectpartner",
            "I",
            None,
            {"project_id": project.pk, "organisation_id": part.organisation_id, "role": "funder"},
        ),
        ("partners_projectpartner", "U", {"role": "funder"}, {"role": "host"}),
        (
            "partners_project_axes",
            "D",
            {"id": link.pk, "project_id": project.pk, "axis_id": axis.pk},
            None,
        ),
    ]
    agent = builders.staff(regions=[region])
    assert [noun for noun, *_ in kept(agent.perimeter)] == [
        "partners_staffperimeter",
        "partners_staffperimeter_regions",
    ]


def test_what_changes_nothing_is_not_a_change():
    organisation = builders.organisation()
    before = last_change(organisation)
    organisation.save()
    Organisation.objects.filter(pk=organisation.pk).update(name=organisation.name)
    assert last_change(organisation) == before


def test_computed_columns_are_not_kept():
    project = builders.project(commune=builders.commune())
    organisation = builders.organisation(commune=builders.commune())
    of_project, of_organisation = kept(project)[0][3], kept(organisation)[0][3]
    computed = {"search", "search_name", "keywords", "axes_mask", "department_id", "region_id", "updated_at", "id"}
    assert computed & {*of_project, *of_organisation} == set()
    assert of_project["commune_id"] == "29019"


def test_each_change_says_who_why_and_in_which_batch():
    agent, batch = builders.staff(), uuid.uuid4()
    organisation = builders.organisation()
    with because(agent, "100 % d’accord */ ' \\ {fin}", batch=batch, via="essai"):
        Organisation.objects.filter(pk=organisation.pk).update(name="Autre nom")
    Organisation.objects.filter(pk=organisation.pk).update(name="Encore un autre")
    told, after = changes_of(organisation).order_by("id")[1:]
    assert (told.by_id, told.why, told.batch, told.via) == (agent.pk, "100 % d’accord */ ' \\ {fin}", batch, "essai")
    assert (after.by_id, after.why, after.batch) == (None, "", None)


def test_inner_reasons_complete_the_outer_ones():
    agent, batch = builders.staff(), uuid.uuid4()
    with because(agent, "l’ensemble", batch=batch), because(motive="ce détail"):
        organisation = builders.organisation()
    change = changes_of(organisation).get()
    assert (change.by_id, change.why, change.batch) == (agent.pk, "ce détail", batch)


def test_the_reason_is_told_outside_of_transactions_and_in_statements_without_parameters(transactional_db):
    organisation = builders.organisation()
    with because(7, "sans transaction"), connection.cursor() as cursor:
        cursor.execute("UPDATE partners_organisation SET name = 'Mot à mot 100 %'")
        assert cursor.rowcount == 1
    change = changes_of(organisation).first()
    assert (change.after, change.by_id, change.why) == ({"name": "Mot à mot 100 %"}, 7, "sans transaction")


def test_nobody_speaks_for_another_thread(transactional_db):
    seen = []

    def elsewhere():
        seen.append(changes_of(builders.organisation()).get().by_id)
        connection.close()

    with because(7, "ici"):
        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert seen == [None]


def test_typed_text_cannot_pass_for_a_reason():
    forged = 'Atelier /* change {"by": "1", "why": "faux"} */'
    with because(7, "vrai"):
        organisation = builders.organisation(name=forged)
    assert [(change.by_id, change.why) for change in changes_of(organisation)] == [(7, "vrai")]


def test_what_comes_from_elsewhere_is_kept_as_such():
    """As psql would: no word of ours around it."""
    organisation = builders.organisation()
    connection.ensure_connection()
    connection.connection.execute("UPDATE partners_organisation SET name = 'À la main'")
    change = changes_of(organisation).first()
    assert (change.via, change.by_id, change.after) == ("sql", None, {"name": "À la main"})


def test_of_persons_only_rights_are_kept():
    person = builders.user("louise@test.invalid", full_name="Louise Essai")
    User.objects.filter(pk=person.pk).update(is_staff=True, full_name="Louise Autre")
    assert [change for change in kept(person) if change[1] == "U"] == [
        ("partners_user", "U", {"is_staff": False}, {"is_staff": True})
    ]
    User.objects.filter(pk=person.pk).update(full_name="Louise Encore", email="autre@test.invalid")
    assert len(kept(person)) == 2
    assert "louise" not in str(list(Change.objects.values_list("before", "after"))).lower()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE lib_change SET after = '{}'", "DELETE FROM lib_change", "TRUNCATE lib_change"],
)
def test_history_only_grows(statement):
    builders.organisation()
    with pytest.raises(DatabaseError, match="history only grows"), transaction.atomic():
        connection.cursor().execute(statement)


def test_control_without_its_trigger_history_could_be_rewritten():
    builders.organisation()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lib_change DISABLE TRIGGER only_grows")
        cursor.execute("UPDATE lib_change SET after = '{}'")
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE lib_change ENABLE TRIGGER only_grows")


def test_a_person_is_forgotten_and_what_was_done_stays():
    person, organisation = builders.user(), builders.organisation()
    with because(7, "nommée par Louise Essai"):
        live = builders.membership(person, organisation, job_title="présidente")
        gone = builders.membership(person, organisation, role="reader", job_title="trésorière")
        gone.delete()
    other = builders.membership(builders.user(), organisation, job_title="secrétaire")
    assert forget(Membership, [live.pk], ["job_title"], of_person=("user_id", person.pk)) == 3
    words = str(list(Change.objects.filter(noun="partners_membership").values_list("before", "after", "why")))
    assert [word for word in ("présidente", "trésorière", "Louise", "secrétaire") if word in words] == ["secrétaire"]
    assert changes_of(live).get().after["role"] == "contributor"
    assert changes_of(live).get().by_id == 7
    assert changes_of(other).get().after["job_title"] == "secrétaire"


def test_forgetting_is_no_way_to_change_who_did_what():
    builders.organisation()
    with pytest.raises(DatabaseError, match="history only grows"), transaction.atomic():
        cursor = connection.cursor()
        cursor.execute("SET LOCAL alliance.forgetting = 'on'")
        cursor.execute("UPDATE lib_change SET by_id = 1")


def test_replicas_and_mass_growth_keep_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        organisation = builders.organisation()
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert kept(organisation) == []


def test_every_table_that_promises_a_history_has_its_triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'kept_%' GROUP BY 1")
        tracked = dict(cursor.fetchall())
    promised = [Organisation, Membership, StaffPerimeter, User, *_sub_tables()]
    assert [model._meta.db_table for model in promised if tracked.get(model._meta.db_table) != 3] == []


def _sub_tables():
    from partners.models import Agreement, Project, ProjectFigure, ProjectPartner

    many = [
        field.remote_field.through for model in (Organisation, Project, Agreement) for field in model._meta.many_to_many
    ]
    return [Project, Agreement, ProjectFigure, ProjectPartner, *many]


def test_a_page_says_who_writes(client):
    """The one who is signed in, and the page; never its address, which may hold a token."""
    from tests.sessions import signed_in

    agent, asked = builders.staff(), JoinRequest.objects.create(
        organisation=builders.organisation(), email="nouvelle@test.invalid", full_name="X Y", state="waiting",
        confirmed_at=timezone.now(), escalated_at=timezone.now(),
    )  # fmt: skip
    said = {"act": "accepter", "role": "reader"}
    answer = signed_in(agent).post(f"/gestion/demandes/{asked.public_id}/", said)
    assert answer.status_code == 302
    change = changes_of(Membership.objects.get()).get()
    assert (change.by_id, change.via) == (agent.pk, "gestion staff_join_request")
    assert change.after["starts_on"] == timezone.localdate().isoformat()
