from __future__ import annotations

import pytest

from django_outfitanyone.actions import request_try_on, request_try_ons
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from tests.drawing import picture
from tests.factories import make_garment, make_model_image
from tests.work import step, work

pytestmark = pytest.mark.django_db

REPLACE = TryOnOptions(keep_other_half=False)


def test_same_wish__is_paid_once(remote):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    first = request_try_on(wish, options=REPLACE)
    work(first)
    second = request_try_on(wish, options=REPLACE)
    work(second)

    assert second.is_reused
    assert second.reused_from == first
    assert (second.cost, second.image_count) == (0, 0)
    assert second.image.name == first.image.name
    assert remote.stats["submits"] == 1


def test_same_wish__hotspots_lead_to_the_products_of_the_second(remote):
    """Two products may be photographed with the same flat-lay picture."""
    person, data = make_model_image(), picture(4711)
    first = request_try_on(TryOnRequest(person=person, top=make_garment(data=data)))
    work(first)
    garment = make_garment(data=data)
    second = request_try_on(TryOnRequest(person=person, top=garment))
    work(second)

    assert second.reused_from == first
    assert second.hotspots.get(clothes_type="upper").product == garment.product
    assert second.hotspots.count() == first.hotspots.count()


def test_same_wish__at_the_same_time_waits_for_the_first(remote):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    rows = request_try_ons([wish, wish], options=REPLACE)
    work(*rows)

    assert [row.is_reused for row in rows] == [False, True]
    assert remote.stats["submits"] == 1


def test_same_wish__failed_first_does_not_fail_the_second(remote):
    remote.faults.add("task-failed", code="InvalidPerson")
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    first, second = request_try_ons([wish, wish], options=REPLACE)
    work(first, second)

    assert first.status == Status.FAILED
    assert second.status == Status.SUCCEEDED
    assert not second.is_reused


def test_same_wish__made_anew_on_purpose(remote):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    work(request_try_on(wish, options=REPLACE))
    again = request_try_on(wish, options=TryOnOptions(keep_other_half=False, force_new=True))
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
def test_other_options__are_another_wish(remote, options):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    work(request_try_on(wish, options=REPLACE))
    other = request_try_on(wish, options=TryOnOptions(**{"keep_other_half": False, **options}))
    work(other)

    assert other.status == Status.SUCCEEDED
    assert not other.is_reused


def test_reuse_of_a_reuse__names_the_original(remote):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    rows = [request_try_on(wish, options=REPLACE) for _ in range(3)]
    work(*rows)

    assert {row.reused_from for row in rows[1:]} == {rows[0]}


def test_fingerprint__is_of_contents_not_of_rows(remote):
    data = picture(5)
    one = request_try_on(
        TryOnRequest(person=make_model_image(data=data), top=make_garment(data=data))
    )
    other = request_try_on(
        TryOnRequest(person=make_model_image(data=data), top=make_garment(data=data))
    )

    assert one.fingerprint == other.fingerprint


def test_fingerprint__notices_what_was_deleted(remote):
    try_on = request_try_on(TryOnRequest(person=make_model_image(), top=make_garment()))
    before = try_on.fingerprint
    try_on.top_garment.delete()
    try_on.refresh_from_db()

    assert fingerprint_of(try_on) != before


def test_reused_row__takes_no_slot_and_no_upload(remote):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    work(request_try_on(wish, options=REPLACE))
    uploads = remote.stats["uploads"]
    second = request_try_on(wish, options=REPLACE)
    step(second)

    assert second.status == Status.SUCCEEDED
    assert second.slot is None
    assert remote.stats["uploads"] == uploads
