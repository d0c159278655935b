"""Do the worker's part inside a test."""

from __future__ import annotations

import time
from contextlib import closing

from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.worker import runner
from django_outfitanyone.worker.steps import advance


def work(*jobs, seconds=10):
    """Run until these jobs, or all jobs, are finished; raise an error after ``seconds``."""
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


def claim(jobs, *, limit=1, lease=None):
    """Claim the due jobs of this queryset, as the runner does."""
    now = timezone.now()
    due = [pk for pk, due_at in jobs.unleased(limit) if due_at <= now]
    return jobs.claim(due, lease=lease or conf.lease)


def step(job):
    """Advance this job by one step."""
    jobs = type(job).objects.filter(pk=job.pk)
    jobs.update(due_at=timezone.now())
    (claimed,) = claim(jobs)
    with closing(conf.load_engine()) as engine:
        advance(claimed, engine)
    job.refresh_from_db()


def _make_due():
    """Make all open jobs due now, except those that have just failed."""
    for model in (TryOnResult, ClothesParse):
        model.objects.open().filter(due_at__isnull=False, attempts=0).exclude(
            status="submitting"
        ).update(due_at=timezone.now())


def _any_open():
    return TryOnResult.objects.open().exists() or ClothesParse.objects.open().exists()
