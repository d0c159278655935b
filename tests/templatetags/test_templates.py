"""Shipped templates print the same from patterns as when rendered; a shop's own ones still work."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import pytest
from django.template import Context, Template, engines
from django.utils.safestring import SafeString

from django_outfitanyone.catalogue import CatalogueAdapter, CatalogueReader, Money
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.storefront.patterns import is_shipped, print_hotspots, print_products
from django_outfitanyone.storefront.shown import ShownHotspot, ShownProduct
from tests.factories import make_hotspot, make_product, make_published
from tests.templatetags.html import Page
from tests.templatetags.looks import make_look
from tests.templatetags.test_outfitanyone_options import make_outfit, overridden

MOST_BYTES = 2_450
"""HTML of a picture with two hotspots and four smaller copies."""

PHRASES = dict.fromkeys(["in_stock", "sold_out", "sold_out_short", "view", "close"], "100 % <b>")
TITLE = '"50 %" <i>%(title)s</i> \\1 &amp; \0key\0'
SHAPES = list(itertools.product([True, False], repeat=4))


class Shop(CatalogueAdapter):
    def image_url(self, product, request=None):
        return product.image


def shown_product(*, price, image, available, url):
    return ShownProduct(
        number="1",
        row=make_product(image="/media/a b&c.png" if image else ""),
        title=TITLE,
        money=Money(Decimal(1234), "EUR") if price else None,
        url="/shirts/?a=1&b=100%" if url else "",
        is_available=available,
        shop=CatalogueReader(Shop()),
    )


def rendered(name, **variables):
    template = engines["django"].get_template(f"django_outfitanyone/{name}").template
    html = template.render(Context({"phrases": PHRASES, **variables}))
    return template, html.replace("\n", "")


@pytest.mark.parametrize("card", [True, False])
@pytest.mark.parametrize(("price", "image", "available", "url"), SHAPES)
def test_patterns__print_what_the_templates_print(db, card, price, image, available, url):
    product = shown_product(price=price, image=image, available=available, url=url)
    template, html = rendered("product.html", product=product)
    assert print_products(template, [product, product], phrases=PHRASES) == html * 2
    attributes = SafeString('class="50%"')
    spot = ShownHotspot(id="7", card_id="c-7", product=product, classes="", attributes=attributes)
    template, html = rendered("hotspot.html", product=product, hotspot=spot, card=card)
    assert print_hotspots(template, [spot], card=card, phrases=PHRASES) == html


def test_image_of_a_product__is_not_asked_for_without_a_card(show, monkeypatch):
    asked = []
    monkeypatch.setattr(CatalogueAdapter, "image_url", lambda *_, **_request: asked.append(1) or "")
    show(make_look(), "card=False")
    assert not asked
    show(make_look())
    assert asked


def test_typical_picture__has_few_bytes(show):
    look, _shirt, _jeans = make_outfit()
    copies = [[width, f"outfitanyone/results/{width}.webp"] for width in (360, 540, 800, 1080)]
    name = "outfitanyone/results/1.jpg"
    TryOnResult.objects.update(image=name, renditions=copies, width=1080, height=1440)
    page = show(TryOnResult.objects.get(pk=look.pk))
    assert len(page.all(".outfit-card")) == 2
    html = re.sub(r"\d+", "0", page.html)  # primary keys have more digits in a large shop
    assert len(html.encode()) < MOST_BYTES


def test_number_in_print__is_an_attribute_beyond_the_rules_of_the_stylesheet(show):
    look = make_published()
    for place in range(10):
        make_hotspot(look, None, product=make_product(), box=(0, 10 * place, 50, 10 * place + 9))
    numbers = [
        spot.attributes.get("data-outfit-number") for spot in show(look).all(".outfit-hotspot")
    ]
    assert numbers == [None] * 9 + ["10"]


OLD_HOTSPOT = """<div class="outfit-hotspot outfit-n{{ product.number }} {{ hotspot.classes }}" \
data-outfit-hotspot="{{ hotspot.id }}"><button class="outfit-opener" \
popovertarget="{{ hotspot.card_id }}">{{ product.name }}</button>\
{% include "django_outfitanyone/card.html" %}</div>"""
OLD_CARD = """{% load i18n %}<div class="outfit-card" id="{{ hotspot.card_id }}" popover>\
{{ product.title }} {{ product.price }} {% translate "In stock" %} {{ picture.url }} \
{% include card_actions %}</div>"""


def test_templates_of_a_shop__made_for_earlier_versions_still_work(settings, db):
    own = {
        "django_outfitanyone/hotspot.html": OLD_HOTSPOT,
        "django_outfitanyone/card.html": OLD_CARD,
        "django_outfitanyone/card_actions.html": "Buy {{ product.row.slug }}",
    }
    look = make_look()
    page = Page(overridden(settings, own).render({"look": look}))
    card = page.one(".outfit-card")
    assert page.one(".outfit-opener").attributes["popovertarget"] == card.attributes["id"]
    slug = look.garments[0].product.slug
    assert card.text == f"Striped longsleeve €39.00 In stock {look.image.url} Buy {slug}"
    assert {"oa-x10", "oa-y10"} <= page.one(".outfit-hotspot").classes


OLD_PICTURE = """{% if picture %}<div class="outfit-look">{{ picture.url }}\
{% for hotspot in picture.hotspots %}\
{% include "django_outfitanyone/hotspot.html" with product=hotspot.product %}{% endfor %}\
{% include "django_outfitanyone/product_list.html" %}</div>{% endif %}"""
OLD_LIST = """<ul>{% for product in picture.products %}<li class="outfit-n{{ product.number }}">\
{{ product.title }} {{ product.price }} {{ phrases.in_stock }}</li>{% endfor %}</ul>"""


def test_templates_of_a_shop__with_their_own_loops_still_work(settings, db):
    own = {
        "django_outfitanyone/hotspots.html": OLD_PICTURE,
        "django_outfitanyone/product_list.html": OLD_LIST,
    }
    look = make_look()
    page = Page(overridden(settings, own).render({"look": look}))
    assert page.one(".outfit-look").text.startswith(look.image.url)
    assert page.one(".outfit-opener").text == "Striped longsleeve, €39.00"
    assert page.one(".outfit-card-link").text == "View product : Striped longsleeve"
    assert page.one("li").text == "Striped longsleeve €39.00 In stock"


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("hotspot", "[{{ product.row.slug }} {{ hotspot.id }} {{ picture.key }}]", 2),
        ("card", "[{{ product.row.slug }} {{ hotspot.id }} {{ picture.key }}]", 2),
        ("product", "[{{ product.row.slug }} {{ picture.key }}]", 2),
    ],
)
def test_template_of_a_shop__is_printed_for_each_with_all_variables(
    settings, db, name, source, expected
):
    look, shirt, jeans = make_outfit()
    own = {f"django_outfitanyone/{name}.html": source}
    html = overridden(settings, own).render({"look": look})
    assert html.count("[") == expected
    assert f"[{shirt.slug} " in html
    assert f"[{jeans.slug} " in html
    assert html.count(f"tryonresult-{look.pk}]") == expected


def test_is_shipped__is_false_for_templates_of_a_shop(settings, db):
    assert is_shipped(engines["django"].get_template("django_outfitanyone/card.html").template)
    assert not is_shipped(Template("{{ product.title }}"))
