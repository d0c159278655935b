from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from PIL import Image, ImageChops

from django_outfitanyone.choices import ClothesType
from tests.drawing import encoded, picture
from tests.factories import make_hotspot, make_model_image, make_product, make_published

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGE = """<!doctype html><html lang="en"{{ direction }}><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Look</title>
{% load outfitanyone %}{% outfit_assets %}<h1>Look</h1><main>OPTIONS</main></html>"""
SIZE = (600, 800)
UPPER, LOWER, DRESS = ClothesType.UPPER, ClothesType.LOWER, ClothesType.DRESS


def make_look(boxes):
    """Make a picture of 600 x 800 px with hotspots on these boxes; products are named by area."""
    photo = make_model_image(data=picture(size=SIZE))
    for area, box in boxes.items():
        product = make_product(title=area.value, url=f"http://localhost/{area.value}")
        make_hotspot(photo, area, box=box, product=product)
    return photo


def html_of(look, options="", *, direction=""):
    tag = f"{{% outfit_hotspots look {options} %}}"
    source = PAGE.replace("OPTIONS", tag)
    return Template(source).render(Context({"look": look, "direction": direction}))


def reloaded(look):
    return type(look).objects.get(pk=look.pk)


def spot(page, area):
    return page.locator(f".outfit-{area.value}")


@pytest.mark.parametrize("width", [320, 777, 1280])
@pytest.mark.parametrize("direction", ["", " dir=rtl"])
def test_boxes__are_at_their_positions_without_javascript(open_page, width, direction):
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


def test_page__does_not_violate_the_policy(open_page):
    page = open_page(html_of(make_look({UPPER: (100, 100, 500, 400)})))
    assert page.complaints == []


@pytest.mark.parametrize(("has_touch", "minimum"), [(False, 24), (True, 44)])
def test_tiny_boxes__get_a_minimum_target_size_inside_the_picture(open_page, has_touch, minimum):
    corners = {UPPER: (0, 0, 4, 4), LOWER: (596, 796, 600, 800), DRESS: (300, 400, 306, 406)}
    page = open_page(
        html_of(make_look(corners)), width=340, has_touch=has_touch, is_mobile=has_touch
    )
    image = page.locator("img").bounding_box()
    for area in corners:
        box = spot(page, area).bounding_box()
        assert box["width"] >= minimum - 0.01
        assert box["height"] >= minimum - 0.01
        assert image["x"] - 0.01 <= box["x"]
        assert box["x"] + box["width"] <= image["x"] + image["width"] + 0.01
        assert box["y"] + box["height"] <= image["y"] + image["height"] + 0.01


def test_overlapping_boxes__smallest_gets_the_click(open_page):
    boxes = {DRESS: (0, 0, 600, 800), UPPER: (100, 100, 500, 500), LOWER: (280, 280, 320, 320)}
    page = open_page(html_of(make_look(boxes), "card=False"))
    box = spot(page, LOWER).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/lower")


def test_keyboard__focuses_the_hotspots_in_reading_order(open_page):
    boxes = {LOWER: (100, 400, 500, 700), UPPER: (100, 100, 500, 400)}
    page = open_page(html_of(make_look(boxes)))
    names = []
    for _link in range(2):
        page.keyboard.press("Tab")
        focused = page.locator(":focus-visible")
        names.append(focused.inner_text())
        assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    assert names == ["upper, €39.90", "lower, €39.90"]
    assert page.get_by_role("button", name="upper, €39.90").count() == 1


def test_product_in_the_list__highlights_its_box_on_hover(open_page):
    look = make_look({UPPER: (100, 100, 500, 400), LOWER: (100, 400, 500, 700)})
    page = open_page(html_of(look), reduced_motion="reduce")
    page.locator(".outfit-product-link").nth(1).hover()
    opacity = "spot => getComputedStyle(spot.querySelector('button'), '::after').opacity"
    assert spot(page, LOWER).evaluate(opacity) == "1"
    assert spot(page, UPPER).evaluate(opacity) == "0"


