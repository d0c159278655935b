"""Answers that are final at once, and pictures that are lost or cannot be fetched."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.storage import FileSystemStorage

from django_outfitanyone.choices import Status
from django_outfitanyone.engines.base import EngineConfig, RemoteState, Result, TaskReport
from django_outfitanyone.engines.capabilities import Unclear
from django_outfitanyone.exceptions import (
    DownloadFailed,
    DownloadRefused,
    OutcomeUnknown,
)
from django_outfitanyone.models import Charge, TryOnResult
from django_outfitanyone.worker import store
from tests.drawing import picture
from tests.toy_engines import ForgetfulEngine, InstantEngine
from tests.work import step, work
from tests.worker.toy_try_ons import free_claims, requested, submitting

pytestmark = pytest.mark.django_db

UNKNOWN = OutcomeUnknown("No answer came.")


class TestFinalAnswer:
    def test_of_success_is_charged_and_stored_in_the_same_step(self, use):
        use(InstantEngine, PARSE_RESULTS=False)
        try_on = submitting(requested())

        assert (try_on.status, try_on.slot, try_on.due_at) == (Status.SUCCEEDED, None, None)
        assert (try_on.image_count, try_on.cost) == (1, Decimal("0.25"))
        assert try_on.read()

    def test_of_a_temporary_failure_leads_to_a_new_request(self, use):
        notes = use(InstantEngine)
        notes.reports = [TaskReport(handle="", state=RemoteState.FAILED, code="Busy")]
        try_on = submitting(requested())
        assert (try_on.status, try_on.failed_tasks) == (Status.PREPARING, 1)

        work(try_on)
        assert try_on.status == Status.SUCCEEDED
        assert list(notes.keys.values()) == [1, 1]
        assert Charge.objects.filter(clothes_parse=None).count() == 1

    def test_without_picture_and_task_is_unclear(self, use):
        notes = use(ForgetfulEngine)
        notes.reports = [TaskReport(handle="", state=RemoteState.SUCCEEDED)]
        try_on = submitting(requested())

        assert (try_on.status, try_on.error_code) == (Status.SUBMITTING, "OutcomeUnknown")

    def test_of_several_pictures_gives_the_first(self, use, caplog):
        notes = use(InstantEngine)
        first, second = picture(1), picture(2)
        results = (Result(data=first), Result(data=second))
        notes.reports = [
            TaskReport(handle="", state=RemoteState.SUCCEEDED, results=results, image_count=2)
        ]
        try_on = submitting(requested())

        assert picture(1)[-2000:] in try_on.read()
        assert try_on.image_count == 2
        (record,) = [r for r in caplog.records if getattr(r, "event", "") == "more_results"]
        assert record.count == 1

    def test_that_comes_after_the_lease_is_kept(self, use, monkeypatch):
        use(InstantEngine)
        submit = InstantEngine.submit

        def slowly(self, order, *, key):
            report = submit(self, order, key=key)
            TryOnResult.objects.update(lease_token="another worker")
            return report

        monkeypatch.setattr(InstantEngine, "submit", slowly)
        try_on = submitting(requested())

        assert try_on.status == Status.SUCCEEDED
        assert try_on.read()

    def test_survives_a_storage_that_fails_for_a_moment(self, use, monkeypatch):
        use(InstantEngine)
        monkeypatch.setattr(store, "PAUSES", (0.01, 0.01, 0))
        save, failures = FileSystemStorage._save, [OSError(28, "No space left")] * 2

        def sometimes(storage, name, content):
            if failures:
                raise failures.pop()
            return save(storage, name, content)

        try_on = requested()
        monkeypatch.setattr(store, "connection", lambda: NotInTransaction)
        monkeypatch.setattr(FileSystemStorage, "_save", sometimes)
        submitting(try_on)

        assert try_on.read()
        assert Charge.objects.count() == 1


class NotInTransaction:
    """The connection of a worker, which runs outside of the transaction of a test."""

    in_atomic_block = False


class TestLostPicture:
    """The worker is killed between the charge and the picture, which only it had."""

    def killed(self, engine_class, monkeypatch):
        def die(*_arguments):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("django_outfitanyone.worker.answers.store_results", die)
            try_on = requested()
            while not try_on.is_prepared:
                step(try_on)
            with pytest.raises(KeyboardInterrupt):
                step(try_on)
        free_claims()
        try_on.refresh_from_db()
        assert (try_on.status, try_on.image_count) == (Status.COLLECTING, 1)
        return try_on

    def test_is_got_again_with_the_key_for_nothing(self, use, monkeypatch):
        notes = use(InstantEngine)
        try_on = self.killed(InstantEngine, monkeypatch)
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert list(notes.keys.values()) == [2]
        assert Charge.objects.filter(clothes_parse=None).count() == 1

    def test_is_said_to_be_paid_and_lost_and_is_not_paid_again(self, use, monkeypatch):
        capabilities = {**InstantEngine.CAPABILITIES, "unclear": Unclear.NEVER}
        monkeypatch.setattr(InstantEngine, "CAPABILITIES", capabilities)
        notes = use(InstantEngine)
        try_on = self.killed(InstantEngine, monkeypatch)
        work(try_on)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "ResultLost")
        assert try_on.cost == Decimal("0.25")
        assert try_on.error_help.fixed_by == "shop"
        assert list(notes.keys.values()) == [1]


class TestFetch:
    def test_file_that_is_too_large_is_refused(self, use, configure):
        use(InstantEngine)
        configure(MAX_DOWNLOAD_BYTES=10)
        engine = InstantEngine(EngineConfig())

        with pytest.raises(DownloadRefused):
            store.fetch(Result(data=b"x" * 11), engine)
        assert store.fetch(Result(data=b"x" * 10), engine) == b"x" * 10

    def test_lost_answer_is_repeated_because_a_fetch_is_free(self, use, monkeypatch):
        def lose(*_arguments, **_options):
            raise UNKNOWN

        monkeypatch.setattr(ForgetfulEngine, "fetch", lose)
        with pytest.raises(DownloadFailed):
            store.fetch(Result(url="toy:1"), ForgetfulEngine(EngineConfig()))

    def test_bytes_that_are_no_picture_are_a_lost_picture(self, use):
        notes = use(InstantEngine)
        notes.data = b"<html>"
        try_on = submitting(requested())

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "ResultLost")
        assert try_on.image_count == 1
