"""What waits for a person, why pictures failed, what runs, and what the month costs.

Each list is read in a bounded number of rows, however large the tables are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import ngettext

from django_outfitanyone.account.spending import Spending, this_month
from django_outfitanyone.admin.admin_urls import admin_url, list_url
from django_outfitanyone.admin.intake.links import intake_links
from django_outfitanyone.admin.waiting_orders import waiting_orders
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.batch_progress import BatchProgress, progress_of_batches
from django_outfitanyone.jobs.failures import Cause, causes_of_failures
from django_outfitanyone.models import Batch, Charge, ClothesParse, TryOnResult
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.wakeup import wake_if_idle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest

MOST_COUNTED = 1_000
"""A longer list is shown as “1,000+”: an exact count would read it all."""
NEWEST_FAILURES = 500
MOST_BATCHES = 5
MOST_OPEN = 2_000
"""Unfinished pictures among which the newest batches are found."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that waits for a person, and the list that shows it."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A cause of failures, and the list of the pictures that failed for it."""

    cause: Cause
    url: str


@dataclass(frozen=True, kw_only=True)
class RunningBatch:
    """A batch with unfinished pictures; a single try-on has no name."""

    url: str
    progress: BatchProgress
    name: str = ""
    is_paused: bool = False


@dataclass(frozen=True, kw_only=True)
class Today:
    """What the app's first page in the admin shows to one person.

    A part is ``None`` if this person may not see it.
    """

    tasks: list[Task] | None = None
    failures: list[Failure] | None = None
    batches: list[RunningBatch] | None = None
    batches_url: str = ""
    """The list of all batches, if this site has it."""
    spending: list[Spending] | None = None
    ledger_url: str = ""
    spending_url: str = ""
    intakes: list[Task] | None = None
    """The pages where many pictures are added, and unfinished ones."""

    @property
    def is_empty(self) -> bool:
        """Whether this person may see none of it."""
        return self.tasks is None and self.spending is None and not self.intakes


def today(request: HttpRequest, site: AdminSite) -> Today:
    """Return what this person may see of today's work, and wake a worker that has work."""
    parts: dict[str, Any] = {}
    if may_see(request, site, TryOnResult):
        parts["tasks"] = list(_tasks(request, site))
        parts["failures"] = _failures(site)
        parts["batches"] = _batches(site)
        parts["batches_url"] = (
            admin_url(site, "batch_changelist") if site.is_registered(Batch) else ""
        )
        if parts["batches"]:
            wake_if_idle()
    if may_see(request, site, Charge):
        parts["spending"] = this_month()
        parts["ledger_url"] = admin_url(site, "charge_changelist")
        if may_see_costs(request.user):
            parts["spending_url"] = admin_url(site, "charge_spending")
    parts["intakes"] = [Task(**link) for link in intake_links(request, site)]
    return Today(**parts)


def may_see(request: HttpRequest, site: AdminSite, model: Any) -> bool:
    """Return whether this admin site shows the rows of this model to this person."""
    if not site.is_registered(model):
        return False
    model_admin: Any = site.get_model_admin(model)
    return bool(model_admin.has_view_permission(request))


def _tasks(request: HttpRequest, site: AdminSite) -> Iterator[Task]:
    """Yield what a person must do; the texts count up to ``MOST_COUNTED``."""
    for order in waiting_orders(site, request):
        yield Task(text=order.text, url=order.url)
    results = TryOnResult.objects
    if number := _count(results.waiting_for_review()):
        text = ngettext("%(count)s picture to review", "%(count)s pictures to review", number)
        yield Task(text=_counted(text, number), url=admin_url(site, "tryonresult_review"))
    unclear = {"status__exact": Status.NEEDS_ATTENTION}
    if number := _count(results.needing_attention()):
        text = ngettext(
            "%(count)s try-on needs your decision", "%(count)s try-ons need your decision", number
        )
        yield _task(site, "tryonresult", text, number, unclear)
    if not may_see(request, site, ClothesParse):
        return
    if number := _count(ClothesParse.objects.needing_attention()):
        text = ngettext(
            "%(count)s clothes parse needs your decision",
            "%(count)s clothes parses need your decision",
            number,
        )
        yield _task(site, "clothesparse", text, number, unclear)
    if number := _count(ClothesParse.objects.failed()):
        text = ngettext("%(count)s clothes parse failed", "%(count)s clothes parses failed", number)
        yield _task(site, "clothesparse", text, number, {"status__exact": Status.FAILED})


def _task(site: AdminSite, model: str, text: str, number: int, listed: Mapping[str, str]) -> Task:
    return Task(text=_counted(text, number), url=list_url(site, model, listed))


def _counted(text: str, number: int) -> str:
    count = number_format(min(number, MOST_COUNTED), force_grouping=True)
    return text % {"count": f"{count}+" if number > MOST_COUNTED else count}


def _count(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, at most one more than ``MOST_COUNTED``."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def _failures(site: AdminSite) -> list[Failure]:
    """Return the causes of the newest failures, the most frequent first."""
    newest = TryOnResult.objects.failed().order_by("-pk")
    keys = list(newest.values_list("pk", flat=True)[:NEWEST_FAILURES])
    causes = causes_of_failures(TryOnResult.objects.filter(pk__in=keys)) if keys else []
    return [
        Failure(
            cause=cause,
            url=list_url(
                site, "tryonresult", {"status__exact": Status.FAILED, "error_code": cause.code}
            ),
        )
        for cause in causes
    ]


def _batches(site: AdminSite) -> list[RunningBatch]:
    """Return the newest batches with unfinished pictures, the newest first."""
    unfinished = TryOnResult.objects.open().order_by("-pk").values_list("batch", flat=True)
    newest = list(dict.fromkeys(unfinished[:MOST_OPEN]))[:MOST_BATCHES]
    named = Batch.objects.in_bulk(newest)
    found = progress_of_batches(newest) if newest else {}
    return [
        RunningBatch(
            url=admin_url(site, "tryonresult_batch", key),
            progress=found[key],
            name=str(named.get(key, "")),
            is_paused=key in named and named[key].is_paused,
        )
        for key in newest
        if key in found
    ]
