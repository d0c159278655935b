from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import refine, refine_all, request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.refine import as_refinement, check_refinable
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge, TryOnResult
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import work

pytestmark = pytest.mark.django_db


def finished_try_on(garment=None, **options):
    """Return a result that the sandbox made."""
    request = TryOnRequest.of(make_model_image(), [garment or make_garment()])
    options = TryOnOptions(**{"keep_other_half": False, **options})
    try_on = request_try_on(request, options=options)
    work(try_on)
    assert try_on.status == Status.SUCCEEDED
    return try_on


def test_refine__makes_a_new_result_with_its_own_charge(remote):
    result = finished_try_on()
    refined = refine(result, gender="woman")
    work(refined)

    assert (refined.status, refined.refines) == (Status.SUCCEEDED, result)
    assert refined.remote_model == "aitryon-refiner"
    assert refined.cost == Decimal("0.30")
    assert refined.sha256 != result.sha256
    assert refined.hotspots.count() == result.hotspots.count() > 0
    assert Charge.objects.filter(remote_model="aitryon-refiner").count() == 1


def test_refine__kept_top_serves_as_the_top_that_the_refiner_needs(remote):
    """Only trousers were tried on, so the top is the person's own."""
    result = finished_try_on(garment=make_garment(GarmentKind.BOTTOM), keep_other_half=True)
    refined = refine(result, gender="man")
    work(refined)

    assert refined.status == Status.SUCCEEDED


@pytest.fixture
def unparsed(configure):
    configure(PARSE_RESULTS=False)


def test_refine__identical_request_is_free(remote, unparsed):
    result = make_try_on()
    work(refine(result, gender="woman"))
    again = refine(result, gender="woman")
    other = refine(result, gender="man")
    work(again, other)

    assert (again.is_reused, again.cost) == (True, 0)
    assert not other.is_reused


def test_refine__force_new_is_paid_for_again(remote, unparsed):
    result = make_try_on()
    work(refine(result, gender="woman"))
    again = refine(result, gender="woman", force_new=True)
    work(again)

    assert not again.is_reused
    assert again.cost == Decimal("0.30")


def test_refine_all__batch_that_is_sent_twice_is_stored_once():
    result = make_try_on()
    first = refine_all([result], gender="woman")
    second = refine_all([result], gender="woman", batch=first[0].batch)

    assert [row.pk for row in second] == [first[0].pk]


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
def test_check__refuses_what_the_refiner_does_not_accept(columns, code):
    with pytest.raises(RequestRefused) as refused:
        check_refinable(make_try_on(**columns))

    assert refused.value.code == code


def test_check__refuses_a_result_without_a_top():
    result = make_try_on(garments=[make_garment(GarmentKind.BOTTOM)])
    with pytest.raises(RequestRefused, match="top"):
        check_refinable(result)


def test_check__refuses_a_result_whose_top_was_deleted():
    result = make_try_on()
    result.garments[0].delete()
    with pytest.raises(RequestRefused) as refused:
        check_refinable(TryOnResult.objects.get())

    assert refused.value.code == "NotRefinable"  # without a top


def test_check__refuses_a_result_whose_photo_was_deleted():
    result = make_try_on()
    result.model_image.delete()
    with pytest.raises(RequestRefused) as refused:
        check_refinable(TryOnResult.objects.get())

    assert refused.value.code == "InputChanged"


def test_check__refuses_another_size_than_the_photo():
    result = make_try_on()
    result.width += 1
    with pytest.raises(RequestRefused, match="exactly"):
        check_refinable(result)


def test_check__refuses_a_large_file(monkeypatch):
    monkeypatch.setattr("django_outfitanyone.jobs.refine.MAX_BYTES", 1000)
    with pytest.raises(RequestRefused, match="5 MB"):
        check_refinable(make_try_on())


@pytest.mark.parametrize("gender", ["", "other"])
def test_as_refinement__needs_a_known_gender(gender):
    with pytest.raises(RequestRefused) as refused:
        as_refinement(make_try_on(), gender=gender)

    assert refused.value.code == "NoGender"
