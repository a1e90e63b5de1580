"""The columns that history keeps are those of ``field_history.py``; persons are numbers there."""

import pytest
from django.contrib import admin
from django.utils import timezone

from alliance.lib.changes import changes_of
from alliance.lib.models import Change
from partners.models import ProjectPhoto, ProposedChange
from tests import builders
from tests.charter import adhering
from tests.partners import lacking
from tests.portal.field_history import FORGOTTEN, HISTORY, triggers
from tests.portal.field_matrix import PERSONAL
from tests.portal.route_matrix import ADMIN

pytestmark = pytest.mark.django_db


def differences() -> list[str]:
    found, wrong = {name: columns for name, (_, columns) in triggers().items()}, []
    for name in sorted(set(found) | set(HISTORY)):
        _, declared = HISTORY.get(name, ("", []))
        if told := sorted(set(found.get(name, [])) ^ set(declared)):
            wrong.append(f"{name} and HISTORY of tests/portal/field_history.py differ by {told}: who reads them?")
    return wrong


def test_every_column_of_history_is_declared():
    assert differences() == []
    assert len(HISTORY) > 20


def test_history_keeps_no_name_no_address_that_erasure_would_leave():
    personal = set(PERSONAL) | {"person_name", "person_job_title", "network_name", "organisation_name"}
    held = {name: set(columns) & personal - FORGOTTEN.get(name, set()) for name, (_, columns) in HISTORY.items()}
    assert {name: columns for name, columns in held.items() if columns} == {}


def test_who_reads_history_is_who_reads_the_row():
    """On the page of the history of a thing, of all that belongs to it too; what has no such page is read by nobody."""
    pages = {model._meta.db_table: model._meta.label_lower for model in admin.site._registry}
    right = {name: ADMIN[pages[told]].read if told in pages else "-" for name, (told, _) in triggers().items()}
    assert {name: who for name, (who, _) in HISTORY.items()} == right


def test_what_is_described_offered_and_brought_together_has_a_history():
    axis = builders.axis()
    need, resource = lacking.need(builders.organisation(), axis), lacking.resource([axis])
    type(need).objects.filter(pk=need.pk).update(title="Une autre salle")
    assert [change.verb for change in changes_of(need)] == ["U", "I"]
    assert changes_of(need).first().after == {"title": "Une autre salle"}
    assert {change.noun for change in changes_of(resource)} == {"partners_resource", "partners_resource_axes"}


def test_photos_and_proposals_have_a_history_without_whom_they_credit():
    """What was proposed first is still read once it was written again; who decided, and what."""
    project, author = builders.project(), builders.user()
    sizes = {"width": 400, "height": 300, "widths": [400], "added_by": author}
    photo = ProjectPhoto.objects.create(project=project, alt="Une halle", credit="Canari Essai", **sizes)
    ProjectPhoto.objects.filter(pk=photo.pk).update(accepted_at=timezone.now())
    assert [change.verb for change in changes_of(project).filter(noun="partners_projectphoto")] == ["U", "I"]
    assert "Canari" not in str(list(changes_of(project).values_list("after", flat=True)))
    first, second = ({"summary": {"before": "Mot", "after": word}} for word in ("Un", "Deux"))
    proposal = ProposedChange.objects.create(project=project, proposed_by=author, values=first, note="Canari")
    ProposedChange.objects.filter(pk=proposal.pk).update(values=second)
    again, made = changes_of(proposal)
    assert (again.before, again.after) == ({"values": first}, {"values": second})
    assert (made.after["proposed_by_id"], "note" in made.after) == (author.pk, False)


def test_of_who_arrives_only_what_was_done_is_kept():
    invitation = builders.invitation(builders.organisation(), email="canari@test.invalid", full_name="Canari Essai")
    network = builders.organisation(kind="network")
    builders.signature(network, builders.charter_version("2020"))
    adhering.member_invitation(network, builders.organisation())
    assert changes_of(invitation).get().after["role"] == invitation.role
    kept = Change.objects.filter(noun__in=["partners_invitation", "charter_memberinvitation"])
    assert kept.count() == 2
    assert "canari" not in str(list(kept.values_list("after", flat=True))).lower()


def test_control_an_undeclared_column_is_told(monkeypatch):
    monkeypatch.setitem(HISTORY, "partners_user", ("region", ["is_staff", "is_superuser"]))
    assert differences() == [
        "partners_user and HISTORY of tests/portal/field_history.py differ by ['is_active']: who reads them?"
    ]
