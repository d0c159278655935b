from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.choices import GarmentKind, Severity, Status
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import LeaseLost, RequestRefused
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.move import CHUNK
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.signals import status_changed
from tests.events import received
from tests.factories import make_charge, make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

TOY = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "toy-key"}


@pytest.fixture(autouse=True)
def _two_engines(settings):
    """A shop that has OutfitAnyone by the alias ``default``, and a toy for a dollar a garment."""
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": TOY}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}


def make_failed(**columns):
    return make_try_on(**{"status": Status.FAILED, "error_code": "ModelNotFound", **columns})


def move(*rows, **options):
    options = {"engine": "toy", **options}
    return actions.move_to_engine(
        TryOnResult.objects.filter(pk__in=[r.pk for r in rows]), **options
    )


def plan(*rows, **options):
    options = {"engine": "toy", **options}
    return actions.estimate_move(TryOnResult.objects.filter(pk__in=[r.pk for r in rows]), **options)


def reason_of(row):
    """Return why the row stays, which estimate and move must agree on."""
    expected = plan(row)
    moved = move(row)
    assert moved.moving == []
    assert moved.reasons == expected.reasons
    ((stayed, reason),) = moved.staying
    assert stayed == row
    assert TryOnResult.objects.get(pk=row.pk).account_id == row.account_id
    return reason


@pytest.mark.parametrize(
    "status", [Status.QUEUED, Status.PREPARING, Status.FAILED, Status.CANCELED]
)
def test_move__queues_the_row_at_the_other_engine(status):
    row = make_try_on(
        status=status,
        error_code="ModelNotFound",
        error_message="gone",
        attempts=4,
        is_prepared=True,
        due_at=None,
        remote_answer={"old": 1},
    )

    moved = move(row)

    saved = TryOnResult.objects.get()
    assert moved.moving == [row]
    assert (saved.account_id, saved.remote_model) == ("toy", "toy-1")
    assert (saved.status, saved.error_code, saved.error_message) == (Status.QUEUED, "", "")
    assert (saved.attempts, saved.is_prepared, saved.remote_answer) == (0, False, {})
    assert (saved.lease_token, saved.finished_at) == ("", None)
    assert saved.due_at <= timezone.now()
    assert saved.fingerprint == fingerprint_of(saved) != row.fingerprint


def test_move__takes_the_model_that_is_named():
    move(make_failed(), model="toy-2")

    assert TryOnResult.objects.get().remote_model == "toy-2"


def test_move__takes_rows_of_an_engine_that_is_gone_from_the_settings():
    account = Account.objects.create(name="sold")
    rows = [make_try_on(status=Status.QUEUED, account=account), make_failed(account=account)]

    assert move(*rows).moving == rows
    assert set(TryOnResult.objects.values_list("account", flat=True)) == {"toy"}


def test_move__makes_the_row_like_one_that_was_requested_there():
    photo, garment = make_model_image(), make_garment()
    moved = move(make_failed(model_image=photo, garments=[garment], keep="lower")).moving[0]

    requested = actions.request_try_on(
        actions.TryOnRequest.of(photo, [garment]), options=actions.TryOnOptions(engine="toy")
    )
    assert moved.fingerprint == requested.fingerprint


def test_move__announces_the_status_after_the_commit(django_capture_on_commit_callbacks):
    failed, queued = make_failed(), make_try_on(status=Status.QUEUED)

    with received(status_changed) as signals, django_capture_on_commit_callbacks(execute=True):
        move(failed, queued)

    assert [(one["job"].pk, one["old"], one["new"]) for one in signals] == [
        (failed.pk, Status.FAILED, Status.QUEUED)
    ]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"status": Status.SUCCEEDED}, "It is finished."),
        ({"status": Status.SUBMITTING}, "The engine works on it, and may bill it."),
        ({"status": Status.RUNNING}, "The engine works on it, and may bill it."),
        ({"status": Status.COLLECTING}, "The engine works on it, and may bill it."),
        (
            {"status": Status.NEEDS_ATTENTION},
            "It may have been paid for; decide about it first.",
        ),
        (
            {"status": Status.FAILED, "gender": "woman"},
            "It refines a picture, which only its own engine can do.",
        ),
        (
            {"status": Status.FAILED, "lacks_inputs": True},
            "Its model photo or a garment was deleted.",
        ),
        (
            {"status": Status.QUEUED, "stage": 1, "image_count": 1},
            "A part of the outfit is paid for, which only its own engine can complete.",
        ),
    ],
)
def test_row__stays_in_this_state(columns, reason):
    assert reason_of(make_try_on(**columns)) == reason


