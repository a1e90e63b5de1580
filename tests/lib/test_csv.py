"""CSV that streams, and that no spreadsheet takes for formulas."""

import csv
import itertools

import pytest

from alliance.lib.csv import inert, stream


def test_lines_follow_one_another_and_come_back_as_they_went():
    lines = list(stream(["name", "seats"], [["L’Étoile, « la »", 3], ["a\nb", None]]))
    assert lines[0] == "\ufeffname,seats\n"
    assert list(csv.reader([lines[0][1:], *lines[1:]])) == [["name", "seats"], ["L’Étoile, « la »", "3"], ["a\nb", ""]]


@pytest.mark.parametrize("text", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_what_a_spreadsheet_would_compute_is_made_inert(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "", 0, -3, 2.5, True])
def test_other_values_pass_as_they_are(value):
    assert inert(value) == value


def test_nothing_is_read_before_it_is_asked_for():
    lines = stream(["n"], ([number] for number in itertools.count()))
    assert list(itertools.islice(lines, 3)) == ["\ufeffn\n", "0\n", "1\n"]
