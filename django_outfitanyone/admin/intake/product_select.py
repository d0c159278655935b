"""The autocomplete for products in a table of many rows: no query for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import AutocompleteSelect

from django_outfitanyone.admin.product_field import may_search_products
from django_outfitanyone.models import Garment

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest


class ProductSelect(AutocompleteSelect):
    """Shows products whose titles are known already; ``AutocompleteSelect`` reads each row's."""

    known: dict[str, str]

    def showing(self, known: dict[str, str]) -> ProductSelect:
        """Return a copy that shows these titles by the keys of their products."""
        # select2 names its own box by the title
        title = {"title": self.field.verbose_name}
        widget = type(self)(self.field, self.admin_site, attrs=title)
        widget.known = known
        return widget

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:  # noqa: ARG002
        selected = [str(one) for one in value if str(one) in self.known]
        options = [self.create_option(name, "", "", not selected, 0)]
        options += [self.create_option(name, one, self.known[one], True, 1) for one in selected]
        return [(None, options, 0)]


def product_select(site: AdminSite, request: HttpRequest) -> ProductSelect | None:
    """Return the widget, or ``None`` if the user cannot search products there."""
    if not may_search_products(site, request):
        return None
    return ProductSelect(Garment._meta.get_field("product"), site)
