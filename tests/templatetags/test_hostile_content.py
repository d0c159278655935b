"""No storefront markup runs or links what products hold, whatever the adapter returns."""

from __future__ import annotations

import json

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
)
from tests.hostile import TITLE, URLS, faults_on

pytestmark = pytest.mark.django_db

OPTIONS = (
    "",
    "card=False",
    "structured_data=True",
    "structured_data=True heading=x heading_level=2 caption=x alt=x",
    "css_class=x image_class=x id_prefix=x sizes=x label=False",
    'products=False crop="3:4" marker="outline"',
)


def rendered(picture, options, **context):
    tags = f"{{% outfit_assets events=True %}}{{% outfit_hotspots picture {options} %}}"
    source = "{% load outfitanyone %}" + tags
    return Template(source).render(Context({"picture": picture, "x": TITLE, **context}))


@pytest.fixture
def pictures(configure):
    """A finished try-on and a model photo for each hostile URL."""
    configure(CATALOGUE="tests.hostile.HostileCatalogue")
    made = []
    for url in URLS:
        product = make_product(title=TITLE, url=url)
        look = make_published(garments=[make_garment(product=product)])
        photo = make_model_image(name=TITLE[:100])
        for picture in (look, photo):
            make_hotspot(picture, product=product)
            made.append(picture)
    return made


@pytest.mark.parametrize("options", OPTIONS)
def test_tag__shows_hostile_content_without_harm(pictures, options):
    request = RequestFactory().get("/shop/")
    for picture in pictures:
        for context in ({}, {"request": request}):
            html = rendered(picture, options, **context)
            assert "x-hostile" in html  # escaped, but there
            assert faults_on(html) == []


def test_json_ld__has_no_unsafe_url(pictures):
    request = RequestFactory().get("/shop/")
    found = 0
    for picture in pictures:
        html = rendered(picture, "structured_data=True", request=request)
        script = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
        for product in json.loads(script)["mentions"]:
            assert product["name"] == TITLE
            for key in {"url", "image"} & set(product):
                assert product[key].startswith(("http://testserver/", "https://testserver/"))
                found += 1
    assert found  # relative URLs stay, absolute ones of other schemes do not
