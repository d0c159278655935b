from __future__ import annotations

from decimal import Decimal

import pytest
from django.template import Context, Engine, Template, TemplateSyntaxError, engines
from django.utils import translation

from django_outfitanyone import wakeup
from django_outfitanyone.choices import ClothesType, GarmentKind, Review, Status
from django_outfitanyone.models import Hotspot, ModelImage, TryOnResult
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)
from tests.templatetags.looks import make_look, reloaded

UPPER, LOWER, DRESS = ClothesType.UPPER, ClothesType.LOWER, ClothesType.DRESS


def test_picture__has_its_size_so_that_the_page_does_not_shift(show):
    look = make_look()
    image = show(look).one("img").attributes
    assert (image["width"], image["height"]) == ("200", "300")
    assert image["src"] == look.image.url
    assert image["loading"] == "lazy"
    assert image["alt"] == "Model wearing Striped longsleeve"


def test_picture__size_has_no_thousands_separators(show, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    look = make_look()
    TryOnResult.objects.update(width=1280, height=2048)
    image = show(reloaded(look)).one("img").attributes
    assert (image["width"], image["height"]) == ("1280", "2048")


def test_hotspot__is_a_link_with_name_and_price_on_the_box(show):
    page = show(make_look(), "card=False")
    link = page.one("a.outfit-target")
    assert link.attributes["href"].startswith("https://shop.test/")
    assert link.text == "Striped longsleeve, €39.00"
    spot = page.one(".outfit-hotspot")
    assert {"oa-x10", "oa-y10", "oa-w50", "oa-h40"} <= spot.classes
    assert "outfit-upper" in spot.classes


def test_product_list__repeats_the_hotspots(show):
    page = show(make_look())
    assert (
        page.one(".outfit-product-link").attributes["href"]
        == (page.one(".outfit-card-link").attributes["href"])
    )
    assert page.one(".outfit-product-title").text == "Striped longsleeve"
    assert page.one(".outfit-price").text == "€39.00"


def test_price__follows_the_readers_language(show):
    look = make_look(price=Decimal("1234.5"))
    with translation.override("de"):
        assert show(look).one(".outfit-price").text == "1.234,50 €"


def test_product_list__shows_a_product_with_two_hotspots_once(show):
    look = make_look()
    make_hotspot(look, LOWER, product=look.garments[0].product, box=(20, 150, 120, 290))
    page = show(look)
    assert len(page.all(".outfit-hotspot")) == 2
    assert len(page.all(".outfit-product")) == 1
    assert all("outfit-n1" in spot.classes for spot in page.all(".outfit-hotspot"))


def test_sold_out_product__is_marked_in_the_list_and_on_the_hotspot(show):
    page = show(make_look(is_available=False))
    assert page.one(".outfit-opener").text == "Striped longsleeve, €39.00, sold out"
    assert page.one(".outfit-sold-out").text == "sold out"


def test_hotspots__are_in_reading_order_with_the_smallest_on_top(show):
    look = make_published()
    names = {}
    for area, box in {
        LOWER: (0, 150, 200, 300),
        UPPER: (0, 0, 200, 160),
        DRESS: (90, 140, 110, 160),
    }.items():
        names[area] = make_product(title=str(area.value))
        make_hotspot(look, area, product=names[area], box=box)
    spots = show(look).all(".outfit-hotspot")
    assert [spot.text.split(",")[0] for spot in spots] == ["upper", "dress", "lower"]
    assert [("oa-z9" in s.classes, "oa-z8" in s.classes) for s in spots] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_model_photo__shows_its_hotspots_without_a_label(show):
    photo = make_model_image()
    make_hotspot(photo, product=make_product(title="Red T-shirt"))
    page = show(photo)
    assert page.one(".outfit-opener").text == "Red T-shirt, €39.90"
    assert not page.all(".outfit-label")


@pytest.mark.parametrize("columns", [{"is_visible": False}, {"gone": True}])
def test_hotspot__is_hidden_with_its_product_and_the_picture_is_kept(show, columns):
    look = make_look()
    product = look.garments[0].product
    if columns.pop("gone", False):
        Hotspot.objects.update(product=None)
    else:
        type(product).objects.filter(pk=product.pk).update(**columns)
    page = show(reloaded(look))
    assert page.one("img")
    assert not page.all("a")
    assert "Striped" not in page.html


def test_hotspot__of_a_replaced_file_is_hidden(show):
    photo = make_model_image()
    make_hotspot(photo, product=make_product(), picture_sha256="0" * 64)
    assert not show(photo).all(".outfit-hotspot")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "",
    ],
)
def test_unsafe_url__is_never_linked(show, url):
    page = show(make_look(url=url))
    assert not page.all("a")
    assert page.one(".outfit-product-title").text == "Striped longsleeve"


