"""Pictures with a hotspot for tests of the template tags."""

from __future__ import annotations

from decimal import Decimal

from tests.factories import make_garment, make_hotspot, make_product, make_published


def make_look(**product_columns):
    """Make a finished try-on of one top, with its hotspot."""
    product = make_product(
        **{"title": "Striped longsleeve", "price": Decimal(39), **product_columns}
    )
    look = make_published(garments=[make_garment(product=product)])
    make_hotspot(look, product=product, box=(20, 30, 120, 150))
    return look


def reloaded(picture):
    """Return a new instance of the row, without cached relations."""
    return type(picture).objects.get(pk=picture.pk)
