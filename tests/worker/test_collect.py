from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.parse import hotspots_follow
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.pictures import images
from django_outfitanyone.worker.steps import EXPIRY_ATTEMPTS
from tests.drawing import picture
from tests.factories import make_model_image
from tests.work import backdate_submit, collecting_try_on, running_try_on, step, work

pytestmark = pytest.mark.django_db

LARGE = picture(size=(680, 1020))
"""Large enough for two smaller copies."""


def test_poll__running_task_is_polled_again(remote):
    remote.set_progression([("RUNNING", 60)])
    try_on = running_try_on()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert try_on.due_at > timezone.now() - timedelta(seconds=1)
    assert try_on.slot == 1


def test_poll__unknown_status_counts_as_running(remote):
    try_on = running_try_on()
    remote.faults.add("task-status", word="MEDITATING")
    step(try_on)

    assert try_on.status == Status.RUNNING


@pytest.mark.parametrize("code", ["InternalError", "Throttling.RateQuota", "ServiceUnavailable"])
def test_poll__failed_poll_is_retried_without_a_maximum(remote, code):
    try_on = running_try_on()
    TryOnResult.objects.update(attempts=50)
    remote.faults.add("error", endpoint="query", code=code)
    step(try_on)

    assert (try_on.status, try_on.attempts) == (Status.RUNNING, 51)
    assert try_on.error_code == code


def test_poll__finished_task_frees_its_slot_and_is_charged(remote):
    try_on = collecting_try_on()

    assert try_on.slot is None
    assert try_on.image_count == 1
    assert try_on.cost > 0
    assert try_on.result_url.startswith(remote.root_url)


def test_poll__failed_task_keeps_the_error_of_the_engine(remote):
    remote.faults.add("task-failed", code="InvalidPerson")
    try_on = running_try_on()
    remote.settle()
    step(try_on)

    assert (try_on.status, try_on.error_code, try_on.slot) == (
        Status.FAILED,
        "InvalidPerson",
        None,
    )
    assert try_on.request_id
    assert try_on.cost == 0


def test_poll__task_canceled_at_the_engine_cancels_the_try_on(remote):
    try_on = running_try_on()
    remote.faults.add("task-status", word="CANCELED")
    step(try_on)

    assert (try_on.status, try_on.slot, try_on.cost) == (Status.CANCELED, None, 0)


def test_poll__temporary_fault_of_a_task_leads_to_a_new_task(remote):
    """Failed tasks are not billed, so only one picture is paid for."""
    remote.faults.add("task-failed", code="InternalError.Timeout")
    try_on = running_try_on()
    remote.settle()
    step(try_on)
    assert (try_on.status, try_on.slot, try_on.failed_tasks) == (Status.PREPARING, None, 1)

    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["succeeded"] == 1


def test_poll__third_task_with_a_temporary_fault_is_final(remote):
    remote.faults.add("task-failed", code="InternalError.Timeout", times=None)
    try_on = running_try_on()
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InternalError.Timeout")
    assert remote.stats["submits"] == 3


def test_poll__new_task_that_the_engine_does_not_know_yet_is_polled_again(remote):
    try_on = running_try_on()
    TryOnResult.objects.update(remote_task_id="unknown")
    step(try_on)

    assert try_on.status == Status.RUNNING


def test_poll__task_that_is_gone_is_polled_some_times_more_before_it_fails(remote):
    try_on = running_try_on()
    TryOnResult.objects.update(remote_task_id="unknown")
    backdate_submit(try_on, hours=1)
    step(try_on)
    assert (try_on.status, try_on.attempts) == (Status.RUNNING, 1)

    for _time in range(5):
        step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.FAILED, "TaskGone")


def test_poll__task_that_is_gone_after_an_outage_is_polled_some_times_more(remote):
    """The failures of the outage say nothing about the task."""
    try_on = running_try_on()
    backdate_submit(try_on, hours=1)
    TryOnResult.objects.update(attempts=50, error_code="RequestNotSent")
    remote.sandbox.tasks.clear()
    step(try_on)

    assert (try_on.status, try_on.attempts, try_on.error_code) == (Status.RUNNING, 1, "TaskGone")


