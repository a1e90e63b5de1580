"""Counting stops at 10,000: beyond, a list says « plus de 10 000 » and goes no further."""

from functools import cached_property

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator

COUNTED_TO = 10_000


def count_up_to(rows, limit: int = COUNTED_TO) -> tuple[int, bool]:
    """How many rows, and whether that is exact."""
    counted = rows.order_by()[: limit + 1].count()
    return min(counted, limit), counted <= limit


class CriteriaPaginator(Paginator):
    """The pages of ``criteria``; ``with_rows`` adds to a queryset what a page shows of its rows."""

    def __init__(self, criteria, per_page: int, with_rows=lambda rows: rows):
        super().__init__([], per_page)
        self.criteria, self.with_rows = criteria, with_rows

    @cached_property
    def counted(self) -> tuple[int, bool]:
        return self.criteria.counted()

    @property
    def count(self) -> int:
        return self.counted[0]

    @property
    def count_exact(self) -> bool:
        return self.counted[1]

    def page(self, number) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        last = min(first + self.per_page, self.count)
        return self._get_page(self.criteria.rows_of(first, last, self.with_rows), number, self)

    def read(self, number: str) -> tuple[Page, bool]:
        """The page asked for, and whether it exists; the first or the last one when it does not."""
        try:
            return self.page(number), True
        except (PageNotAnInteger, EmptyPage):
            return self.get_page(number), False
