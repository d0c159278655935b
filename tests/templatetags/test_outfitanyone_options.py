"""Options of ``{% outfit_hotspots %}``."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.template import Context, Template, TemplateSyntaxError, engines

from django_outfitanyone.choices import ClothesType
from django_outfitanyone.models import TryOnResult
from tests.drawing import picture
from tests.factories import make_hotspot, make_product, make_published
from tests.templatetags.html import Page
from tests.templatetags.looks import make_look, reloaded

UPPER, LOWER = ClothesType.UPPER, ClothesType.LOWER


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("headin='x'", "has no option 'headin'. Did you mean 'heading'?"),
        ("cards=False", "has no option 'cards'. Did you mean 'card'?"),
        ("xyz=1", "has no option 'xyz'. The options are alt, caption, heading,"),
    ],
)
def test_unknown_option__names_the_nearest_one(option, message):
    with pytest.raises(TemplateSyntaxError) as error:
        Template(f"{{% load outfitanyone %}}{{% outfit_hotspots look {option} %}}")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("marker='star'", "marker must be 'dot', 'outline' or 'none', not 'star'."),
        ("heading_level=1", "heading_level must be 0, 2, 3, 4, 5 or 6, not 1."),
        ("fetchpriority='top'", "fetchpriority must be 'auto', 'high' or 'low', not 'top'."),
        ("crop='wide'", "crop must be a ratio such as '4:5', of up to 100, not 'wide'."),
        ("crop='4:5' focus='top'", "focus must be two percentages such as '50% 20%', not 'top'."),
        ("only='shirt'", "only must be a product or several products, not 'shirt'."),
        ("without=7", "without must be a product or several products, not 7."),
    ],
)
def test_invalid_value__names_the_valid_ones(show, option, message):
    with pytest.raises(TemplateSyntaxError) as error:
        show(make_look(), option)
    assert message in str(error.value)


def test_missing_argument__is_reported_by_django():
    with pytest.raises(TemplateSyntaxError, match=r"did not receive value\(s\)"):
        Template("{% load outfitanyone %}{% outfit_hotspots %}")


def test_picture__can_be_a_keyword_argument():
    html = Template("{% load outfitanyone %}{% outfit_hotspots picture=nothing %}")
    assert html.render(Context({"nothing": None})).strip() == ""


def test_heading_level__makes_the_heading_a_heading_element(show):
    assert show(make_look(), "heading='Worn here'").one(".outfit-heading").tag == "p"
    page = show(make_look(), "heading='Worn here' heading_level=3")
    assert page.one("h3").text == "Worn here"


def make_outfit():
    """Make a finished try-on of a shirt and jeans, each with its hotspot."""
    shirt, jeans = make_product(title="Shirt"), make_product(title="Jeans")
    look = make_published()
    make_hotspot(look, UPPER, product=shirt)
    make_hotspot(look, LOWER, product=jeans, box=(20, 160, 120, 290))
    return look, shirt, jeans


@pytest.mark.parametrize(
    ("option", "titles"),
    [
        ("only=shirt", ["Shirt"]),
        ("only=both", ["Shirt", "Jeans"]),
        ("only=none", []),
        ("without=shirt", ["Jeans"]),
        ("without=both", []),
        ("without=none", ["Shirt", "Jeans"]),
        ("only=both without=jeans", ["Shirt"]),
    ],
)
def test_only_and_without__take_one_product_or_several(show, option, titles):
    look, shirt, jeans = make_outfit()
    page = show(look, option, shirt=shirt, jeans=jeans, both=[shirt, jeans], none=[])
    assert [title.text for title in page.all(".outfit-product-title")] == titles
    assert len(page.all(".outfit-hotspot")) == len(titles)


@pytest.mark.parametrize("marker", ["dot", "outline", "none"])
def test_marker__is_a_class_of_the_outer_element(show, marker):
    page = show(make_look(), f"marker='{marker}'")
    assert f"outfit-marker-{marker}" in page.one(".outfit-look").classes


def test_image_class__is_a_class_of_the_image(show):
    assert "rounded" in show(make_look(), "image_class='rounded'").one("img.outfit-image").classes


def test_card__shows_the_product_and_links_to_it(show):
    look = make_look()
    look.garments[0].product.image.save("shirt.jpg", ContentFile(picture()))
    page = show(reloaded(look))
    card, opener = page.one(".outfit-card"), page.one(".outfit-opener")
    assert opener.attributes["popovertarget"] == card.attributes["id"]
    assert "popover" in card.attributes
    assert page.one(".outfit-card-title").text == "Striped longsleeve"
    assert page.one(".outfit-card-price").text == "€39.00"
    assert page.one(".outfit-card-stock").text == "In stock"
    assert page.one(".outfit-card-image").attributes["src"].startswith("/media/")
    link = page.one(".outfit-card-link")
    assert link.text == "View product : Striped longsleeve"
    assert link.attributes["href"] == page.one(".outfit-product-link").attributes["href"]


def test_card_of_sold_out_product__says_so(show):
    assert show(make_look(is_available=False)).one(".outfit-card-stock").text == "Sold out"


def test_card_false__makes_a_plain_link(show):
    page = show(make_look(), "card=False")
    assert page.one("a.outfit-target").text == "Striped longsleeve, €39.00"
    assert not page.all(".outfit-card") + page.all("button")


def test_card_actions__is_a_template_with_the_shops_own_product(settings, rf, db):
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"buy.html": BUY}),
                    "django.template.loaders.app_directories.Loader",
                ],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ]
    source = "{% load outfitanyone %}{% outfit_hotspots look card_actions='buy.html' %}"
    look = make_look()
    html = engines["django"].from_string(source).render({"look": look}, rf.get("/looks/"))
    buy = Page(html).one("form")
    assert buy.attributes["action"] == f"/cart/{look.garments[0].product.slug}/?next=/looks/"
    assert "csrfmiddlewaretoken" in html


@pytest.mark.parametrize(
    ("actions", "shown"),
    [("", False), ("{# nothing #}\n", False), ("{{ product.title }}!", True), ("Buy", True)],
)
def test_card_actions__are_included_unless_they_are_empty(settings, db, actions, shown):
    templates = overridden(settings, {"django_outfitanyone/card_actions.html": actions})
    html = templates.render({"look": make_look()})
    assert (Page(html).one(".outfit-card-text").text.endswith(("!", "Buy"))) is shown


def overridden(settings, templates):
    """Return a page with the tag in a project that overrides these templates."""
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", templates),
                    "django.template.loaders.app_directories.Loader",
                ]
            },
        }
    ]
    return engines["django"].from_string("{% load outfitanyone %}{% outfit_hotspots look %}")


BUY = """<form method="post" action="/cart/{{ product.row.slug }}/?next={{ request.path }}">
{% csrf_token %}<button>Add to cart</button></form>"""


def test_ids_in_data__have_no_thousands_separators(show, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    product = make_product(pk=12345, title="Shirt")
    look = make_published()
    make_hotspot(look, product=product, pk=98765)
    page = show(look)
    spot, item = page.one(".outfit-hotspot").attributes, page.one(".outfit-product").attributes
    assert (spot["data-outfit-hotspot"], spot["data-outfit-product"]) == ("98765", "12345")
    assert "outfit-n1" in item["class"].split()
    assert page.one(".outfit-card").attributes["id"].endswith("-card-98765")


def test_smaller_copies__are_offered_with_their_widths(show):
    look = make_look()
    TryOnResult.objects.update(renditions=[[100, "a/b.webp"], [150, "a/c.webp"]])
    image = show(reloaded(look), "sizes='50vw'").one("img.outfit-image").attributes
    assert image["srcset"] == (f"/media/a/b.webp 100w, /media/a/c.webp 150w, {look.image.url} 200w")
    assert image["sizes"] == "50vw"
    assert show(reloaded(look)).one("img").attributes["sizes"] == "auto, 100vw"
    assert show(reloaded(look), "loading='eager'").one("img").attributes["sizes"] == "100vw"


def test_source__is_a_copy_of_medium_size(show):
    look = make_look()
    copies = [[360, "a/1.webp"], [800, "a/2.webp"], [1200, "a/3.webp"], [1800, "a/4.webp"]]
    TryOnResult.objects.update(renditions=copies, width=2400, height=3600)
    image = show(reloaded(look)).one("img.outfit-image").attributes
    assert image["src"] == "/media/a/2.webp"
    assert image["srcset"].endswith("/media/a/3.webp 1200w, /media/a/4.webp 1800w")


def test_source__without_copies_is_the_picture(show):
    look = make_look()
    assert show(look).one("img.outfit-image").attributes["src"] == look.image.url


def test_fetchpriority__is_only_written_if_it_says_something(show):
    assert "fetchpriority" not in show(make_look()).one("img").attributes
    image = show(make_look(), "fetchpriority='high' loading='eager'").one("img").attributes
    assert (image["fetchpriority"], image["loading"]) == ("high", "eager")


def test_phrases__follow_the_language_within_one_page(show):
    source = (
        "{% load i18n outfitanyone %}{% outfit_hotspots look %}"
        "{% language 'de' %}{% outfit_hotspots look id_prefix='second' %}{% endlanguage %}"
    )
    page = Page(Template(source).render(Context({"look": make_look()})))
    stocks = [stock.text for stock in page.all(".outfit-card-stock")]
    assert stocks[0] == "In stock"
    assert stocks[1] != "In stock"


def test_crop__scales_srcset_widths_to_the_visible_part(show):
    look = make_look()
    TryOnResult.objects.update(renditions=[[100, "a/b.webp"]])
    image = show(reloaded(look), "crop='1:3'").one("img.outfit-image").attributes
    assert image["srcset"] == f"/media/a/b.webp 50w, {look.image.url} 100w"


def test_picture_without_smaller_copies__has_no_srcset(show):
    assert "srcset" not in show(make_look()).one("img").attributes


def test_crop__places_hotspots_in_the_visible_part(show):
    page = show(make_look(), "crop='1:1' focus='50% 0%'")  # the upper 200 of 300 px
    spot = page.one(".outfit-hotspot")
    assert {"oa-x10", "oa-y15", "oa-w50", "oa-h60"} <= spot.classes
    assert {"outfit-cropped", "oa-x50", "oa-y0", "oa-w1", "oa-h1"} <= page.one("img").classes


def test_structured_data__is_optional_and_has_absolute_urls(rf, show):
    assert not show(make_look()).all("script")
    look = make_look(url="/shirt/")
    source = (
        "{% load outfitanyone %}{% outfit_hotspots look structured_data=True caption='Autumn' %}"
    )
    html = Template(source).render(Context({"look": look, "request": rf.get("/")}))
    script = Page(html).one("script")
    assert script.attributes == {"type": "application/ld+json"}
    data = json.loads(script.text)
    assert data["contentUrl"] == f"http://testserver{look.image.url}"
    assert data["caption"] == "Autumn"
    assert data["mentions"][0]["url"] == "http://testserver/shirt/"


def test_structured_data__without_a_request_has_unchanged_urls(show):
    data = json.loads(show(make_look(url="/shirt/"), "structured_data=True").one("script").text)
    assert data["mentions"][0]["url"] == "/shirt/"


def test_right_to_left_marks__stay_inside_their_title(show):
    page = show(make_look(title="Shirt \u202e evil \u202c"))
    assert [element.tag for element in page.elements].count("bdi") == 4
    assert page.one(".outfit-product-title").text == "Shirt \u202e evil \u202c"


def test_assets__include_the_script_only_with_events():
    tag = "{{% load outfitanyone %}}{{% outfit_assets {} %}}"
    assert "<script" not in Template(tag.format("")).render(Context())
    (script,) = Page(Template(tag.format("events=True")).render(Context())).all("script")
    assert script.attributes["src"].endswith("hotspots.js")


def test_styles_and_script__are_small():
    names = ["hotspots.css", "hotspot-positions.css", "hotspots.js"]
    found = [Path(finders.find(f"django_outfitanyone/{name}")).read_bytes() for name in names]
    assert sum(len(gzip.compress(data)) for data in found) < 8 * 1024
    for data in found:
        assert not re.search(rb"https?:|//[a-z]+\.|@import|url\(", data)
