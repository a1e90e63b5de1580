"""Saved views, acts upon many rows and spreadsheets, for the matrices: the doors, and a row of each agent."""

from partners.models import BulkAct, SavedView
from tests.portal.matrix import Door
from tests.portal.matrix_asking import Noun

NOBODY = "00000000-0000-0000-0000-000000000000"
LISTS = {
    "staff_views": Door("staff"),
    "staff_view_new": Door("staff", "list", post="staff"),
    "staff_view": Door("author", "view", post="author"),
    "staff_view_keep": Door("", "view", post="author"),
    "staff_view_first": Door("", "view", post="author"),  # a shared one: every agent who sees it
    "staff_view_drop": Door("", "view", post="author"),
    "staff_batches": Door("staff"),
    "staff_batch": Door("region", "batch"),  # the national team reads all of them
    "staff_batch_act": Door("", "batch_act", post="author"),
    "staff_sheets": Door("staff", post="staff"),
    "staff_sheet_ask": Door("", post="staff", body={"noun": "projects"}),
    "staff_sheet_export": Door("author", "sheet_export"),
    "staff_sheet_file": Door("author", "sheet_export"),
    "staff_sheet_stop": Door("", "sheet_export", post="author"),
    "staff_sheet": Door("region", "sheet"),
    "staff_sheet_errors": Door("region", "sheet"),
    "staff_sheet_act": Door("", "sheet_act", post="author"),
}


def lists_of(person) -> dict:
    """A view that an agent keeps alone, and rows that they chose."""
    view = SavedView.objects.create(owner=person, noun="partners.organisation", name="Vue", query="kind__exact=local")
    return {"view": view, "batch": BulkAct.objects.create(noun="partners.organisation", action="hide", by=person)}


def list_nouns(shared: dict) -> dict[str, Noun]:
    """Of the delegate here, with those of the one elsewhere."""
    here, away = shared["lists"]["here"], shared["lists"]["elsewhere"]

    def alone(noun: str, **more) -> Noun:
        return Noun(*({"public_id": pk} | more for pk in (here[noun].public_id, away[noun].public_id, NOBODY)))

    acts = alone("batch", name="abandonner")
    return {
        "view": alone("view"),
        "batch": alone("batch"),
        "batch_act": acts,
        "list": Noun({"noun": "partners.project"}),
    }
