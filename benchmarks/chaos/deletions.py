"""Deletions in flight: the shop deletes rows, photos, products and users while work runs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError
from django.db.models import ProtectedError, QuerySet
from django.test import Client
from django.urls import reverse

from benchmarks.chaos.database import reconnect, retry_database
from benchmarks.chaos.fault import Fault
from benchmarks.chaos.fault_log import FaultLog
from django_outfitanyone.models import ClothesParse, Garment, ModelImage, Product, TryOnResult

TRY_ONS_AT_ONCE = 2


class Deletions:
    """Deletes what unfinished work refers to, by every road that a shop has.

    Each deletion must be refused, or what was billed must be in the ledger. ``attempted``
    has the keys of the try-ons that may be gone.
    """

    def __init__(self, log: FaultLog, chance: random.Random) -> None:
        self._log = log
        self._chance = chance
        self.attempted: set[int] = set()
        self.outcomes: Counter[str] = Counter()
        self._client = Client(headers={"accept": "application/json"})
        self._client.force_login(get_user_model().objects.create_superuser("admin"))

    def faults(self) -> list[Fault]:
        roads: dict[str, tuple[Callable[[TryOnResult], QuerySet[Any]], Callable[..., None]]] = {
            "try-on by admin": (_itself, self._by_admin),
            "try-ons by admin action": (_some_of_batch, self._by_admin_action),
            "try-ons by queryset": (_some_of_batch, _by_queryset),
            "parse by queryset": (_parses, _by_queryset),
            "model photo by admin": (_photo, self._by_admin),
            "garment by API": (_garment, self._by_api),
            "product by queryset": (_product, _by_queryset),
            "user by admin": (_user, self._by_admin),
        }
        return [
            Fault(f"deletion of {name}", partial(self._delete, f"deletion of {name}", *road))
            for name, road in roads.items()
        ]

    def tick(self) -> None:
        """Do nothing: a deletion is over at once."""

    def stop(self) -> None:
        """Do nothing, for the same reason."""

    def _delete(
        self,
        name: str,
        victims_of: Callable[[TryOnResult], QuerySet[Any]],
        delete: Callable[[QuerySet[Any]], None],
    ) -> None:
        """Delete what belongs to an unfinished try-on; an outage may leave it undone."""
        try_on = retry_database(self._choose)
        victims = retry_database(lambda: list(victims_of(try_on))) if try_on else []
        if not victims:
            return
        self._log.inject(name)
        self._log.hit(name)
        model = type(victims[0])
        rows = model._default_manager.filter(pk__in=[victim.pk for victim in victims])
        if model is TryOnResult:
            self.attempted |= {victim.pk for victim in victims}
        try:
            delete(rows)
        except (OperationalError, InterfaceError):
            reconnect()
        was_refused = retry_database(rows.exists)
        self.outcomes["refused" if was_refused else "deleted"] += 1

    def _choose(self) -> TryOnResult | None:
        """Return an unfinished try-on; half of the time one that may be billed, if any is."""
        keys = list(TryOnResult.objects.unsettled().values_list("pk", flat=True))
        if not keys or self._chance.random() < 0.5:
            keys = list(TryOnResult.objects.open().values_list("pk", flat=True))
        return TryOnResult.objects.filter(pk=self._chance.choice(keys)).first() if keys else None

    def _by_admin(self, rows: QuerySet[Any]) -> None:
        """Confirm the deletion of one row on its admin page."""
        self._client.post(_admin_page(rows.model, "delete", rows.get().pk), {"post": "yes"})

    def _by_admin_action(self, rows: QuerySet[Any]) -> None:
        keys = list(rows.values_list("pk", flat=True))
        form = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
        self._client.post(_admin_page(rows.model, "changelist"), form)

    def _by_api(self, rows: QuerySet[Any]) -> None:
        self._client.delete(reverse("outfitanyone_api:garment-detail", args=[rows.get().pk]))


def _by_queryset(rows: QuerySet[Any]) -> None:
    with suppress(ProtectedError):  # a page or the API must say so instead
        rows.delete()


def _admin_page(model: type[Any], page: str, *arguments: Any) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=arguments)


def _itself(try_on: TryOnResult) -> QuerySet[Any]:
    return TryOnResult.objects.filter(pk=try_on.pk)


def _some_of_batch(try_on: TryOnResult) -> QuerySet[Any]:
    later = TryOnResult.objects.filter(batch=try_on.batch, pk__gte=try_on.pk)
    return later.order_by("pk")[:TRY_ONS_AT_ONCE]


def _parses(try_on: TryOnResult) -> QuerySet[Any]:  # noqa: ARG001 - any open parse will do
    return ClothesParse.objects.open().order_by("pk")[:1]


def _photo(try_on: TryOnResult) -> QuerySet[Any]:
    return ModelImage.objects.filter(pk=try_on.model_image_id)


def _garment(try_on: TryOnResult) -> QuerySet[Any]:
    return Garment.objects.filter(pk__in=try_on.garment_ids)


def _product(try_on: TryOnResult) -> QuerySet[Any]:
    return Product.objects.filter(outfit_garments__in=try_on.garment_ids)


def _user(try_on: TryOnResult) -> QuerySet[Any]:
    return get_user_model().objects.filter(pk=try_on.requested_by_id)
