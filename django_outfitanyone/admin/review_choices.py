"""The filters that the review desk offers: what is in the first pictures that wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from django_outfitanyone.admin.review_queue import QueueFilter, ReviewQueue
from django_outfitanyone.catalogue import CatalogueReader, product_model
from django_outfitanyone.models import Batch, ModelImage
from django_outfitanyone.models.batch import short_moment

if TYPE_CHECKING:
    from django_outfitanyone.models import TryOnResult

MAX_READ = 200
"""Waiting pictures that are read to offer their batches, products and model photos."""


@dataclass(frozen=True)
class Choices:
    """One select element: its parameter, its label, what is chosen, and the options."""

    name: str
    label: str
    chosen: str
    options: list[tuple[str, str]]


def filter_choices(queue: ReviewQueue, chosen: QueueFilter, shop: CatalogueReader) -> list[Choices]:
    """Return the selects of the filter for the pictures of a queue without a filter."""
    rows = list(queue.waiting.defer("remote_answer")[:MAX_READ])
    named = Batch.objects.in_bulk({row.batch for row in rows})
    titles = {
        str(row.batch): str(named.get(row.batch) or _batch_title(row)) for row in reversed(rows)
    }
    names = {str(row.model_image.pk): str(row.model_image) for row in rows if row.model_image}
    worn = [garment.product for row in rows for garment in row.garments if garment.product]
    shop.prepare(worn)
    sold = {str(product.pk): shop.title(product) for product in worn}
    batches = _with_chosen(titles, chosen.batch, _batch_name)
    people = _with_chosen(_sorted(names), chosen.person, _name)
    products = _with_chosen(_sorted(sold), chosen.product, partial(_title, shop))
    return [
        Choices("batch", _("Batch"), chosen.batch, [("", _("All batches")), *batches]),
        Choices("product", _("Product"), chosen.product, [("", _("All products")), *products]),
        Choices("person", _("Model photo"), chosen.person, [("", _("All model photos")), *people]),
    ]


def _with_chosen(
    found: dict[str, str], chosen: str, title_of: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Return the options with what is chosen, which may be in none of the first pictures."""
    if chosen and chosen not in found:
        found = {**found, chosen: title_of(chosen)}
    return list(found.items())


def _sorted(found: dict[str, str]) -> dict[str, str]:
    return dict(sorted(found.items(), key=lambda item: item[1].casefold()))


def _batch_title(row: TryOnResult) -> str:
    when = short_moment(row.created_at)
    return f"{when} · {row.requested_by}" if row.requested_by else when


def _batch_name(key: str) -> str:
    return str(Batch.objects.filter(pk=key).first() or _("This batch"))


def _title(shop: CatalogueReader, key: str) -> str:
    product = product_model()._default_manager.filter(pk=key).first()
    return shop.title(product) if product else _("deleted")


def _name(key: str) -> str:
    return str(ModelImage.objects.filter(pk=key).first() or _("deleted"))
