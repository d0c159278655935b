from __future__ import annotations

import pytest

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, as_row, combine
from tests.factories import make_garment, make_model_image

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


def test_of__sorts_garments_by_kind(person, top, bottom, dress):
    shoes, coat = make_garment(GarmentKind.SHOES), make_garment(GarmentKind.OUTERWEAR)
    request = TryOnRequest.of(person, [shoes, bottom, coat, top])

    assert list(request.garments) == [top, bottom, coat, shoes]
    assert request == TryOnRequest(person, [coat, shoes, top, bottom])
    assert TryOnRequest.of(person, [shoes, dress]).garments == (dress, shoes)


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([], "NoGarment"),
        (["top", "one_piece"], "NotTogether"),
        (["one_piece", "bottom"], "NotTogether"),
        (["bottom", "bottom"], "NotTogether"),
        (["shoes", "top", "shoes"], "NotTogether"),
    ],
)
def test_of__refuses_garments_that_cannot_be_worn_together(person, kinds, code):
    with pytest.raises(RequestRefused) as refused:
        TryOnRequest.of(person, [make_garment(kind) for kind in kinds])

    assert refused.value.code == code


@pytest.mark.parametrize("worn", [["top", "bottom"], ["one_piece"], []])
def test_of__coat_shoes_bag_and_hat_join_any_outfit(person, worn):
    kinds = [*worn, "outerwear", "shoes", "bag", "hat"]

    request = TryOnRequest.of(person, [make_garment(kind) for kind in kinds])
    assert [garment.kind for garment in request.garments] == kinds


def test_keep__is_the_half_without_a_garment(person, top, bottom, dress):
    keep, replace = TryOnOptions(keep_other_half=True), TryOnOptions(keep_other_half=False)

    assert TryOnRequest(person, [top]).keep(keep) == "lower"
    assert TryOnRequest(person, [bottom]).keep(keep) == "upper"
    assert TryOnRequest(person, [top, bottom]).keep(keep) == ""
    assert TryOnRequest(person, [dress]).keep(keep) == ""
    assert TryOnRequest(person, [top]).keep(replace) == ""


def test_keep__other_kinds_cover_no_half(person, top, dress):
    keep = TryOnOptions(keep_other_half=True)
    coat, shoes = make_garment(GarmentKind.OUTERWEAR), make_garment(GarmentKind.SHOES)

    assert TryOnRequest(person, [coat, top, shoes]).keep(keep) == "lower"
    assert TryOnRequest(person, [dress, shoes]).keep(keep) == ""
    assert TryOnRequest(person, [coat, shoes]).keep(keep) == ""


def test_combine__puts_every_garment_on_every_photo(person, top, bottom):
    other = make_model_image()
    requests = combine([top, bottom], [person, other])

    assert [(request.person, *request.garments) for request in requests] == [
        (person, top),
        (person, bottom),
        (other, top),
        (other, bottom),
    ]


def test_combine__as_outfits_pairs_every_top_with_every_bottom(person, top, bottom, dress):
    second = make_garment(GarmentKind.TOP)
    shoes = make_garment(GarmentKind.SHOES)
    requests = combine([top, second, bottom, shoes, dress], [person], as_outfits=True)

    assert [request.garments for request in requests] == [
        (top, bottom),
        (second, bottom),
        (shoes,),
        (dress,),
    ]


def test_combine__as_outfits_without_both_halves_tries_on_each_garment(person, top, dress):
    assert len(combine([top, dress], [person], as_outfits=True)) == 2


def test_options__refuse_an_unknown_resolution():
    with pytest.raises(RequestRefused, match="-1, 1024, 1280"):
        TryOnOptions(resolution=4096).check()


def test_options__accept_the_resolutions_of_the_settings(configure):
    configure(RESOLUTIONS=[-1, 512])
    TryOnOptions(resolution=512).check()

    with pytest.raises(RequestRefused, match="-1, 512"):
        TryOnOptions(resolution=1024).check()


@pytest.mark.parametrize("model", ["aitryon-refiner", "aitryon-parsing-v1", "unknown"])
def test_options__refuse_a_model_that_makes_no_try_ons(model):
    with pytest.raises(RequestRefused, match="aitryon, aitryon-plus"):
        TryOnOptions(model=model).check()


def test_as_row__has_request_options_and_fingerprint(person, top):
    options = TryOnOptions(model="aitryon", resolution=1024, restore_face=False, force_new=True)
    row = as_row(TryOnRequest(person, [top]), options)

    assert (row.model_image, row.garments) == (person, [top])
    assert (row.remote_model, row.resolution, row.restore_face) == ("aitryon", 1024, False)
    assert (row.keep, row.force_new) == ("lower", True)
    assert row.fingerprint == fingerprint_of(row)
    assert row.pk is None


def test_as_row__uses_the_model_of_the_settings(person, top, configure):
    configure(REMOTE_MODELS=["aitryon"])

    row = as_row(TryOnRequest(person, [top]), TryOnOptions())
    assert row.remote_model == "aitryon"
