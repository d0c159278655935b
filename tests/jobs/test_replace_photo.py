"""Failed try-ons that are requested anew with another model photo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.batch_progress import progress_of_batches
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import TryOnOptions
from django_outfitanyone.models import Batch, TryOnResult
from tests.batches import rows_of
from tests.factories import make_charge, make_model_image, make_staff, make_try_on
from tests.work import new_request

pytestmark = pytest.mark.django_db

PERSON = {"error_code": "InvalidPerson", "error_message": "No human body."}


@pytest.fixture
def batch():
    """Two requests of two candidates; the photos are refused."""
    rows = actions.request_try_ons(
        [new_request(), new_request()],
        options=TryOnOptions(keep_other_half=False, restore_face=False, count=2),
        name="Summer",
    )
    TryOnResult.objects.update(status=Status.FAILED, due_at=None, **PERSON)
    return Batch.objects.get(pk=rows[0].batch)


def replace(batch, photo, **options):
    return actions.replace_photo(TryOnResult.objects.of_batch(batch.pk), photo, **options)


def test_new_try_ons__have_the_other_photo_and_all_else_of_the_failed_ones(batch):
    photo, user = make_model_image(), make_staff()
    old = rows_of(batch)
    replace(batch, photo, requested_by=user)

    new = rows_of(batch)[4:]
    assert [row.number for row in new] == [4, 5, 6, 7]
    assert {row.model_image for row in new} == {photo}
    assert {row.requested_by for row in new} == {user}
    for before, after in zip(old, new, strict=True):
        assert after.garment_ids == before.garment_ids
        columns = ("account_id", "remote_model", "keep", "restore_face", "candidate", "seed")
        assert [getattr(after, one) for one in columns] == [getattr(before, one) for one in columns]
        assert (after.status, after.fingerprint) == (Status.QUEUED, fingerprint_of(after))
        assert after.candidates != before.candidates
    assert len({row.candidates for row in new}) == 2


def test_failed_try_ons__stay_and_say_why_they_failed(batch):
    replace(batch, make_model_image())
    old = rows_of(batch)[0]

    assert old.is_replaced
    assert (old.status, old.error_code) == (Status.CANCELED, "Replaced")
    assert old.error_message == "InvalidPerson: No human body."
    assert old.error_help.text


def test_progress__counts_the_new_ones_instead(batch):
    replace(batch, make_model_image())
    progress = progress_of_batches([batch.pk])[batch.pk]

    assert (progress.total, progress.closed, progress.failed) == (4, 0, 0)
    assert (progress.replaced, progress.canceled) == (4, 0)


def test_finished_batch__is_open_again(batch):
    Batch.objects.mark_finished(batch.pk)
    replace(batch, make_model_image())

    assert not Batch.objects.get().is_finished


def test_worker__is_woken(batch, monkeypatch, django_capture_on_commit_callbacks):
    wakeups = []
    monkeypatch.setattr("django_outfitanyone.wakeup.wake", lambda: wakeups.append(True))
    with django_capture_on_commit_callbacks(execute=True):
        replace(batch, make_model_image())

    assert wakeups


def test_second_person__is_told_and_nothing_is_requested_twice(batch):
    replace(batch, make_model_image())

    with pytest.raises(RequestRefused, match="Nothing was requested") as refusal:
        replace(batch, make_model_image())
    assert refusal.value.code == "DecidedMeanwhile"
    assert len(rows_of(batch)) == 8


def test_retry_between_price_and_request__rolls_everything_back(batch, monkeypatch):
    first = rows_of(batch)[0]
    own = type(TryOnResult.objects.all()).mark_replaced

    def retried_first(self, rows):
        actions.retry(first)
        return own(self, rows)

    monkeypatch.setattr(type(TryOnResult.objects.all()), "mark_replaced", retried_first)
    with pytest.raises(RequestRefused):
        replace(batch, make_model_image())

    assert [row.status for row in rows_of(batch)] == [Status.FAILED] * 4


@pytest.mark.parametrize(
    "columns",
    [
        {"status": Status.NEEDS_ATTENTION},
        {"status": Status.SUCCEEDED, "image": "x.jpg"},
        {"lacks_inputs": True},
        {"gender": "woman"},
        {"image_count": 1},
    ],
    ids=["unclear", "finished", "without inputs", "refinement", "paid"],
)
def test_what_may_be_paid_or_cannot_be_made__is_never_replaced(batch, columns):
    first = rows_of(batch)[0]
    TryOnResult.objects.filter(pk=first.pk).update(**columns)
    new = replace(batch, make_model_image())

    first.refresh_from_db()
    assert len(new) == 3
    assert not first.is_replaced


def test_charged_failure__is_never_replaced(batch):
    make_charge(try_on=rows_of(batch)[0], amount=Decimal(1))

    assert len(replace(batch, make_model_image())) == 3


def test_photo_that_failed__is_refused(batch):
    with pytest.raises(RequestRefused) as refusal:
        replace(batch, rows_of(batch)[0].model_image)

    assert refusal.value.code == "SamePhoto"


def test_unsuitable_garment_or_photo__is_refused(batch, monkeypatch, configure):
    configure(CHECK_PICTURES=True)
    photo = make_model_image()
    finding = type("Finding", (), {"reason": "no person", "remedy": "Use another."})
    monkeypatch.setattr(type(photo), "refusing_findings", [finding])

    with pytest.raises(PictureUnsuitable):
        replace(batch, photo)
    assert len(rows_of(batch)) == 4


def test_batch_that_is_being_canceled__gets_no_new_try_ons(batch):
    Batch.objects.mark_canceled(batch.pk)

    with pytest.raises(RequestRefused, match="being canceled"):
        replace(batch, make_model_image())
    assert len(rows_of(batch)) == 4


def test_replaced_try_on__is_not_retried_and_does_not_move(batch):
    replace(batch, make_model_image())
    old = rows_of(batch)[0]

    with pytest.raises(RequestRefused, match="in place of this one"):
        actions.retry(old)
    assert old.pk not in TryOnResult.objects.movable().values_list("pk", flat=True)


def test_existing_picture__is_free(batch):
    photo = make_model_image()
    failed = rows_of(batch)[0]
    plan = actions.plan_replacement(TryOnResult.objects.filter(pk=failed.pk), photo)
    (row,) = plan.rows
    made = make_try_on(model_image=photo, garments=row.garments)
    TryOnResult.objects.filter(pk=made.pk).update(fingerprint=row.fingerprint)
    plan = actions.plan_replacement(TryOnResult.objects.filter(pk=failed.pk), photo)

    assert (plan.estimate.count, plan.estimate.new) == (1, 0)


def test_single_try_on__may_be_replaced_too():
    failed = make_try_on(status=Status.FAILED, **PERSON)
    (new,) = actions.replace_photo(TryOnResult.objects.filter(pk=failed.pk), make_model_image())

    assert (new.batch, new.number) == (failed.batch, failed.number + 1)
