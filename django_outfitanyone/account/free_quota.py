"""The vendor's free quota, ``FREE_IMAGES`` of an engine: the first images of a model cost nothing.

An image is used when it is charged, in the same transaction. Until then it is held by the row
of its request, for as long as the vendor may still bill it: a request that fails, or that turns
out never to have arrived, needs no step that gives its image back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.models import Account, ClothesParse, ImageCount, TryOnResult
from django_outfitanyone.models.account import LONG_AGO


@dataclass(frozen=True, kw_only=True)
class FreeQuota:
    """The free images of one model: how many there are, were used, and are held by requests.

    ``held_since`` has the requests of each period that was asked for.
    """

    remote_model: str
    images: int
    used: int
    held: int
    held_since: Sequence[int] = ()

    @property
    def left(self) -> int:
        """How many more images are free."""
        return max(0, self.images - self.used - self.held)

    def covered(self, period: int) -> int:
        """Return how many requests of the period are free; those before it come first."""
        held = self.held_since[period]
        return max(0, min(held, self.images - self.used - (self.held - held)))


def take(account_id: str, remote_model: str, images: int) -> int:
    """Count images that are charged; return how many of them are free.

    Call it first in the transaction that writes the charge.
    """
    ImageCount.objects.add(account_id, remote_model, images)
    engine = conf.engines.get(account_id)
    free = engine.free_images.get(remote_model, 0) if engine else 0
    if not free:
        return 0
    before = ImageCount.objects.counted(account_id, remote_model) - images
    return max(0, min(images, free - before))


def give_back(account_id: str, remote_model: str, images: int) -> None:
    """Undo ``take`` for images that turn out to have their charge already."""
    ImageCount.objects.add(account_id, remote_model, -images)


def quotas_of(account: Account) -> list[FreeQuota]:
    """Return the free quotas that are set, with one query; none if there are none."""
    engine = conf.engines.get(account.pk)
    names = columns(engine, since=()) if engine else {}
    if not engine or not names:
        return []
    found = Account.objects.filter(pk=account.pk).annotate(**names).values(*names).first()
    return read(engine, found or {}, periods=0)


def cost(account: Account, prices: Mapping[str, Sequence[Decimal]]) -> Decimal:
    """Return what calls of these prices cost, by model; the free quota covers the cheapest."""
    free = {quota.remote_model: quota.left for quota in quotas_of(account)}
    paid = (sum(sorted(ones)[free.get(name, 0) :], Decimal(0)) for name, ones in prices.items())
    return sum(paid, Decimal(0))


def columns(engine: EngineSettings, *, since: Sequence[datetime]) -> dict[str, Subquery]:
    """Return the subqueries that ``read`` needs, for one SELECT of an account.

    One SELECT, because a request that is settled between two would be missing in both.
    """
    found: dict[str, Subquery] = {}
    for number, model in enumerate(_models(engine)):
        used = ImageCount.objects.filter(account=OuterRef("pk"), remote_model=model)
        found[f"free_{number}_used"] = Subquery(used.values("images"))
        for period, moment in enumerate((LONG_AGO, *since)):
            found[f"free_{number}_held_{period}"] = _count(_requests(engine, model, since=moment))
    return found


def read(engine: EngineSettings, values: Mapping[str, Any], *, periods: int) -> list[FreeQuota]:
    """Return the quotas of the values of ``columns``; a missing one is an account without rows."""
    quotas = []
    for number, model in enumerate(_models(engine)):
        held = [values.get(f"free_{number}_held_{period}") or 0 for period in range(periods + 1)]
        quota = FreeQuota(
            remote_model=model,
            images=engine.free_images[model],
            used=values.get(f"free_{number}_used") or 0,
            held=held[0],
            held_since=held[1:],
        )
        quotas.append(quota)
    return quotas


def _models(engine: EngineSettings) -> Iterator[str]:
    return (model for model, images in engine.free_images.items() if images)


def _requests(engine: EngineSettings, model: str, *, since: datetime) -> QuerySet[Any]:
    """Return the requests for this model that may be billed and have no charge yet."""
    if model == engine.parsing_model:
        return ClothesParse.objects.possibly_billed(since=since)
    return TryOnResult.objects.possibly_billed(since=since).filter(remote_model=model)


def _count(rows: QuerySet[Any]) -> Subquery:
    own = rows.filter(account=OuterRef("pk")).order_by().values("account")
    return Subquery(own.annotate(count=Count("pk")).values("count"))
