from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs import estimate as estimates
from django_outfitanyone.jobs.estimate import estimate, estimate_rows
from django_outfitanyone.jobs.parse import request_parse
from django_outfitanyone.jobs.refine import as_refinement
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, combine
from django_outfitanyone.models import Account, ClothesParse
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_model_image()


@pytest.fixture
def top():
    return make_garment(GarmentKind.TOP)


@pytest.fixture
def bottom():
    return make_garment(GarmentKind.BOTTOM)


def estimate_with(requests, **options):
    return estimate(requests, options=TryOnOptions(**options))


def finish(request):
    """Store a finished result of this request, made without keeping the other half."""
    make_try_on(model_image=request.person, garments=[request.top])


def test_cost__covers_pictures_and_their_parses(person, top, bottom):
    found = estimate_with(combine([top, bottom], [person]), keep_other_half=False)

    assert (found.count, found.reused, found.new) == (2, 0, 2)
    assert found.cost == 2 * (Decimal("0.50") + Decimal("0.004"))
    assert found.currency == "CNY"


def test_cost__photo_is_parsed_once_for_a_half(person, top):
    two = combine([top, make_garment()], [person])
    found = estimate_with(two, keep_other_half=True)

    assert found.cost == 2 * Decimal("0.504") + Decimal("0.004")


def test_cost__photo_that_was_parsed_before_is_free(person, top):
    request_parse(person, ["upper", "lower"])
    ClothesParse.objects.update(status=Status.SUCCEEDED)
    found = estimate_with([TryOnRequest(person=person, top=top)], keep_other_half=True)

    assert found.cost == Decimal("0.504")


def test_cost__photo_is_parsed_once_for_both_halves(person, top, bottom):
    found = estimate_with(combine([top, bottom], [person]), keep_other_half=True)

    assert found.cost == 2 * Decimal("0.504") + Decimal("0.004")


def test_cost__photo_that_was_replaced_is_parsed_again(person, top):
    ClothesParse.objects.create(
        account=Account.current(),
        model_image=person,
        picture_sha256="of the old file",
        clothes_types="upper,lower",
        status=Status.SUCCEEDED,
    )

    found = estimate_with([TryOnRequest(person=person, top=top)], keep_other_half=True)

    assert found.cost == Decimal("0.504") + Decimal("0.004")


def test_reused__finished_pictures_are_free(person, top):
    request = TryOnRequest(person=person, top=top)
    finish(request)
    found = estimate_with([request], keep_other_half=False)

    assert (found.count, found.reused, found.cost, found.seconds) == (1, 1, 0, 0)


def test_reused__pictures_of_another_account_are_paid_for(person, top, configure):
    request = TryOnRequest(person=person, top=top)
    finish(request)
    configure(ACCOUNT="other")
    found = estimate_with([request], keep_other_half=False)

    assert (found.reused, str(found.cost)) == (0, "0.504")


def test_reused__identical_requests_are_paid_for_once(person, top):
    request = TryOnRequest(person=person, top=top)
    found = estimate_with([request, request], keep_other_half=False)

    assert (found.count, found.reused) == (2, 1)


def test_reused__nothing_with_force_new(person, top):
    request = TryOnRequest(person=person, top=top)
    finish(request)
    found = estimate_with([request, request], keep_other_half=False, force_new=True)

    assert found.new == 2


def test_reused__many_fingerprints_are_read_in_chunks(person, monkeypatch):
    monkeypatch.setattr(estimates, "FINGERPRINTS_AT_ONCE", 2)
    requests = combine([make_garment() for _ in range(5)], [person])
    for request in requests[1:]:
        finish(request)

    assert estimate_with(requests, keep_other_half=False).new == 1


def test_seconds__grow_with_rounds_of_full_slots(person, configure):
    configure(CONCURRENT_TASKS=5, EXPECTED_DURATION=20)
    garments = [make_garment() for _ in range(6)]

    assert estimate(combine(garments, [person])).seconds == 40


def test_estimate__queries_do_not_depend_on_the_batch(person, django_assert_num_queries):
    garments = [make_garment() for _ in range(20)]
    requests = combine(garments, [person])

    with django_assert_num_queries(2):
        estimate(requests)


def test_is_over_budget__when_the_cost_exceeds_what_is_left(person, top, bottom, configure):
    def found():
        return estimate_with(combine([top, bottom], [person]), keep_other_half=False)

    assert found().budget_left is None
    assert not found().is_over_budget

    configure(BUDGET_PER_DAY=Decimal("1.008"))
    assert not found().is_over_budget

    configure(BUDGET_PER_DAY=Decimal("1.00"))
    assert found().budget_left == Decimal("1.00")
    assert found().is_over_budget


def test_cost__is_without_the_images_of_the_free_quota(person, top, bottom, configure):
    configure(FREE_IMAGES={"aitryon-parsing-v1": 2, "aitryon-plus": 1})
    found = estimate_with(combine([top, bottom], [person]), keep_other_half=True)

    assert found.cost == Decimal("0.50") + Decimal("0.004")  # of 2 pictures and 3 parses


def test_cost__refinement_has_the_price_of_the_refiner():
    row = as_refinement(make_try_on(), gender="woman")

    assert estimate_rows([row]).cost == Decimal("0.304")


def test_estimate__refuses_what_a_request_refuses(person, top):
    with pytest.raises(RequestRefused):
        estimate([TryOnRequest(person=person)])
    with pytest.raises(RequestRefused):
        estimate_with([TryOnRequest(person=person, top=top)], resolution=4096)
