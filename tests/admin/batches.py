"""A batch of try-ons, and its page."""

from __future__ import annotations

import uuid

from tests.factories import make_try_on

BATCH = uuid.UUID("11111111-2222-4333-8444-555555555555")


def make_batch(*statuses, **columns):
    """Save one try-on for each status, numbered in this order."""
    return [
        make_try_on(status=status, batch=BATCH, number=number, **columns)
        for number, status in enumerate(statuses)
    ]


def batch_page(site, **query):
    return site.get("tryonresult_batch", BATCH, **query)
