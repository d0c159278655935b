from __future__ import annotations

from datetime import datetime, timezone

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.conf import conf
from django_outfitanyone.error_help import Advice, advice_for

LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Where a moment has not come yet: plain comparisons need no NULL."""


class Account(models.Model):
    """One API key and region, shared by every host: gate, breaker and runner lease.

    The key itself is never stored.
    """

    name = models.CharField(_("name"), max_length=50, primary_key=True)
    next_submission_at = models.DateTimeField(
        _("next submission at"),
        default=LONG_AGO,
        help_text=_("Nothing is submitted earlier: spaces requests, and pauses after a 429."),
    )
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    stopped_code = models.CharField(_("reason"), max_length=100, blank=True)
    stopped_message = models.TextField(_("message"), blank=True)
    budget_spent_until = models.DateTimeField(
        _("budget spent until"),
        default=LONG_AGO,
        editable=False,
        help_text=_("Until then it is looked at whether the next paid request still fits."),
    )
    runner_token = models.CharField(max_length=32, blank=True, editable=False)
    runner_expires_at = models.DateTimeField(
        _("runner lease ends at"), default=LONG_AGO, editable=False
    )
    last_rung_at = models.DateTimeField(_("last rung at"), default=LONG_AGO, editable=False)
    task_seconds = models.JSONField(default=dict, editable=False)
    """How long the latest tasks took: remote model to seconds, see ``looks``."""

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Account:
        """The account that the settings name; made on first use."""
        account, _created = cls.objects.get_or_create(name=conf.ACCOUNT)
        return account

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    @property
    def advice(self) -> Advice | None:
        """Who can mend what stopped the account, and how."""
        return advice_for(self.stopped_code, self.stopped_message)
