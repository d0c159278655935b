from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from django_outfitanyone import actions
from django_outfitanyone.account.money import moneys
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.engine_target import Target, target_of
from django_outfitanyone.jobs.move import Move
from django_outfitanyone.models import Account, TryOnResult

STATUSES = ("waiting", "failed", "all")


class Command(BaseCommand):
    """Moves try-ons to another engine."""

    help = (
        "Moves the try-ons that wait for an engine, or failed, to another one, and shows the price "
        "there. Nothing moves that may have been paid for. The former engine may be gone from the "
        "settings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", required=True, metavar="ALIAS")
        parser.add_argument("--to", required=True, metavar="ALIAS[/MODEL]")
        parser.add_argument(
            "--status", choices=STATUSES, default="all", help="which try-ons (default: all)"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask before the move")

    def handle(self, *, source: str, to: str, status: str, yes: bool, **_options: Any) -> None:
        """Show the price, ask, move, and print what stays. Raises ``CommandError``."""
        try:
            target, try_ons = target_of(to), _try_ons_of(source, status)
            plan = actions.estimate_move(try_ons, engine=target.alias, model=target.model)
            self._show(plan)
            if plan.moving and (yes or self._confirms()):
                self._move(try_ons, target)
        except (RequestRefused, ConfigurationError) as error:
            raise CommandError(str(error)) from error

    def _show(self, plan: Move) -> None:
        count = len(plan.moving)
        self.stdout.write(f"{count} try-ons can move to {plan.target}.")
        if count:
            would = " would be" if plan.estimate.is_sandbox else ":"
            self.stdout.write(f"Price there{would} {moneys(plan.estimate.costs)}.")
        for change, number in plan.changes.most_common():
            self.stdout.write(f"{number} x {change}")
        self._show_staying(plan)

    def _show_staying(self, move: Move) -> None:
        for reason, count in move.reasons.most_common():
            self.stdout.write(f"{count} stay: {reason}")

    def _confirms(self) -> bool:
        return input("Move them? [y/N] ").strip().lower() in {"y", "yes"}

    def _move(self, try_ons: QuerySet[TryOnResult], target: Target) -> None:
        move = actions.move_to_engine(try_ons, engine=target.alias, model=target.model)
        self.stdout.write(self.style.SUCCESS(f"{len(move.moving)} try-ons moved to {target}."))


def _try_ons_of(alias: str, status: str) -> QuerySet[TryOnResult]:
    """Return the account's open or failed try-ons; raise ``CommandError`` if there is none."""
    if not Account.objects.filter(pk=alias).exists():
        known = ", ".join(Account.objects.order_by("pk").values_list("pk", flat=True)) or "none"
        raise CommandError(f"There is no account {alias}. Accounts: {known}.")
    rows = TryOnResult.objects.filter(account=alias)
    if status == "waiting":
        return rows.open()
    return rows.failed() if status == "failed" else rows.open() | rows.failed()
