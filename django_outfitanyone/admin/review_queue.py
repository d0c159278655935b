"""The pictures that wait for review, and the way from one to the next.

The queue is read by its index, one row at a time, so it is as quick for a million try-ons as for
ten.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.admin.product_field import product_key
from django_outfitanyone.catalogue import product_model

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from django_outfitanyone.models import TryOnResult
    from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

MAX_LEFT = 1_000
"""Pictures that are counted."""
MAX_SKIPPED = 20
"""Pictures that a request may leave out: those whose decisions are still being sent."""


@dataclass(frozen=True, kw_only=True)
class QueueFilter:
    """Which pictures of the queue a person reviews: values of the address, ``""`` for all."""

    batch: str = ""
    product: str = ""
    person: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> QueueFilter:
        """Return the filter of a query string or form; a value that is no key is left out."""
        return cls(
            batch=as_uuid(values.get("batch", "")),
            product=product_key(values.get("product", "")),
            person=number(values.get("person", "")),
        )

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that keeps the filter."""
        values = {"batch": self.batch, "product": self.product, "person": self.person}
        return {name: value for name, value in values.items() if value}

    def narrow(self, rows: TryOnResultQuerySet) -> TryOnResultQuerySet:
        """Return those of the rows that pass the filter."""
        if self.batch:
            rows = rows.filter(batch=self.batch)
        if self.person:
            rows = rows.filter(model_image=self.person)
        if self.product:
            rows = rows.for_product(product_model()(pk=self.product))  # it needs the key only
        return rows


class ReviewQueue:
    """The waiting pictures that a user may see, oldest first, narrowed by a filter."""

    def __init__(self, rows: QuerySet[TryOnResult], chosen: QueueFilter) -> None:
        self.chosen = chosen
        waiting = cast("TryOnResultQuerySet", rows).waiting_for_review()
        self.waiting = chosen.narrow(waiting).order_by("pk")

    def first(self, *, without: Collection[int] = ()) -> TryOnResult | None:
        return self._others(without).first()

    def after(self, pk: int, *, without: Collection[int] = ()) -> TryOnResult | None:
        """Return the next picture; after the last one, the first that was skipped."""
        others = self._others([pk, *without])
        return others.filter(pk__gt=pk).first() or others.first()

    def before(self, pk: int, *, without: Collection[int] = ()) -> TryOnResult | None:
        """Return the previous picture; before the first one, the last."""
        others = self._others([pk, *without])
        return others.filter(pk__lt=pk).last() or others.last()

    def count(self) -> int:
        """Return how many pictures wait, at most ``MAX_LEFT``."""
        return self.waiting.order_by()[:MAX_LEFT].count()

    def _others(self, without: Collection[int]) -> TryOnResultQuerySet:
        return self.waiting.exclude(pk__in=without) if without else self.waiting


def left_text(count: int) -> str:
    """Return how many pictures of the queue are left, as a sentence."""
    if not count:
        return _("None left.")
    if count >= MAX_LEFT:
        return _("More than %(count)d left.") % {"count": MAX_LEFT - 1}
    return ngettext("%(count)d left.", "%(count)d left.", count) % {"count": count}


def review_label(count: int) -> str:
    """Return the label of a link to the queue, with the number of pictures that wait."""
    if count >= MAX_LEFT:
        return _("Review pictures (more than %(count)d)") % {"count": MAX_LEFT - 1}
    return _("Review pictures (%(count)d)") % {"count": count} if count else _("Review pictures")


def number(text: str) -> str:
    """Return the digits of a primary key, or ``""``."""
    return text if re.fullmatch(r"[0-9]{1,18}", text) else ""


def skipped(values: QueryDict) -> list[int]:
    """Return the pictures that a request leaves out."""
    return [int(pk) for pk in values.getlist("without") if number(pk)][:MAX_SKIPPED]


def as_uuid(text: str) -> str:
    """Return the UUID in its usual form, or ``""``."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""
