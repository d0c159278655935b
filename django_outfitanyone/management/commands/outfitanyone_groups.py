from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_outfitanyone.conf import ConfigurationError

if TYPE_CHECKING:
    from django_outfitanyone.staff_groups import GroupChange


class Command(BaseCommand):
    """Makes ready groups for staff, with the permissions that their work needs."""

    help = (
        "Makes groups for editors, reviewers, publishers and managers of try-on pictures. "
        "Adds only what is missing and removes nothing, so it can run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be added, and change nothing"
        )

    def handle(self, *, dry_run: bool, **_options: Any) -> None:
        """Make the groups and print what was added."""
        if not apps.is_installed("django.contrib.auth"):
            raise CommandError("Groups need django.contrib.auth in INSTALLED_APPS.")
        from django_outfitanyone.staff_groups import make_groups  # needs auth

        try:
            changes = make_groups(dry_run=dry_run)
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
        for change in changes:
            self.stdout.write(self._text(change, dry_run=dry_run))

    def _text(self, change: GroupChange, *, dry_run: bool) -> str:
        words = "is made with" if change.is_new else "gets"
        if dry_run:
            words = "would be made with" if change.is_new else "would get"
        added = ", ".join(name.removeprefix("django_outfitanyone.") for name in change.added)
        return f"{change.name} {words} {added}" if added else f"{change.name} lacks nothing"
