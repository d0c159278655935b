"""How long one run of the worker may last."""

from __future__ import annotations

import math
from collections.abc import Iterator

from django_outfitanyone.conf import conf
from django_outfitanyone.pictures.downloads import TOTAL_SECONDS as DOWNLOAD_SECONDS

MAIL_SECONDS = 10.0
"""For this long after a run the worker begins to announce finished batches."""
LAST_CALLS = 4
"""Calls of the engine, each as slow as it may be, that end a run at worst."""


def task_timeout() -> int:
    """Return the seconds after which a run of the worker is stuck, so that it may be killed.

    A run ends ``RUN_BUDGET`` seconds after its start, except for the steps that have begun by
    then: one that pays, with its uploads, makes up to ``LAST_CALLS`` calls, of which only one
    may wait for an engine that answers when it is done, and a download may take its whole time.
    Then it announces what is finished, of which the last e-mail may take as long again.
    """
    free_call = conf.CONNECT_TIMEOUT + conf.READ_TIMEOUT
    last_step = (LAST_CALLS - 1) * free_call + max(_longest_calls(), default=free_call)
    mail = 2 * MAIL_SECONDS if conf.NOTIFY_BY_EMAIL else 0
    return math.ceil(conf.RUN_BUDGET + max(last_step, DOWNLOAD_SECONDS) + mail)


def _longest_calls() -> Iterator[float]:
    return (engine.longest_call() for engine in conf.usable_engines)
