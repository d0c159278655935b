"""No queue: the command ``outfitanyone_worker`` reads from the database what is due."""

from __future__ import annotations

from django_outfitanyone.wakers.base import WORKER, Waker


class NoQueue(Waker):
    """Sends nothing; the worker looks into the database every few seconds."""

    title = "none"
    has_queue = False

    def send(self) -> None:
        """Do nothing."""

    def command(self) -> str:
        return WORKER
