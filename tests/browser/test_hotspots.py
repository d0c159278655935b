from __future__ import annotations

import pytest
from django.template import Context, Template

from django_outfitanyone.statuses import ClothesType
from tests.factories import make_hotspot, make_model_image, make_product, make_try_on
from tests.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGE = """<!doctype html><html lang="en"{{ direction }}><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Look</title>
{% load outfitanyone %}{% outfit_assets %}{% outfit_hotspots look %}</html>"""
SIZE = (600, 800)
UPPER, LOWER, DRESS = ClothesType.UPPER, ClothesType.LOWER, ClothesType.DRESS


def make_look(boxes):
    """A picture of 600 x 800 px with a hotspot on each of these boxes, named by its area."""
    photo = make_model_image(data=picture(size=SIZE))
    for area, box in boxes.items():
        product = make_product(title=area.value, url=f"http://shop.test/{area.value}")
        make_hotspot(photo, area, box=box, product=product)
    return photo


def html_of(look, *, direction=""):
    return Template(PAGE).render(Context({"look": look, "direction": direction}))


def spot(page, area):
    return page.locator(f".outfit-{area.value}")


@pytest.mark.parametrize("width", [320, 777, 1280])
@pytest.mark.parametrize("direction", ["", " dir=rtl"])
def test_boxes__lie_where_they_should_without_script(open_page, width, direction):
    boxes = {UPPER: (141, 152, 460, 433), LOWER: (199, 391, 403, 777)}
    page = open_page(
        html_of(make_look(boxes), direction=direction), width=width, java_script_enabled=False
    )
    image = page.locator("img").bounding_box()
    assert image["height"] == pytest.approx(image["width"] * 800 / 600, abs=0.1)
    for area, (x1, y1, x2, y2) in boxes.items():
        found = spot(page, area).bounding_box()
        scale = image["width"] / 600
        off = 0.0005 * image["height"] + 0.1
        assert found["x"] - image["x"] == pytest.approx(x1 * scale, abs=off)
        assert found["y"] - image["y"] == pytest.approx(y1 * scale, abs=off)
        assert found["width"] == pytest.approx((x2 - x1) * scale, abs=2 * off)
        assert found["height"] == pytest.approx((y2 - y1) * scale, abs=2 * off)


def test_page__gives_the_policy_nothing_to_complain_about(open_page):
    page = open_page(html_of(make_look({UPPER: (100, 100, 500, 400)})))
    assert page.complaints == []


@pytest.mark.parametrize(("has_touch", "least"), [(False, 24), (True, 44)])
def test_tiny_boxes__are_large_enough_to_hit_and_stay_inside(open_page, has_touch, least):
    corners = {UPPER: (0, 0, 4, 4), LOWER: (596, 796, 600, 800), DRESS: (300, 400, 306, 406)}
    page = open_page(
        html_of(make_look(corners)), width=340, has_touch=has_touch, is_mobile=has_touch
    )
    image = page.locator("img").bounding_box()
    for area in corners:
        box = spot(page, area).bounding_box()
        assert box["width"] >= least - 0.01
        assert box["height"] >= least - 0.01
        assert image["x"] - 0.01 <= box["x"]
        assert box["x"] + box["width"] <= image["x"] + image["width"] + 0.01
        assert box["y"] + box["height"] <= image["y"] + image["height"] + 0.01


def test_overlapping_boxes__give_the_click_to_the_smallest(open_page):
    boxes = {DRESS: (0, 0, 600, 800), UPPER: (100, 100, 500, 500), LOWER: (280, 280, 320, 320)}
    page = open_page(html_of(make_look(boxes)))
    box = spot(page, LOWER).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/lower")


def test_keyboard__goes_through_the_hotspots_in_reading_order(open_page):
    boxes = {LOWER: (100, 400, 500, 700), UPPER: (100, 100, 500, 400)}
    page = open_page(html_of(make_look(boxes)))
    names = []
    for _link in range(2):
        page.keyboard.press("Tab")
        focused = page.locator(":focus-visible")
        names.append(focused.inner_text())
        assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    assert names == ["upper, 39.90 EUR", "lower, 39.90 EUR"]
    assert page.get_by_role("link", name="upper, 39.90 EUR").count() == 1


def test_product_in_the_list__lights_up_its_box(open_page):
    look = make_look({UPPER: (100, 100, 500, 400), LOWER: (100, 400, 500, 700)})
    page = open_page(html_of(look), reduced_motion="reduce")
    page.locator(".outfit-product-link").nth(1).hover()
    opacity = "element => getComputedStyle(element, '::after').opacity"
    assert spot(page, LOWER).evaluate(opacity) == "1"
    assert spot(page, UPPER).evaluate(opacity) == "0"


def test_picture_that_is_not_there_yet__already_has_its_room(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    html = html_of(look).replace(look.image.url, "/media/not-there.jpg")
    image = open_page(html, width=600).locator("img").bounding_box()
    assert image["height"] == pytest.approx(image["width"] * 800 / 600, abs=1)


def test_label__is_on_the_picture_and_lets_clicks_through(open_page):
    look = make_try_on(is_preview=True)
    make_hotspot(look, box=(0, 0, 200, 300), product=make_product(url="http://shop.test/all"))
    page = open_page(html_of(look), width=500)
    box = page.locator(".outfit-label").bounding_box()
    assert page.locator(".outfit-label").inner_text() == "AI-generated preview"
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.wait_for_url("**/all")
