"""Diagnoses the connection to the engine: key, region and clock."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.diagnostics.findings import Findings, ok, problem, remedy_for, warning
from django_outfitanyone.engines.addresses import is_public_host
from django_outfitanyone.engines.dashscope import probe
from django_outfitanyone.exceptions import AccountProblem, OutfitAnyoneError
from django_outfitanyone.worker.reconcile import CLOCK_TOLERANCE

MAX_CLOCK_SKEW = timedelta(seconds=30)
TASK_LIST_PERIOD = timedelta(minutes=1)


def diagnose_key() -> Findings:
    """Check the key with the list of the last minute's tasks, which is free."""
    now = timezone.now()
    try:
        with closing(conf.load_engine()) as engine:
            engine.list_tasks(start=now - TASK_LIST_PERIOD, end=now)
    except ConfigurationError as error:
        yield problem("key", str(error), "export DASHSCOPE_API_KEY=sk-...")
    except AccountProblem as error:
        yield problem("key", str(error), remedy_for(error))
    except OutfitAnyoneError as error:
        yield problem("api", str(error), remedy_for(error))
    else:
        yield ok("key", _("The engine accepts the key."))


def diagnose_region() -> Findings:
    """Check that the base URL leads to the right region, or to the local sandbox."""
    host = urlsplit(conf.BASE_URL).hostname or ""
    region = probe.region_of(conf.BASE_URL)
    if region and region != probe.BEIJING:
        text = _("%(host)s is in the region %(region)s. The try-on models exist only in Beijing.")
        remedy = 'OUTFITANYONE = {"BASE_URL": "https://dashscope.aliyuncs.com/api/v1"}'
        yield problem("region", text % {"host": host, "region": region}, remedy)
    elif region:
        yield ok("region", _("The real service in Beijing. Pictures cost money."))
        if timezone.now() >= probe.END_OF_MODELS:
            yield warning(
                "models",
                _("The vendor announced the end of the try-on models for 2026-10-10."),
                _("Use the local sandbox for previews, or another engine through PROVIDER."),
            )
    elif is_public_host(host):
        text = _("%(host)s is not a host of the vendor: a proxy or another service.")
        yield ok("region", text % {"host": host})
    else:
        yield from _diagnose_sandbox(host)


def diagnose_clock() -> Findings:
    """Compare the clocks of this host and of the engine: leases and task lists depend on them."""
    before = timezone.now()
    try:
        remote = probe.remote_time(conf.BASE_URL, timeout=(conf.CONNECT_TIMEOUT, conf.READ_TIMEOUT))
    except OutfitAnyoneError:
        return  # reported by diagnose_key
    if remote is None:
        return
    after = timezone.now()
    skew = max(before - timedelta(seconds=1) - remote, remote - after, timedelta())
    text = _("The clock differs from the engine's clock by %(count)d seconds.")
    values = {"count": skew.total_seconds()}
    if skew <= CLOCK_TOLERANCE:
        yield ok("clock", text % values)
        return
    report = problem if skew > MAX_CLOCK_SKEW else warning
    yield report("clock", text % values, _("Synchronize the clocks of all hosts with NTP."))


def _diagnose_sandbox(host: str) -> Findings:
    if not conf.ALLOW_PRIVATE_ADDRESSES:
        text = _("%(host)s is in a private network, so results are not downloaded from there.")
        remedy = 'OUTFITANYONE = {"ALLOW_PRIVATE_ADDRESSES": True}  # local sandbox only'
        yield problem("region", text % {"host": host}, remedy)
    else:
        text = _("A local sandbox at %(host)s. Pictures are previews and cost nothing.")
        yield ok("region", text % {"host": host})
