"""Why pictures of a period failed, how many, and the money that was lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Sum

from django_outfitanyone.account.spending import Period
from django_outfitanyone.error_help import ErrorHelp, engine_class_of, error_help_for
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.amounts import exact, first_moment

MOST_CAUSES = 50


@dataclass(frozen=True, kw_only=True)
class FailedCause:
    """An error of ``count`` pictures of one engine; ``message`` is that of one of them.

    ``lost`` is what was charged for them all the same, by currency; charges of sandboxes are
    left out, because no one pays them.
    """

    account: str
    code: str
    message: str
    count: int
    lost: dict[str, Decimal] = field(default_factory=dict)

    @property
    def help(self) -> ErrorHelp | None:
        """Return who can fix it, and how."""
        return error_help_for(self.code, self.message, engine_class_of(self.account))


def failures_in(period: Period) -> list[FailedCause]:
    """Return the causes of the failed pictures that were requested in this period.

    The most frequent come first. Takes two queries, which read the failed pictures only.
    """
    failed: Any = TryOnResult.objects.failed().filter(
        created_at__gte=first_moment(period.first),
        created_at__lt=first_moment(period.last + timedelta(days=1)),
    )
    groups = failed.order_by().values_list("account", "error_code")
    counts = groups.annotate(count=Count("*"), message=Min("error_message")).order_by("-count")
    paid = groups.filter(charges__is_sandbox=False, charges__amount__gt=0)
    lost: dict[tuple[str, str], dict[str, Decimal]] = {}
    for *cause, currency, amount in paid.values_list(
        "account", "error_code", "charges__currency"
    ).annotate(sum=Sum("charges__amount")):
        lost.setdefault((cause[0], cause[1]), {})[currency] = exact(amount)
    return [
        FailedCause(
            account=account,
            code=code,
            message=message or code,
            count=count,
            lost=lost.get((account, code), {}),
        )
        for account, code, count, message in counts[:MOST_CAUSES]
    ]
