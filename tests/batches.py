"""Batches in a test: requested as a person does, with their try-ons in their order."""

from __future__ import annotations

from django_outfitanyone.actions import request_try_ons
from django_outfitanyone.models import Batch, TryOnResult
from tests.work import REPLACE, new_request


def requested_batch(count=2, **options):
    """Return a batch of new try-ons that need no parse of the model photo."""
    requests = [new_request() for _number in range(count)]
    rows = request_try_ons(requests, options=REPLACE, **options)
    return Batch.objects.get(pk=rows[0].batch)


def rows_of(batch):
    return list(TryOnResult.objects.of_batch(batch.pk))


def statuses_of(batch):
    return [row.status for row in rows_of(batch)]
