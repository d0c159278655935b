"""What a batch will cost and how long it will take, before anything is paid."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from django_outfitanyone.account import budgets, free_quota
from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_rows
from django_outfitanyone.models import Account, ClothesParse, TryOnResult

FINGERPRINTS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Count, cost and duration of a batch.

    ``cost`` covers the ``new`` pictures and their clothes parses, without those that the free
    quota covers. ``budget_left`` may still be spent now, ``None`` when there is no budget.
    ``seconds`` is a duration.
    """

    count: int
    reused: int
    cost: Decimal
    currency: str
    seconds: int
    budget_left: Decimal | None = None

    @property
    def is_over_budget(self) -> bool:
        """Whether part of the batch must wait for the next period or a larger budget."""
        return self.budget_left is not None and self.cost > self.budget_left

    @property
    def new(self) -> int:
        return self.count - self.reused


def estimate(requests: Sequence[TryOnRequest], *, options: TryOnOptions | None = None) -> Estimate:
    """Return what these requests would cost; nothing is stored or sent.

    Raises ``RequestRefused`` for requests and options that ``request_try_ons`` refuses.
    """
    return estimate_rows(as_rows(requests, options or TryOnOptions()))


def estimate_rows(rows: Sequence[TryOnResult]) -> Estimate:
    """Return the estimate for unsaved rows, with a handful of queries."""
    finished = _finished({row.fingerprint for row in rows if not row.force_new})
    to_pay: dict[str, TryOnResult] = {}
    for number, row in enumerate(rows):
        if row.force_new:
            to_pay[f"{number}"] = row
        elif row.fingerprint not in finished:
            to_pay[row.fingerprint] = row
    images = Counter(row.remote_model for row in to_pay.values())
    images[conf.PARSING_MODEL] += len(_photos_to_parse(to_pay.values()))
    images[conf.PARSING_MODEL] += len(to_pay) if conf.PARSE_RESULTS else 0
    account = Account(name=conf.ACCOUNT)
    return Estimate(
        count=len(rows),
        reused=len(rows) - len(to_pay),
        cost=free_quota.cost(account, images),
        currency=conf.CURRENCY,
        seconds=round(math.ceil(len(to_pay) / conf.CONCURRENT_TASKS) * conf.EXPECTED_DURATION),
        budget_left=budgets.left(account),
    )


def parse_cost(count: int = 1) -> Decimal:
    """Return what this many more clothes parses cost."""
    return free_quota.cost(Account(name=conf.ACCOUNT), {conf.PARSING_MODEL: count})


def _finished(fingerprints: Iterable[str]) -> set[str]:
    """Return the fingerprints that a finished result has, in chunks: databases limit a list."""
    wanted = list(fingerprints)
    own = TryOnResult.objects.filter(account=conf.ACCOUNT)  # only these are reused
    finished = own.succeeded().values_list("fingerprint", flat=True)
    return {
        fingerprint
        for start in range(0, len(wanted), FINGERPRINTS_AT_ONCE)
        for fingerprint in finished.filter(
            fingerprint__in=wanted[start : start + FINGERPRINTS_AT_ONCE]
        )
    }


def _photos_to_parse(rows: Iterable[TryOnResult]) -> set[int | None]:
    """Return the model photos that were not parsed yet for a half to keep.

    One call parses both halves.
    """
    wanted = {(row.model_image_id, row.keep) for row in rows if row.keep}
    parsed = ClothesParse.objects.succeeded().filter(
        model_image_id__in={photo for photo, _half in wanted},
        picture_sha256=F("model_image__sha256"),
    )
    known = {(parse.model_image_id, half) for parse in parsed for half in parse.types}
    return {photo for photo, _half in wanted - known}
