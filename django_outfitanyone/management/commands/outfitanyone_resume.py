from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from django_outfitanyone import actions
from django_outfitanyone.models import Account


class Command(BaseCommand):
    help = "Lets a stopped or paused account submit again, after the cause was mended."

    def handle(self, **_options: Any) -> None:
        account = Account.current()
        reason = f"{account.stopped_code}: {account.stopped_message}" if account.is_stopped else ""
        if not actions.resume(account):
            self.stdout.write(f"The account {account} was neither stopped nor paused.")
            return
        self.stdout.write(f"The account {account} submits again. {reason}".rstrip())
