from __future__ import annotations

import pytest

from django_outfitanyone.actions import publish, reject, request_try_on, request_try_ons
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.worker.reuse import duplicate_of, reuse
from tests.drawing import picture
from tests.factories import make_garment, make_hotspot, make_model_image, make_product, make_try_on
from tests.work import REPLACE, claimed, new_request, step, work
from tests.worker.photos import boxes

pytestmark = pytest.mark.django_db


def make_duplicates(*statuses):
    person, top = make_model_image(), make_garment()
    return [make_try_on(status=status, model_image=person, garments=[top]) for status in statuses]


def test_duplicate_of__is_the_oldest_finished_result():
    oldest, _newer, _failed, queued = make_duplicates(
        Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED, Status.QUEUED
    )

    assert duplicate_of(queued) == oldest


def test_duplicate_of__is_a_rejected_result_only_if_there_is_no_other():
    rejected, other, queued = make_duplicates(Status.SUCCEEDED, Status.SUCCEEDED, Status.QUEUED)
    reject(rejected)
    assert duplicate_of(queued) == other

    reject(other)
    assert duplicate_of(queued) == rejected


def test_identical_request__does_not_bring_a_rejected_picture_back(remote, configure):
    configure(REQUIRE_REVIEW=False)
    request = new_request()
    first = request_try_on(request, options=REPLACE)
    work(first)
    reject(first)
    second = request_try_on(request, options=REPLACE)
    work(second)

    assert second.is_reused
    assert second.review == Review.REJECTED
    assert not TryOnResult.objects.public()


def test_identical_request__is_reviewed_again_if_the_first_was_approved(remote):
    request = new_request()
    first = request_try_on(request, options=REPLACE)
    work(first)
    publish(first)
    second = request_try_on(request, options=REPLACE)
    work(second)

    assert second.review == Review.TO_REVIEW
    assert not second.is_public


def test_duplicate_of__is_none_for_other_pictures():
    make_try_on()

    assert duplicate_of(make_try_on(status=Status.QUEUED)) is None


def test_duplicate_of__is_an_older_request_only_while_that_is_open():
    first, second = make_duplicates(Status.RUNNING, Status.QUEUED)
    assert duplicate_of(second) == first
    assert duplicate_of(first) is None

    type(first).objects.filter(pk=first.pk).update(status=Status.FAILED)
    assert duplicate_of(second) is None


def test_duplicate_of__prefers_any_finished_result_to_an_older_open_request():
    running, rejected, queued = make_duplicates(Status.RUNNING, Status.SUCCEEDED, Status.QUEUED)
    reject(rejected)

    assert duplicate_of(queued) == rejected
    assert duplicate_of(running) == rejected


def test_duplicate_of__takes_one_query(django_assert_num_queries):
    _running, _rejected, queued = make_duplicates(Status.RUNNING, Status.SUCCEEDED, Status.QUEUED)
    with django_assert_num_queries(1):
        duplicate_of(queued)


def test_identical_request__is_paid_for_once(remote):
    request = new_request()
    first = request_try_on(request, options=REPLACE)
    work(first)
    second = request_try_on(request, options=REPLACE)
    work(second)

    assert second.is_reused
    assert second.reused_from == first
    assert (second.cost, second.image_count) == (0, 0)
    assert second.image.name == first.image.name
    assert remote.stats["submits"] == 1


def test_identical_request__hotspots_lead_to_its_own_products(remote):
    """Two products may be photographed with the same flat-lay picture."""
    person, data = make_model_image(), picture(4711)
    first = request_try_on(TryOnRequest(person, [make_garment(data=data)]))
    work(first)
    garment = make_garment(data=data)
    second = request_try_on(TryOnRequest(person, [garment]))
    work(second)

    assert second.reused_from == first
    assert second.hotspots.get(clothes_type="upper").product == garment.product
    assert second.hotspots.count() == first.hotspots.count()


def test_identical_request__waits_for_an_open_one(remote):
    request = new_request()
    rows = request_try_ons([request, request], options=REPLACE)
    work(*rows)

    assert [row.is_reused for row in rows] == [False, True]
    assert remote.stats["submits"] == 1


