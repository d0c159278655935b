from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from django_outfitanyone.worker.periods import period


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=5), "1 minute"),
        (timedelta(minutes=10), "10 minutes"),
        (timedelta(minutes=60), "60 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=72), "3 days"),
        (timedelta(days=30), "30 days"),
    ],
)
def test_period__is_in_the_unit_that_people_use(length, text):
    with translation.override("en"):
        assert period(length) == text
