from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_outfitanyone import actions
from django_outfitanyone.models import Account


class Command(BaseCommand):
    """Resumes accounts."""

    help = "Resumes stopped or paused accounts: the one that is named, or all. Fix the cause first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "alias", nargs="?", default="", help='alias of the engine in OUTFITANYONE["ENGINES"]'
        )

    def handle(self, *, alias: str, **_options: Any) -> None:
        """Resume the accounts. Raises ``CommandError`` if none has that name."""
        accounts = Account.objects.filter(pk=alias) if alias else Account.objects.configured()
        if not alias:
            Account.of()
        for account in accounts.order_by("pk"):
            self._resume(account)
        if alias and not accounts.exists():
            known = ", ".join(Account.objects.values_list("pk", flat=True)) or "none"
            raise CommandError(f"There is no account {alias}. Accounts: {known}.")

    def _resume(self, account: Account) -> None:
        reason = ""
        if account.is_stopped:
            reason = f"It was stopped, {account.stopped_code}: {account.stopped_message}"
        if not actions.resume(account):
            self.stdout.write(f"The account {account} is neither stopped nor paused.")
            return
        self.stdout.write(f"The account {account} is resumed. {reason}".rstrip())
