"""What PostgreSQL does for us."""

import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DataError, connection, transaction
from django.db.models import F

from alliance.lib import db


@pytest.mark.django_db
def test_names_are_compared_without_case_nor_accents():
    for label in ("zebre", "Éclair", "école"):
        ContentType.objects.create(app_label="tests", model=label)
    tests = ContentType.objects.filter(app_label="tests").annotate(flat=db.LowerUnaccent("model"))
    assert list(tests.order_by("flat").values_list("flat", flat=True)) == ["eclair", "ecole", "zebre"]
    assert tests.order_by(db.lower_unaccent("model")).values_list("model", flat=True).first() == "Éclair"


@pytest.mark.django_db
def test_the_wrapper_of_unaccent_may_be_indexed():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE names (name text)")
        cursor.execute("CREATE INDEX ON names (lower(f_unaccent(name)))")
        cursor.execute("SELECT f_unaccent('Œuvre à Noël'), f_unaccent(NULL)")
        assert cursor.fetchone() == ("OEuvre a Noel", None)


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        db.wait_for("seal")


@pytest.mark.django_db(transaction=True)
def test_a_rival_waits_for_the_lock_and_another_key_does_not():
    begun, got = threading.Event(), threading.Event()

    def rival():
        with transaction.atomic():
            db.wait_for("other")
            begun.set()
            db.wait_for("seal", 1)
            got.set()
        connection.close()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        db.wait_for("seal", 1)
        thread.start()
        assert begun.wait(5)
        assert not got.wait(0.2), "the rival did not wait"
    thread.join(5)
    assert got.is_set()


@pytest.mark.django_db(transaction=True)
def test_one_process_alone_is_told_so_and_the_other_passes():
    answers = []

    def rival():
        with db.only_one("job") as alone:
            answers.append(alone)
        connection.close()

    with db.only_one("job") as alone:
        answers.append(alone)
        thread = threading.Thread(target=rival)
        thread.start()
        thread.join(5)
    rival()
    assert answers == [True, False, True]


@pytest.mark.django_db
def test_a_statement_asked_often_is_prepared_and_counted_like_any_other(django_assert_num_queries):
    sql = "SELECT %(number)s::int + 1, 'à 100 %%'"
    with django_assert_num_queries(8):
        answers = [db.prepared(sql, {"number": number}) for number in range(8)]
    assert answers == [[(number + 1, "à 100 %")] for number in range(8)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%à 100%'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_an_error_of_a_prepared_statement_is_one_of_djangos():
    with pytest.raises(DataError), transaction.atomic():
        db.prepared("SELECT 1 / %s::int", [0])


@pytest.mark.django_db
def test_a_column_is_among_keys_that_are_gathered_first():
    for label in ("un", "deux", "trois"):
        ContentType.objects.create(app_label="tests", model=label)
    tests = ContentType.objects.filter(app_label="tests").order_by("model")
    keys = ContentType.objects.filter(app_label="tests", model__in=["un", "trois", "absent"]).order_by().values("pk")
    assert [row.model for row in tests.filter(db.Among(F("pk"), keys))] == ["trois", "un"]
    assert [row.model for row in tests.exclude(db.Among(F("pk"), keys))] == ["deux"]
    assert list(tests.filter(db.Among(F("pk"), keys.none()))) == []
