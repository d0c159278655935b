"""Requests for the clothes of one photo that come at once lead to one paid call."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.parse import request_parse, request_parse_for_half
from django_outfitanyone.models import Account, ClothesParse
from django_outfitanyone.models.database import atomic
from django_outfitanyone.worker.parse import _finish
from tests.factories import make_model_image
from tests.work import claimed

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]

ROUNDS = 4


def at_once(*requests):
    """Run the requests at the same time and return their results in the same order."""
    Account.of()
    starting_line = threading.Barrier(len(requests))
    results = [None] * len(requests)

    def run(number, request):
        try:
            starting_line.wait(30)
            results[number] = repeated(request)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def repeated(request):
    while True:
        try:
            result = request()
        except OperationalError:  # SQLite may be busy
            continue
        return result


def for_half(photo, half):
    now = timezone.now()
    return lambda: request_parse_for_half(photo, half, requested_by=None, failed_since=now)


def test_both_halves_and_hotspots_wanted_at_once_are_one_automatic_parse():
    for _round in range(ROUNDS):
        photo = make_model_image()
        halves = [for_half(photo, half) for half in ("upper", "lower") * 2]

        results = at_once(*halves, lambda photo=photo: request_parse(photo))

        (parse,) = photo.clothesparses.all()
        assert set(results) == {parse}
        assert parse.is_automatic


def test_parse_that_ends_while_it_becomes_automatic_is_followed_by_one_of_a_dress():
    """Whichever comes first, one parse of a dress is requested."""
    for _round in range(ROUNDS):
        photo = make_model_image()
        parse = request_parse(photo, ["upper", "lower"])
        ClothesParse.objects.filter(pk=parse.pk).update(
            status=Status.COLLECTING, remote_answer={"areas": [None, None]}
        )
        row = claimed(parse)

        def end(row=row):
            with atomic():
                _finish(row)

        _ended, automatic = at_once(end, lambda photo=photo: request_parse(photo))

        parse.refresh_from_db()
        assert parse.status == Status.SUCCEEDED
        assert sorted(photo.clothesparses.values_list("clothes_types", flat=True)) == [
            "dress",
            "upper,lower",
        ]
        assert automatic in photo.clothesparses.all()
