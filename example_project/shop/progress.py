"""How far the shop's looks are: finished, being made, or missing, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import OPEN, Status
from django_outfitanyone.models import Account, ClothesParse, TryOnResult

LATE = timedelta(minutes=5)
"""After this time a look counts as late, even on a busy machine."""
MOST_SHOWN = 9


@dataclass(frozen=True, kw_only=True)
class MissingLook:
    """A look that gets no picture unless a person acts."""

    title: str
    state: str
    reason: str
    remedy: str
    url: str
    """The page of the admin on which the person can act."""


def in_one_line() -> str:
    """Return the number of finished, unfinished and missing try-ons."""
    rows = TryOnResult.objects.order_by().values_list("status").annotate(Count("pk"))
    counts: dict[str, int] = dict(rows)
    blocked = TryOnResult.objects.blocked().count()
    being_made = sum(counts.get(status, 0) for status in OPEN) - blocked
    failed = counts.get(Status.FAILED, 0) + counts.get(Status.NEEDS_ATTENTION, 0)
    words = [f"Try-ons: {counts.get(Status.SUCCEEDED, 0)} of {sum(counts.values())} ready"]
    words += [f"{being_made} being made"] if being_made else []
    words += [f"{blocked} blocked by a clothes parse"] if blocked else []
    words += [f"{failed} failed"] if failed else []
    words += [f"{canceled} canceled"] if (canceled := counts.get(Status.CANCELED, 0)) else []
    return ", ".join(words)


def is_being_made() -> bool:
    """Whether a look may still be finished without a person."""
    return TryOnResult.objects.open().not_blocked().exists()


def is_any_ready() -> bool:
    return TryOnResult.objects.succeeded().exists()


def missing_looks() -> list[MissingLook]:
    """Return the looks that are blocked or failed, oldest first.

    What a person requested in the admin and failed is shown there only.
    """
    failed = TryOnResult.objects.failed_or_unclear().filter(requested_by__isnull=True)
    looks = failed | TryOnResult.objects.blocked()
    rows = list(looks.with_hotspots().order_by("pk")[:MOST_SHOWN])
    blocking = ClothesParse.objects.blocking(rows)
    return [_missing(look, blocking.get(look.pk)) for look in rows]


def late_looks() -> int:
    """Return how many looks take longer than usual."""
    waiting = TryOnResult.objects.open().not_blocked()
    return waiting.filter(queued_at__lt=timezone.now() - LATE).count()


def obstacle() -> str:
    """Return why nothing is submitted now, such as a stopped account; ``""`` if all is well.

    Of several accounts with work, all must be held up; the first one's reason is returned.
    """
    waiting = TryOnResult.objects.open().not_blocked().order_by().values("account")
    accounts = Account.objects.filter(pk__in=waiting).order_by("pk")
    reasons = [rate_limits.obstacle(account) for account in accounts]
    return reasons[0] if reasons and all(reasons) else ""


def _missing(look: TryOnResult, parse: ClothesParse | None) -> MissingLook:
    page = "tryonresult" if parse is None else "clothesparse"
    return MissingLook(
        title=_title(look),
        state="blocked" if look.is_blocked else look.get_status_display(),
        reason=look.error_message,
        remedy=look.error_help.text if look.error_help else "",
        url=reverse(f"admin:django_outfitanyone_{page}_change", args=[(parse or look).pk]),
    )


def _title(look: TryOnResult) -> str:
    pieces = ", ".join(garment.product.title for garment in look.garments)
    return f"{look.model_image or 'No model photo'}: {pieces or 'no garment'}"
