from __future__ import annotations

from collections import defaultdict

import pytest

from django_outfitanyone.account import poll_limit
from django_outfitanyone.account.poll_limit import one_poll
from django_outfitanyone.account.rate_limits import MARGIN
from django_outfitanyone.exceptions import ServerFault
from django_outfitanyone.models import Account

pytestmark = pytest.mark.django_db


class Clock:
    """A monotonic clock that only sleeping moves."""

    def __init__(self):
        self.at = 1000.0
        self.naps = []

    def monotonic(self):
        return self.at

    def sleep(self, seconds):
        self.naps.append(seconds)
        self.at += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(poll_limit, "_polls", defaultdict(poll_limit._Polls))
    monkeypatch.setattr(poll_limit, "time", clock)
    return clock


def poll(clock, *, seconds=0.001):
    """Poll once, which takes so long; return when it was sent."""
    with one_poll(Account.of()):
        sent_at = clock.monotonic()
        clock.at += seconds
    return sent_at


def test_one_poll__keeps_the_limit_in_every_sliding_second(configure, clock):
    configure(QUERIES="100/s")
    sent_at = [poll(clock) for _ in range(350)]

    assert all(sent_at[number + 100] - sent_at[number] > 1 for number in range(250))


def test_one_poll__delays_only_what_exceeds_the_limit(configure, clock):
    configure(QUERIES="20/s")
    for _ in range(20):
        poll(clock)
    assert not clock.naps

    poll(clock)

    assert 0.9 < sum(clock.naps) <= MARGIN


def test_one_poll__counts_from_the_answer_because_a_poll_may_arrive_late(configure, clock):
    """The first one may arrive just before its answer, half a second after it was sent."""
    configure(QUERIES="2/s")
    answered_at = poll(clock, seconds=0.5) + 0.5
    poll(clock)

    assert poll(clock) > answered_at + 1


def test_one_poll__threads_share_the_limit(configure, clock, monkeypatch):
    """While as many polls as allowed are under way, the next one waits for an answer."""
    configure(QUERIES="2/s")
    first, second = one_poll(Account.of()), one_poll(Account.of())
    first.__enter__()
    second.__enter__()

    def end_first(seconds):
        clock.at += seconds
        if len(clock.naps) == 3:
            first.__exit__(None, None, None)
        clock.naps.append(seconds)

    monkeypatch.setattr(clock, "sleep", end_first)
    with one_poll(Account.of()):
        assert clock.naps[:3] == [poll_limit.CHECK_SECONDS] * 3
        assert sum(clock.naps) > MARGIN
    second.__exit__(None, None, None)


def test_one_poll__failed_poll_counts_too(configure, clock):
    configure(QUERIES="1/s")
    with pytest.raises(ServerFault), one_poll(Account.of()):
        raise ServerFault

    poll(clock)

    assert sum(clock.naps) == pytest.approx(MARGIN)
