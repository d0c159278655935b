from __future__ import annotations

from django.db import models

from django_outfitanyone.models.account import LONG_AGO, Account


class SubmitRate(models.Model):
    """When the next request to a remote model of an account may leave.

    Vendors count the requests to each model apart, so that parses and try-ons do not wait for
    each other.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    remote_model = models.CharField(max_length=50)
    next_submit_at = models.DateTimeField(default=LONG_AGO)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "remote_model"], name="outfitanyone_submit_rate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.remote_model}"
