from __future__ import annotations

from django_outfitanyone.management.commands import outfitanyone_worker


class Command(outfitanyone_worker.Command):
    """The former name of ``outfitanyone_worker``."""