def test_poll__task_that_is_gone_for_longer_than_the_engine_needs_to_list_it(remote):
    try_on = running_try_on()
    TryOnResult.objects.update(remote_task_id="unknown")
    backdate_submit(try_on, seconds=40)
    step(try_on)
    assert (try_on.status, try_on.attempts) == (Status.RUNNING, 0)

    backdate_submit(try_on, seconds=70)
    step(try_on)
    assert (try_on.status, try_on.attempts, try_on.error_code) == (Status.RUNNING, 1, "TaskGone")


def test_poll__task_has_expired_by_the_engines_own_times(remote, configure):
    remote.set_progression([("RUNNING", 6000)])
    configure(TASK_DEADLINE=1800)
    try_on = running_try_on()
    remote.clock.advance(1900)
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.RUNNING, "TaskGone")


def test_poll__our_clock_does_not_decide_that_a_task_has_expired(remote):
    remote.set_progression([("RUNNING", 600)])
    try_on = running_try_on()
    backdate_submit(try_on, hours=25)  # or our clock is 25 hours ahead
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.RUNNING, "")


def test_poll__first_duration_reschedules_the_other_tasks(remote, configure):
    configure(POLL_INTERVAL=3600)
    remote.set_progression([("RUNNING", 0.2)])
    first, second = running_try_on(), running_try_on()
    assert second.due_at > timezone.now() + timedelta(seconds=30)
    while first.status == Status.RUNNING:
        step(first)
    second.refresh_from_db()

    assert second.due_at < timezone.now() + timedelta(seconds=5)


def test_poll__records_how_long_the_task_took(remote):
    remote.set_progression([("RUNNING", 0.2)])
    collecting_try_on()
    (seconds,) = Account.of().task_seconds["aitryon-plus"]

    assert seconds == pytest.approx(0.2, abs=0.15)


@pytest.mark.parametrize("kind", ["cut-short", "expired"])
def test_collect__failed_download_is_retried_with_a_new_address(remote, kind):
    try_on = collecting_try_on()
    remote.faults.add(kind)
    step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.COLLECTING, "DownloadFailed") or (
        kind == "expired" and try_on.error_code == "403"
    )
    queries = remote.stats["queries"]

    step(try_on)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["queries"] == queries + 1
    assert remote.stats["submits"] == 1


def test_collect__odd_answer_about_the_task_does_not_cost_the_known_address(remote):
    try_on = collecting_try_on()
    remote.faults.add("cut-short")
    step(try_on)
    remote.faults.add("task-status", word="MEDITATING")
    step(try_on)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED


@pytest.mark.parametrize(
    ("kind", "settings_of_fault"),
    [
        ("wrong-type", {}),
        ("too-large", {"bytes": 200_000}),
        ("redirect", {"location": "http://a.test/"}),
    ],
)
def test_collect__hostile_file_is_not_stored_and_fetched_again(
    remote, configure, kind, settings_of_fault
):
    try_on = collecting_try_on()
    configure(MAX_DOWNLOAD_BYTES=150_000)
    remote.faults.add(kind, **settings_of_fault)
    step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.COLLECTING, "DownloadRefused")
    assert not try_on.image

    configure(MAX_DOWNLOAD_BYTES=25_000_000)
    step(try_on)
    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["submits"] == 1


def test_collect__file_that_stays_hostile_fails_when_the_remote_copy_has_expired(remote):
    try_on = collecting_try_on()
    remote.faults.add("wrong-type", times=None)
    for _time in range(3):
        step(try_on)
    assert (try_on.status, try_on.attempts) == (Status.COLLECTING, 3)

    backdate_submit(try_on, hours=25)
    while try_on.attempts < EXPIRY_ATTEMPTS:  # our clock alone may be wrong
        step(try_on)
    step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.FAILED, "DownloadRefused")


def test_collect__private_address_is_refused_by_default(remote, configure):
    try_on = collecting_try_on()
    configure(ALLOW_PRIVATE_ADDRESSES=False)
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "DownloadRefused")
    assert "ALLOW_PRIVATE_ADDRESSES" in try_on.error_message


def test_collect__worker_that_loses_its_lease_leaves_no_file_behind(remote, monkeypatch):
    try_on = collecting_try_on()

    def lose_the_lease(data):
        TryOnResult.objects.update(lease_token="another worker")
        return images.Picture(data=data, suffix=".jpg", width=1, height=1)

    monkeypatch.setattr(images, "verify", lose_the_lease)
    step(try_on)

    assert not try_on.image
    storage = TryOnResult._meta.get_field("image").storage
    assert _files(storage, "outfitanyone/results") == []