@pytest.mark.parametrize("url", ["/shirts/7/", "shirts?size=m", "http://x.test", "//x.test/a:b"])
def test_safe_url__is_linked_unchanged(show, url):
    assert show(make_look(url=url)).one(".outfit-card-link").attributes["href"] == url


HOSTILE = "\"><script>alert(1)</script>&lt;'{{ 7|add:7 }}"


def test_hostile_text__is_escaped(show):
    look = make_look(title=HOSTILE, url=f"/shirts/{HOSTILE}")
    page = show(
        look,
        "heading=x caption=x css_class=x id_prefix=x",
        x=HOSTILE,
    )
    assert not page.all("script")
    assert page.one(".outfit-card-link").attributes["href"] == f"/shirts/{HOSTILE}"
    assert page.one(".outfit-product-title").text == HOSTILE
    assert page.one(".outfit-heading").text == HOSTILE
    assert page.one(".outfit-caption").text == HOSTILE
    assert page.one("img").attributes["alt"] == f"Model wearing {HOSTILE}"


def test_markup__has_no_inline_style_or_script(show):
    page = show(make_look(), "heading='Worn here'")
    for element in page.elements:
        assert element.tag not in {"style", "script"}
        assert not [name for name in element.attributes if name == "style" or name[:2] == "on"]


@pytest.mark.parametrize(
    ("is_preview", "label"), [(True, "AI-generated preview"), (False, "AI-generated image")]
)
def test_label__says_what_kind_of_picture_it_is(show, is_preview, label):
    look = make_published(is_preview=is_preview)
    assert show(look).one(".outfit-label").text == label
    assert not show(look, "label=False").all(".outfit-label")


def test_label__follows_the_setting_unless_the_tag_decides(show, configure):
    configure(SHOW_LABEL=False)
    look = make_published()

    assert not show(look).all(".outfit-label")
    assert show(look, "label=True").one(".outfit-label").text == "AI-generated image"


def test_options__change_the_markup(show):
    page = show(
        make_look(),
        "heading='Worn here' caption='Autumn' alt='Anna at the sea' loading='eager' "
        "css_class='wide quiet' products=True",
    )
    assert page.one(".outfit-heading").text == "Worn here"
    assert page.one(".outfit-caption").text == "Autumn"
    assert page.one("img").attributes["alt"] == "Anna at the sea"
    assert page.one("img").attributes["loading"] == "eager"
    assert page.one(".outfit-look").classes == {
        "outfit-look",
        "outfit-marker-dot",
        "wide",
        "quiet",
    }


def test_list_without_heading__has_an_accessible_name(show):
    assert show(make_look()).one("ul").attributes["aria-label"] == "Products in this picture"


def test_list_with_heading__is_labelled_by_it(show):
    page = show(make_look(), "heading='Worn here'")
    assert (
        page.one("ul").attributes["aria-labelledby"] == page.one(".outfit-heading").attributes["id"]
    )


def test_alt__may_be_empty_for_a_decorative_picture(show):
    assert show(make_look(), "alt=''").one("img").attributes["alt"] == ""


def test_products_false__keeps_the_hotspots(show):
    page = show(make_look(), "products=False")
    assert page.all(".outfit-hotspot")
    assert not page.all("ul")


