"""How far many batches are, in one query, and what they cost, in two."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from django_outfitanyone.account.costs import Costs
from django_outfitanyone.account.money import moneys
from django_outfitanyone.models import Batch, ClothesParse, TryOnResult


@dataclass(kw_only=True)
class BatchProgress:
    """Counts of the try-ons of a batch, and what they and their parses cost so far."""

    total: int = 0
    """All but the ``replaced`` ones, in whose place others were requested."""
    closed: int = 0
    ready: int = 0
    failed: int = 0
    canceled: int = 0
    replaced: int = 0
    unclear: int = 0
    unsent: int = 0
    costs: Costs = field(default_factory=Costs)

    @property
    def open(self) -> int:
        return self.total - self.closed

    @property
    def text(self) -> str:
        """For example “5 of 12 done, 1 failed”."""
        text = _("%(done)d of %(total)d done") % {"done": self.closed, "total": self.total}
        if not self.failed:
            return text
        failed = ngettext("%(count)d failed", "%(count)d failed", self.failed)
        return f"{text}, {failed % {'count': self.failed}}"

    @property
    def cost_text(self) -> str:
        """What was paid; what sandboxes would have cost is said apart."""
        paid, sandboxes = self.costs.paid, self.costs.of_sandboxes
        parts = [moneys(paid)] if paid else []
        if sandboxes:
            parts.append(_("would cost %(amount)s") % {"amount": moneys(sandboxes)})
        return "; ".join(parts) or "–"


class BatchState(models.TextChoices):
    """Whether a batch is being made."""

    RUNNING = "running", _lazy("being made")
    PAUSED = "paused", _lazy("paused")
    CANCELING = "canceling", _lazy("being canceled")
    FINISHED = "finished", _lazy("finished")


def state_of(batch: Batch, progress: BatchProgress) -> BatchState:
    """Return the state of a batch with this progress."""
    if batch.is_being_canceled:
        return BatchState.CANCELING
    if not progress.open:
        return BatchState.FINISHED
    return BatchState.PAUSED if batch.is_paused else BatchState.RUNNING


NOTHING = BatchProgress()
"""Of a batch whose try-ons are all deleted."""


def progress_of_batches(
    keys: Sequence[uuid.UUID], *, with_costs: bool = False
) -> dict[uuid.UUID, BatchProgress]:
    """Return the progress of these batches by key, without those that have no try-ons."""
    rows = TryOnResult.objects.filter(batch__in=keys)
    groups: dict[Any, dict[str, Any]] = rows.progress_by("batch")
    found = {key: BatchProgress(**counts) for key, counts in groups.items()}
    if with_costs and found:
        parses = ClothesParse.objects.filter(try_on__batch__in=keys)
        for group in (*_costs_by(rows, "batch"), *_costs_by(parses, "try_on__batch")):
            key, *amount = group
            found[key].costs.add(*amount)
    return found


def _costs_by(rows: Any, column: str) -> list[tuple[Any, ...]]:
    groups = rows.order_by().values_list(column, "account", "currency")
    return list(groups.annotate(total_cost=Sum("cost")))
