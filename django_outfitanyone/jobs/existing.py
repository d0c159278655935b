"""Finished pictures that a request can reuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from django_outfitanyone.choices import Review
from django_outfitanyone.models import TryOnResult

FINGERPRINTS_AT_ONCE = 1000

Existing = Mapping[tuple[str, str], int]
"""Account and fingerprint to the primary key of the result that is reused."""


def existing_results(rows: Sequence[TryOnResult]) -> Existing:
    """Return the finished results that these rows can reuse, the rejected ones last.

    They are read in chunks, because databases limit the length of a list, and grouped by the
    database, because each reuse is one more result.
    """
    wanted = list(dict.fromkeys(row.fingerprint for row in rows))
    own = TryOnResult.objects.filter(account__in={row.account_id for row in rows})
    groups = own.succeeded().order_by().values_list("account", "fingerprint")
    found = groups.annotate(
        oldest=Coalesce(Min("pk", filter=~Q(review=Review.REJECTED)), Min("pk"))
    )
    return {
        (account, fingerprint): key
        for start in range(0, len(wanted), FINGERPRINTS_AT_ONCE)
        for account, fingerprint, key in found.filter(
            fingerprint__in=wanted[start : start + FINGERPRINTS_AT_ONCE]
        )
    }
