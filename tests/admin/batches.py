"""A batch of try-ons, and its page."""

from __future__ import annotations

import uuid

from django_outfitanyone.jobs.failures import causes_of_failures
from django_outfitanyone.models import Batch, TryOnResult
from tests.factories import make_try_on

BATCH = uuid.UUID("11111111-2222-4333-8444-555555555555")


def make_batch(*statuses, **columns):
    """Save one try-on for each status, numbered in this order."""
    return [
        make_try_on(status=status, batch=BATCH, number=number, **columns)
        for number, status in enumerate(statuses)
    ]


def make_named(*statuses, name="Summer", requested_by=None, **columns):
    """Save a batch with its row; return both the row and the try-ons."""
    rows = make_batch(*statuses, requested_by=requested_by, **columns)
    columns = {"name": name, "size": len(rows), "requested_by": requested_by}
    return Batch.objects.create(pk=BATCH, **columns), rows


def cause_of(try_on):
    """Return the key of the cause for which a try-on failed."""
    (cause,) = causes_of_failures(TryOnResult.objects.filter(pk=try_on.pk))
    return cause.key


def batch_page(site, **query):
    return site.get("tryonresult_batch", BATCH, **query)
