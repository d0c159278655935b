"""What a waker is: the part of the app that knows one queue."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS

from django_outfitanyone.check_messages import Messages

POLL = "django_outfitanyone.tasks.poll"
WATCH = "django_outfitanyone.tasks.watch"
CLEAN = "django_outfitanyone.tasks.clean"
WATCHDOG = "django_outfitanyone watchdog"
"""Name of the schedule that runs ``WATCH`` every minute."""
MINUTE = 60.0
SOCKET_SECONDS = 3.0
"""Timeout of a broker's connection for which the shop sets none; redis-py may wait for ever."""
WORKER = "manage.py outfitanyone_worker"


class Waker:
    """Asks one kind of queue to run ``tasks.poll``.

    A waker holds no state. The database row is the source of truth: a message that is lost,
    late or sent twice delays a step, and nothing worse. Subclass it for another queue, and
    name the class in ``OUTFITANYONE["WAKER"]``; only ``send()`` and ``command()`` are needed.
    """

    title = "queue"
    """The name of the queue, for people."""
    setting = "OUTFITANYONE"
    """The setting that names the broker."""
    has_queue = True
    """Whether messages can be sent; without a queue the worker reads the database by itself."""
    ticks = True
    """Whether a schedule runs ``tasks.watch`` every minute. Otherwise each run of the worker
    that leaves work asks for ``send_later()``, and no worker is seen while there is no work."""

    def missing(self) -> str:
        """Return how to install what this waker needs; ``""`` if it is there."""
        return ""

    def send(self) -> None:
        """Put one message into the queue, which runs ``tasks.poll``. May raise anything."""
        raise NotImplementedError

    def send_later(self, seconds: float) -> None:
        """Put one message into the queue, which runs ``tasks.watch`` after that time."""

    def is_sent_by_caller(self) -> bool:
        """Whether ``send()`` runs in the thread of the request instead of one of its own.

        True for a queue in the database: the database bounds its own waits, and the connection
        of another thread would wait for the transaction of this one.
        """
        return False

    def is_synchronous(self) -> bool:
        """Whether the queue runs tasks inside ``send()``, as in many test settings."""
        return False

    def command(self) -> str:
        """Return the command that starts the worker."""
        raise NotImplementedError

    def connect(self) -> None:
        """Prepare this process, once, when all apps are ready."""

    def install(self, *, using: str = DEFAULT_DB_ALIAS) -> None:
        """Create the schedule, if it is a row of this database. Runs after each migrate."""

    def check(self) -> Messages:
        """Return the messages of the system check; called only if nothing is ``missing()``."""
        return []

    def ping(self) -> bool:
        """Return whether the broker answers. May raise anything."""
        return True

    def has_schedule(self) -> bool:
        """Return whether something wakes the worker for work that is due later."""
        return True

    def schedule_remedy(self) -> str:
        """Return what to do if it does not ``has_schedule()``."""
        return ""


def setting_line(name: str) -> str:
    """Return the line that chooses this waker."""
    return f'OUTFITANYONE = {{"WAKER": "{name}"}}'
