from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_outfitanyone.conf import conf
from django_outfitanyone.worker import runner

REST_SECONDS = 1.0


class Command(BaseCommand):
    """The runner without django-q2, for systemd, Kubernetes, or those who distrust queues."""

    help = "Advances try-ons and searches for clothes; the same work as the django-q2 task."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="Stop when nothing is due soon, instead of waiting for more.",
        )

    def handle(self, *, once: bool, **_options: Any) -> None:
        """Run until stopped; Ctrl-C ends cleanly, and a kill at any moment loses nothing."""
        try:
            while runner.run(budget=conf.RUN_BUDGET) or not once:
                time.sleep(REST_SECONDS if not once else 0)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
