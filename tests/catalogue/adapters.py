"""Adapters of several kinds of shops, for tests."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import Group

from django_outfitanyone.catalogue import CatalogueAdapter, Money

PATH = f"{__name__}."


def set_price(product, amount):
    """Store the price of a product in a row of its own."""
    Group.objects.create(name=f"{product.pk}: {amount}")


class RelatedPrices(CatalogueAdapter):
    """Prices and titles are rows of their own: one query for each product, unless prepared."""

    prepared: list[list] = []

    def __init__(self):
        self.rows = {}

    def prepare(self, products, request=None):
        RelatedPrices.prepared.append([product.pk for product in products])
        self.rows |= dict(name.split(": ") for name in Group.objects.values_list("name", flat=True))

    def title(self, product, request=None):
        return f"{product} for {self._amount(product)}"

    def price(self, product, request=None):
        return Money(Decimal(self._amount(product)), "EUR")

    def _amount(self, product):
        key = str(product.pk)
        if key not in self.rows:
            row = Group.objects.filter(name__startswith=f"{key}: ").get()
            self.rows[key] = row.name.split(": ")[1]
        return self.rows[key]


class Unprepared(RelatedPrices):
    """The same without ``prepare``."""

    def prepare(self, products, request=None):
        pass


class FirstEdition(CatalogueAdapter):
    """An adapter that was written when no method took a request."""

    def visible(self, products):
        return products.filter(is_visible=True)

    def is_visible(self, product):
        return super().is_visible(product)

    def title(self, product):
        return f"first {super().title(product)}"

    def price(self, product):
        return super().price(product)


class Groups(CatalogueAdapter):
    """Shows what depends on who asks."""

    def visible(self, products, request=None):
        return products if self._is_club(request) else products.exclude(title="Club shirt")

    def is_visible(self, product, request=None):
        return self._is_club(request) or product.title != "Club shirt"

    def price(self, product, request=None):
        return Money(Decimal(30 if self._is_club(request) else 40), "EUR")

    def price_text(self, product, price, request=None):
        return f"only {price}" if self._is_club(request) else super().price_text(product, price)

    def _is_club(self, request):
        return request is not None and request.headers.get("X-Club") == "yes"


class Families(CatalogueAdapter):
    """Products whose titles begin with the same word are variants; the first is their parent."""

    def family(self, product, request=None):
        if " " in product.title:
            return [product]
        return type(product).objects.filter(title__startswith=product.title)


class Wrong(CatalogueAdapter):
    """Breaks most rules."""

    def title(self, product, request=None):
        return None

    def url(self, product, request=None):
        return "javascript:alert(1)"

    def price(self, product, request=None):
        return Decimal(39)

    def is_available(self, product, request=None):
        return product.stock > 0

    def is_visible(self, product, request=None):
        return not product.is_visible
