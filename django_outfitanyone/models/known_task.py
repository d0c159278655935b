from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.models.account import Account

if TYPE_CHECKING:
    from typing_extensions import Self

CLOCK_MARGIN = timedelta(days=7)
"""How long an id is kept in addition: the clock of a host may be wrong, and rows are small."""


class KnownTaskQuerySet(models.QuerySet["KnownTask"]):
    def remember(self, account_id: str, task_id: str) -> None:
        """Store the id, unless it is known already."""
        task = KnownTask(account_id=account_id, task_id=task_id)
        self.bulk_create([task], ignore_conflicts=True)

    def no_longer_listed(self) -> Self:
        """Return the ids that no task list of the engine can contain any more."""
        kept_for = max(map(_listed_for, conf.usable_engines), default=timedelta()) + CLOCK_MARGIN
        return self.filter(known_at__lt=timezone.now() - kept_for)

    def among(self, account_id: str, task_ids: Iterable[str]) -> set[str]:
        """Return those of these ids that are known."""
        known = self.filter(account=account_id, task_id__in=list(task_ids))
        return set(known.values_list("task_id", flat=True))


def _listed_for(engine: EngineSettings) -> timedelta:
    """Return how long the engine lists a task; 0 if it has no try-ons."""
    found = map(engine.capabilities, engine.remote_models)
    return max((one.task_listed_for for one in found), default=timedelta())


class KnownTask(models.Model):
    """The id of a remote task that a try-on has, or had before it was retried or deleted.

    No other try-on may adopt the task: its picture shows other garments. The id is needed as
    long as the engine lists the task.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    task_id = models.CharField(_("task id"), max_length=500)
    known_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KnownTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("known task")
        verbose_name_plural = _("known tasks")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "task_id"], name="outfitanyone_known_task_once"
            ),
        ]

    def __str__(self) -> str:
        return self.task_id
