from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes, refine, request_try_on, retry
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.models.temporary_upload import TemporaryUpload
from django_outfitanyone.models.transitions import NO_LEASE
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import REPLACE, prepared_try_on, queued_try_on, settle_unclear, step, work

pytestmark = pytest.mark.django_db


def test_start__replaced_photo_fails_before_anything_is_uploaded(remote):
    try_on = queued_try_on()
    photo = try_on.model_image
    photo.image.save("new.jpg", ContentFile(picture(999)))

    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InputChanged")
    assert remote.stats["uploads"] == 0


def test_start__identical_finished_result_is_reused_at_once(remote):
    finished = make_try_on()
    try_on = same_request(finished)
    step(try_on)

    assert (try_on.status, try_on.reused_from, try_on.due_at) == (Status.SUCCEEDED, finished, None)
    assert remote.stats["uploads"] == 0


def test_start__waits_for_an_identical_request_that_is_open(remote):
    try_on = same_request(make_try_on(status=Status.RUNNING))
    step(try_on)

    assert try_on.status == Status.QUEUED
    assert_due_in(try_on, seconds=2)
    assert remote.stats["uploads"] == 0


def test_start__request_that_is_paid_for_again_on_purpose_waits_for_none(remote):
    make_try_on(status=Status.RUNNING)
    try_on = same_request(make_try_on(), force_new=True)
    step(try_on)

    assert (try_on.status, try_on.is_prepared) == (Status.PREPARING, True)
    assert_due_in(try_on, seconds=0)


def test_prepare__deleted_garment_fails_before_payment(remote):
    try_on = prepared_try_on()
    try_on.garments[0].delete()

    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InputChanged")
    assert remote.stats["submits"] == 0


def test_prepare__kind_that_the_engine_no_longer_wears_fails_before_payment(
    remote, wears_everything, monkeypatch
):
    request = TryOnRequest(make_model_image(), [make_garment(), make_garment("shoes")])
    wears_everything()
    try_on = request_try_on(request, options=REPLACE)
    monkeypatch.undo()
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "KindNotWorn")
    assert remote.stats["submits"] == 0


def test_prepare__uploads_all_pictures_before_it_takes_a_slot(remote):
    try_on = queued_try_on()
    step(try_on)

    assert (try_on.status, try_on.is_prepared, try_on.slot) == (Status.PREPARING, True, None)
    assert remote.stats["uploads"] == 2


def test_prepare__picture_uploaded_before_an_error_is_not_uploaded_again(remote):
    try_on = queued_try_on()
    try_on.garments[0].image.storage.delete(try_on.garments[0].image.name)
    step(try_on)
    assert try_on.error_code == "PictureMissing"

    again = queued_try_on(person=try_on.model_image)
    step(again)

    assert again.is_prepared
    assert remote.stats["uploads"] == 2


@pytest.fixture
def orders(monkeypatch):
    """The orders that the engine gets."""
    orders = []
    for name in ("submit", "refine"):
        send = getattr(OutfitAnyone, name)
        monkeypatch.setattr(
            OutfitAnyone,
            name,
            lambda self, order, *, key, send=send: (
                orders.append(order) or send(self, order, key=key)
            ),
        )
    return orders


def address_of(picture, order):
    """Return the address under which the model of this order can read the picture."""
    return TemporaryUpload.objects.get(sha256=picture.sha256, remote_model=order.model).url


def same_request(other, **columns):
    """Return a new request for the same picture."""
    pictures = {"model_image": other.model_image, "garments": other.garments}
    return make_try_on(status=Status.QUEUED, **pictures, **columns)


def urls(order):
    return {garment.kind: garment.picture.url for garment in order.garments}


def assert_due_in(try_on, *, seconds):
    assert abs(try_on.due_at - timezone.now() - timedelta(seconds=seconds)) < timedelta(seconds=1.5)


def test_submit__order_names_pictures_model_and_options(remote, orders):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
    columns = {"remote_model": "aitryon", "resolution": 1024, "restore_face": False}
    try_on = make_try_on(garments=[top, bottom], status=Status.QUEUED, **columns)
    while not orders:
        step(try_on)

    (order,) = orders
    assert order.person.url == address_of(try_on.model_image, order)
    assert urls(order) == {"top": address_of(top, order), "bottom": address_of(bottom, order)}
    assert (order.model, order.resolution, order.keep_face) == ("aitryon", 1024, False)
    assert order.window.seconds == 2 * conf.CONNECT_TIMEOUT


@pytest.mark.parametrize("kind", [GarmentKind.TOP, GarmentKind.BOTTOM])
def test_submit__half_without_a_garment_is_left_out(remote, orders, kind):
    try_on = make_try_on(garments=[make_garment(kind)], status=Status.QUEUED)
    while not orders:
        step(try_on)

    (order,) = orders
    assert urls(order) == {kind: address_of(try_on.garments[0], order)}


