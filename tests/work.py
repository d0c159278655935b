"""The worker's part inside a test: run it, take one step, or bring a try-on to a status."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta

from django.utils import timezone

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.parse import hotspots_follow
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.worker.steps import advance
from django_outfitanyone.worker.turns import take_turns
from tests.factories import make_garment, make_model_image

REPLACE = TryOnOptions(keep_other_half=False)
"""Options that need no parse of the model photo."""


def work(*jobs, seconds=60):
    """Run until these jobs and their parses, or all jobs, are finished; raise after ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        one_pass()
        open_jobs = [job for job in jobs if _is_open(job)]
        if not open_jobs and (jobs or not _any_open()):
            return
        time.sleep(0.01)
    states = [(job, job.status, job.error_code, job.error_message) for job in jobs]
    raise AssertionError(f"still open after {seconds} s: {states}")


def one_pass():
    """Make all open jobs due, except those that have just failed, and run one pass.

    Unclear submits need not wait for the safe delay.
    """
    for model in (TryOnResult, ClothesParse):
        model.objects.open().filter(due_at__isnull=False, attempts=0).exclude(
            status="submitting"
        ).update(due_at=timezone.now())
    unclear = TryOnResult.objects.filter(unclear_since__isnull=False, status="submitting")
    unclear.update(unclear_since=LONG_AGO, due_at=timezone.now())
    take_turns(budget=0)


def claim(jobs, *, limit=1, lease=None):
    """Claim the due jobs of this queryset, as the runner does."""
    now = timezone.now()
    due = [pk for pk, due_at in jobs.unleased(limit) if due_at <= now]
    return jobs.claim(due, lease=lease or conf.default_engine.lease())


def claimed(job):
    """Return this job as the worker that has leased it sees it."""
    jobs = type(job).objects.filter(pk=job.pk)
    jobs.update(due_at=timezone.now())
    (row,) = claim(jobs)
    return row


def step(job):
    """Advance this job by one step."""
    row = claimed(job)
    with closing(conf.default_engine.load()) as engine:
        advance(row, engine)
    job.refresh_from_db()


def new_request(*, person=None):
    """Return a request for one new top, on a new model photo if none is given."""
    return TryOnRequest(person or make_model_image(), [make_garment()])


def queued_try_on(*, person=None, **options):
    """Return a new try-on of which nothing is sent yet; it needs no parse of the model photo."""
    options = TryOnOptions(**{"keep_other_half": False, **options})
    return request_try_on(new_request(person=person), options=options)


def prepared_try_on(*, person=None):
    """Return a try-on whose next step is the paid request."""
    try_on = queued_try_on(person=person)
    while not try_on.is_prepared:
        step(try_on)
    return try_on


def running_try_on(*, person=None):
    """Return a try-on whose task the engine has accepted."""
    try_on = prepared_try_on(person=person)
    step(try_on)
    assert try_on.status == Status.RUNNING
    return try_on


def collecting_try_on(*, person=None):
    """Return a try-on whose picture is paid for but not downloaded."""
    try_on = running_try_on(person=person)
    while try_on.status != Status.COLLECTING:
        step(try_on)
    return try_on


def backdate_submit(job, **age):
    """Write that the paid request of this job was sent this long ago, for example ``hours=1``."""
    type(job).objects.filter(pk=job.pk).update(submitted_at=timezone.now() - timedelta(**age))


def settle_unclear(*try_ons):
    """Take the first step after an unclear submit, and write that the safe delay has passed."""
    for try_on in try_ons:
        step(try_on)
        assert try_on.unclear_since is not None
        TryOnResult.objects.filter(pk=try_on.pk).update(unclear_since=LONG_AGO)


def _is_open(job):
    job.refresh_from_db()
    return job.is_open or (isinstance(job, TryOnResult) and hotspots_follow(job))


def _any_open():
    return TryOnResult.objects.open().exists() or ClothesParse.objects.open().exists()
