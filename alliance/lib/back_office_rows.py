"""What a list of the back office reads once models are there."""

from dataclasses import replace

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList

from alliance.lib.back_office_lists import COLUMNS, VIEW
from alliance.lib.change_words import tell_changes

CHANGES = 30


class ChosenColumnsList(ChangeList):
    def __init__(self, request, *rest):
        super().__init__(request, *rest)
        self.column_choices = self.model_admin.column_choices(request)
        self.is_capped = self.paginator.is_capped

    def get_results(self, request):
        """The keys of the page first: what is sorted is narrow, and other tables are joined for its rows alone."""
        self.resembles = False
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        if self.query and not paginator.count:
            self.resembles = request.resembles = True
            self.queryset = self.get_queryset(request)
            paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.paginator, self.result_count = paginator, paginator.count
        self.show_full_result_count, self.full_result_count, self.show_admin_actions = False, None, True
        self.can_show_all, self.multi_page = False, self.result_count > self.list_per_page
        self.result_list = self.rows_of(self.keys_of_page())

    def keys_of_page(self) -> list:
        number = self.page_num if self.multi_page else 1
        if not 1 <= number <= self.paginator.num_pages:
            raise IncorrectLookupParameters
        first = (number - 1) * self.list_per_page
        keys = self.queryset.select_related(None).values_list("pk", flat=True)
        return list(keys[first : min(first + self.list_per_page, self.result_count)])

    def rows_of(self, keys: list) -> list:
        rows = self.apply_select_related(self.root_queryset.filter(pk__in=keys)).order_by()
        found = {row.pk: row for row in rows}
        return [found[key] for key in keys if key in found]

    def get_filters_params(self, params=None):
        """Neither the columns nor the name of the view is a filter."""
        found = super().get_filters_params(params)
        for name in (COLUMNS, VIEW):
            found.pop(name, None)
        return found

    def get_queryset(self, request, exclude_parameters=None):
        """A filter through many-to-many is a set of keys: rows are neither doubled nor compared with one another."""
        found = super().get_queryset(request, exclude_parameters)
        if not found.query.distinct:
            return found
        keys = found.order_by()
        keys.query.distinct, keys.query.select_related = False, False
        rows = self.apply_select_related(self.root_queryset.filter(pk__in=keys.values("pk")))
        return rows.order_by(*found.query.order_by)


def history_page(model_admin, thing, before: str) -> dict:
    """The newest changes, or those before the one of this number."""
    rows = model_admin.history_of(thing)
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: CHANGES + 1])
    older = found[CHANGES - 1].pk if len(found) > CHANGES else ""
    names = model_admin.history_names(found[:CHANGES])
    told = [replace(line, of=names.get(line.change.pk, "")) for line in tell_changes(found[:CHANGES])]
    return {"told": told, "older": older, "title": f"Historique : {thing}"}