def test_identical_request__is_made_when_the_first_one_failed(remote):
    remote.faults.add("task-failed", code="InvalidPerson")
    request = new_request()
    first, second = request_try_ons([request, request], options=REPLACE)
    work(first, second)

    assert first.status == Status.FAILED
    assert second.status == Status.SUCCEEDED
    assert not second.is_reused


def test_identical_request__is_made_again_with_force_new(remote):
    request = new_request()
    work(request_try_on(request, options=REPLACE))
    again = request_try_on(request, options=TryOnOptions(keep_other_half=False, force_new=True))
    work(again)

    assert not again.is_reused
    assert remote.stats["submits"] == 2


@pytest.mark.parametrize(
    "options",
    [
        {"model": "aitryon"},
        {"resolution": 1024},
        {"restore_face": False},
        {"keep_other_half": True},
    ],
)
def test_other_options__make_another_picture(remote, options):
    request = new_request()
    finished = make_try_on(model_image=request.person, garments=[request.garments[0]])
    same = request_try_on(request, options=REPLACE)
    other = request_try_on(request, options=TryOnOptions(**{"keep_other_half": False, **options}))
    step(same)
    step(other)

    assert same.reused_from == finished
    assert (other.status, other.is_reused) == (Status.PREPARING, False)


def test_reuse__of_a_reused_result_names_the_original(remote):
    request = new_request()
    rows = [request_try_on(request, options=REPLACE) for _ in range(3)]
    work(*rows)

    assert {row.reused_from for row in rows[1:]} == {rows[0]}


def test_reuse__copies_all_that_belongs_to_the_picture():
    source, queued = make_duplicates(Status.SUCCEEDED, Status.QUEUED)
    TryOnResult.objects.filter(pk=source.pk).update(
        renditions={"160": "small.webp"}, is_preview=True, review=Review.APPROVED
    )
    source.refresh_from_db()
    reuse(source, for_row=claimed(queued))
    queued.refresh_from_db()

    copied = ["image", "width", "height", "sha256", "thumbnail", "renditions", "is_preview"]
    assert [getattr(queued, name) for name in copied] == [getattr(source, name) for name in copied]
    assert (queued.status, queued.review) == (Status.SUCCEEDED, Review.TO_REVIEW)
    assert (queued.cost, queued.currency, queued.reused_from) == (0, "CNY", source)


def test_reuse__copies_the_hotspots_and_keeps_those_of_the_source():
    source, queued = make_duplicates(Status.SUCCEEDED, Status.QUEUED)
    jeans = make_product()
    make_hotspot(source, "lower", box=(5, 6, 70, 80), product=jeans)  # worn on the photo
    reuse(source, for_row=claimed(queued))

    (old,), (new,) = source.hotspots.all(), queued.hotspots.all()
    assert old.pk != new.pk
    assert (new.x1, new.y1, new.x2, new.y2) == (5, 6, 70, 80)
    assert (new.clothes_type, new.product) == ("lower", jeans)


def test_reuse__takes_no_slot_and_uploads_nothing(remote):
    request = new_request()
    work(request_try_on(request, options=REPLACE))
    uploads = remote.stats["uploads"]
    second = request_try_on(request, options=REPLACE)
    step(second)

    assert second.status == Status.SUCCEEDED
    assert second.slot is None
    assert remote.stats["uploads"] == uploads


def test_reuse__replaces_hotspots_that_an_interrupted_reuse_left(remote):
    request = new_request()
    first = request_try_on(request)
    work(first)
    second = request_try_on(request)
    make_hotspot(second, "upper", picture_sha256=first.sha256)
    work(second)

    assert second.is_reused
    assert boxes(second) == boxes(first)
    assert second.hotspots.count() == first.hotspots.count() == 2


def test_reuse__that_fails_leaves_no_hotspots(remote, monkeypatch):
    request = new_request()
    work(request_try_on(request))
    second = request_try_on(request)
    monkeypatch.setattr(TryOnResult, "mark_succeeded", _fail)
    step(second)

    assert (second.status, second.hotspots.count()) == (Status.QUEUED, 0)


def _fail(*_args, **_kwargs):
    raise RuntimeError("as if by a bug")