@pytest.mark.parametrize(
    "columns",
    [
        {"status": Status.FAILED, "image_count": 1},
        {"status": Status.FAILED, "image": "picture.jpg"},
        {"status": Status.QUEUED, "image_count": 1},
        {"status": Status.FAILED, "error_code": "TaskGone", "submitted_at": timezone.now()},
        {"status": Status.CANCELED, "submitted_at": timezone.now()},
    ],
    ids=["paid", "pictured", "paid-before", "lost-task", "canceled-while-unclear"],
)
def test_row__that_may_have_been_paid_for_stays(columns):
    reason = reason_of(make_try_on(**columns))

    assert reason == "It was sent before and may have been paid for; retry it instead."


def test_row__with_a_charge_stays():
    row = make_failed()
    make_charge(try_on=row)

    assert "may have been paid for" in reason_of(row)


def test_row__whose_task_failed_at_the_engine_moves():
    """Failed tasks are not billed, and most of them fail because the engine ends."""
    row = make_failed(submitted_at=timezone.now(), remote_task_id="t-1")

    assert move(row).moving == [row]
    assert TryOnResult.objects.get().remote_task_id is None


def test_leased_row__stays_until_the_lease_ends():
    soon = timezone.now() + timedelta(seconds=30)
    row = make_try_on(status=Status.PREPARING, lease_token="worker", lease_expires_at=soon)

    assert reason_of(row) == "The worker prepares it right now; move it in a minute."
    assert TryOnResult.objects.get().lease_token == "worker"

    TryOnResult.objects.update(lease_expires_at=timezone.now())
    assert move(row).moving == [row]


def test_worker_that_was_too_slow__changes_nothing_after_the_move():
    row = make_try_on(status=Status.QUEUED)
    (claimed,) = TryOnResult.objects.claim([row.pk], lease=timedelta(seconds=-1))

    move(row)

    with pytest.raises(LeaseLost):
        claimed.mark_preparing()
    assert TryOnResult.objects.get().status == Status.QUEUED


def test_row_that_moves_between_reading_and_claiming__is_left_to_the_worker():
    """The claim repeats the conditions, as the worker may have sent the row meanwhile."""
    row = make_try_on(status=Status.QUEUED)
    assert plan(row).moving == [row]
    TryOnResult.objects.update(status=Status.SUBMITTING, submitted_at=timezone.now())

    assert TryOnResult.objects.claim_to_move([row.pk]) == []
    assert TryOnResult.objects.get().lease_token == ""


def test_kind_that_the_engine_does_not_wear__stays_and_is_released():
    row = make_failed(garments=[make_garment(GarmentKind.ONE_PIECE, name="Summer dress")])

    assert "Summer dress" in reason_of(row)
    saved = TryOnResult.objects.get()
    assert (saved.status, saved.lease_token) == (Status.FAILED, "")


def test_unsuitable_picture__stays(configure):
    configure(CHECK_PICTURES=True)
    photo = make_model_image(name="Anna")
    photo.findings = [{"code": "PictureTooSmall", "severity": Severity.REFUSES}]
    type(photo).objects.filter(pk=photo.pk).update(findings=photo.findings)

    assert "Anna" in reason_of(make_failed(model_image=photo))


def test_row_of_the_same_engine__stays():
    row = make_failed(account=Account.of("toy"), remote_model="toy-1")

    assert reason_of(row) == "It belongs to this engine already."


