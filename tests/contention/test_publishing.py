"""People who decide on the same picture at once decide one after the other."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from django_outfitanyone import actions
from django_outfitanyone.catalogue import CatalogueAdapter
from django_outfitanyone.choices import Review
from django_outfitanyone.exceptions import CatalogueFailed, RequestRefused
from django_outfitanyone.models import TryOnResult
from tests.factories import make_try_on

pytestmark = [pytest.mark.contention, pytest.mark.django_db(transaction=True)]

ROUNDS = 4
THREADS = 4
CALLS: list[str] = []


class SlowGallery(CatalogueAdapter):
    """Leaves the others time to come between the row and the gallery."""

    def publish(self, product, result):
        time.sleep(0.05)
        CALLS.append("publish")

    def unpublish(self, product, result):
        time.sleep(0.05)
        CALLS.append("unpublish")


@pytest.fixture(autouse=True)
def _slow_gallery(configure):
    configure(CATALOGUE="tests.contention.test_publishing.SlowGallery")


def at_once(*decisions):
    """Run the decisions at the same time, each on an instance read before."""
    CALLS.clear()
    pk = make_try_on().pk
    starting_line = threading.Barrier(len(decisions))
    outcomes = []

    def run(decide):
        try:
            try_on = TryOnResult.objects.get(pk=pk)
            starting_line.wait(30)
            outcomes.append(outcome_of(decide, try_on))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[decide]) for decide in decisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes, TryOnResult.objects.filter(pk=pk).first()


def outcome_of(decide, try_on):
    while True:
        try:
            decide(try_on)
        except OperationalError:  # SQLite may be busy
            continue
        except RequestRefused as refusal:
            return refusal.code
        return "done"


def test_publish__of_many_at_once_happens_once():
    for _round in range(ROUNDS):
        outcomes, row = at_once(*[actions.publish] * THREADS)

        assert outcomes == ["done"] * THREADS
        assert CALLS == ["publish"]
        assert row.is_public


def test_publish_and_reject__at_once_end_rejected_with_an_empty_gallery():
    for _round in range(ROUNDS):
        outcomes, row = at_once(actions.publish, actions.reject, actions.publish)

        assert set(outcomes) <= {"done", "Rejected"}
        assert CALLS in (["publish", "unpublish"], [])
        assert (row.review, row.published_at, row.published_to) == (Review.REJECTED, None, [])


def test_publish_and_delete__at_once_leave_an_empty_gallery():
    for _round in range(ROUNDS):
        _outcomes, row = at_once(actions.publish, TryOnResult.delete)

        assert row is None
        assert CALLS in (["publish", "unpublish"], [])


def test_adapter__that_fails_lets_the_next_person_publish(monkeypatch):
    def fail_once(self, product, result):
        CALLS.append("publish" if CALLS else "failed")
        if CALLS == ["failed"]:
            raise KeyError("no shelf")

    def publish(try_on):
        with suppress(CatalogueFailed):
            actions.publish(try_on)

    monkeypatch.setattr(SlowGallery, "publish", fail_once)
    _outcomes, row = at_once(publish, publish)

    assert CALLS == ["failed", "publish"]
    assert row.is_public
