from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from django_outfitanyone import actions
from django_outfitanyone.models import Account


class Command(BaseCommand):
    """Resumes the account."""

    help = "Resumes a stopped or paused account. Fix the cause first."

    def handle(self, **_options: Any) -> None:
        account = Account.current()
        reason = ""
        if account.is_stopped:
            reason = f"It was stopped, {account.stopped_code}: {account.stopped_message}"
        if not actions.resume(account):
            self.stdout.write(f"The account {account} is neither stopped nor paused.")
            return
        self.stdout.write(f"The account {account} is resumed. {reason}".rstrip())
