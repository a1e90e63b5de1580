"""Lists of the back office: columns that one chooses, counts that stay cheap, and the whole history of a row."""

from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from alliance.lib.back_office_search import resembling, searched, words_of

# The site is set up before any model: what needs models is in back_office_rows, imported when it serves.
COLUMNS = "colonnes"
VIEW = "vue"
COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts to 10,000: beyond, « plus de 10 000 » and filters serve better than page 300."""

    @cached_property
    def found(self) -> int:
        return self.object_list.order_by()[: COUNTED + 1].count()

    @property
    def is_capped(self) -> bool:
        return self.found > COUNTED

    @property
    def count(self) -> int:
        return min(self.found, COUNTED)


class KeysFirst(CappedPaginator):
    """What is sorted is narrow: other tables are joined for the rows of the page alone, by one query more."""

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self.object_list.select_related(None).values_list("pk", flat=True)
        keys = list(keys[first : min(first + self.per_page, self.count)])
        found = {row.pk: row for row in self.object_list.filter(pk__in=keys).order_by()} if keys else {}
        return self._get_page([found[key] for key in keys if key in found], number, self)


class KeysWithin(CappedPaginator):
    """The same in one statement, the keys of the page being a query within."""

    def page(self, number):
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self.object_list.select_related(None).values("pk")[first : min(first + self.per_page, self.count)]
        return self._get_page(list(self.object_list.filter(pk__in=keys)), number, self)


class WritableFilter(SimpleListFilter):
    """Agents of a région read more rows than they may change: what a figure of theirs counts is its own list."""

    title = "périmètre"
    parameter_name = "perimetre"

    def lookups(self, request, model_admin):
        return [] if request.user.is_national else [("1", "ce que je peux modifier")]

    def queryset(self, request, queryset):
        return queryset.writable_by(request.user) if self.value() == "1" else queryset


class ListRoom:
    """For admin classes. ``more_columns``: what a list offers besides its ``list_display``."""

    more_columns: list[str] = []
    paginator = CappedPaginator
    show_facets = ShowFacets.NEVER
    object_history_template = "admin/history.html"

    def get_changelist(self, request, **kwargs):
        from alliance.lib.back_office_rows import ChosenColumnsList

        return ChosenColumnsList

    def offered_columns(self) -> list[str]:
        return [*self.list_display, *(name for name in self.more_columns if name not in self.list_display)]

    def get_list_display(self, request):
        """The first column always; then those asked for that the list knows, in its own order."""
        asked = set(",".join(request.GET.getlist(COLUMNS)).split(","))
        offered = self.offered_columns()
        chosen = [name for name in offered if name in asked]
        return list(dict.fromkeys((offered[0], *chosen))) if chosen else self.list_display

    def get_list_filter(self, request):
        within = [WritableFilter] if hasattr(self.model._default_manager.none(), "writable_by") else []
        return [*within, *super().get_list_filter(request)]

    def get_list_select_related(self, request):
        """Whatever the columns, one query."""
        shown = [name for name in self.get_list_display(request) if self.is_reference(name)]
        return list(dict.fromkeys((*(self.list_select_related or ()), *shown)))

    def is_reference(self, name: str) -> bool:
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return False
        return bool(field.many_to_one or field.one_to_one)

    def get_search_results(self, request, queryset, search_term):
        """Without case nor accents. ``request.resembles``: what resembles the words, since nothing holds them."""
        fields = list(self.get_search_fields(request))
        if not fields or not words_of(search_term):
            return queryset, False
        search = resembling if getattr(request, "resembles", False) else searched
        return search(queryset, fields, search_term), False

    def column_choices(self, request) -> list[tuple[str, str, bool]]:
        """``(name, label, shown)``, without the first column, which always stands."""
        from django.contrib.admin.utils import label_for_field

        shown = self.get_list_display(request)
        return [
            (name, str(label_for_field(name, self.model, self)), name in shown) for name in self.offered_columns()[1:]
        ]

    def history_view(self, request, object_id, extra_context=None):
        """Before, after, who, when and why of the row and of what belongs to it, newest first."""
        from alliance.lib.back_office_rows import history_page

        response = super().history_view(request, object_id, extra_context)
        thing = response.context_data["object"]
        response.context_data |= history_page(self, thing, request.GET.get("avant", ""))
        return response

    def history_of(self, thing):
        """The changes that its page of history tells."""
        from alliance.lib.changes import changes_of

        return changes_of(thing)

    def history_names(self, changes) -> dict[int, str]:
        """By number of change, the name of the row that it is about, where that is not the thing itself."""
        return {}
