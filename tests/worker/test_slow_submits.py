"""Submits that bring the picture themselves, and take as long."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import runner
from django_outfitanyone.worker.lease_keeper import LeaseKeeper
from tests.toy_engines import Base64Engine, InstantEngine
from tests.work import work
from tests.worker.toy_try_ons import requested

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
class TestSlowSubmits:
    """A submit that brings the picture may take minutes; everything else goes on meanwhile."""

    @pytest.mark.slow
    def test_polls_go_on_while_a_submit_waits(self, use, monkeypatch):
        use(Base64Engine, CONCURRENT_TASKS=2, PARSE_RESULTS=False)
        first, second = requested(), requested()
        polled, submit, query = threading.Event(), Base64Engine.submit, Base64Engine.query
        waited = []

        def slowly(self, order, *, key):
            if self.notes.paid:
                waited.append(polled.wait(20))
            return submit(self, order, key=key)

        def note(self, handle):
            polled.set()
            return query(self, handle)

        monkeypatch.setattr(Base64Engine, "submit", slowly)
        monkeypatch.setattr(Base64Engine, "query", note)
        runner.run(Account.of(), budget=20)
        for try_on in (first, second):
            try_on.refresh_from_db()

        assert waited == [True]
        assert {first.status, second.status} == {Status.SUCCEEDED}

    def test_every_slot_has_its_thread(self, use, monkeypatch):
        use(InstantEngine, CONCURRENT_TASKS=3, PARSE_RESULTS=False)
        together, submit = threading.Barrier(3, timeout=20), InstantEngine.submit

        def wait_for_the_others(self, order, *, key):
            together.wait()
            return submit(self, order, key=key)

        monkeypatch.setattr(InstantEngine, "submit", wait_for_the_others)
        for _ in range(3):
            requested()
        runner.run(Account.of(), budget=20)

        assert TryOnResult.objects.succeeded().count() == 3

    def test_lease_lasts_as_long_as_the_engine_may_take(self, use, monkeypatch):
        capabilities = {**InstantEngine.CAPABILITIES, "longest_submit": 600.0}
        monkeypatch.setattr(InstantEngine, "CAPABILITIES", capabilities)
        use(InstantEngine, PARSE_RESULTS=False)
        submit, left = InstantEngine.submit, []

        def note(self, order, *, key):
            row = TryOnResult.objects.get()
            left.append((row.lease_expires_at - timezone.now()).total_seconds())
            return submit(self, order, key=key)

        monkeypatch.setattr(InstantEngine, "submit", note)
        work(requested())

        assert left[0] > 590

    def test_lease_is_not_made_shorter_by_its_keeper(self, use):
        use(InstantEngine)
        row = requested()
        ends_at = timezone.now() + timedelta(minutes=10)
        TryOnResult.objects.update(lease_token="t", lease_expires_at=ends_at)
        row.refresh_from_db()
        keeper = LeaseKeeper(row.account, "")
        keeper.hold(row)
        keeper._held[id(row)].since -= 100
        keeper.renew_slow()

        row.refresh_from_db()
        assert row.lease_expires_at == ends_at
