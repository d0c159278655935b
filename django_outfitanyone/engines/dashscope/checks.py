"""What free calls tell about an account: its key, its region and its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from django_outfitanyone.engines.addresses import is_public_host
from django_outfitanyone.engines.base import CheckResult, EngineConfig, TaskList
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.exceptions import AccountProblem, OutfitAnyoneError

from . import probe
from .errors import classify

CLOCK_TOLERANCE = timedelta(seconds=5)
"""More makes a task list useless as a proof that a request did not arrive."""
MAX_CLOCK_SKEW = timedelta(seconds=30)
TASK_LIST_PERIOD = timedelta(minutes=1)

ListTasks = Callable[..., TaskList]


def check_all(config: EngineConfig, list_tasks: ListTasks) -> Iterator[CheckResult]:
    """Yield the results; the only calls are a task list and an unsigned request."""
    yield check_key(list_tasks)
    yield check_region(config)
    yield from check_clock(config)


def check_key(list_tasks: ListTasks) -> CheckResult:
    """Check the key with the list of the last minute's tasks, which is free."""
    now = datetime.now(timezone.utc)
    try:
        list_tasks(start=now - TASK_LIST_PERIOD, end=now)
    except OutfitAnyoneError as error:
        help_ = classify(error.code, message=error.message).help
        name = "key" if isinstance(error, AccountProblem) else "api"
        return CheckResult(name=name, is_good=False, message=str(error), remedy=help_)
    return CheckResult(name="key", is_good=True, message=_("The engine accepts the key."))


def check_region(config: EngineConfig) -> CheckResult:
    """Check that the base URL leads to the right region, or to a local sandbox."""
    host = urlsplit(config.base_url).hostname or ""
    region = probe.region_of(config.base_url)
    if region == probe.BEIJING:
        text = _("The real service in Beijing. Pictures cost money.")
        return CheckResult(name="region", is_good=True, message=text)
    if region:
        return CheckResult(
            name="region",
            is_good=False,
            message=_(
                "%(host)s is in the region %(region)s. The try-on models exist only in Beijing."
            ),
            values={"host": host, "region": region},
            remedy='"BASE_URL": "https://dashscope.aliyuncs.com/api/v1"',
        )
    if is_public_host(host):
        text = _("%(host)s is not a host of the vendor: a proxy or another service.")
        return CheckResult(name="region", is_good=True, message=text, values={"host": host})
    return _check_sandbox(config, host)


def _check_sandbox(config: EngineConfig, host: str) -> CheckResult:
    if config.allow_private_addresses:
        return CheckResult(
            name="region",
            is_good=True,
            message=_("A local sandbox at %(host)s. Pictures are previews and cost nothing."),
            values={"host": host},
        )
    return CheckResult(
        name="region",
        is_good=False,
        message=_("%(host)s is in a private network, so results are not downloaded from there."),
        values={"host": host},
        remedy='OUTFITANYONE = {"ALLOW_PRIVATE_ADDRESSES": True}  # local sandbox only',
    )


def check_clock(config: EngineConfig) -> Iterator[CheckResult]:
    """Compare the clocks of this host and of the API: leases and task lists depend on them."""
    before = datetime.now(timezone.utc)
    timeout = (config.connect_timeout, config.read_timeout)
    try:
        remote = probe.remote_time(config.base_url, timeout=timeout)
    except OutfitAnyoneError:  # the check of the key reports it
        return
    if remote is None:
        return
    after = datetime.now(timezone.utc)
    skew = max(before - timedelta(seconds=1) - remote, remote - after, timedelta())
    is_good = skew <= CLOCK_TOLERANCE
    yield CheckResult(
        name="clock",
        is_good=is_good,
        is_warning=skew <= MAX_CLOCK_SKEW,
        message=_("The clock differs from the engine's clock by %(count)d seconds."),
        values={"count": skew.total_seconds()},
        remedy=""
        if skew <= CLOCK_TOLERANCE
        else _("Synchronize the clocks of all hosts with NTP."),
    )
