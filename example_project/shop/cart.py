"""The bag of a visitor: pieces and sizes, kept in the session."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from django_outfitanyone.catalogue import Money
from django_outfitanyone.models import Product

SIZES = ("XS", "S", "M", "L", "XL")
MOST_OF_A_PIECE = 9
KEY = "bag"


@dataclass(frozen=True)
class Line:
    """A piece in one size; ``quantity`` is 1 to ``MOST_OF_A_PIECE``."""

    product: Product
    size: str
    quantity: int

    @property
    def total(self) -> Money:
        return Money(self.product.price * self.quantity, self.product.currency)


class Bag:
    """Reads and changes the bag of a visitor. It holds only pieces that can be bought now."""

    def __init__(self, request: HttpRequest) -> None:
        self._session = request.session
        self._quantities: dict[str, dict[str, int]] = request.session.get(KEY, {})

    def __len__(self) -> int:
        return sum(sum(sizes.values()) for sizes in self._quantities.values())

    def add(self, product: Product, size: str) -> None:
        sizes = self._quantities.setdefault(product.slug, {})
        self.change(product.slug, size, sizes.get(size, 0) + 1)

    def change(self, slug: str, size: str, quantity: int) -> None:
        """Set how many of a piece there are; 0 removes it."""
        sizes = self._quantities.setdefault(slug, {})
        sizes[size] = min(quantity, MOST_OF_A_PIECE)
        if quantity < 1:
            del sizes[size]
        if not sizes:
            del self._quantities[slug]
        self._session[KEY] = self._quantities

    def lines(self) -> list[Line]:
        """Return the pieces that can still be bought, in the order in which they were added."""
        found = {
            product.slug: product
            for product in Product.objects.visible().filter(
                slug__in=self._quantities, is_available=True
            )
        }
        return [
            Line(found[slug], size, quantity)
            for slug, sizes in self._quantities.items()
            if slug in found
            for size, quantity in sizes.items()
        ]


def totals(lines: list[Line]) -> list[Money]:
    """Return the sum of each currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.total.currency] += line.total.amount
    return [Money(amount, currency) for currency, amount in sums.items()]


def bag(request: HttpRequest) -> dict[str, int]:
    """Context processor: the number of pieces in the bag, for the header."""
    return {"pieces_in_bag": len(Bag(request))}
