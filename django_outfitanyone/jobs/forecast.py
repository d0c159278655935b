"""What would become of each request: its picture exists, is made at a price, or is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.call_prices import CallPrices
from django_outfitanyone.jobs.existing import Existing, existing_results
from django_outfitanyone.jobs.outfit import refusal_of_kind
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, candidate_rows
from django_outfitanyone.models import Garment, TryOnResult
from django_outfitanyone.models.picture import StoredPicture


class Refusals:
    """Why the chosen engine would refuse a picture; each picture is examined once."""

    def __init__(self, options: TryOnOptions) -> None:
        self._kinds = options.capabilities.kinds
        self._known: dict[tuple[type, Any], str] = {}

    def of(self, picture: StoredPicture) -> str:
        """Return the reason, or ``""`` if ``request_try_ons`` accepts the picture."""
        key = type(picture), picture.pk
        if key not in self._known:
            self._known[key] = self._reason(picture)
        return self._known[key]

    def _reason(self, picture: StoredPicture) -> str:
        if isinstance(picture, Garment) and (reason := refusal_of_kind(picture.kind, self._kinds)):
            return reason
        findings = picture.refusing_findings if conf.CHECK_PICTURES else []
        return str(findings[0].reason) if findings else ""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What would become of one request; ``rows`` are its unsaved candidates."""

    request: TryOnRequest
    is_refused: bool = False
    rows: Sequence[TryOnResult] = ()
    new: int = 0
    """Candidates that do not exist yet."""
    price: Decimal = Decimal(0)
    """List price of the new ones, in the engine's currency, without their clothes parses."""
    existing: int | None = None
    """Primary key of the finished result, if no candidate is new."""
    fingerprint: str = ""
    """Of the picture that is made, which an order pays for once; ``""`` if each is made anew."""


@dataclass(frozen=True)
class Forecasts:
    """The forecasts of many requests, in their order, and the results that they reuse."""

    each: Sequence[Forecast]
    existing: Existing


def forecast(
    requests: Sequence[TryOnRequest], *, options: TryOnOptions, refusals: Refusals
) -> Forecasts:
    """Return what would become of these requests; nothing is stored or sent.

    Runs one query for each thousand candidates, and none if ``options`` make all of them anew.
    Raises ``RequestRefused`` for options that the engine does not have.
    """
    options.check()
    refused = [_is_refused(request, refusals) for request in requests]
    rows = [
        [] if is_refused else candidate_rows(request, options)
        for request, is_refused in zip(requests, refused, strict=True)
    ]
    accepted = [row for candidates in rows for row in candidates]
    existing = existing_results(accepted) if accepted and not options.force_new else {}
    prices = CallPrices()
    each = [
        Forecast(request=request, is_refused=True)
        if is_refused
        else _forecast(request, candidates, existing=existing, prices=prices)
        for request, is_refused, candidates in zip(requests, refused, rows, strict=True)
    ]
    return Forecasts(each, existing)


def _is_refused(request: TryOnRequest, refusals: Refusals) -> bool:
    return any(refusals.of(picture) for picture in (request.person, *request.garments))


def _forecast(
    request: TryOnRequest,
    rows: Sequence[TryOnResult],
    *,
    existing: Existing,
    prices: CallPrices,
) -> Forecast:
    new = [row for row in rows if (row.account_id, row.fingerprint) not in existing]
    return Forecast(
        request=request,
        rows=rows,
        new=len(new),
        price=sum((price for row in new for price in prices.of(row)), Decimal(0)),
        existing=None if new else existing[rows[0].account_id, rows[0].fingerprint],
        fingerprint=new[0].fingerprint if new and not new[0].force_new else "",
    )
