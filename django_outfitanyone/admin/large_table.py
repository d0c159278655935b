"""Changelists of tables that may hold millions of rows."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from django_outfitanyone.admin.django_classes import AdminMixin

MAX_COUNT = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Paginator that counts at most ``MAX_COUNT`` rows, as an exact count reads the whole table."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list.order_by()[:MAX_COUNT].count())  # type: ignore[attr-defined]


class LargeTableMixin(AdminMixin):
    """Changelist whose queries do not get slower as the table grows.

    Such an admin has no ``date_hierarchy``, because Django would read every row for it; its
    ``list_filter`` names the date field instead.
    """

    paginator = CappedPaginator
    show_full_result_count = False
