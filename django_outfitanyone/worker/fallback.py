"""Move try-ons to the next engine of ``FALLBACKS`` while their own cannot go on.

Each move needs an engine that only a person can start again, and goes to one that works, so
that no row can go round in circles. A step moves one chunk of each account at most.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.engine_target import Target
from django_outfitanyone.jobs.fallback import (
    FallbackMove,
    FallbackOrder,
    Source,
    left_to_choose,
)
from django_outfitanyone.jobs.move import CHUNK, move_chunk
from django_outfitanyone.models import Account
from django_outfitanyone.worker.thread_pool import DATABASE_ERRORS, log_database_error

if TYPE_CHECKING:
    from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet

logger = logging.getLogger("django_outfitanyone")


def fall_back() -> bool:
    """Move the next chunk of try-ons; return whether any moved.

    Runs no query while the setting is empty, and one while all accounts go on. Never raises,
    because accounts that work must not wait for those that do not.
    """
    if not conf.FALLBACKS:
        return False
    try:
        order = FallbackOrder.read()
        have_moved = [
            _leave(waiting, source, order)
            for source in order.sources
            for waiting in source.waiting()
        ]
        return any(have_moved)
    except DATABASE_ERRORS as error:
        log_database_error(error)
    except Exception:  # such as a fault in the price list of one engine
        logger.exception("No try-on could move to another engine")
    return False


def _leave(waiting: TryOnResultQuerySet, source: Source, order: FallbackOrder) -> bool:
    """Move try-ons of one account; return whether any moved.

    The first ones come first. If they all wait for a person, a random chunk of the others is
    tried, so that none waits behind them for ever.
    """
    pks = waiting.values_list("pk", flat=True)
    keys = list(pks[:CHUNK])
    if not keys or _move(keys, source, order):
        return bool(keys)
    count = waiting.count() if len(keys) == CHUNK else 0
    if count <= CHUNK:
        return False
    start = random.randrange(CHUNK, count)  # noqa: S311 - no secret
    return _move(list(pks[start : start + CHUNK]), source, order)


def _move(keys: Sequence[int], source: Source, order: FallbackOrder) -> bool:
    """Move those of these try-ons for which the order has an engine."""
    chosen: dict[Target, list[int]] = {}
    for row in left_to_choose(keys):
        target = order.choose(row).target
        if target:
            chosen.setdefault(target, []).append(row.pk)
    counts = [_move_to(target, pks, source, order) for target, pks in chosen.items()]
    return any(counts)


def _move_to(target: Target, keys: Sequence[int], source: Source, order: FallbackOrder) -> int:
    Account.of(target.alias)  # its row must exist
    move = FallbackMove(target=target, order=order, source=source)
    move_chunk(keys, move)
    count = len(move.moving)
    if count:
        logger.info(
            "%s try-ons moved from %s to %s by FALLBACKS (%s)",
            count,
            source.account,
            target,
            source.reason,
            extra={
                "event": "moved",
                "account": target.alias,
                "moved": count,
                "source": source.account.pk,
                "reason": source.reason,
            },
        )
    return count
