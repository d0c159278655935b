from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.actions import parse_clothes, request_try_on
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.estimate import estimate
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_row, combine
from tests.factories import make_garment, make_model_image
from tests.work import work

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


@pytest.fixture
def dress():
    return make_garment(GarmentKind.ONE_PIECE)


def test_of__sorts_by_kind(person, top, bottom, dress):
    assert TryOnRequest.of(person, [bottom, top]) == TryOnRequest(
        person=person, top=top, bottom=bottom
    )
    assert TryOnRequest.of(person, [dress]) == TryOnRequest(person=person, top=dress)


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([], "NoGarment"),
        (["top", "one_piece"], "NotTogether"),
        (["one_piece", "bottom"], "NotTogether"),
        (["bottom", "bottom"], "NotTogether"),
    ],
)
def test_of__what_cannot_be_worn_is_refused(person, kinds, code):
    with pytest.raises(RequestRefused) as refused:
        TryOnRequest.of(person, [make_garment(kind) for kind in kinds])

    assert refused.value.code == code


def test_check__garment_on_the_wrong_side(person, top, bottom):
    for wish in (TryOnRequest(person=person, top=bottom), TryOnRequest(person=person, bottom=top)):
        with pytest.raises(RequestRefused) as refused:
            wish.check()
        assert refused.value.code == "WrongKind"


def test_keep__the_half_that_nothing_is_put_on(person, top, bottom, dress):
    keep, replace = TryOnOptions(keep_other_half=True), TryOnOptions(keep_other_half=False)

    assert TryOnRequest(person=person, top=top).keep(keep) == "lower"
    assert TryOnRequest(person=person, bottom=bottom).keep(keep) == "upper"
    assert TryOnRequest(person=person, top=top, bottom=bottom).keep(keep) == ""
    assert TryOnRequest(person=person, top=dress).keep(keep) == ""
    assert TryOnRequest(person=person, top=top).keep(replace) == ""


def test_combine__every_garment_on_every_person(person, top, bottom):
    other = make_model_image()
    wishes = combine([top, bottom], [person, other])

    assert [(wish.person, wish.top, wish.bottom) for wish in wishes] == [
        (person, top, None),
        (person, None, bottom),
        (other, top, None),
        (other, None, bottom),
    ]


def test_combine__as_outfits(person, top, bottom, dress):
    second = make_garment(GarmentKind.TOP)
    wishes = combine([top, second, bottom, dress], [person], as_outfits=True)

    assert [(wish.top, wish.bottom) for wish in wishes] == [
        (top, bottom),
        (second, bottom),
        (dress, None),
    ]


def test_combine__as_outfits_without_both_is_one_by_one(person, top, dress):
    assert len(combine([top, dress], [person], as_outfits=True)) == 2


def test_options__resolution_the_api_does_not_offer():
    with pytest.raises(RequestRefused, match="-1, 1024, 1280"):
        TryOnOptions(resolution=4096).check()


def rows(wishes, **options):
    return [as_row(wish, TryOnOptions(**options)) for wish in wishes]


def test_estimate__pictures_and_their_searches(person, top, bottom):
    found = estimate(rows(combine([top, bottom], [person]), keep_other_half=False))

    assert (found.count, found.reused, found.new) == (2, 0, 2)
    assert found.cost == 2 * (Decimal("0.50") + Decimal("0.004"))
    assert found.currency == "CNY"


def test_estimate__a_photo_is_searched_once_for_a_half(person, top):
    two = combine([top, make_garment()], [person])
    found = estimate(rows(two, keep_other_half=True))

    assert found.cost == 2 * Decimal("0.504") + Decimal("0.004")


def test_estimate__a_searched_photo_is_free(remote, person, top):
    work(parse_clothes(person))
    found = estimate(rows([TryOnRequest(person=person, top=top)], keep_other_half=True))

    assert found.cost == Decimal("0.504")


def test_estimate__finished_pictures_are_free(remote, person, top):
    wish = TryOnRequest(person=person, top=top)
    work(request_try_on(wish, options=TryOnOptions(keep_other_half=False)))
    found = estimate(rows([wish], keep_other_half=False))

    assert (found.count, found.reused, found.cost, found.seconds) == (1, 1, 0, 0)


def test_estimate__the_same_twice_is_paid_once(person, top):
    wish = TryOnRequest(person=person, top=top)
    found = estimate(rows([wish, wish], keep_other_half=False))

    assert (found.count, found.reused) == (2, 1)


def test_estimate__made_anew_on_purpose_is_paid(remote, person, top):
    wish = TryOnRequest(person=person, top=top)
    work(request_try_on(wish, options=TryOnOptions(keep_other_half=False)))
    found = estimate(rows([wish], keep_other_half=False, force_new=True))

    assert found.new == 1


def test_estimate__time_grows_with_full_rounds(person, configure):
    configure(CONCURRENT_TASKS=5, EXPECTED_DURATION=20)
    garments = [make_garment() for _ in range(6)]

    assert estimate(rows(combine(garments, [person]))).seconds == 40


def test_estimate__does_not_grow_with_the_batch(person, django_assert_num_queries):
    garments = [make_garment() for _ in range(20)]
    wanted = rows(combine(garments, [person]))

    with django_assert_num_queries(2):
        estimate(wanted)


def test_estimate__says_when_the_budget_does_not_cover_it(person, top, bottom, configure):
    wanted = rows(combine([top, bottom], [person]), keep_other_half=False)
    assert estimate(wanted).budget_left is None
    assert not estimate(wanted).is_over_budget

    configure(BUDGET_PER_DAY=Decimal("1.008"))
    assert not estimate(wanted).is_over_budget

    configure(BUDGET_PER_DAY=Decimal("1.00"))
    assert estimate(wanted).budget_left == Decimal("1.00")
    assert estimate(wanted).is_over_budget
