from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models.database import connection
from django_outfitanyone.models.idle_accounts import next_due_at
from django_outfitanyone.worker.stop import is_stopping, sleep, stopped_by_signals
from django_outfitanyone.worker.thread_pool import DATABASE_ERRORS, log_database_error
from django_outfitanyone.worker.turns import take_turns

INTERVAL = 1.0
SHORTEST_SLEEP = 0.05


class Command(BaseCommand):
    """Runs the worker without a queue, for example under systemd or in Kubernetes."""

    help = "Advances try-ons and clothes parses until it is stopped. It needs no queue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="stop when nothing is due soon, instead of waiting for new work",
        )
        parser.add_argument(
            "--interval",
            type=float,
            default=INTERVAL,
            metavar="SECONDS",
            help="longest sleep, after which new requests are noticed (default: %(default)s)",
        )

    def handle(self, *, once: bool, interval: float, **_options: Any) -> None:
        """Run until stopped. SIGTERM and Ctrl-C let the steps that have begun finish.

        A kill at any moment loses no work.
        """
        with stopped_by_signals():
            while not is_stopping():
                started_at = timezone.now()
                try:
                    more = take_turns(budget=conf.RUN_BUDGET)
                    if once and not more:
                        return
                    sleep(SHORTEST_SLEEP if more else _seconds_until_due(started_at, interval))
                except DATABASE_ERRORS as error:
                    if once:
                        raise
                    log_database_error(error)
                    connection().close()
                    sleep(interval)
            self.stderr.write("Stopped.")


def _seconds_until_due(started_at: datetime, longest: float) -> float:
    due_at = next_due_at(after=started_at)
    wait = (due_at - timezone.now()).total_seconds() if due_at else longest
    return min(max(wait, SHORTEST_SLEEP), longest)
