"""Content of the responses: one holds everything needed to show a picture with products."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from django_outfitanyone.catalogue import CatalogueAdapter
from django_outfitanyone.choices import GarmentKind, Review, Status
from tests.drawing import picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)

HOST = "http://testserver"


class MinimalAdapter(CatalogueAdapter):
    """For a shop without prices and product pages."""

    def price(self, product, request=None):
        return None

    def url(self, product, request=None):
        return ""


def test_try_on__has_its_picture_with_size_and_absolute_urls(visitor):
    try_on = make_published()

    response = visitor.get(f"try-ons/{try_on.pk}/").json()

    assert response["picture"] == {
        "url": HOST + try_on.image.url,
        "width": 200,
        "height": 300,
        "thumbnail_url": HOST + try_on.thumbnail.url,
        "srcset": [],
    }
    assert response["status"] == "succeeded"
    assert response["poll_after"] is None
    assert response["is_preview"] is False
    assert response["keep"] is None
    assert response["model_image"] == try_on.model_image_id


def test_try_on__has_hotspots_in_pixels_and_fractions_with_their_products(visitor):
    product = make_product(title="Linen shirt", price=Decimal("1234.50"), currency="EUR")
    try_on = make_published(garments=[make_garment(product=product)])
    hotspot = make_hotspot(try_on, "upper", box=(20, 30, 120, 160), product=product)

    (spot,) = visitor.get(f"try-ons/{try_on.pk}/").json()["hotspots"]

    assert spot == {
        "id": hotspot.pk,
        "try_on": try_on.pk,
        "model_image": None,
        "clothes_type": "upper",
        "box": {"x1": 20, "y1": 30, "x2": 120, "y2": 160},
        "fractions": {"x1": 0.1, "y1": 0.1, "x2": 0.6, "y2": 0.533333},
        "crop": None,
        "cutout": None,
        "product": {
            "id": product.pk,
            "title": "Linen shirt",
            "url": product.url,
            "price": {"amount": "1234.50", "currency": "EUR"},
            "price_text": "€1,234.50",
            "available": True,
            "image_url": None,
        },
        "is_corrected": False,
    }


def test_hotspot__has_crop_and_cutout_with_their_sizes(visitor):
    spot = make_hotspot(make_published(), product=make_product(), crop_width=100, crop_height=130)
    spot.crop.save("crop.jpg", ContentFile(picture(1)))
    spot.cutout.save("cutout.png", ContentFile(picture(2)))

    response = visitor.get(f"hotspots/{spot.pk}/").json()

    assert response["crop"] == {"url": HOST + spot.crop.url, "width": 100, "height": 130}
    assert response["cutout"] == {"url": HOST + spot.cutout.url, "width": None, "height": None}


def test_hotspot__crop_and_cutout_are_hidden_with_the_picture(visitor, reader):
    spot = make_hotspot(make_try_on(), product=make_product())
    spot.crop.save("crop.jpg", ContentFile(picture(1)))

    assert visitor.get(f"hotspots/{spot.pk}/").status_code == 404
    assert visitor.get("hotspots/").json()["results"] == []
    assert reader.get(f"hotspots/{spot.pk}/").json()["crop"]["url"] == HOST + spot.crop.url


def test_try_on__unfinished_one_has_no_picture_and_says_when_to_poll(reader):
    try_on = make_try_on(status=Status.RUNNING)

    response = reader.get(f"try-ons/{try_on.pk}/")

    assert response.json()["status"] == "running"
    assert response.json()["picture"] is None
    assert response.json()["hotspots"] == []
    assert response.json()["poll_after"] == 3
    assert response["Retry-After"] == "3"


def test_try_on__failed_one_says_who_can_fix_it_and_how(reader):
    try_on = make_try_on(
        status=Status.FAILED, error_code="InvalidPerson", error_message="No person found."
    )

    error = reader.get(f"try-ons/{try_on.pk}/").json()["job"]["error"]

    assert error["code"] == "InvalidPerson"
    assert error["message"] == "No person found."
    assert error["fixed_by"] == "shop"
    assert error["advice"] == try_on.error_help.text


def test_try_on__staff_see_its_cost_and_options(reader):
    original = make_try_on()
    try_on = make_try_on(reused_from=original, resolution=1024, restore_face=False)

    job = reader.get(f"try-ons/{try_on.pk}/").json()["job"]

    assert (job["cost"], job["currency"]) == ("0.500000", "CNY")
    assert (job["model"], job["resolution"], job["restore_face"]) == ("aitryon-plus", 1024, False)
    assert job["reused_from"] == original.pk
    assert job["batch"] == str(try_on.batch)
    assert job["review"] == "to_review"
    assert job["error"] is None


def test_try_on__staff_see_why_it_was_rejected(reader, visitor):
    try_on = make_try_on(review=Review.REJECTED, rejection_reason="limbs")

    job = reader.get(f"try-ons/{try_on.pk}/").json()["job"]

    assert job["rejection_reason"] == "arms, fingers or legs are wrong"
    assert visitor.get(f"try-ons/{try_on.pk}/").status_code == 404


def test_try_on__has_the_half_that_is_kept(visitor):
    try_on = make_published(keep="lower")

    assert visitor.get(f"try-ons/{try_on.pk}/").json()["keep"] == "lower"


def test_garment__has_picture_and_product(visitor):
    garment = make_garment(GarmentKind.BOTTOM, name="Trousers")

    response = visitor.get(f"garments/{garment.pk}/").json()

    assert response["kind"] == "bottom"
    assert response["name"] == "Trousers"
    assert response["picture"]["url"] == HOST + garment.image.url
    assert (response["picture"]["width"], response["picture"]["height"]) == (200, 300)
    assert response["product"]["id"] == garment.product_id


def test_product__has_its_garments(visitor):
    product = make_product(is_available=False)
    product.image.save("shirt.jpg", ContentFile(picture(1)))
    garment = make_garment(product=product)

    response = visitor.get(f"products/{product.pk}/").json()

    assert [piece["id"] for piece in response["garments"]] == [garment.pk]
    assert response["available"] is False
    assert response["image_url"] == HOST + product.image.url


def test_product__without_price_page_and_picture_has_nulls(visitor, configure):
    configure(CATALOGUE=f"{__name__}.MinimalAdapter")
    product = make_product()

    response = visitor.get(f"products/{product.pk}/").json()

    assert (response["price"], response["url"], response["image_url"]) == (None, None, None)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("/shirts/1/", HOST + "/shirts/1/"),
        ("https://shop.test/1", "https://shop.test/1"),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_product__url_is_absolute_or_null(visitor, stored, expected):
    product = make_product(url=stored)

    assert visitor.get(f"products/{product.pk}/").json()["url"] == expected


def test_model_image__has_its_hotspots(visitor):
    photo = make_model_image(name="Ada")
    make_hotspot(photo, "lower", box=(0, 150, 200, 300), product=make_product())

    response = visitor.get(f"model-images/{photo.pk}/").json()

    assert response["name"] == "Ada"
    assert response["is_active"] is True
    assert response["hotspots"][0]["fractions"] == {"x1": 0.0, "y1": 0.5, "x2": 1.0, "y2": 1.0}
    assert response["hotspots"][0]["model_image"] == photo.pk
