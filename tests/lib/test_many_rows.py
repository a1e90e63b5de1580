"""Many rows in one statement: each its own values, and nothing that the database would refuse one by one."""

from datetime import date

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alliance.lib.many_rows import insert_each, update_each, update_fields
from partners.models import Organisation, Project, SheetImport, SheetRow
from tests import builders

pytestmark = pytest.mark.django_db


def test_each_row_takes_its_own_values_in_one_statement():
    first, second, third = (builders.project(title=f"Projet {n}") for n in range(3))
    rows = [[first.pk, "Un", None, 48.5], [second.pk, "50 % d’« eau »", date(2026, 10, 25), None]]
    with CaptureQueriesContext(connection) as captured:
        assert update_each(Project, ["title", "starts_on", "lat"], [[*row[:3], None] for row in rows]) == 2
    assert len(captured) == 1
    values = Project.objects.order_by("pk").values_list("title", "starts_on")
    assert list(values) == [("Un", None), ("50 % d’« eau »", date(2026, 10, 25)), (third.title, third.starts_on)]


def test_lists_and_texts_of_json_are_kept_as_they_are():
    sheet = SheetImport.objects.create(noun="organisations", by=builders.staff(), name="a.csv")
    rows = [SheetRow.objects.create(sheet=sheet, line=line, row_id=line) for line in (1, 2)]
    rows[0].changes, rows[1].row_id = {"name": ["", "L’« x » % \\ \x7f"]}, None
    assert update_fields(rows, ["changes", "row_id"]) == 2
    kept = sheet.rows.order_by("line").values_list("changes", "row_id")
    assert list(kept) == [({"name": ["", "L’« x » % \\ \x7f"]}, 1), ({}, None)]


def test_what_is_too_long_is_refused_and_never_cut():
    organisation = builders.organisation(siren="")
    with pytest.raises(DataError), transaction.atomic():
        update_each(Organisation, ["siren"], [[organisation.pk, "12345678200000"]])


def test_a_row_that_is_gone_is_not_counted():
    organisation = builders.organisation()
    assert update_each(Organisation, ["name"], [[organisation.pk, "Une"], [0, "Aucune"]]) == 1
    assert update_each(Organisation, ["name"], []) == update_fields([], ["name"]) == 0


def test_rows_come_back_with_their_keys_and_their_dates():
    one, two = builders.project(title="Un"), builders.project(title="Deux")
    rows = list(Project.objects.order_by("pk"))
    before = list(Project.objects.order_by("pk").values("pk", "title", "created_at", "updated_at"))
    Project.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        insert_each(Project, rows)
    assert len(captured) == 1
    assert list(Project.objects.order_by("pk").values("pk", "title", "created_at", "updated_at")) == before
    assert [row["pk"] for row in before] == [one.pk, two.pk]
