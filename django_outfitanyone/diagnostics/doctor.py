"""What is wrong with an installation, and how to put it right. Nothing here costs money."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from urllib.parse import urlsplit

from django.core import checks
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone import wakeup
from django_outfitanyone.account import budgets
from django_outfitanyone.account.money import money
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.diagnostics import status
from django_outfitanyone.diagnostics.status import Health
from django_outfitanyone.engines.dashscope import probe
from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.exceptions import AccountProblem, OutfitAnyoneError, PictureRefused
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.worker import uploads

TOLERATED_SKEW = timedelta(seconds=30)
LOOK_BACK = timedelta(minutes=1)


class Level(Enum):
    """How bad it is: only a problem keeps try-ons from being made."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``subject`` is a stable word; ``remedy`` is empty when there is nothing to do."""

    subject: str
    level: Level
    text: str
    remedy: str = ""


Findings = Iterator[Finding]


def examine() -> list[Finding]:
    """Look at everything; settings first, for the rest depends on them."""
    return [finding for look in LOOKS for finding in look()]


def look_at_settings() -> Findings:
    """What ``manage.py check`` says of this app."""
    found = checks.run_checks(tags=["outfitanyone"])
    for message in found:
        is_error = message.level >= checks.ERROR
        level = Level.PROBLEM if is_error else Level.WARNING
        text = f"{message.msg} ({message.id})"
        yield Finding(subject="settings", level=level, text=text, remedy=message.hint or "")
    if not found:
        yield _ok("settings", _("The settings are in order."))


def look_at_key() -> Findings:
    """Whether the API takes the key: the list of the last minute's tasks is free."""
    now = timezone.now()
    try:
        with closing(conf.load_engine()) as provider:
            provider.list_tasks(start=now - LOOK_BACK, end=now)
    except ConfigurationError as error:
        yield _problem("key", str(error), "export DASHSCOPE_API_KEY=sk-...")
    except AccountProblem as error:
        yield _problem("key", str(error), _advice(error))
    except OutfitAnyoneError as error:
        yield _problem("api", str(error), _advice(error))
    else:
        yield _ok("key", _("The API accepts the key."))


def look_at_region() -> Findings:
    """Which region it is, or the local sandbox."""
    host = urlsplit(conf.BASE_URL).hostname or ""
    region = probe.region_of(conf.BASE_URL)
    if region and region != probe.BEIJING:
        text = _("%(host)s is the region %(region)s; the try-on models exist in Beijing only.")
        remedy = 'OUTFITANYONE = {"BASE_URL": "https://dashscope.aliyuncs.com/api/v1"}'
        yield _problem("region", text % {"host": host, "region": region}, remedy)
    elif region:
        yield _ok("region", _("The real service in Beijing: pictures cost money."))
        if timezone.now() >= probe.END_OF_MODELS:
            yield _warning(
                "models",
                _("The vendor announced that the try-on models end on 2026-10-10."),
                _("Use the local sandbox for previews, or another service through PROVIDER."),
            )
    elif uploads.is_public_host(host):
        text = _("%(host)s is no address of the vendor: a proxy, or another service.")
        yield _ok("region", text % {"host": host})
    else:
        yield from _look_at_sandbox(host)


def look_at_clock() -> Findings:
    """Whether this machine and the API agree on the time: leases and task lists need that."""
    before = timezone.now()
    try:
        there = probe.remote_time(conf.BASE_URL, timeout=(conf.CONNECT_TIMEOUT, conf.READ_TIMEOUT))
    except OutfitAnyoneError:
        return  # said already
    if there is None:
        return
    after = timezone.now()
    skew = max(before - timedelta(seconds=1) - there, there - after, timedelta())
    text = _("The clock differs from the API's by %(count)d seconds.")
    words = {"count": skew.total_seconds()}
    if skew > TOLERATED_SKEW:
        yield _problem("clock", text % words, _("Keep the clocks of all hosts right with NTP."))
    else:
        yield _ok("clock", text % words)


def look_at_storage() -> Findings:
    """Whether a file can be written, read and deleted where results go; then how they are sent."""
    storage = TryOnResult._meta.get_field("image").storage
    written = f"outfitanyone/doctor-{uuid.uuid4().hex}.txt"
    try:
        name = storage.save(written, ContentFile(b"doctor"))
        try:
            with storage.open(name) as file:
                readable = file.read() == b"doctor"
            yield from _look_at_delivery(name)
        finally:
            storage.delete(name)
    except Exception as error:  # noqa: BLE001 - every storage has errors of its own
        text = _("The file storage does not work: %(error)s")
        words = {"error": f"{type(error).__name__}: {error}"}
        yield _problem(
            "storage", text % words, _("Check STORAGES and MEDIA_ROOT, and the file permissions.")
        )
        return
    if not readable:
        text = _("The file storage returns something other than what was written.")
        yield _problem("storage", text, _("Check STORAGES."))
        return
    yield _ok("storage", _("Files can be written, read and deleted."))


