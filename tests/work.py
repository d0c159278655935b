"""Doing the runner's work inside a test."""

from __future__ import annotations

import time
from contextlib import closing

from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.worker import runner
from django_outfitanyone.worker.steps import advance


def work(*jobs, seconds=10):
    """Run until these jobs are finished, or all are; fails loudly when that takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _make_due()
        runner.run(budget=0)
        open_jobs = [job for job in jobs if (job.refresh_from_db() or job.is_open)]
        if not open_jobs and (jobs or not _any_open()):
            return
        time.sleep(0.01)
    states = [(job, job.status, job.error_code, job.error_message) for job in jobs]
    raise AssertionError(f"still open after {seconds} s: {states}")


def step(job):
    """Take the one step that is next for this job."""
    queue = type(job).objects.filter(pk=job.pk)
    queue.update(due_at=timezone.now())
    (claimed,) = queue.claim(limit=1, lease=conf.lease)
    with closing(conf.load_provider()) as provider:
        advance(claimed, provider)
    job.refresh_from_db()


def _make_due():
    """Waits are for the real world; a test looks again at once, except for what just failed."""
    for model in (TryOnResult, ClothesParse):
        model.objects.open().filter(due_at__isnull=False, attempts=0).exclude(
            status="submitting"
        ).update(due_at=timezone.now())


def _any_open():
    return TryOnResult.objects.open().exists() or ClothesParse.objects.open().exists()
