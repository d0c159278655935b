"""No queue: the command ``outfitanyone_worker`` reads from the database what is due."""

from __future__ import annotations

from django_outfitanyone.wakers.base import WORKER, Waker


class NoQueue(Waker):
    """Sends nothing: the worker polls the database."""

    title = "none"
    has_queue = False

    def send(self) -> None:
        """Do nothing."""

    def command(self) -> str:
        return WORKER
