"""What settles an unclear submit: a key, a label, or only a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import retry
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.base import RemoteState, TaskReport
from django_outfitanyone.exceptions import (
    InputRejected,
    OutcomeUnknown,
    RequestNotSent,
    Throttled,
)
from django_outfitanyone.models import Charge, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from tests.toy_engines import Base64Engine, ForgetfulEngine, InstantEngine
from tests.work import step, work
from tests.worker.toy_try_ons import requested, submitting

pytestmark = pytest.mark.django_db

UNKNOWN = OutcomeUnknown("No answer came.")


class TestUnclear:
    def test_never__a_person_decides_and_nothing_is_sent_again(self, use):
        notes = use(ForgetfulEngine)
        notes.after = [UNKNOWN]
        try_on = submitting(requested())
        assert try_on.status == Status.SUBMITTING
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
        work()
        assert len(notes.orders) == 1

    def test_key__is_sent_again_with_the_same_key_until_it_is_answered(self, use):
        notes = use(InstantEngine)
        notes.after = [UNKNOWN, UNKNOWN, UNKNOWN]
        try_on = requested()
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert list(notes.keys.values()) == [4]
        assert Charge.objects.filter(clothes_parse=None).count() == 1

    def test_key__waits_until_the_first_request_can_have_no_effect(self, use, monkeypatch):
        capabilities = {**InstantEngine.CAPABILITIES, "longest_submit": 600.0}
        monkeypatch.setattr(InstantEngine, "CAPABILITIES", capabilities)
        notes = use(InstantEngine)
        notes.after = [UNKNOWN]
        try_on = submitting(requested())
        step(try_on)

        assert len(notes.orders) == 1
        assert timedelta(seconds=500) < try_on.due_at - timezone.now() < timedelta(seconds=601)

    @pytest.mark.parametrize("error", [RequestNotSent(), Throttled(code="Busy", retry_after=0)])
    def test_key__later_error_without_an_answer_proves_nothing(self, use, error):
        notes = use(InstantEngine)
        notes.after = [UNKNOWN]
        try_on = submitting(requested())
        notes.before = [error]
        TryOnResult.objects.update(submitted_at=LONG_AGO)
        step(try_on)

        assert (try_on.status, try_on.slot) == (Status.SUBMITTING, 1)

    def test_key__refused_pictures_were_never_accepted(self, use):
        notes = use(InstantEngine)
        notes.before = [UNKNOWN]
        try_on = submitting(requested())
        notes.before = [InputRejected("blurred", code="Blurred")]
        TryOnResult.objects.update(submitted_at=LONG_AGO)
        step(try_on)

        assert (try_on.status, try_on.error_code, try_on.slot) == (Status.FAILED, "Blurred", None)
        assert notes.paid == 0

    def test_key__of_a_retry_by_a_person_is_another_one(self, use):
        notes = use(InstantEngine)
        notes.reports = [TaskReport(handle="", state=RemoteState.FAILED, code="Blurred")]
        try_on = requested()
        work(try_on)
        assert (try_on.status, try_on.error_code) == (Status.FAILED, "Blurred")
        retry(try_on)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert list(notes.keys.values()) == [1, 1]

    def test_label__finds_the_task_that_was_created(self, use):
        notes = use(Base64Engine)
        notes.after = [UNKNOWN]
        try_on = requested()
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert list(notes.keys.values()) == [1]

    def test_label__that_is_unknown_proves_that_nothing_arrived(self, use):
        notes = use(Base64Engine)
        notes.before = [UNKNOWN]
        try_on = requested()
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert (len(notes.orders), notes.paid) == (2, 1)
