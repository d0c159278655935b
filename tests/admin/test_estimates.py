from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.jobs import try_on
from django_outfitanyone.models import TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import estimate_on, make_button_on, text_of
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def test_estimate__shows_count_reuse_cost_and_time(site):
    garments, photos = [make_garment() for _ in range(4)], [make_model_image() for _ in range(2)]
    data = try_on_form_data(garments, photos, other_half="replace")
    for garment in garments[:2]:
        done = make_try_on(model_image=photos[0], garments=[garment])
        request = try_on.TryOnRequest(photos[0], [garment])
        row = try_on.as_row(request, try_on.TryOnOptions(keep_other_half=False))
        TryOnResult.objects.filter(pk=done.pk).update(fingerprint=row.fingerprint)

    text = estimate_on(site.post("tryonresult_add", **data, _recalculate=1))

    assert text == (
        "8 pictures, 2 of them already exist and are free; about CNY 3.02; about 40 seconds"
    )
    again = site.post("tryonresult_add", **data, force_new="on", _recalculate=1)
    assert estimate_on(again) == "8 pictures; about CNY 4.03; about 40 seconds"


def test_make_button__shows_number_and_price_of_the_new_pictures(site):
    data = try_on_form_data([make_garment()], [make_model_image() for _ in range(2)])

    response = site.post("tryonresult_add", **data, _recalculate=1)

    assert make_button_on(response) == "Make 2 pictures for CNY 1.02"
    assert 'data-label="Make 2 pictures for CNY 1.02"' in text_of(response)


def test_make_button__has_no_price_without_an_estimate(site):
    data = try_on_form_data([make_garment()], [])

    response = site.post("tryonresult_add", **data, _recalculate=1)

    assert make_button_on(response) == "Make these pictures"


def test_make_button__offers_existing_pictures_for_free(site):
    done = make_try_on()
    request = try_on.TryOnRequest(done.model_image, done.garments)
    row = try_on.as_row(request, try_on.TryOnOptions())
    TryOnResult.objects.filter(pk=done.pk).update(fingerprint=row.fingerprint)
    data = try_on_form_data([done.garments[0]], [done.model_image])

    response = site.post("tryonresult_add", **data, _recalculate=1)

    assert make_button_on(response) == "Reuse 1 picture for free"


def test_estimate__is_available_as_a_fragment(site):
    data = try_on_form_data(
        [make_garment()], [make_model_image()], engine="default/aitryon", other_half="replace"
    )

    response = site.post("tryonresult_add", **data, _summary=1)

    assert estimate_on(response) == "1 picture; about CNY 0.204; about 20 seconds"
    assert "<html" not in text_of(response)


def test_estimate__warns_if_the_budget_does_not_cover_it(site, configure):
    configure(BUDGET_PER_DAY=Decimal("0.30"))
    garment, photo = make_garment(), make_model_image()
    text = text_of(
        site.post("tryonresult_add", _summary="1", **try_on_form_data([garment], [photo]))
    )

    assert "Only CNY 0.30 is left of the budget" in text


def test_estimate__takes_a_fixed_number_of_queries(site, django_assert_max_num_queries):
    photo = make_model_image()
    data = try_on_form_data([make_garment() for _ in range(20)], [photo])

    with django_assert_max_num_queries(14):
        site.post("tryonresult_add", **data, _recalculate=1)