def test_submit__refinement_sends_the_result_too(remote, orders):
    person = make_model_image()
    result = make_try_on(model_image=person, width=person.width, height=person.height)
    refinement = refine(result, gender="man")
    while not orders:
        step(refinement)

    (order,) = orders
    assert (order.model, order.gender) == ("aitryon-refiner", "man")
    assert order.person.url == address_of(person, order)
    assert urls(order) == {"top": address_of(result.garments[0], order)}
    assert order.coarse.url == address_of(result, order)
    assert order.window.seconds == 2 * conf.CONNECT_TIMEOUT


def test_prepare__keeps_its_lease_while_it_uploads(remote, monkeypatch):
    """Uploads may take longer than the lease; after each one it is renewed."""
    renewed = []
    monkeypatch.setattr(TryOnResult, "keep_lease", lambda row: renewed.append(row.pk))
    try_on = queued_try_on()
    step(try_on)

    assert len(renewed) == 1 + 2  # before the step, and after each picture


def test_submit__waits_while_all_slots_are_taken(remote, configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.RUNNING, slot=1)
    try_on = prepared_try_on()

    step(try_on)

    assert (try_on.status, try_on.slot) == (Status.PREPARING, None)
    assert_due_in(try_on, seconds=0)
    assert remote.stats["submits"] == 0


def test_submit__waits_while_the_account_is_paused(remote):
    try_on = prepared_try_on()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(minutes=1))

    step(try_on)

    assert try_on.status == Status.PREPARING
    assert_due_in(try_on, seconds=60)
    assert remote.stats["submits"] == 0


def test_submit__stores_task_and_time(remote):
    try_on = prepared_try_on()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert try_on.slot == 1
    assert try_on.remote_task_id
    assert try_on.submitted_at <= timezone.now()
    assert try_on.remote_answer["output"]["task_status"] == "PENDING"


@pytest.mark.parametrize("code", ["Throttling.RateQuota", "InternalError", "ModelUnavailable"])
def test_submit__clear_refusal_is_retried(remote, code):
    try_on = prepared_try_on()
    remote.faults.add("error", endpoint="submit", code=code)

    step(try_on)
    assert (try_on.status, try_on.slot, try_on.attempts) == (Status.PREPARING, None, 1)
    assert try_on.error_code == code
    assert try_on.due_at > timezone.now()

    Account.objects.update(next_submission_at=timezone.now())
    step(try_on)
    assert try_on.status == Status.RUNNING
    assert remote.stats["accepted"] == 1


def test_submit__throttling_pauses_the_account(remote):
    try_on = prepared_try_on()
    remote.faults.add("error", endpoint="submit", code="Throttling")

    step(try_on)

    assert Account.of().next_submission_at > timezone.now()


@pytest.mark.parametrize("code", ["InvalidApiKey", "Arrearage", "AccessDenied.Unpurchased"])
def test_submit__account_problem_stops_the_account_and_keeps_the_row(remote, code, caplog):
    try_on = prepared_try_on()
    remote.faults.add("error", endpoint="submit", code=code)

    step(try_on)

    account = Account.of()
    assert account.is_stopped
    assert account.stopped_code == code
    assert try_on.status == Status.PREPARING
    assert "stopped" in caplog.text


def test_submit__rejected_input_is_final(remote):
    try_on = prepared_try_on()
    remote.faults.add("error", endpoint="submit", code="InvalidPerson")

    step(try_on)

    assert (try_on.status, try_on.error_code, try_on.slot) == (Status.FAILED, "InvalidPerson", None)


@pytest.mark.parametrize("clock", ["monotonic", "time"])
def test_submit__process_that_was_frozen_after_its_note_sends_nothing(remote, monkeypatch, clock):
    """As if the machine had been suspended: one of its clocks may not notice."""
    clocks = {"monotonic": time.monotonic, "time": time.time}
    late = {**clocks, clock: lambda: clocks[clock]() + 3600}
    send = OutfitAnyone.submit

    def after_a_freeze(self, order, *, key):
        with monkeypatch.context() as frozen:
            frozen.setattr("django_outfitanyone.engines.orders.time", SimpleNamespace(**late))
            return send(self, order, key=key)

    try_on = prepared_try_on()
    with monkeypatch.context() as patch:
        patch.setattr(OutfitAnyone, "submit", after_a_freeze)
        step(try_on)
    assert (try_on.status, try_on.slot, try_on.submitted_at) == (Status.PREPARING, None, None)
    assert remote.stats["submits"] == 0

    step(try_on)
    assert try_on.status == Status.RUNNING
    assert remote.stats["submits"] == 1