def test_ids__differ_between_pictures_and_by_prefix(show):
    look, other = make_look(), make_look()
    ids = [
        show(picture, options).one(".outfit-look").attributes["id"]
        for picture, options in [(look, ""), (other, ""), (look, "id_prefix='hero'")]
    ]
    assert len(set(ids)) == 3
    assert ids[2].startswith("hero-")


def test_invalid_loading__is_named(show):
    with pytest.raises(TemplateSyntaxError, match="'lazy' or 'eager', not 'later'"):
        show(make_look(), "loading='later'")


def test_invalid_picture__is_named(show):
    with pytest.raises(TemplateSyntaxError, match="not Product 'Scarf'"):
        show(make_product(title="Scarf"))


@pytest.mark.parametrize("nothing", [None, ""])
def test_missing_picture__shows_nothing(show, nothing):
    assert show(nothing).html.strip() == ""


def test_unfinished_try_on__shows_nothing_and_wakes_the_worker(show, monkeypatch):
    wakeups = []
    monkeypatch.setattr(wakeup, "wake_again", lambda: wakeups.append(1))
    assert show(make_try_on(status=Status.RUNNING)).html.strip() == ""
    assert wakeups


@pytest.mark.parametrize("review", Review)
def test_picture_that_is_not_published__shows_nothing(show, review):
    assert show(make_try_on(review=review), "structured_data=True").html.strip() == ""


@pytest.mark.parametrize("review", Review)
def test_picture_that_is_not_published__without_review_is_hidden_if_rejected(
    show, configure, review
):
    configure(REQUIRE_REVIEW=False)
    images = show(make_try_on(review=review)).all("img")
    assert len(images) == (review != Review.REJECTED)


def test_queries__do_not_depend_on_the_number_of_pictures(django_assert_num_queries, show):
    source = Template(
        "{% load outfitanyone %}{% for look in looks %}{% outfit_hotspots look %}{% endfor %}"
    )
    for _ in range(4):
        make_look()
    with django_assert_num_queries(4):
        html = source.render(Context({"looks": TryOnResult.objects.with_hotspots()}))
    assert html.count('<div class="outfit-hotspot ') == 4


def test_queries__for_one_picture_alone(django_assert_num_queries, show):
    photo = make_model_image()
    for area in (UPPER, LOWER):
        make_hotspot(photo, area, product=make_product())
    photo = ModelImage.objects.get()
    with django_assert_num_queries(2):
        assert len(show(photo).all(".outfit-hotspot")) == 2


PAGES = {
    "base.html": "{% load outfitanyone %}{% outfit_assets %}{% block body %}{% endblock %}",
    "page.html": "{% extends 'base.html' %}{% load outfitanyone %}{% block body %}"
    "{% outfit_assets %}{% include 'part.html' only %}{% endblock %}",
    "part.html": "{% load outfitanyone %}{% outfit_assets %}",
}


def test_assets__are_linked_once_through_parents_and_includes():
    engine = Engine(
        loaders=[
            ("django.template.loaders.locmem.Loader", PAGES),
            "django.template.loaders.app_directories.Loader",
        ],
        libraries=engines["django"].engine.libraries,
    )
    template = engine.get_template("page.html")
    for _page in range(2):
        html = template.render(Context())
        assert html.count("hotspots.css") == html.count("hotspot-positions.css") == 1
        assert "<style" not in html


def test_hotspot_drawn_by_hand__is_shown(show):
    look = make_published()
    make_hotspot(look, None, product=make_product(title="Scarf"))
    spot = show(look).one(".outfit-hotspot")
    assert spot.text.startswith("Scarf, ")
    assert "outfit-drawn" in spot.classes


def test_one_piece__gets_a_hotspot(show):
    product = make_product(title="Jumpsuit")
    look = make_published(garments=[make_garment(GarmentKind.ONE_PIECE, product=product)])
    make_hotspot(look, DRESS, product=product)
    assert show(look).one(".outfit-hotspot").text.startswith("Jumpsuit, ")
