from __future__ import annotations

import json
from decimal import Decimal

import pytest

from django_outfitanyone.storefront.context import shown_picture
from django_outfitanyone.storefront.structured_data import json_ld
from tests.factories import make_hotspot, make_model_image, make_product, make_published

pytestmark = pytest.mark.django_db


def described(picture, *, alt="A look", caption="", absolute=lambda url: f"https://shop.test{url}"):
    return json_ld(shown_picture(picture), alt=alt, caption=caption, absolute=absolute)


def make_look(**columns):
    look = make_published(is_preview=columns.pop("is_preview", False))
    product = make_product(**{"title": "Shirt", "url": "/shirt/", "price": Decimal(39), **columns})
    make_hotspot(look, product=product)
    return look


def test_picture_and_products__are_described_in_schema_org_terms():
    look = make_look()
    assert json.loads(described(look, caption="Autumn")) == {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "contentUrl": f"https://shop.test{look.image.url}",
        "width": 200,
        "height": 300,
        "name": "A look",
        "caption": "Autumn",
        "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
        "mentions": [
            {
                "@type": "Product",
                "name": "Shirt",
                "url": "https://shop.test/shirt/",
                "offers": {
                    "@type": "Offer",
                    "price": "39.00",
                    "priceCurrency": "EUR",
                    "availability": "https://schema.org/InStock",
                },
            }
        ],
    }


def test_sold_out_product__is_out_of_stock():
    (product,) = json.loads(described(make_look(is_available=False)))["mentions"]
    assert product["offers"]["availability"] == "https://schema.org/OutOfStock"


@pytest.mark.parametrize(
    ("make", "source"),
    [
        (lambda: make_look(is_preview=True), "https://schema.org/CompositeSyntheticDigitalSource"),
        (make_model_image, None),
    ],
)
def test_source__follows_the_kind_of_picture(make, source):
    assert json.loads(described(make())).get("digitalSourceType") == source


def test_source__is_omitted_if_the_setting_is_empty(settings):
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "DIGITAL_SOURCE_TYPE": ""}
    assert "digitalSourceType" not in json.loads(described(make_look()))


HOSTILE = "</script><!--<script>alert(1)\u2028&\u202e\"'"


def test_hostile_text__is_escaped():
    text = described(make_look(title=HOSTILE, url=f"/{HOSTILE}"), alt=HOSTILE, caption=HOSTILE)
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text)["mentions"][0]["name"] == HOSTILE
    assert json.loads(text)["caption"] == HOSTILE


def test_script_url__is_omitted():
    (product,) = json.loads(described(make_look(url="javascript:alert(1)")))["mentions"]
    assert "url" not in product