def look_at_work() -> Findings:
    """Account, worker, money, and what waits for a person."""
    try:
        state = status.examine()
    except DatabaseError as error:
        text = _("The database does not answer as it should: %(error)s")
        remedy = _("Check DATABASES, and run `manage.py migrate`.")
        yield _problem("database", text % {"error": error}, remedy)
        return
    yield from _look_at_account(state)
    yield from _look_at_worker(state)
    yield from _look_at_budgets(state)
    if state.unclear:
        text = ngettext(
            "%(count)d request has an unclear outcome and waits for a decision.",
            "%(count)d requests have an unclear outcome and wait for a decision.",
            state.unclear,
        )
        yield _warning(
            "attention",
            text % {"count": state.unclear},
            _("In the admin, filter the results by “needs attention” and decide."),
        )


LOOKS: tuple[Callable[[], Findings], ...] = (
    look_at_settings,
    look_at_key,
    look_at_region,
    look_at_clock,
    look_at_storage,
    look_at_work,
)


def _look_at_sandbox(host: str) -> Findings:
    if not conf.ALLOW_PRIVATE_ADDRESSES:
        text = _("%(host)s is in a private network, so results from there are not fetched.")
        remedy = 'OUTFITANYONE = {"ALLOW_PRIVATE_ADDRESSES": True}  # local sandbox only'
        yield _problem("region", text % {"host": host}, remedy)
    else:
        text = _("A local sandbox at %(host)s: pictures are previews and cost nothing.")
        yield _ok("region", text % {"host": host})


def _look_at_delivery(name: str) -> Findings:
    try:
        url = uploads.public_url(TryOnResult(image=name).image)
    except PictureRefused as error:
        yield _problem("delivery", error.message, error.remedy)
        return
    host = urlsplit(url).hostname or ""
    if not url:
        yield _ok("delivery", _("Pictures are uploaded to the vendor for 48 hours."))
    elif (
        conf.DELIVERY == "url"
        and probe.region_of(conf.BASE_URL)
        and not (uploads.is_public_host(host))
    ):
        text = _("Pictures are sent as addresses at %(host)s, which the vendor cannot reach.")
        yield _problem("delivery", text % {"host": host}, 'OUTFITANYONE = {"DELIVERY": "auto"}')
    else:
        text = _("Pictures are sent as addresses at %(host)s.")
        yield _ok("delivery", text % {"host": host})


def _look_at_account(state: Health) -> Findings:
    account = state.account
    if account.is_stopped:
        text = _("The account “%(account)s” is stopped: %(code)s, %(message)s")
        words = {
            "account": account,
            "code": account.stopped_code,
            "message": account.stopped_message,
        }
        advice = account.error_help.text if account.error_help else ""
        remedy = _("Then resume it in the admin, or with `manage.py outfitanyone_resume`.")
        yield _problem("account", text % words, f"{advice} {remedy}".strip())
    elif account.next_submission_at > timezone.now() + timedelta(seconds=1):
        text = _("The account pauses until %(moment)s: the API answered “too many requests”.")
        moment = time_format(timezone.localtime(account.next_submission_at), "TIME_FORMAT")
        yield _warning("account", text % {"moment": moment}, _("It goes on by itself."))
    else:
        yield _ok("account", _("The account is at work."))


def _look_at_worker(state: Health) -> Findings:
    seen = state.runner_seen_at
    words = {"time": timesince(seen) if seen else "", "count": state.overdue}
    text = _("A worker was last seen %(time)s ago.") if seen else _("No worker has ever been seen.")
    remedy = _("Keep `manage.py qcluster` running, or `manage.py outfitanyone_poll`.")
    if state.overdue:
        late = ngettext("%(count)d job is overdue.", "%(count)d jobs are overdue.", state.overdue)
        yield _problem("worker", f"{late} {text}" % words, remedy)
    elif state.is_runner_silent:
        yield _warning("worker", text % words, remedy)
    else:
        yield _ok("worker", text % words)
    if wakeup.is_installed():
        yield from _look_at_queue()


def _look_at_queue() -> Findings:
    trouble = wakeup.broker_problem()
    if trouble:
        text = _("The broker of django-q2 does not answer: %(trouble)s")
        remedy = _("Start it, or put Q_CLUSTER right; until then only outfitanyone_poll works.")
        yield _problem("queue", text % {"trouble": trouble}, remedy)
    elif not wakeup.has_watchdog():
        text = _("Nothing wakes the worker every minute.")
        yield _warning("queue", text, _("Run `manage.py migrate`."))
    else:
        yield _ok("queue", _("The queue answers, and wakes the worker every minute."))


def _look_at_budgets(state: Health) -> Findings:
    spent = {
        "today": money(state.spent_today, state.currency),
        "month": money(state.spent_this_month, state.currency),
    }
    text = _("Spent: %(today)s today, %(month)s this month.") % spent
    notice = budgets.notice(state.account)
    if notice:
        yield _warning("budget", f"{text} {notice}", "")
    else:
        no_budget = "" if state.budgets else _("There is no budget.")
        yield _ok("budget", f"{text} {no_budget}".rstrip())


def _advice(error: OutfitAnyoneError) -> str:
    advice = error_help_for(error.code, error.message)
    return advice.text if advice else ""


def _ok(subject: str, text: str) -> Finding:
    return Finding(subject=subject, level=Level.OK, text=text)


def _warning(subject: str, text: str, remedy: str) -> Finding:
    return Finding(subject=subject, level=Level.WARNING, text=text, remedy=remedy)


def _problem(subject: str, text: str, remedy: str) -> Finding:
    return Finding(subject=subject, level=Level.PROBLEM, text=text, remedy=remedy)
