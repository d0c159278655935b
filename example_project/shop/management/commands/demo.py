from __future__ import annotations

import errno
import fcntl
import logging
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.sandbox_engines import API_PATH
from config.supervision import CannotStart, Child, Supervisor, answers, supervising
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account
from django_outfitanyone.wakeup import wake_if_idle
from django_outfitanyone.worker import queue
from shop import progress
from shop.management.commands.seed import ADMIN, publish_looks

SANDBOX_SPEED = 4
PATIENCE = 20
"""Seconds that due work may wait before the worker counts as hung."""
RETRY = "The others are made. To retry the missing ones, stop the demo and start it again."
MANAGE = [sys.executable, str(Path(__file__).resolve().parents[3] / "manage.py")]


class Command(BaseCommand):
    help = "Set up the shop in DEMO_DIR and run shop, worker and sandbox until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="port of the shop (default: 8000)"
        )

    def handle(self, *, port: int, **_options: Any) -> None:
        logging.getLogger("django-q").setLevel(logging.WARNING)  # hides the wakeups
        folder: Path = settings.DEMO_DIR
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        check_port(port)
        with only_one_in(folder):
            self.set_up(folder)
            children = [*sandbox(), worker(), shop(port)]
            self.say(f"Starting {', '.join(child.name for child in children)} ...")
            with supervising(children, say=self.say) as supervisor:
                try:
                    if supervisor.start():
                        self.say(welcome(port))
                        supervisor.run(Watch(supervisor, site=address(port)))
                except CannotStart as error:
                    raise CommandError(str(error)) from error
                self.say("Stopping ...")
        self.say("Stopped. The data is kept; the next start takes seconds.")

    def set_up(self, folder: Path) -> None:
        self.say(f"Setting up the shop in {folder} ...")
        try:
            call_command("migrate", verbosity=0)
            call_command("seed")
        except KeyboardInterrupt:
            raise CommandError("Stopped; the next start continues from here.") from None

    def say(self, message: str) -> None:
        self.stdout.write(message)
        self.stdout.flush()


class Watch:
    """Reports progress, publishes finished looks, and restarts a worker that does nothing.

    A django-q2 cluster whose idle worker is killed stays alive but takes no more tasks.
    """

    def __init__(self, supervisor: Supervisor, *, site: str) -> None:
        self.supervisor = supervisor
        self.site = site
        self.worker = next(child for child in supervisor.children if child.name == "worker")
        self.last_report = ""
        self.busy_at = time.monotonic()
        self.patience = PATIENCE

    def __call__(self) -> None:
        try:
            told, is_idle = report(self.site), is_work_idle()
            publish_looks()  # after counting, so that what is reported as ready is in the shop
        except OperationalError:
            close_old_connections()  # the database is unreachable: check again in a second
            return
        if told != self.last_report:
            self.supervisor.say(told)
            self.last_report = told
        self._restart_if_hung(is_idle=is_idle)

    def _restart_if_hung(self, *, is_idle: bool) -> None:
        """Restart an idle worker, each time more patiently: a busy machine starts it slowly."""
        if not is_idle:
            self.busy_at, self.patience = time.monotonic(), PATIENCE
            return
        wake_if_idle()
        if time.monotonic() - self.busy_at > self.patience:
            self.supervisor.restart(self.worker, because=f"has done nothing for {self.patience} s")
            self.busy_at = time.monotonic()
            self.patience *= 2


def report(site: str) -> str:
    """Return how far the looks are, why looks are missing, what to do, and how it ended."""
    lines = [progress.in_one_line()]
    is_being_made = progress.is_being_made()
    if is_being_made and (obstacle := progress.obstacle()):
        lines.append(f"  Nothing is sent: {obstacle}")
    elif is_being_made and progress.late_looks():
        log = settings.DEMO_DIR / "logs" / "worker.log"
        lines.append(f"  It takes longer than usual: the machine is busy, or see {log}")
    missing = progress.missing_looks()
    for look in missing:
        words = [f"  {look.title}: {look.state}.", look.reason, look.remedy]
        lines.append(" ".join([*filter(None, words), f"{site.rstrip('/')}{look.url}"]))
    if not is_being_made and missing:
        lines.append(RETRY)
    elif not is_being_made and progress.is_any_ready():
        lines.append(f"All pictures are made: {site}looks/")
    return "\n".join(lines)


def is_work_idle() -> bool:
    """Return whether work of an account is due but none has an active runner.

    One worker serves all accounts in turns, so while one of them has a runner, others wait.
    """
    now = timezone.now()
    accounts = list(Account.objects.configured())
    if any(account.runner_expires_at >= now for account in accounts):
        return False
    due = [queue.next_due_at(account) for account in accounts]
    return any(due_at < now for due_at in due if due_at is not None)


def sandbox() -> list[Child]:
    """Return the sandbox, or no child if the environment names another base URL."""
    address: Path = settings.SANDBOX_ADDRESS
    if not settings.IS_SANDBOX:
        return []
    port = urlsplit(settings.BASE_URL).port or 0
    if why_unusable(port):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}{API_PATH}"
    address.write_text(url)
    command = [sys.executable, "-m", "outfitanyone_local.sandbox", "--port", str(port)]
    command += ["--speed", str(SANDBOX_SPEED), "--state-dir", str(settings.DEMO_DIR / "sandbox")]
    return [child("sandbox", command, is_ready=lambda child: child.has_logged(url))]


def worker() -> Child:
    """Return the django-q2 cluster, which advances the try-ons."""
    command = [*MANAGE, "qcluster"]
    return child("worker", command, is_ready=lambda child: child.has_logged(" running."))


def shop(port: int) -> Child:
    """Return Django's development server with storefront, admin and API."""
    command = [*MANAGE, "runserver", "--noreload", "--insecure", f"127.0.0.1:{port}"]
    return child("shop", command, is_ready=lambda _child: answers(address(port)))


def child(name: str, command: list[str], *, is_ready: Any) -> Child:
    return Child(name, command, log=settings.DEMO_DIR / "logs" / f"{name}.log", is_ready=is_ready)


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def welcome(port: int) -> str:
    name, password = ADMIN
    site = address(port)
    return f"""
  Shop     {site}
  Looks    {site}looks/
  Admin    {site}admin/   user {name}, password {password}
  API      {site}api/outfitanyone/v1/schema/
  Engines  {", ".join(conf.engines)}
  Address  {settings.SANDBOX_ADDRESS.read_text() if settings.IS_SANDBOX else settings.BASE_URL}
  Logs     {settings.DEMO_DIR / "logs"}

What to click first:
  1. Looks: click a dot. The first pictures appear there while you watch.
  2. Admin: log in, open Garments, select two, choose the action “Try on…”, press Go, choose a
     photo, press “Make …”, and “Publish” below the finished picture.
  3. Shop: open the product that you tried on. Your look is there.

Stop with Ctrl-C.
"""


def check_port(port: int) -> None:
    """Raise ``CommandError`` if the shop cannot listen on this port."""
    if reason := why_unusable(port):
        other = 9000 if port != 9000 else 8000
        raise CommandError(f"{reason} Choose another one, for instance: make demo PORT={other}")


def why_unusable(port: int) -> str:
    """Return why this port cannot be used, or ``""`` if it is free."""
    if not 0 < port < 65536:
        return f"{port} is not a port number."
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is used by another program."
        return f"Port {port} cannot be used: {error.strerror}."
    return ""


@contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """Lock the data folder; raise ``CommandError`` if another demo uses it."""
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"A demo is already running in {folder}. Stop it first, or use another data "
                "folder: make demo DEMO_DIR=/some/folder"
            ) from None
        yield
