"""Lists of the API whose rows are chosen by the same criteria as the pages."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.exceptions import ValidationError as BadRequest

from alliance.lib.api_views import PAGING, PAGING_PARAMETERS, ListEndpoint

ONCE = {"q", "near", "radius_km", "ordering"}
EXAMPLES = {
    "q": ("Des mots, même mal écrits", "jardin partagé"), "axis": ("Deux axes", ["3", "4"]),
    "region": ("La Bretagne", ["53"]), "department": ("Deux départements", ["29", "2A"]),
    "commune": ("Brest", ["29019"]),
    "signatory": ("Les signataires", ["current"]), "near": ("Autour de Brest", "48.39,-4.49"),
    "radius_km": ("À dix kilomètres au plus", "10"),
}  # fmt: skip


class FilteredList(ListEndpoint):
    """``filterset`` is a module of partners.filters: its ``parse`` reads the address for pages and API alike."""

    filterset = None

    def select(self, params):
        """The rows in the order of the list; those of a list too long to be counted, and put in no order by the
        caller, in that of their keys: they leave as they are read, nothing is sorted first.
        """
        criteria = self.window(params)
        ordered, by_key = criteria.ordered(), criteria.queryset().order_by("pk")  # before figures narrow their masks
        return ordered if criteria.ordering or criteria.counted()[1] else by_key

    def window(self, params):
        criteria, problems = self.filterset.parse(params, doors=PAGING, versions=self.versions)
        if problems:
            raise BadRequest({problem.parameter[:40]: [problem.sentence] for problem in problems})
        return criteria

    def check_names(self, params) -> None:
        """``parse`` knows every name; ``select`` refuses what it does not."""


def filter_parameters(filterset_class) -> list[OpenApiParameter]:
    """The filters and the paging, as OpenAPI describes them."""
    filters = [
        OpenApiParameter(
            name,
            str,
            many=name not in ONCE,
            description=found.extra["help_text"],
            examples=[OpenApiExample(*EXAMPLES[name])] if name in EXAMPLES else (),
        )
        for name, found in filterset_class.base_filters.items()
    ]
    return [*filters, *PAGING_PARAMETERS]
