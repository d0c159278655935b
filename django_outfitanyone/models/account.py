from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.error_help import ErrorHelp, engine_class_of, error_help_for

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine
    from django_outfitanyone.engines.capabilities import Capabilities

LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Stands for "never" in columns that are compared with the current time: NULL never matches."""
RUNNER_MISSED = timedelta(seconds=90)
"""The watchdog wakes the worker every minute, and django-q2 reads its schedules every half."""


class AccountQuerySet(models.QuerySet["Account"]):
    def configured(self) -> AccountQuerySet:
        """Return the accounts whose engines the settings still have."""
        return self.filter(pk__in=list(conf.engines))


class Account(models.Model):
    """One engine as the shop configured it, shared by all hosts: its limits, stop and lease.

    ``name`` is the engine's alias in ``OUTFITANYONE["ENGINES"]``. The key itself is never
    stored. The row stays, with all that was made and paid, when the engine leaves the settings.
    """

    name = models.CharField(_("name"), max_length=50, primary_key=True)
    next_submission_at = models.DateTimeField(
        _("next submission at"),
        default=LONG_AGO,
        help_text=_("Nothing is submitted before this time: a pause after too many requests."),
    )
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    stopped_code = models.CharField(_("reason"), max_length=100, blank=True)
    stopped_message = models.TextField(_("message"), blank=True)
    budget_spent_until = models.DateTimeField(
        _("budget spent until"),
        default=LONG_AGO,
        editable=False,
        help_text=_("Until then, each paid request is checked against the budget."),
    )
    runner_token = models.CharField(max_length=32, blank=True, editable=False)
    runner_expires_at = models.DateTimeField(
        _("runner lease ends at"), default=LONG_AGO, editable=False
    )
    last_wakeup_at = models.DateTimeField(_("last wakeup at"), default=LONG_AGO, editable=False)
    unanswered_wakeups = models.PositiveSmallIntegerField(default=0, editable=False)
    """Wakeups since a runner was last seen, see ``wakeup``."""
    task_seconds = models.JSONField(default=dict, editable=False)
    """Durations of the latest tasks: remote model to seconds, see ``worker.poll_schedule``."""

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, alias: str = "") -> Account:
        """Return the account of an engine, of the default one for ``""``; create it on first use.

        Raises ``EngineNotConfigured`` if the settings have no such engine.
        """
        account, _created = cls.objects.get_or_create(name=conf.engine(alias).alias)
        return account

    def capabilities(self, remote_model: str) -> Capabilities:
        """Return what a remote model of the engine can do."""
        return self.settings.capabilities(remote_model)

    @property
    def is_configured(self) -> bool:
        """Whether the settings still have the engine; if not, its rows wait for it."""
        return self.pk in conf.engines

    @property
    def settings(self) -> EngineSettings:
        """The engine's settings; raise ``EngineNotConfigured`` if it is gone from them."""
        return conf.engine(self.pk)

    @property
    def engine_class(self) -> type[Engine]:
        """The class of the engine; raise ``EngineNotConfigured`` as ``settings`` does."""
        return self.settings.backend_class

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    @property
    def paused_until(self) -> datetime | None:
        """When submits resume after a 429; ``None`` while the account is not paused."""
        until = self.next_submission_at
        return until if until > clock.now() else None

    @property
    def runner_seen_at(self) -> datetime | None:
        """When a runner was last active; ``None`` if never."""
        seen = self.runner_expires_at
        return None if seen == LONG_AGO else min(seen, clock.now())

    @property
    def is_runner_missing(self) -> bool:
        """Whether a running worker would have been seen since."""
        return self.runner_expires_at < clock.now() - RUNNER_MISSED

    @property
    def error_help(self) -> ErrorHelp | None:
        """Who can fix what stopped the account, and how."""
        return error_help_for(self.stopped_code, self.stopped_message, engine_class_of(self.pk))