def test_picture_that_has_not_loaded__already_has_its_size(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    html = html_of(look).replace(look.image.url, "/media/not-there.jpg")
    image = open_page(html, width=600).locator("img").bounding_box()
    assert image["height"] == pytest.approx(image["width"] * 800 / 600, abs=1)


def test_label__is_on_the_picture_and_passes_clicks_through(open_page):
    look = make_published(is_preview=True)
    make_hotspot(look, box=(0, 0, 200, 300), product=make_product(url="http://localhost/all"))
    page = open_page(html_of(look, "card=False"), width=500)
    box = page.locator(".outfit-label").bounding_box()
    assert page.locator(".outfit-label").inner_text() == "AI-generated preview"
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.wait_for_url("**/all")


def center(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(
    ("crop", "focus"),
    [("1:1", "50% 0%"), ("4:5", "50% 30%"), ("1:3", "80% 50%"), ("16:9", "50% 35.5%")],
)
@pytest.mark.parametrize("width", [320, 1280])
def test_crop__moves_the_boxes_with_the_picture(open_page, crop, focus, width):
    box = (270, 260, 330, 310)
    look = make_look({UPPER: box})
    paint_red(look, box)
    page = open_page(html_of(look, f"marker='none' crop='{crop}' focus='{focus}'"), width=width)
    frame = page.locator(".outfit-picture").bounding_box()
    across, down = map(int, crop.split(":"))
    assert frame["width"] / frame["height"] == pytest.approx(across / down, rel=0.01)
    found = center(spot(page, UPPER).bounding_box())
    visible = center_of_red(page)
    assert found[0] == pytest.approx(visible[0], abs=0.01 * frame["width"])
    assert found[1] == pytest.approx(visible[1], abs=0.01 * frame["height"])


def paint_red(look, box):
    """Replace the picture file by a grey one with this box in red."""
    image = Image.new("RGB", SIZE, "grey")
    image.paste("red", box)
    with look.image.storage.open(look.image.name, "wb") as file:
        file.write(encoded(image))


def center_of_red(page):
    """Return where the red box is visible, in pixels of the page."""
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    red, green, _blue = shot.split()
    x1, y1, x2, y2 = ImageChops.subtract(red, green).point(lambda v: 255 * (v > 100)).getbbox()
    return (x1 + x2) / 2, (y1 + y2) / 2


def test_crop__omits_hotspots_outside_the_visible_part(open_page):
    look = make_look({UPPER: (100, 50, 500, 200), LOWER: (200, 700, 400, 790)})
    page = open_page(html_of(look, "crop='2:1' focus='50% 0%'"))
    assert page.locator(".outfit-hotspot").count() == 1
    assert page.locator(".outfit-product").count() == 1


def test_same_picture_twice__has_separate_cards(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    twice = html_of(look, "%} {% outfit_hotspots look id_prefix='second'")
    page = open_page(twice, width=700)
    page.locator(".outfit-opener").nth(1).click()
    assert page.locator(".outfit-card").nth(0).is_hidden()
    assert page.locator(".outfit-card").nth(1).is_visible()
    ids = page.evaluate("Array.from(document.querySelectorAll('[id]'), element => element.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("direction", ["", " dir=rtl"])
@pytest.mark.parametrize("width", [320, 500, 700, 1280])
def test_card__is_inside_the_window_with_large_touch_targets(open_page, width, direction):
    page = open_page(
        html_of(make_look({UPPER: (100, 100, 500, 400)}), direction=direction), width=width
    )
    page.locator(".outfit-opener").click()
    card = page.locator(".outfit-card").bounding_box()
    assert card["x"] >= 0
    assert card["y"] >= 0
    assert card["x"] + card["width"] <= width
    assert card["y"] + card["height"] <= 900
    for name in (".outfit-card-link", ".outfit-card-close"):
        target = page.locator(name).bounding_box()
        assert round(min(target["width"], target["height"])) >= 44


@pytest.mark.parametrize("java_script", [True, False])
def test_card__close_button_returns_the_focus(open_page, java_script):
    look = make_look({UPPER: (100, 100, 500, 400)})
    page = open_page(html_of(look), width=1280, java_script_enabled=java_script)
    page.locator(".outfit-opener").click()
    page.get_by_role("button", name="Close").click()
    assert page.locator(".outfit-card").is_hidden()
    assert page.locator(":focus").get_attribute("class") == "outfit-target outfit-opener"


def as_older_browser(page, *features):
    """Reload the page with a stylesheet that hides these features from the browser."""
    path = "/static/django_outfitanyone/hotspots.css"
    css = Path(finders.find(path.removeprefix("/static/"))).read_text("utf-8")
    for feature in features:
        assert feature in css
        css = css.replace(feature, feature[:1] + "unknown-" + feature[1:])
    page.route(f"**{path}", lambda route: route.fulfill(body=css, content_type="text/css"))
    page.reload()


def test_browser_without_popovers__follows_the_link(open_page):
    page = open_page(html_of(make_look({UPPER: (100, 100, 500, 400)})))
    as_older_browser(page, ":popover-open")
    link = page.get_by_role("link", name="View product : upper")
    assert link.bounding_box() == spot(page, UPPER).bounding_box()
    shown = page.locator(":is(.outfit-hotspot, .outfit-card, .outfit-card-text) > :visible").all()
    classes = [element.get_attribute("class") for element in shown]
    assert classes == ["outfit-card", "outfit-card-text", "outfit-card-link"]  # two are no boxes
    assert page.get_by_role("button").count() == 0
    assert is_dark(page, *center(link.bounding_box()))  # the dot of the hidden button
    link.click()
    page.wait_for_url("**/upper")


def is_dark(page, x, y):
    """Return whether the page is nearly black at this point."""
    clip = {"x": x, "y": y, "width": 1, "height": 1}
    shot = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L")
    return shot.getpixel((0, 0)) < 60


def test_browser_without_popovers__shows_the_plain_link_of_an_earlier_template(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    plain = '<a class="outfit-target outfit-plain" href="/plain">upper, €39.90</a><button '
    html = html_of(look).replace("<button ", plain, 1)
    page = open_page(html)
    assert page.locator(".outfit-plain").is_hidden()
    as_older_browser(page, ":popover-open")
    shown = page.locator(".outfit-hotspot :visible").all()
    assert [element.get_attribute("class") for element in shown] == ["outfit-target outfit-plain"]
    page.get_by_role("link", name="upper, €39.90").first.click()
    page.wait_for_url("**/plain")


@pytest.mark.parametrize("direction", ["", " dir=rtl"])
def test_browser_without_anchor_positioning__centers_the_card(open_page, direction):
    look = make_look({UPPER: (100, 100, 500, 400)})
    html = html_of(look, direction=direction)
    page = open_page(html, width=1280, reduced_motion="reduce")
    as_older_browser(page, "(position-area: right)")
    page.locator(".outfit-opener").click()
    x, y = center(page.locator(".outfit-card").bounding_box())
    assert (x, y) == pytest.approx((640, 450), abs=10)


@pytest.mark.parametrize("direction", ["", " dir=rtl"])
def test_card__is_beside_its_box_if_there_is_room(open_page, direction):
    look = make_look({UPPER: (200, 100, 400, 300)})
    html = html_of(look, "css_class='narrow'", direction=direction)
    page = open_page(html, width=1280, reduced_motion="reduce")
    page.evaluate("document.querySelector('.narrow').style.width = '400px'")
    page.locator(".outfit-opener").click()
    box = page.locator(".outfit-hotspot").bounding_box()
    card = page.locator(".outfit-card").bounding_box()
    beside = card["x"] >= box["x"] + box["width"] or card["x"] + card["width"] <= box["x"]
    assert beside
    assert center(card)[1] == pytest.approx(center(box)[1], abs=10)


def test_events__name_picture_hotspot_and_product(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    page = open_page(html_of(look).replace("<h1>", Template(EVENTS).render(Context()) + "<h1>"))
    page.evaluate(LISTEN)
    page.locator(".outfit-opener").click()
    page.locator(".outfit-card-link").click()
    page.locator(".outfit-card").press("Escape")
    page.locator(".outfit-product-link").click()
    page.wait_for_function("heard.length === 3")
    hotspot = look.hotspots.get()
    ids = {"picture": f"modelimage-{look.pk}", "product": str(hotspot.product_id)}
    assert page.evaluate("heard") == [
        ["outfit:hotspot-open", {**ids, "hotspot": str(hotspot.pk)}],
        ["outfit:hotspot-click", {**ids, "hotspot": str(hotspot.pk)}],
        ["outfit:hotspot-click", {**ids, "hotspot": None}],
    ]


EVENTS = "{% load outfitanyone %}{% outfit_assets events=True %}"
LISTEN = """() => {
  window.heard = [];
  for (const name of ["outfit:hotspot-open", "outfit:hotspot-click"]) {
    document.addEventListener(name, (event) => heard.push([name, event.detail]));
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("a")) event.preventDefault();
  });
}"""


def test_structured_data__is_allowed_by_the_policy(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    look.hotspots.get().product.__class__.objects.update(title="</script><script>alert(1)//")
    page = open_page(html_of(reloaded(look), "structured_data=True"))
    assert page.complaints == []
    data = page.evaluate(
        "JSON.parse(document.querySelector('[type=\"application/ld+json\"]').textContent)"
    )
    assert data["mentions"][0]["name"] == "</script><script>alert(1)//"


def test_policy__violations_are_reported(open_page):
    """Proves that the other tests would notice a violation."""
    page = open_page("<!doctype html><title>x</title><script>1</script><p style='color:red'>x")
    for _ in range(100):
        if len(page.complaints) >= 2:
            break
        page.wait_for_timeout(20)
    assert len(page.complaints) >= 2


def test_print__numbers_connect_the_picture_with_the_list(open_page):
    page = open_page(html_of(make_look({UPPER: (100, 100, 500, 400)})))
    page.emulate_media(media="print")
    number = "element => getComputedStyle(element, '::before').content"
    assert spot(page, UPPER).evaluate(number) == '"1"'
    assert page.locator(".outfit-product-link").evaluate(number) == '"1"'
    image, box = page.locator("img").bounding_box(), spot(page, UPPER).bounding_box()
    assert center(box)[0] - image["x"] == pytest.approx(image["width"] / 2, abs=1)


def test_title_in_another_direction__begins_where_the_others_begin(open_page):
    look = make_look({UPPER: (100, 100, 500, 400), LOWER: (100, 400, 500, 700)})
    shirt = look.hotspots.get(clothes_type=UPPER).product
    type(shirt).objects.filter(pk=shirt.pk).update(title="\u05d7\u05d5\u05dc\u05e6\u05d4")
    page = open_page(html_of(reloaded(look)), width=600)
    start = """title => {
      const range = document.createRange();
      range.selectNodeContents(title);
      return range.getBoundingClientRect().left;
    }"""
    first, second = page.locator(".outfit-product-title").all()
    assert first.evaluate("title => getComputedStyle(title).direction") == "rtl"
    assert first.evaluate(start) == second.evaluate(start)


def test_dark_and_forced_colours__are_accessible(open_page, barriers):
    look = make_look({UPPER: (100, 100, 500, 400), LOWER: (100, 400, 500, 700)})
    page = open_page(html_of(look, "heading='Worn here' heading_level=2 caption='Autumn'"))
    for options in ({"color_scheme": "dark"}, {"forced_colors": "active"}, {"contrast": "more"}):
        page.emulate_media(**options)
        assert barriers(page, ".outfit-look") == []


def test_smaller_copies__are_loaded_on_small_screens(open_page):
    look = make_look({UPPER: (100, 100, 500, 400)})
    look.add_renditions()
    small = f"/media/{look.renditions[0][1]}"
    page = open_page(html_of(look, "sizes='100vw'"), width=340)
    current = "new URL(document.querySelector('img').currentSrc).pathname"
    assert page.evaluate(current) == small
    box = page.locator("img").bounding_box()
    assert box["height"] == pytest.approx(box["width"] * 800 / 600, abs=0.5)
