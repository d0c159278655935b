from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Account, TryOnResult
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import step, work

pytestmark = pytest.mark.django_db

REPLACE = TryOnOptions(keep_other_half=False)


def asked_for(*, person=None):
    wish = TryOnRequest(person=person or make_model_image(), top=make_garment())
    return request_try_on(wish, options=REPLACE)


def prepared(*, person=None):
    """A try-on whose next step is the paid request."""
    try_on = asked_for(person=person)
    while not try_on.is_prepared:
        step(try_on)
    return try_on


def lay_aside(try_on, seconds=3600):
    """Pretend that the request left this long ago."""
    TryOnResult.objects.filter(pk=try_on.pk).update(
        submitted_at=timezone.now() - timedelta(seconds=seconds)
    )


def test_start__replaced_photo_is_refused_before_anything_is_sent(remote):
    try_on = asked_for()
    photo = try_on.model_image
    photo.image.save("new.jpg", _content(picture(999)))

    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InputChanged")
    assert remote.stats["uploads"] == 0


def test_prepare__deleted_garment_is_refused_before_it_is_paid(remote):
    try_on = prepared()
    try_on.top_garment.delete()

    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.FAILED, "InputChanged")
    assert remote.stats["submits"] == 0


def test_prepare__hands_over_all_pictures_before_it_takes_a_slot(remote):
    try_on = asked_for()
    step(try_on)

    assert (try_on.status, try_on.is_prepared, try_on.slot) == (Status.PREPARING, True, None)
    assert remote.stats["uploads"] == 2


def test_prepare__picture_handed_over_before_a_fault_is_not_handed_over_again(remote):
    try_on = asked_for()
    try_on.top_garment.image.storage.delete(try_on.top_garment.image.name)
    step(try_on)
    assert try_on.error_code == "PictureMissing"

    again = asked_for(person=try_on.model_image)
    step(again)

    assert again.is_prepared
    assert remote.stats["uploads"] == 2


def test_prepare__takes_no_slot_while_all_are_taken(remote, configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.RUNNING, slot=1)
    try_on = prepared()

    step(try_on)

    assert (try_on.status, try_on.slot) == (Status.PREPARING, None)
    assert remote.stats["submits"] == 0


def test_prepare__waits_while_the_gate_is_closed(remote):
    try_on = prepared()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(minutes=1))

    step(try_on)

    assert try_on.status == Status.PREPARING
    assert remote.stats["submits"] == 0


def test_submit__writes_down_task_and_time(remote):
    try_on = prepared()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert try_on.slot == 1
    assert try_on.remote_task_id
    assert try_on.submitted_at <= timezone.now()
    assert try_on.remote_answer["output"]["task_status"] == "PENDING"


@pytest.mark.parametrize("code", ["Throttling.RateQuota", "InternalError", "ModelUnavailable"])
def test_submit__clear_refusal_is_tried_again_later(remote, code):
    try_on = prepared()
    remote.faults.add("error", endpoint="submit", code=code)

    step(try_on)
    assert (try_on.status, try_on.slot, try_on.attempts) == (Status.PREPARING, None, 1)
    assert try_on.error_code == code
    assert try_on.due_at > timezone.now()

    Account.objects.update(next_submission_at=timezone.now())
    step(try_on)
    assert try_on.status == Status.RUNNING
    assert remote.stats["accepted"] == 1


def test_submit__throttling_pauses_the_whole_account(remote):
    try_on = prepared()
    remote.faults.add("error", endpoint="submit", code="Throttling")

    step(try_on)

    assert Account.current().next_submission_at > timezone.now()


@pytest.mark.parametrize("code", ["InvalidApiKey", "Arrearage", "AccessDenied.Unpurchased"])
def test_submit__account_problem_stops_the_account_and_keeps_the_row(remote, code, caplog):
    try_on = prepared()
    remote.faults.add("error", endpoint="submit", code=code)

    step(try_on)

    account = Account.current()
    assert account.is_stopped
    assert account.stopped_code == code
    assert try_on.status == Status.PREPARING
    assert "stopped" in caplog.text


def test_submit__refused_input_is_final(remote):
    try_on = prepared()
    remote.faults.add("error", endpoint="submit", code="InvalidURL")

    step(try_on)

    assert (try_on.status, try_on.error_code, try_on.slot) == (Status.FAILED, "InvalidURL", None)


@pytest.mark.parametrize("kind", ["drop-after", "not-json"])
def test_submit__unclear_outcome_is_never_sent_again(remote, kind):
    try_on = prepared()
    remote.faults.add(kind, endpoint="submit")

    step(try_on)
    assert (try_on.status, try_on.slot) == (Status.SUBMITTING, 1)
    assert try_on.error_code == "OutcomeUnknown"

    lay_aside(try_on, seconds=1)
    step(try_on)
    assert try_on.status == Status.NEEDS_ATTENTION
    (candidate,) = try_on.remote_answer["candidates"]
    assert candidate["task_id"]
    assert remote.stats["submits"] == 1


