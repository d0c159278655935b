"""What a batch will cost and how long it will take, before anything is paid.

Amounts of two currencies are never added up: pictures cost what their engine lists, in its
currency, and clothes parses what the parser lists, in that of the parser.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F

from django_outfitanyone.account import budgets, free_quota
from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.engines.capabilities import Keeps
from django_outfitanyone.jobs.call_prices import CallPrices
from django_outfitanyone.jobs.existing import Existing, existing_results
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_rows
from django_outfitanyone.models import Account, ClothesParse, TryOnResult

Prices = dict[str, list[Decimal]]
"""Remote model to the price of each of its calls."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Count, cost and duration of a batch.

    ``costs`` covers the ``new`` pictures and their clothes parses, by currency, without those
    that the free quota covers. ``budget_left`` may still be spent now in the first currency, that
    of the engine, ``None`` when there is no budget. ``seconds`` is a duration. Of a sandbox or a
    preview engine, ``costs`` is what pictures would cost, and nothing is billed.
    """

    count: int
    reused: int
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    seconds: int
    budget_left: Decimal | None = None
    is_over_budget: bool = False
    """Whether part of the batch must wait for the next period or a larger budget."""
    is_sandbox: bool = False

    @property
    def new(self) -> int:
        return self.count - self.reused

    @property
    def is_charged(self) -> bool:
        """Whether it costs anything, or would outside of a sandbox."""
        return any(self.costs.values())

    @property
    def currency(self) -> str:
        """The currency of the engine."""
        return next(iter(self.costs), "")

    @property
    def cost(self) -> Decimal:
        """The part of the cost in the currency of the engine."""
        return self.costs.get(self.currency, Decimal(0))

    @property
    def other_costs(self) -> dict[str, Decimal]:
        """The parts of the cost in other currencies."""
        return {name: cost for name, cost in self.costs.items() if name != self.currency and cost}


def estimate(requests: Sequence[TryOnRequest], *, options: TryOnOptions | None = None) -> Estimate:
    """Return what these requests would cost; nothing is stored or sent.

    Raises ``RequestRefused`` for requests and options that ``request_try_ons`` refuses.
    """
    return estimate_rows(as_rows(requests, options or TryOnOptions()))


def estimate_rows(rows: Sequence[TryOnResult], *, existing: Existing | None = None) -> Estimate:
    """Return the estimate for unsaved rows, with a handful of queries.

    ``existing`` has the results that they can reuse, if the caller knows them already.
    """
    to_pay = _to_pay(rows, existing)
    pictures = _picture_prices(to_pay)
    aliases = list(dict.fromkeys([*pictures, *(row.account_id for row in rows)]))
    calls = {alias: prices.copy() for alias, prices in pictures.items()}
    _add_parses(calls, to_pay)
    bills = {alias: _Bill.of(alias, calls.get(alias, {})) for alias in {*aliases, *calls}}
    costs: dict[str, Decimal] = {}
    for alias in [*aliases, *(other for other in bills if other not in aliases)]:
        bill = bills[alias]
        costs[bill.currency] = costs.get(bill.currency, Decimal(0)) + bill.cost
    first = bills[aliases[0]] if aliases else None
    return Estimate(
        count=len(rows),
        reused=len(rows) - len(to_pay),
        costs=costs,
        seconds=max((_seconds(alias, prices) for alias, prices in pictures.items()), default=0),
        budget_left=first.budget_left if first else None,
        is_over_budget=any(bill.is_over_budget for bill in bills.values()),
        is_sandbox=any(conf.engine(alias).is_sandbox for alias in aliases),
    )


def parse_cost(count: int = 1) -> Decimal:
    """Return what this many more clothes parses cost, in the currency of the parser."""
    prices = {conf.parser.parsing_model: [parse_price()] * count}
    return free_quota.cost(Account(name=conf.parser.alias), prices)


def parse_price() -> Decimal:
    """Return the list price of a clothes parse; 0 if it is not known."""
    return _parse_price(conf.parser)


@dataclass(frozen=True, kw_only=True)
class _Bill:
    """What one account will spend, and what it may."""

    currency: str
    cost: Decimal
    budget_left: Decimal | None

    @classmethod
    def of(cls, alias: str, prices: Prices) -> _Bill:
        account = Account(name=alias)
        return cls(
            currency=account.settings.currency,
            cost=free_quota.cost(account, prices),
            budget_left=budgets.left(account),
        )

    @property
    def is_over_budget(self) -> bool:
        return self.budget_left is not None and self.cost > self.budget_left


def _to_pay(rows: Sequence[TryOnResult], existing: Existing | None) -> list[TryOnResult]:
    """Return the rows whose pictures do not exist yet, each fingerprint once."""
    if existing is None:
        existing = existing_results([row for row in rows if not row.force_new])
    to_pay: dict[tuple[str, str], TryOnResult] = {}
    for number, row in enumerate(rows):
        key = (row.account_id, row.fingerprint)
        if row.force_new:
            to_pay[(row.account_id, f"{number}")] = row
        elif key not in existing:
            to_pay[key] = row
    return list(to_pay.values())


def _picture_prices(rows: Iterable[TryOnResult]) -> dict[str, Prices]:
    """Return the prices of all calls that make these pictures, by alias."""
    found: dict[str, Prices] = {}
    known = CallPrices()
    for row in rows:
        prices = found.setdefault(row.account_id, defaultdict(list))
        prices[row.remote_model] += known.of(row)
    return found


def _add_parses(calls: dict[str, Prices], rows: Sequence[TryOnResult]) -> None:
    """Add the clothes parses of these pictures to the calls of the parser's account."""
    count = len(_photos_to_parse(rows)) + (len(rows) if conf.PARSE_RESULTS else 0)
    if count:
        parser = conf.parser
        prices = calls.setdefault(parser.alias, defaultdict(list))
        prices[parser.parsing_model] += [_parse_price(parser)] * count


def _parse_price(parser: EngineSettings) -> Decimal:
    return parser.price(parser.parsing_model) or Decimal(0)


def _seconds(alias: str, prices: Prices) -> int:
    """Return how long the calls of an account take in its slots and at its submit rate."""
    engine = conf.engine(alias)
    longest = max(engine.capabilities(model).expected_seconds for model in prices)
    calls = sum(map(len, prices.values()))
    rounds = math.ceil(calls / engine.concurrent_tasks)
    last_submit = (calls - 1) // engine.submits.count * engine.submits.seconds
    return round(max(rounds * longest, last_submit + longest))


def _photos_to_parse(rows: Iterable[TryOnResult]) -> set[int | None]:
    """Return the model photos that were not parsed yet for a half to keep.

    One call parses both halves. Engines that keep the other half by themselves need no parse.
    """
    keeping = {(row.account_id, row.remote_model, row.model_image_id, row.keep) for row in rows}
    wanted = {
        (photo, half) for alias, model, photo, half in keeping if half and _sends_half(alias, model)
    }
    parsed = ClothesParse.objects.succeeded().filter(
        model_image_id__in={photo for photo, _half in wanted},
        picture_sha256=F("model_image__sha256"),
    )
    known = {(parse.model_image_id, half) for parse in parsed for half in parse.types}
    return {photo for photo, _half in wanted - known}


def _sends_half(alias: str, remote_model: str) -> bool:
    return conf.engine(alias).capabilities(remote_model).keeps_rest is Keeps.AS_GARMENT
