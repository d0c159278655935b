from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.pictures import images
from django_outfitanyone.worker.collect import next_look
from tests.factories import make_try_on
from tests.work import step, work
from tests.worker.test_submit import prepared

pytestmark = pytest.mark.django_db


def running():
    try_on = prepared()
    step(try_on)
    assert try_on.status == Status.RUNNING
    return try_on


def collecting():
    try_on = running()
    while try_on.status != Status.COLLECTING:
        step(try_on)
    return try_on


def test_poll__task_at_work_is_looked_at_again(remote):
    remote.set_progression([("RUNNING", 60)])
    try_on = running()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert try_on.due_at > timezone.now() - timedelta(seconds=1)
    assert try_on.slot == 1


def test_poll__unknown_status_word_is_still_running(remote):
    try_on = running()
    remote.faults.add("task-status", word="MEDITATING")
    step(try_on)

    assert try_on.status == Status.RUNNING


@pytest.mark.parametrize("code", ["InternalError", "Throttling.RateQuota", "ServiceUnavailable"])
def test_poll__failed_look_is_repeated_without_end(remote, code):
    try_on = running()
    TryOnResult.objects.update(attempts=50)
    remote.faults.add("error", endpoint="query", code=code)
    step(try_on)

    assert (try_on.status, try_on.attempts) == (Status.RUNNING, 51)
    assert try_on.error_code == code


def test_poll__finished_task_frees_its_slot_and_is_paid(remote):
    try_on = collecting()

    assert try_on.slot is None
    assert try_on.image_count == 1
    assert try_on.cost > 0
    assert try_on.result_url.startswith(remote.root_url)


def test_poll__failed_task_keeps_the_words_of_the_api(remote):
    remote.faults.add("task-failed", code="InvalidPerson")
    try_on = running()
    remote.settle()
    step(try_on)

    assert (try_on.status, try_on.error_code, try_on.slot) == (
        Status.FAILED,
        "InvalidPerson",
        None,
    )
    assert try_on.request_id
    assert try_on.cost == 0


def test_poll__task_that_failed_by_a_passing_fault_is_followed_by_another(remote):
    """The API bills no failed task, so this pays for one picture only."""
    remote.faults.add("task-failed", code="InternalError.Timeout")
    try_on = running()
    remote.settle()
    step(try_on)
    assert (try_on.status, try_on.slot, try_on.failed_tasks) == (Status.PREPARING, None, 1)

    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["succeeded"] == 1


def test_poll__passing_faults_without_end_are_given_up(remote):
    remote.faults.add("task-failed", code="InternalError.Timeout", times=None)
    try_on = running()
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InternalError.Timeout")
    assert remote.stats["submits"] == 3


def test_poll__young_task_that_is_not_registered_yet_is_waited_for(remote):
    try_on = running()
    TryOnResult.objects.update(remote_task_id="nobody-knows-me")
    step(try_on)

    assert try_on.status == Status.RUNNING


def test_poll__forgotten_task_is_asked_for_again_and_then_given_up(remote):
    try_on = running()
    long_ago = timezone.now() - timedelta(hours=1)
    TryOnResult.objects.update(remote_task_id="nobody-knows-me", submitted_at=long_ago)
    step(try_on)
    assert (try_on.status, try_on.attempts) == (Status.RUNNING, 1)

    for _time in range(5):
        step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.FAILED, "TaskGone")


def test_poll__deadline_ends_the_wait(remote, configure):
    remote.set_progression([("RUNNING", 600)])
    configure(TASK_DEADLINE=1800)
    try_on = running()
    TryOnResult.objects.update(submitted_at=timezone.now() - timedelta(hours=1))
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "TaskGone")


def test_next_look__goes_by_what_tasks_of_this_model_took(remote):
    account = Account.current()
    account.task_seconds = {"aitryon-plus": [17.0] * 20, "aitryon": [4.0] * 20}
    account.save()
    now = timezone.now()
    plus = make_try_on(status=Status.RUNNING, submitted_at=now)
    plain = make_try_on(status=Status.RUNNING, submitted_at=now, remote_model="aitryon")

    assert next_look(plus) - now == pytest.approx(timedelta(seconds=17), abs=timedelta(seconds=1))
    assert next_look(plain) - now == pytest.approx(timedelta(seconds=4), abs=timedelta(seconds=1))