def test_look_into__task_of_an_account_that_nobody_else_uses_is_followed(remote, configure):
    configure(EXCLUSIVE_ACCOUNT=True)
    try_on = prepared()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    lay_aside(try_on, seconds=1)
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["submits"] == 1


def test_look_into__two_unclear_ones_belong_to_two_tasks_in_order(remote, configure):
    configure(EXCLUSIVE_ACCOUNT=True)
    remote.faults.add("drop-after", endpoint="submit", times=2)
    sizes = [(200, 300), (240, 320)]
    rows = [prepared(person=make_model_image(data=picture(1, size=size))) for size in sizes]
    for seconds, try_on in zip([2, 1], rows, strict=True):
        step(try_on)
        lay_aside(try_on, seconds=seconds)
    work(*rows)

    assert [(row.width, row.height) for row in rows] == sizes
    assert remote.stats["submits"] == 2


def test_look_into__exclusive_account_with_one_task_too_few_is_still_unclear(remote, configure):
    configure(EXCLUSIVE_ACCOUNT=True)
    remote.faults.add("drop-after", endpoint="submit")
    remote.faults.add("drop-before", endpoint="submit")
    rows = [prepared(), prepared()]
    for try_on in rows:
        step(try_on)
        lay_aside(try_on, seconds=1)
    for try_on in rows:
        step(try_on)

    assert {row.status for row in rows} == {Status.NEEDS_ATTENTION}


def test_look_into__empty_task_list_proves_that_nothing_arrived(remote):
    try_on = prepared()
    remote.faults.add("drop-before", endpoint="submit")
    step(try_on)
    assert try_on.status == Status.SUBMITTING

    lay_aside(try_on, seconds=1)
    step(try_on)
    assert (try_on.status, try_on.slot) == (Status.PREPARING, None)

    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["accepted"] == 1


def test_look_into__waits_for_the_safe_delay(remote, configure):
    configure(UNCLEAR_SUBMIT_DELAY=60)
    try_on = prepared()
    remote.faults.add("drop-before", endpoint="submit")
    step(try_on)
    step(try_on)

    assert try_on.status == Status.SUBMITTING
    assert remote.stats["lists"] == 0


def test_look_into__tasks_of_other_rows_prove_nothing_against_this_one(remote):
    other = prepared()
    step(other)
    try_on = prepared()
    remote.faults.add("drop-before", endpoint="submit")
    step(try_on)
    lay_aside(try_on, seconds=1)

    step(try_on)

    assert try_on.status == Status.PREPARING


def test_look_into__worker_that_died_while_submitting(remote):
    """A row found "submitting" with a lease that ran out: the POST may or may not have left."""
    try_on = prepared()
    TryOnResult.objects.filter(pk=try_on.pk).update(
        status=Status.SUBMITTING, slot=1, submitted_at=timezone.now() - timedelta(seconds=1)
    )

    step(try_on)

    assert try_on.status == Status.PREPARING


def test_look_into__unreadable_list_leaves_the_question_open(remote):
    try_on = prepared()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    lay_aside(try_on, seconds=1)
    remote.faults.add("error", endpoint="list", code="InternalError")

    step(try_on)

    assert try_on.status == Status.SUBMITTING


def test_look_into__slot_is_free_at_once_when_no_task_found_is_running(remote):
    try_on = prepared()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    remote.settle()
    lay_aside(try_on, seconds=1)

    step(try_on)

    assert (try_on.status, try_on.slot, try_on.due_at) == (Status.NEEDS_ATTENTION, None, None)


def test_free_slot__given_back_when_the_unclear_task_must_be_over(remote):
    remote.set_progression([("RUNNING", 60)])
    try_on = prepared()
    remote.faults.add("drop-after", endpoint="submit")
    step(try_on)
    lay_aside(try_on, seconds=1)
    step(try_on)
    assert try_on.slot == 1
    assert try_on.due_at > timezone.now() + timedelta(minutes=4)

    step(try_on)

    assert (try_on.status, try_on.slot, try_on.due_at) == (Status.NEEDS_ATTENTION, None, None)


def test_keep_task__answer_after_the_lease_is_kept_all_the_same(remote, monkeypatch):
    """Somebody took the row over while the request was on its way; the task is paid for."""
    from django_outfitanyone.engines.dashscope import DashScope

    send = DashScope.submit

    def slowly(self, order):
        report = send(self, order)
        TryOnResult.objects.update(lease_token="somebody else")
        return report

    monkeypatch.setattr(DashScope, "submit", slowly)
    try_on = prepared()
    step(try_on)

    assert try_on.status == Status.RUNNING
    assert try_on.remote_task_id


def _content(data):
    from django.core.files.base import ContentFile

    return ContentFile(data)
