"""Which engine of ``FALLBACKS`` makes try-ons whose own cannot go on, and why none does.

No picture becomes dearer or different without a person's decision: a try-on that would change
stays, and the person is told the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account import free_quota
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs import fallback_rules as rules
from django_outfitanyone.jobs.engine_target import Target, fallback_targets
from django_outfitanyone.jobs.move import CHUNK, Move, adapt
from django_outfitanyone.models import Account, TryOnResult

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from django_outfitanyone.models.try_on_queryset import TryOnResultQuerySet


class Choice(NamedTuple):
    """The engine that makes a try-on instead, or ``None`` and what speaks against each one."""

    target: Target | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """An account that cannot go on, with ``models`` if only these have ended."""

    account: Account
    reason: str
    """For the log."""
    models: frozenset[str] = frozenset()

    def waiting(self) -> list[TryOnResultQuerySet]:
        """Return the queued and the prepared try-ons that wait there, by two reads of an index."""
        rows = TryOnResult.objects.filter(account=self.account).left_waiting().not_paused()
        if self.models:
            rows = rows.filter(remote_model__in=self.models)
        return [one.order_by("due_at", "pk") for one in (rows.queued(), rows.preparing())]


@dataclass(frozen=True, kw_only=True)
class FallbackOrder:
    """The engines of ``FALLBACKS``, and all accounts as they were at one moment."""

    accounts: Mapping[str, Account]
    shows_prices: bool = True
    """Whether the reasons name prices."""

    @classmethod
    def read(cls, *, shows_prices: bool = True) -> FallbackOrder:
        """Return the order as it is now, with one query; with none if there is no order."""
        accounts = Account.objects.in_bulk() if conf.FALLBACKS else {}
        return cls(accounts=accounts, shows_prices=shows_prices)

    @cached_property
    def targets(self) -> Sequence[Target]:
        """The engines of the order."""
        return fallback_targets()

    @cached_property
    def sources(self) -> list[Source]:
        """The accounts that cannot go on before a person acts."""
        found = (self._source(account) for account in self.accounts.values())
        return [source for source in found if source]

    def choose(self, row: TryOnResult) -> Choice:
        """Return the first engine that makes the same picture at no higher price.

        Reads nothing but what ``with_names`` has loaded, and the free quota once per account.
        """
        reasons = []
        for target in self.targets:
            if target.alias == row.account_id:
                continue
            reason = self._unusable[target] or self._refusal(row, target)
            if not reason:
                return Choice(target)
            reasons.append(reason)
        return Choice(None, tuple(reasons))

    def _source(self, account: Account) -> Source | None:
        if not account.is_configured:
            return Source(account=account, reason="not in the settings any more")
        if account.is_stopped:
            return Source(account=account, reason=f"stopped: {account.stopped_code}")
        ended = self._ended.get(account.pk)
        return Source(account=account, reason="ended", models=frozenset(ended)) if ended else None

    @cached_property
    def _usable(self) -> set[str]:
        return {engine.alias for engine in conf.usable_engines}

    @cached_property
    def _ended(self) -> dict[str, list[str]]:
        """The models whose end is past, by alias."""
        found: dict[str, list[str]] = {}
        for engine in conf.usable_engines:
            offered = engine.REMOTE_MODELS or engine.defaults.remote_models
            targets = [Target(engine.alias, model) for model in offered]
            found[engine.alias] = [target.model for target in targets if target.has_ended]
        return found

    @cached_property
    def _unusable(self) -> dict[Target, str]:
        """Why an engine of the order can make nothing now, or ``""``."""
        return {
            target: rules.unusable(target, self.accounts.get(target.alias))
            for target in self.targets
        }

    @cached_property
    def _free_models(self) -> dict[str, set[str]]:
        """The models of each account that cannot go on whose next picture is free there."""
        return {
            source.account.pk: {
                quota.remote_model for quota in free_quota.quotas_of(source.account) if quota.left
            }
            for source in self.sources
        }

    def _refusal(self, row: TryOnResult, target: Target) -> str:
        """Return why this engine does not make this try-on instead, or ``""``."""
        present = None
        if row.account_id in self._usable:
            present = Target(row.account_id, row.remote_model)
        try:
            changes = adapt(copy(row), target)
        except RequestRefused:
            return rules.cannot_make(target)
        is_free = row.remote_model in self._free_models.get(row.account_id, ())
        return (
            rules.sandbox_mismatch(target, present)
            or rules.other_options(row, target, present, changes=changes)
            or rules.dearer(row, target, present, is_free=is_free, shows_prices=self.shows_prices)
        )


@dataclass(frozen=True, kw_only=True)
class FallbackMove(Move):
    """Try-ons of one account that go to an engine which the order has chosen for them."""

    order: FallbackOrder
    source: Source

    def add(self, row: TryOnResult) -> None:
        """Take the row along, unless a person has moved it since it was read."""
        is_here = row.account_id == self.source.account.pk
        if is_here and self.order.choose(row).target == self.target:
            super().add(row)
        else:
            self.staying.append((row, ""))


def left_to_choose(keys: Sequence[int]) -> list[TryOnResult]:
    """Return these try-ons without those that will reuse a picture, ready for ``choose``."""
    rows = list(TryOnResult.objects.with_names().filter(pk__in=keys).order_by("pk"))
    reusing = TryOnResult.objects.reusing(rows) if rows else ()
    return [row for row in rows if row.pk not in reusing]


@dataclass(frozen=True)
class Waiting:
    """How many try-ons wait for a person, and what speaks against each engine of the order."""

    count: int
    reasons: tuple[str, ...]
    is_cut: bool
    """Whether there are more: only the first ``CHUNK`` try-ons were read."""

    def __str__(self) -> str:
        text = ngettext(
            "%(count)s picture waits, because %(reasons)s.",
            "%(count)s pictures wait, because %(reasons)s.",
            self.count,
        )
        reasons = ", ".join(self.reasons) or _("FALLBACKS names no other engine")
        return text % {"count": f"{self.count}{'+' if self.is_cut else ''}", "reasons": reasons}


def why_waiting(try_ons: QuerySet[TryOnResult], *, shows_prices: bool = True) -> list[Waiting]:
    """Return why these try-ons wait for a person though there is an order of engines.

    The most frequent reasons come first. Reads ``CHUNK`` try-ons at most, and nothing while
    there is no order.
    """
    order = FallbackOrder.read(shows_prices=shows_prices)
    stuck = [source.account.pk for source in order.sources if not source.models]
    if not stuck:
        return []
    waiting: Any = try_ons.filter(account__in=stuck)
    rows = waiting.unsent().left_waiting().order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:CHUNK])
    choices = [order.choose(row) for row in left_to_choose(keys)]
    counts = Counter(choice.reasons for choice in choices if choice.target is None)
    is_cut = len(keys) == CHUNK
    return [Waiting(count, reasons, is_cut) for reasons, count in counts.most_common()]