def test_poll__first_task_of_its_kind_tells_when_to_look_at_the_others(remote, configure):
    configure(POLL_INTERVAL=3600)
    remote.set_progression([("RUNNING", 0.2)])
    first, second = running(), running()
    assert second.due_at > timezone.now() + timedelta(seconds=30)
    while first.status == Status.RUNNING:
        step(first)
    second.refresh_from_db()

    assert second.due_at < timezone.now() + timedelta(seconds=5)


def test_poll__remembers_how_long_a_task_took(remote):
    remote.set_progression([("RUNNING", 0.2)])
    collecting()
    (seconds,) = Account.current().task_seconds["aitryon-plus"]

    assert seconds == pytest.approx(0.2, abs=0.15)


@pytest.mark.parametrize("kind", ["cut-short", "expired"])
def test_collect__failed_download_is_repeated_with_a_fresh_address(remote, kind):
    try_on = collecting()
    remote.faults.add(kind)
    step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.COLLECTING, "DownloadFailed") or (
        kind == "expired" and try_on.error_code == "403"
    )
    queries = remote.stats["queries"]

    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["queries"] == queries + 1
    assert remote.stats["submits"] == 1


@pytest.mark.parametrize(
    ("kind", "settings_of_fault"),
    [
        ("wrong-type", {}),
        ("too-large", {"bytes": 200_000}),
        ("redirect", {"location": "http://a.test/"}),
    ],
)
def test_collect__hostile_file_is_not_kept(remote, configure, kind, settings_of_fault):
    try_on = collecting()
    configure(MAX_DOWNLOAD_BYTES=150_000)
    remote.faults.add(kind, **settings_of_fault)
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "DownloadRefused")
    assert not try_on.image


def test_collect__address_in_a_private_network_is_refused_by_default(remote, configure):
    try_on = collecting()
    configure(ALLOW_PRIVATE_ADDRESSES=False)
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "DownloadRefused")
    assert "ALLOW_PRIVATE_ADDRESSES" in try_on.error_message


def test_collect__too_slow_worker_leaves_no_file_behind(remote, monkeypatch):
    try_on = collecting()

    def lose_the_lease(data):
        TryOnResult.objects.update(lease_token="somebody else")
        return images.Picture(data=data, suffix=".jpg", width=1, height=1)

    monkeypatch.setattr(images, "verify", lose_the_lease)
    step(try_on)

    assert not try_on.image
    storage = TryOnResult._meta.get_field("image").storage
    assert _files(storage, "outfitanyone/results") == []


def test_collect__search_for_clothes_can_be_switched_off(remote, configure):
    configure(PARSE_RESULTS=False)
    try_on = collecting()
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert not ClothesParse.objects.exists()


@pytest.mark.parametrize("code", ["InvalidPerson", "InvalidParameter"])
def test_collect__failed_search_does_not_spoil_the_picture(remote, code):
    try_on = collecting()
    remote.faults.add("error", endpoint="parse", code=code)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert not try_on.hotspots.exists()
    assert ClothesParse.objects.get().status == Status.FAILED


def _files(storage, folder):
    if not storage.exists(folder):
        return []
    folders, files = storage.listdir(folder)
    return files + [name for sub in folders for name in _files(storage, f"{folder}/{sub}")]


def test_collect__files_are_named_here_and_not_by_the_answer(remote):
    try_on = collecting()
    work(try_on)
    spot = try_on.hotspots.first()
    names = [try_on.image.name, try_on.thumbnail.name, spot.crop.name, spot.cutout.name]

    for name in names:
        assert re.fullmatch(r"outfitanyone/\w+/\d{4}/\d\d/[0-9a-f]{32}\.(jpg|png)", name)
        assert name.rpartition("/")[2] not in try_on.remote_answer["output"]["image_url"]
