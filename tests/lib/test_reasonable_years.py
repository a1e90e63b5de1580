"""Years that forms take."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from alliance.portal.views.staff_invitations import RoundForm


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "1799-12-31T12:00"])
def test_a_moment_that_cannot_be_is_told_at_its_field(typed):
    with pytest.raises(ValidationError, match="Corrigez l’année : elle va de 1800 à 2200"):
        RoundForm.base_fields["expires_at"].clean(typed)


@pytest.mark.parametrize("typed", ["1800-01-01T12:00", "2200-12-31T12:00"])
def test_a_moment_of_these_years_is_taken(typed):
    assert forms.DateTimeField().clean(typed).isoformat().startswith(typed)


def test_a_moment_in_two_boxes_is_held_to_the_same():
    with pytest.raises(ValidationError, match="Corrigez l’année"):
        forms.SplitDateTimeField().clean(["0001-01-01", "00:00"])
