from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_outfitanyone.conf import conf
from django_outfitanyone.worker.turns import take_turns

IDLE_SECONDS = 1.0


class Command(BaseCommand):
    """Runs the worker without django-q2, for example under systemd or in Kubernetes."""

    help = "Advances try-ons and clothes parses. Does the same work as the django-q2 task."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="stop when nothing is due soon, instead of waiting for new work",
        )

    def handle(self, *, once: bool, **_options: Any) -> None:
        """Run until stopped. Ctrl-C ends cleanly, and a kill at any moment loses no work."""
        try:
            while take_turns(budget=conf.RUN_BUDGET) or not once:
                time.sleep(IDLE_SECONDS if not once else 0)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
