"""What a list of the back office reads once models are there."""

from django.contrib.admin.views.main import ChangeList

from alliance.lib.back_office_lists import COLUMNS
from alliance.lib.change_words import tell_changes
from alliance.lib.changes import changes_of

CHANGES = 30


class ChosenColumnsList(ChangeList):
    def __init__(self, request, *rest):
        super().__init__(request, *rest)
        self.column_choices = self.model_admin.column_choices(request)
        self.is_capped = self.paginator.is_capped

    def get_filters_params(self, params=None):
        """The columns are no filter."""
        found = super().get_filters_params(params)
        found.pop(COLUMNS, None)
        return found


def history_page(thing, before: str) -> dict:
    """The newest changes, or those before the one of this number."""
    rows = changes_of(thing)
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: CHANGES + 1])
    older = found[CHANGES - 1].pk if len(found) > CHANGES else ""
    return {"told": tell_changes(found[:CHANGES]), "older": older, "title": f"Historique : {thing}"}