def test_collect__preview_is_stored_with_its_mark_and_smaller_copies(remote):
    try_on = collecting_try_on(person=make_model_image(data=LARGE))
    work(try_on)

    assert [width for width, _name in try_on.renditions] == [360, 540, 680]
    assert b"/compositeSynthetic<" in try_on.read()
    assert b"trainedAlgorithmicMedia" not in try_on.read()


def test_collect__worker_that_loses_its_lease_leaves_no_copy_behind(remote, monkeypatch):
    try_on = collecting_try_on(person=make_model_image(data=LARGE))
    verify = images.verify

    def lose_the_lease(data):
        TryOnResult.objects.update(lease_token="another worker")
        return verify(data)

    monkeypatch.setattr(images, "verify", lose_the_lease)
    step(try_on)

    assert not try_on.renditions
    storage = TryOnResult._meta.get_field("image").storage
    assert _files(storage, "outfitanyone/results") == []


def test_collect__parse_of_results_can_be_switched_off(remote, configure):
    configure(PARSE_RESULTS=False)
    try_on = collecting_try_on()
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert not ClothesParse.objects.exists()


@pytest.mark.parametrize("code", ["InvalidPerson", "InvalidParameter"])
def test_collect__failed_parse_does_not_fail_the_picture(remote, code):
    try_on = collecting_try_on()
    remote.faults.add("error", endpoint="parse", code=code)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert not try_on.hotspots.exists()
    assert ClothesParse.objects.get().status == Status.FAILED


def test_collect__picture_has_succeeded_before_its_clothes_are_parsed(remote):
    try_on = collecting_try_on()
    step(try_on)

    assert (try_on.status, try_on.due_at) == (Status.SUCCEEDED, None)
    assert try_on.image
    assert ClothesParse.objects.get().is_open
    assert hotspots_follow(try_on)

    work(try_on)
    assert try_on.hotspots.exists()
    assert not hotspots_follow(try_on)


def test_collect__parse_that_keeps_failing_is_not_worth_waiting_for(remote):
    try_on = collecting_try_on()
    step(try_on)
    ClothesParse.objects.update(attempts=4)

    assert not hotspots_follow(try_on)


def test_collect__parse_that_waits_for_the_budget_is_not_worth_waiting_for(remote, configure):
    try_on = collecting_try_on()
    step(try_on)
    configure(BUDGET_PER_DAY=Decimal("0.0001"))
    Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=1))

    assert not hotspots_follow(try_on)


def test_collect__picture_stored_by_an_older_version_is_finished(remote):
    """An older version waited for the clothes parse before that."""
    try_on = collecting_try_on()
    file = ContentFile(b"a picture", name="a.jpg")
    name = TryOnResult._meta.get_field("image").storage.save("results/a.jpg", file)
    TryOnResult.objects.update(image=name)
    step(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert ClothesParse.objects.get().is_open


def test_collect__picture_is_kept_although_its_parse_cannot_be_requested(
    remote, monkeypatch, caplog
):
    """A retry of a failed try-on would pay again for a picture that is stored."""

    def fail(*_args, **_options):
        raise RuntimeError("the parse cannot be requested")

    monkeypatch.setattr("django_outfitanyone.worker.store.request_result_parse", fail)
    try_on = collecting_try_on()
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")
    assert try_on.image.storage.exists(try_on.image.name)
    assert try_on.thumbnail
    assert "the parse cannot be requested" in caplog.text


def test_collect__file_names_do_not_come_from_the_answer(remote):
    try_on = collecting_try_on()
    work(try_on)
    spot = try_on.hotspots.first()
    names = [try_on.image.name, try_on.thumbnail.name, spot.crop.name, spot.cutout.name]

    for name in names:
        assert re.fullmatch(r"outfitanyone/\w+/\d{4}/\d\d/[0-9a-f]{32}\.(jpg|png)", name)
        assert name.rpartition("/")[2] not in try_on.remote_answer["output"]["image_url"]


def _files(storage, folder):
    if not storage.exists(folder):
        return []
    folders, files = storage.listdir(folder)
    return files + [name for sub in folders for name in _files(storage, f"{folder}/{sub}")]