def test_submit__frozen_process_does_not_send_what_another_worker_has_sent(remote, monkeypatch):
    send = OutfitAnyone.submit
    frozen_once = []

    def freeze(self, order, *, key):
        if frozen_once:
            return send(self, order, key=key)
        frozen_once.append(True)
        TryOnResult.objects.update(lease_expires_at=LONG_AGO)
        settle_unclear(try_on)
        step(try_on)  # the task list is empty
        step(try_on)  # another worker submits
        window = replace(order.window, monotonic=order.window.monotonic - 3600)
        return send(self, replace(order, window=window), key=key)

    monkeypatch.setattr(OutfitAnyone, "submit", freeze)
    try_on = prepared_try_on()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert remote.stats["submits"] == 1


class TestForgottenUploads:
    """The engine no longer has the pictures whose addresses are cached."""

    def test_are_uploaded_again_within_the_same_try(self, remote):
        try_on = prepared_try_on()
        remote.sandbox.storage.clear()
        work(try_on)

        assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")
        assert remote.stats["uploads"] == 5  # two pictures twice, and the result to parse it
        assert remote.stats["accepted"] == 2

    def test_are_uploaded_again_if_the_submit_is_refused(self, remote):
        remote.change_options(image_faults="submit")
        try_on = prepared_try_on()
        remote.sandbox.storage.clear()
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["accepted"] == 1

    def test_are_uploaded_again_for_a_parse(self, remote):
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]))
        remote.sandbox.storage.clear()
        parse = parse_clothes(photo, ["upper"], again=True)
        work(parse)

        assert parse.status == Status.SUCCEEDED
        assert remote.stats["uploads"] == 2

    @pytest.mark.parametrize("kind", ["task-failed", "error"])
    def test_are_uploaded_again_only_once(self, remote, kind):
        remote.faults.add(kind, endpoint="submit", code="InvalidURL", times=None)
        try_on = queued_try_on()
        work(try_on)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "InvalidURL")
        assert (remote.stats["submits"], remote.stats["uploads"]) == (2, 4)

    def test_are_uploaded_again_once_more_when_a_person_retries(self, remote):
        remote.faults.add("task-failed", code="InvalidURL", times=2)
        try_on = queued_try_on()
        work(try_on)
        retry(try_on)
        remote.sandbox.storage.clear()
        work(try_on)

        assert try_on.status == Status.SUCCEEDED


@pytest.mark.parametrize("kind", ["drop-after", "not-json"])
def test_submit__unclear_outcome_is_never_sent_again(remote, kind):
    try_on = prepared_try_on()
    remote.faults.add(kind, endpoint="submit")

    step(try_on)
    assert (try_on.status, try_on.slot) == (Status.SUBMITTING, 1)
    assert try_on.error_code == "OutcomeUnknown"
    assert try_on.error_message
    assert_due_in(try_on, seconds=0)

    settle_unclear(try_on)
    step(try_on)
    assert try_on.status == Status.NEEDS_ATTENTION
    (candidate,) = try_on.remote_answer["candidates"]
    assert candidate["task_id"]
    assert remote.stats["submits"] == 1


def test_record_task__answer_that_comes_after_the_lease_is_kept(remote, monkeypatch):
    """Another worker leased the row while the request was sent; the task is paid for."""
    send = OutfitAnyone.submit

    def slowly(self, order, *, key):
        report = send(self, order, key=key)
        TryOnResult.objects.update(lease_token="another worker")
        return report

    monkeypatch.setattr(OutfitAnyone, "submit", slowly)
    try_on = prepared_try_on()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert try_on.remote_task_id


def test_record_task__answer_is_kept_although_a_person_was_asked_meanwhile(remote, monkeypatch):
    send = OutfitAnyone.submit

    def very_slowly(self, order, *, key):
        report = send(self, order, key=key)
        TryOnResult.objects.update(**NO_LEASE, status=Status.NEEDS_ATTENTION, due_at=None)
        return report

    monkeypatch.setattr(OutfitAnyone, "submit", very_slowly)
    try_on = prepared_try_on()
    step(try_on)
    assert try_on.status == Status.RUNNING
    assert try_on.remote_task_id

    work(try_on)
    assert try_on.status == Status.SUCCEEDED


def test_record_task__answer_is_lost_if_the_row_was_submitted_again(remote, monkeypatch, caplog):
    send = OutfitAnyone.submit

    def very_slowly(self, order, *, key):
        report = send(self, order, key=key)
        TryOnResult.objects.update(lease_token="another worker", submitted_at=timezone.now())
        return report

    monkeypatch.setattr(OutfitAnyone, "submit", very_slowly)
    try_on = prepared_try_on()
    step(try_on)

    assert (try_on.status, try_on.remote_task_id) == (Status.SUBMITTING, None)
    (record,) = [r for r in caplog.records if getattr(r, "event", "") == "late_answer"]
    assert record.task_id in caplog.text
    assert "lost" in caplog.text
