"""Moving try-ons to another engine: which ones go, at what price, and why the others stay.

Nothing is sent and nothing is paid here. A row that an engine may have billed never moves.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone import wakeup
from django_outfitanyone.engines.capabilities import Face
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.engine_target import Target, target_from
from django_outfitanyone.jobs.estimate import Estimate, estimate_rows
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.outfit import check_wearable
from django_outfitanyone.jobs.try_on import TryOnRequest, check_pictures
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.models.database import atomic, on_commit

logger = logging.getLogger("django_outfitanyone")

CHUNK = 100
"""Rows per transaction: locks stay short, and no statement has more than 999 parameters."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """The try-ons that move, or have moved, to ``target``, and those that stay with the reason.

    The ``moving`` ones have the columns of the new engine, in memory. ``changes`` says which
    options the new engine does not have, and how many try-ons lose them.
    """

    target: Target
    moving: list[TryOnResult] = field(default_factory=list)
    staying: list[tuple[TryOnResult, str]] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)

    @cached_property
    def estimate(self) -> Estimate:
        """What the moving try-ons cost there; runs a handful of queries."""
        return estimate_rows(self.moving)

    @property
    def reasons(self) -> Counter[str]:
        """Why try-ons stay, and how many each."""
        return Counter(reason for _row, reason in self.staying)

    def add(self, row: TryOnResult) -> None:
        """Take the row along with adapted options, or let it stay with the reason."""
        try:
            changes = adapt(row, self.target)
        except RequestRefused as refusal:
            self.staying.append((row, str(refusal)))
        else:
            self.moving.append(row)
            self.changes.update(changes)


def estimate_move(try_ons: QuerySet[TryOnResult], *, engine: str, model: str = "") -> Move:
    """Return what would move to this engine, with its price; nothing is stored.

    Raises ``RequestRefused`` if no engine has this alias and model.
    """
    move = Move(target=target_from(engine, model))
    for keys in _chunks(try_ons):
        rows = TryOnResult.objects.with_names().filter(pk__in=keys)
        movable = set(rows.movable().values_list("pk", flat=True))
        for row in rows.order_by("pk"):
            if row.pk in movable:
                move.add(row)
            else:
                move.staying.append((row, why_it_stays(row)))
    return move


def move_to_engine(
    try_ons: QuerySet[TryOnResult], *, engine: str, model: str = "", moved_by: Any = None
) -> Move:
    """Queue those of these try-ons at another engine that wait, failed or were canceled.

    Returns what moved and why the others stayed: those that an engine works on, may have
    billed, or that the new engine cannot make. What it does not offer is adapted.
    ``estimate_move`` tells all this before, with the price. Raises ``RequestRefused`` if no
    engine has this alias and model, and ``ConfigurationError`` if it has no API key.
    """
    target = target_from(engine, model)
    account = Account.of(target.alias)
    target.engine.api_key()  # the worker would only find out later
    move = _move_rows(try_ons, target)
    logger.info(
        "%s try-ons moved to %s by %s, %s stayed",
        len(move.moving),
        target,
        moved_by or "no user",
        len(move.staying),
        extra={"event": "moved", "account": target.alias, "moved": len(move.moving)},
    )
    on_commit(partial(wakeup.wake, account))
    return move


def adapt(row: TryOnResult, target: Target) -> list[str]:
    """Give the instance engine, options and fingerprint of the target; return what changes.

    Raises ``RequestRefused``, and then changes nothing, if the target cannot make the picture.
    """
    if (row.account_id, row.remote_model) == (target.alias, target.model):
        raise RequestRefused(_("It belongs to this engine already."), code="SameEngine")
    capabilities = target.capabilities
    check_wearable(row.garments, capabilities.kinds)
    if row.model_image:
        check_pictures([TryOnRequest(row.model_image, row.garments)])
    row.account_id, row.remote_model = target.alias, target.model
    changes = []
    if row.resolution not in capabilities.resolutions:
        row.resolution = capabilities.resolutions[0]
        changes.append(_("The engine does not offer the size: it makes its usual one."))
    if capabilities.keeps_face is Face.ALWAYS and not row.restore_face:
        row.restore_face = True
        changes.append(_("The engine makes up no new face: the face stays."))
    row.fingerprint = fingerprint_of(row)
    return changes


def why_it_stays(row: TryOnResult) -> str:
    """Return why a row is not movable, for people."""
    if row.has_succeeded:
        return _("It is finished.")
    if row.is_in_flight:
        return _("The engine works on it, and may bill it.")
    if row.needs_attention:
        return _("It may have been paid for; decide about it first.")
    if row.gender:
        return _("It refines a picture, which only its own engine can do.")
    if row.lacks_inputs:
        return _("Its model photo or a garment was deleted.")
    if row.lease_expires_at > timezone.now():
        return _("The worker prepares it right now; move it in a minute.")
    if row.stage:
        return _("A part of the outfit is paid for, which only its own engine can complete.")
    return _("It was sent before and may have been paid for; retry it instead.")


def move_chunk(keys: Sequence[int], move: Move) -> list[TryOnResult]:
    """Move those of at most ``CHUNK`` try-ons that are movable and that ``move`` takes.

    Returns all that were movable. The account of the target must exist. One transaction, with
    the same number of statements however many rows there are.
    """
    with atomic():
        claimed = TryOnResult.objects.claim_to_move(keys)
        for row in claimed:
            move.add(row)
        TryOnResult.objects.move_claimed(claimed, move.moving, account_id=move.target.alias)
    return claimed


def _move_rows(try_ons: QuerySet[TryOnResult], target: Target) -> Move:
    """Move the movable ones of these try-ons, in chunks of one transaction each."""
    move = Move(target=target)
    for keys in _chunks(try_ons):
        chunk = Move(target=target)
        claimed = move_chunk(keys, chunk)
        move.moving.extend(chunk.moving)
        move.staying.extend(chunk.staying)
        move.changes.update(chunk.changes)
        move.staying.extend(_left_behind(keys, claimed))
    return move


def _chunks(try_ons: QuerySet[TryOnResult]) -> Iterator[Sequence[int]]:
    """Yield the primary keys in chunks; they are read at once, as moved rows change lists."""
    keys = list(try_ons.order_by("pk").values_list("pk", flat=True).distinct())
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _left_behind(
    keys: Sequence[int], claimed: Sequence[TryOnResult]
) -> Iterator[tuple[TryOnResult, str]]:
    """Yield the rows that were not movable, with the reason."""
    others = set(keys) - {row.pk for row in claimed}
    if others:
        rows = TryOnResult.objects.with_inputs().filter(pk__in=others)
        yield from ((row, why_it_stays(row)) for row in rows.order_by("pk"))