def test_options_that_the_engine_lacks__are_adapted_and_named():
    row = make_failed(resolution=1280, restore_face=False)
    changes = {
        "The engine does not offer the size: it makes its usual one.": 1,
        "The engine makes up no new face: the face stays.": 1,
    }

    assert plan(row).changes == changes
    assert move(row).changes == changes
    saved = TryOnResult.objects.get()
    assert (saved.resolution, saved.restore_face) == (-1, True)
    assert saved.fingerprint == fingerprint_of(saved)


def test_rows__keep_their_own_options():
    small, new_face = make_failed(resolution=-1), make_failed(resolution=1280, restore_face=False)
    TryOnResult.objects.update(account=Account.objects.create(name="sold"))

    actions.move_to_engine(TryOnResult.objects.all(), engine="default", model="aitryon")

    small.refresh_from_db()
    new_face.refresh_from_db()
    assert (small.resolution, small.restore_face) == (-1, True)
    assert (new_face.resolution, new_face.restore_face) == (1280, False)
    assert small.fingerprint == fingerprint_of(small)
    assert new_face.fingerprint == fingerprint_of(new_face)


def test_estimate__is_the_price_of_the_new_engine_and_changes_nothing():
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
    outfit, single = make_failed(garments=[top, bottom]), make_failed(garments=[top])

    found = plan(outfit, single, make_try_on(status=Status.RUNNING))

    assert found.estimate.costs["USD"] == Decimal("1.50") + Decimal("1.00")
    assert (len(found.moving), len(found.staying)) == (2, 1)
    assert set(TryOnResult.objects.values_list("account", flat=True)) == {"default"}


def test_estimate__of_a_picture_that_exists_there_is_free():
    row = make_failed()
    known = make_try_on(account=Account.of("toy"), remote_model="toy-1")
    fingerprint = plan(row).moving[0].fingerprint
    TryOnResult.objects.filter(pk=known.pk).update(fingerprint=fingerprint)

    assert (plan(row).estimate.count, plan(row).estimate.new) == (1, 0)


@pytest.mark.parametrize(("engine", "model"), [("nowhere", ""), ("toy", "aitryon")])
def test_unknown_engine_or_model__is_refused(engine, model):
    row = make_failed()

    with pytest.raises(RequestRefused, match="toy/toy-1"):
        move(row, engine=engine, model=model)
    with pytest.raises(RequestRefused, match="toy/toy-1"):
        plan(row, engine=engine, model=model)


def test_missing_api_key__moves_nothing(settings, monkeypatch):
    monkeypatch.delenv("TOY_KEY", raising=False)
    engines = settings.OUTFITANYONE["ENGINES"]
    settings.OUTFITANYONE = {
        **settings.OUTFITANYONE,
        "ENGINES": {**engines, "toy": {"BACKEND": TOY["BACKEND"]}},
    }

    with pytest.raises(ConfigurationError):
        move(make_failed())
    assert TryOnResult.objects.get().account_id == "default"


def test_chunk__takes_a_fixed_number_of_statements():
    photo, garments = make_model_image(), [make_garment()]

    def statements(count):
        rows = [make_failed(model_image=photo, garments=garments) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert len(move(*rows).moving) == count
        return len(queries)

    move(make_failed())  # creates the account
    assert statements(2) == statements(12)


def test_many_rows__move_in_chunks():
    photo, garment = make_model_image(), make_garment()
    first = make_failed(model_image=photo, garments=[garment])
    others = [
        TryOnResult(
            account_id="default",
            status=Status.FAILED,
            model_image=photo,
            remote_model="aitryon-plus",
            fingerprint="old",
        )
        for _ in range(CHUNK + 20)
    ]
    for row in others:
        row.garments = [garment]
    TryOnResult.objects.store(others, chunk=50)

    moved = actions.move_to_engine(TryOnResult.objects.all(), engine="toy")

    assert len(moved.moving) == CHUNK + 21
    fingerprints = set(TryOnResult.objects.values_list("fingerprint", flat=True))
    assert fingerprints == {fingerprint_of(TryOnResult.objects.get(pk=first.pk))}
