from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone import check_picture
from django_outfitanyone.choices import GarmentKind, Review
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.estimate import estimate, estimate_rows
from django_outfitanyone.jobs.existing import existing_results
from django_outfitanyone.jobs.forecast import Refusals, forecast
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_row, combine
from django_outfitanyone.models import TryOnResult
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on
from tests.local_engine import LARGE, TWO_PEOPLE

pytestmark = pytest.mark.django_db

OPTIONS = TryOnOptions()


def forecasts(requests, options=OPTIONS):
    return forecast(requests, options=options, refusals=Refusals(options))


def finish(request, **columns):
    """Store a finished result of this request."""
    row = make_try_on(model_image=request.person, garments=request.garments, **columns)
    row.fingerprint = as_row(request, OPTIONS).fingerprint
    row.save(update_fields=["fingerprint"])
    return row


@pytest.fixture
def requests():
    return combine([make_garment(), make_garment()], [make_model_image()])


def test_new_pictures__have_the_list_price(requests):
    assert [(one.new, one.price, one.existing) for one in forecasts(requests).each] == [
        (1, Decimal("0.50"), None)
    ] * 2


def test_existing_picture__is_that_which_is_reused(requests):
    finish(requests[0], review=Review.REJECTED)
    oldest = finish(requests[0])
    finish(requests[0])

    found = forecasts(requests)

    assert [one.existing for one in found.each] == [oldest.pk, None]
    assert [one.price for one in found.each] == [0, Decimal("0.50")]


def test_existing_picture__that_was_rejected_is_named_if_there_is_no_other(requests):
    rejected = finish(requests[0], review=Review.REJECTED)

    assert existing_results([as_row(requests[0], OPTIONS)]) == {
        (rejected.account_id, rejected.fingerprint): rejected.pk
    }


def test_candidates__are_new_as_far_as_they_do_not_exist(requests):
    finish(requests[0])
    (found,) = forecasts(requests[:1], TryOnOptions(count=3)).each

    assert (found.new, found.price, found.existing) == (2, Decimal("1.00"), None)


def test_made_anew__nothing_exists_and_no_query_asks(requests, django_assert_num_queries):
    finish(requests[0])

    with django_assert_num_queries(0):
        found = forecasts(requests, TryOnOptions(force_new=True))

    assert [one.new for one in found.each] == [1, 1]
    assert not any(one.fingerprint for one in found.each)


def test_kind_that_the_engine_cannot_wear__is_refused_with_its_reason(requests):
    boots = make_garment(GarmentKind.SHOES)
    refusals = Refusals(OPTIONS)
    found = forecasts([*requests, TryOnRequest(requests[0].person, [boots])])

    assert [one.is_refused for one in found.each] == [False, False, True]
    assert "cannot try on this kind of garment (shoes)" in refusals.of(boots)
    with pytest.raises(RequestRefused, match="shoes"):
        estimate([one.request for one in found.each])


def test_unsuitable_photo__is_refused_here_and_by_a_request(requests, local_engine):
    local_engine.person = [TWO_PEOPLE]
    crowd = make_model_image(data=picture(1, size=LARGE))
    check_picture(crowd)
    found = forecasts([*requests, TryOnRequest(crowd, requests[0].garments)])

    assert [one.is_refused for one in found.each] == [False, False, True]
    assert Refusals(OPTIONS).of(crowd) == "There are several people in the photo."
    with pytest.raises(PictureUnsuitable):
        estimate([one.request for one in found.each])


def test_estimate__of_the_rows_is_that_of_their_requests(requests, django_assert_num_queries):
    finish(requests[0])
    found = forecasts(requests)
    rows = [row for one in found.each for row in one.rows]

    with django_assert_num_queries(1):  # clothes parses of the photos
        known = estimate_rows(rows, existing=found.existing)

    assert known == estimate(requests)
    assert known.reused == 1
    assert TryOnResult.objects.count() == 1


def test_options_that_the_engine_lacks__are_refused(requests):
    with pytest.raises(RequestRefused):
        forecasts(requests, TryOnOptions(resolution=77))
