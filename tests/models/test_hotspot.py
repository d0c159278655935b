from __future__ import annotations

import pytest

from django_outfitanyone.choices import ClothesType, GarmentKind
from django_outfitanyone.models import Hotspot, ModelImage
from django_outfitanyone.models.hotspot import box_inside, current_hotspots, product_id_worn
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)

pytestmark = pytest.mark.django_db


class TestConstraints:
    @pytest.mark.parametrize("box", [(5, 5, 5, 9), (5, 9, 9, 9), (9, 5, 5, 9)])
    def test_box_has_an_area(self, refused_by_database, box):
        photo = make_model_image()
        with refused_by_database():
            make_hotspot(photo, box=box)

    def test_hotspot_belongs_to_exactly_one_picture(self, refused_by_database):
        spot = make_hotspot(make_model_image())
        try_on = make_try_on()
        for columns in ({"model_image": None}, {"try_on": try_on}):
            with refused_by_database():
                Hotspot.objects.filter(pk=spot.pk).update(**columns)

    @pytest.mark.parametrize("make", [make_model_image, make_try_on])
    def test_picture_has_one_hotspot_of_a_type(self, refused_by_database, make):
        picture = make()
        make_hotspot(picture, ClothesType.UPPER)
        with refused_by_database():
            make_hotspot(picture, ClothesType.UPPER)

    def test_picture_may_have_many_hotspots_that_a_person_drew(self):
        photo = make_model_image()
        make_hotspot(photo, None)
        make_hotspot(photo, None)

        assert photo.hotspots.count() == 2


@pytest.mark.parametrize("make", [make_model_image, make_try_on])
def test_current__only_hotspots_of_the_present_file(make):
    picture = make()
    spot = make_hotspot(picture)
    make_hotspot(make(), picture_sha256="of another file")

    assert list(Hotspot.objects.current()) == [spot]


@pytest.mark.parametrize("make", [make_model_image, make_try_on])
def test_current_hotspots__is_the_same_rule_without_a_query(make, django_assert_num_queries):
    picture = make()
    make_hotspot(picture, "upper", picture_sha256="of another file")
    spot = make_hotspot(picture, "lower")
    prefetched = type(picture).objects.prefetch_related("hotspots").get(pk=picture.pk)

    with django_assert_num_queries(0):
        assert current_hotspots(prefetched) == [spot]
    assert current_hotspots(picture) == list(Hotspot.objects.current())


class TestProductIdWorn:
    def test_garment_that_was_tried_on(self):
        top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
        try_on = make_try_on(garments=[top, bottom])

        assert product_id_worn(try_on, "upper") == top.product_id
        assert product_id_worn(try_on, "lower") == bottom.product_id
        assert product_id_worn(try_on, "dress") is None

    def test_half_that_was_kept(self):
        photo, product = make_model_image(), make_product()
        make_hotspot(photo, "lower", product=product)
        kept, replaced = (make_try_on(model_image=photo, keep=keep) for keep in ("lower", ""))

        assert product_id_worn(kept, "lower") == product.pk
        assert product_id_worn(replaced, "lower") is None

    def test_model_photo_has_no_garments(self):
        assert product_id_worn(make_model_image(), "upper") is None


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((10, 20, 30, 40), (10, 20, 30, 40)),
        ((-5, 60, 5000, 150), (0, 60, 200, 150)),
        ((250, 350, 260, 360), (199, 299, 200, 300)),
        ((30, 40, 10, 20), (30, 40, 31, 41)),
    ],
)
def test_box_inside(box, inside):
    assert box_inside(box, ModelImage(width=200, height=300)) == inside
