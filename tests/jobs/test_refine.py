from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import refine, refine_all, request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.estimate import estimate
from django_outfitanyone.jobs.refine import as_refinement, check_refinable
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge, TryOnResult
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import work

pytestmark = pytest.mark.django_db


def made(**options):
    """A finished picture, made by the sandbox."""
    options.setdefault("keep_other_half", False)
    garments = [options.pop("garment", None) or make_garment()]
    wish = TryOnRequest.of(make_model_image(), garments)
    try_on = request_try_on(wish, options=TryOnOptions(**options))
    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    return try_on


def test_refine__second_pass_is_a_result_of_its_own(remote):
    result = made()
    refined = refine(result, gender="woman")
    work(refined)

    assert (refined.status, refined.refines) == (Status.SUCCEEDED, result)
    assert refined.remote_model == "aitryon-refiner"
    assert refined.cost == Decimal("0.30")
    assert refined.sha256 != result.sha256
    assert refined.hotspots.count() == result.hotspots.count() > 0
    assert Charge.objects.filter(remote_model="aitryon-refiner").count() == 1


def test_refine__with_the_half_that_was_kept(remote):
    """Nothing but trousers was tried on: the top that the refiner wants is the person's own."""
    result = made(garment=make_garment(GarmentKind.BOTTOM), keep_other_half=True)
    refined = refine(result, gender="man")
    work(refined)

    assert refined.status == Status.SUCCEEDED


def test_refine__the_same_again_is_free(remote):
    result = made()
    work(refine(result, gender="woman"))
    again = refine(result, gender="woman")
    other = refine(result, gender="man")
    work(again, other)

    assert (again.is_reused, again.cost) == (True, 0)
    assert not other.is_reused


def test_refine__anew_on_purpose(remote):
    result = made()
    work(refine(result, gender="woman"))
    again = refine(result, gender="woman", force_new=True)
    work(again)

    assert not again.is_reused
    assert again.cost == Decimal("0.30")


def test_refine_all__the_same_batch_twice_is_one(remote):
    result = made()
    first = refine_all([result], gender="woman")
    second = refine_all([result], gender="woman", batch=first[0].batch)

    assert [row.pk for row in second] == [first[0].pk]


def test_estimate__has_the_refiners_price():
    row = as_refinement(make_try_on(), gender="woman")

    assert estimate([row]).cost == Decimal("0.304")


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"status": Status.FAILED}, "NotFinished"),
        ({"status": Status.RUNNING}, "NotFinished"),
        ({"remote_model": "aitryon-refiner"}, "AlreadyRefined"),
        ({"resolution": 1024}, "NotRefinable"),
        ({"restore_face": False}, "NotRefinable"),
    ],
)
def test_check__what_the_refiner_does_not_take(columns, code):
    with pytest.raises(RequestRefused) as refused:
        check_refinable(make_try_on(**columns))

    assert refused.value.code == code


def test_check__trousers_alone_have_no_top():
    result = make_try_on(garments=[make_garment(GarmentKind.BOTTOM)])
    with pytest.raises(RequestRefused, match="top"):
        check_refinable(result)


def test_check__garment_changed_since():
    result = make_try_on()
    result.top_garment.delete()
    with pytest.raises(RequestRefused) as refused:
        check_refinable(TryOnResult.objects.get())

    assert refused.value.code == "NotRefinable"  # nor is there a top any more


def test_check__photo_changed_since():
    result = make_try_on()
    result.model_image.delete()
    with pytest.raises(RequestRefused) as refused:
        check_refinable(TryOnResult.objects.get())

    assert refused.value.code == "InputChanged"


def test_check__other_size_than_the_photo():
    result = make_try_on()
    result.width += 1
    with pytest.raises(RequestRefused, match="exactly"):
        check_refinable(result)


def test_check__file_too_large(monkeypatch):
    monkeypatch.setattr("django_outfitanyone.jobs.refine.MAX_BYTES", 1000)
    with pytest.raises(RequestRefused, match="5 MB"):
        check_refinable(make_try_on())


@pytest.mark.parametrize("gender", ["", "other"])
def test_as_refinement__gender_must_be_told(gender):
    with pytest.raises(RequestRefused) as refused:
        as_refinement(make_try_on(), gender=gender)

    assert refused.value.code == "NoGender"
