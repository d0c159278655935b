"""The picture is the same on every theme, whether its stylesheet comes before ours or after it."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.browser.conftest import POLICY, SITE
from tests.browser.test_hotspots import DRESS, LOWER, UPPER, html_of, make_look, spot
from tests.drawing import encoded

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

FOLDER = Path(__file__).parent / "themes"
PACKAGES = FOLDER / "node_modules"
THEMES = {
    "bootstrap": ["bootstrap/dist/css/bootstrap.css"],
    "bulma": ["bulma/css/bulma.css"],
    "milligram": ["normalize.css/normalize.css", "milligram/dist/milligram.css"],
    "simple": ["simpledotcss/simple.css"],
    "skeleton": ["skeleton-css/css/normalize.css", "skeleton-css/css/skeleton.css"],
    "water": ["water.css/out/water.css"],
}
"""Stylesheets of the packages in themes/package.json."""
BOXES = {UPPER: (141, 152, 460, 433), LOWER: (199, 391, 403, 777)}
WIDTHS = (375, 1280)
SCOPES = '<main id="main"><article class="container content prose dark:prose-invert entry">'


@cache
def stylesheet(theme):
    if theme == "hostile":
        return (FOLDER / "hostile.css").read_text("utf-8")
    if not PACKAGES.is_dir() or not shutil.which("node"):
        pytest.skip("the themes are not installed; make test-browser installs them through npm")
    if theme == "tailwind-typography":
        command = ["node", "prose.mjs"]
        return subprocess.run(
            command, cwd=FOLDER, check=True, capture_output=True, text=True, timeout=60
        ).stdout
    return "\n".join((PACKAGES / name).read_text("utf-8") for name in THEMES[theme])


@pytest.fixture(params=["hostile", "tailwind-typography", *THEMES])
def theme(request):
    return request.param


@pytest.fixture(params=["before", "after"])
def order(request):
    return request.param


@pytest.fixture
def open_themed(new_page, theme, order):
    """Return a function that opens a look in an article of the theme, under the strict policy."""

    def open_themed(look, options="", **page_options):
        link = '<link rel="stylesheet" href="/theme.css">'
        html = (
            html_of(look, options).replace("<main>", SCOPES).replace("</main>", "</article></main>")
        )
        mark = "<title>" if order == "before" else "<h1>"
        html = html.replace(mark, link + mark, 1)
        css = stylesheet(theme)

        def answer(route):
            if route.request.url.endswith("/theme.css"):
                return route.fulfill(body=css, content_type="text/css")
            headers = {"Content-Security-Policy": POLICY}
            return route.fulfill(body=html, content_type="text/html", headers=headers)

        page = new_page(answer, **{"reduced_motion": "reduce", **page_options})
        page.goto(f"{SITE}/")
        page.wait_for_load_state("networkidle")
        return page

    return open_themed


def plain_look(boxes):
    """Make a look whose picture is one grey, so that anything painted over it is noticed."""
    look = make_look(boxes)
    with look.image.storage.open(look.image.name, "wb") as file:
        file.write(encoded(Image.new("RGB", (600, 800), (120, 120, 120))))
    return look


def edges(box):
    return [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]]


@pytest.mark.parametrize("options", ["", "card=False"])
def test_boxes__lie_over_their_clothes(open_themed, options):
    page = open_themed(make_look(BOXES), options)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        image = page.locator(".outfit-image").bounding_box()
        scale = image["width"] / 600
        assert edges(image) == pytest.approx(
            edges(page.locator(".outfit-picture").bounding_box()), abs=0.1
        )
        assert image["width"] >= 0.6 * min(width, 600)
        assert image["height"] == pytest.approx(800 * scale, abs=1)
        for area, (x1, y1, x2, y2) in BOXES.items():
            right = pytest.approx(
                [
                    image["x"] + x1 * scale,
                    image["y"] + y1 * scale,
                    image["x"] + x2 * scale,
                    image["y"] + y2 * scale,
                ],
                abs=1,
            )
            target = spot(page, area).locator(":is(a, button).outfit-target:visible")
            assert edges(spot(page, area).bounding_box()) == right
            assert edges(target.bounding_box()) == right


IMAGE_STYLE = """image => {
  const { opacity, visibility, filter, transform, objectFit } = getComputedStyle(image);
  return [opacity, visibility, filter, transform, objectFit];
}"""


def test_image__is_shown_unchanged(open_themed):
    page = open_themed(make_look(BOXES))
    shown = page.locator(".outfit-image").evaluate(IMAGE_STYLE)
    assert shown == ["1", "visible", "none", "none", "fill"]


def test_image_that_has_not_loaded__already_has_its_size(open_themed):
    look = make_look(BOXES)
    look.image.storage.delete(look.image.name)
    image = open_themed(look).locator(".outfit-image").bounding_box()
    assert image["height"] == pytest.approx(image["width"] * 800 / 600, abs=1)


def test_crop__keeps_its_shape(open_themed):
    page = open_themed(make_look(BOXES), "crop='1:1'")
    image = page.locator(".outfit-image").bounding_box()
    assert image["height"] == pytest.approx(image["width"], abs=1)


@pytest.mark.parametrize(("has_touch", "minimum"), [(False, 24), (True, 44)])
def test_tiny_boxes__keep_the_minimum_target_size(open_themed, has_touch, minimum):
    look = make_look({UPPER: (0, 0, 4, 4), DRESS: (300, 400, 306, 406)})
    page = open_themed(look, width=375, has_touch=has_touch, is_mobile=has_touch)
    for area in (UPPER, DRESS):
        box = spot(page, area).locator(".outfit-opener").bounding_box()
        assert (box["width"], box["height"]) == pytest.approx((minimum, minimum), abs=0.1)


@pytest.mark.parametrize("width", WIDTHS)
def test_cards__are_closed_until_they_are_opened(open_themed, width):
    page = open_themed(make_look(BOXES), width=width)
    cards = page.locator(".outfit-card")
    assert [cards.nth(place).is_visible() for place in range(2)] == [False, False]
    opener = spot(page, LOWER).locator(".outfit-opener")
    card = spot(page, LOWER).locator(".outfit-card")
    for open_it in (opener.click, lambda: opener.press("Enter")):
        open_it()
        assert card.is_visible()
        assert cards.nth(0).is_hidden()
        left, top, right, bottom = edges(card.bounding_box())
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= 900
        for name in (".outfit-card-link", ".outfit-card-close"):
            target = card.locator(name).bounding_box()
            assert round(min(target["width"], target["height"])) >= 44
        page.keyboard.press("Escape")
        assert card.is_hidden()
    opener.click()
    card.locator(".outfit-card-close").click()
    assert card.is_hidden()


def test_hover__paints_nothing_over_the_clothes(open_themed):
    page = open_themed(plain_look({UPPER: (100, 100, 500, 700)}), "marker='none'", width=375)
    picture = page.locator(".outfit-picture")

    def shot():
        return Image.open(io.BytesIO(picture.screenshot(animations="disabled"))).convert("RGB")

    width, height = shot().size
    inside = tuple(
        round(part * side)
        for part, side in [(0.2, width), (0.2, height), (0.8, width), (0.8, height)]
    )
    for use in (
        lambda: page.mouse.move(0, 0),
        lambda: spot(page, UPPER).locator(".outfit-opener").hover(),
        lambda: spot(page, UPPER).locator(".outfit-opener").focus(),
    ):
        use()
        darkest, lightest = zip(*shot().crop(inside).getextrema(), strict=True)
        assert min(darkest) >= 115
        assert max(lightest) <= 140  # 10 % white while the box is lit


def test_dot__is_the_only_thing_painted_at_rest(open_themed):
    page = open_themed(plain_look(BOXES), width=375)
    page.mouse.move(0, 0)
    shots = []
    for marker in ("dot", "none"):
        page.locator(".outfit-look").evaluate(
            f"look => look.className = 'outfit-look outfit-marker-{marker}'"
        )
        shots.append(Image.open(io.BytesIO(page.locator(".outfit-picture").screenshot())))
    with_dots, without = (shot.convert("L") for shot in shots)
    assert ImageChops.difference(with_dots, without).getbbox()
    low, high = without.crop((10, 10, without.width - 10, without.height - 60)).getextrema()
    assert (low, high) == pytest.approx((120, 120), abs=4)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_text__is_readable(open_themed, barriers, color_scheme):
    page = open_themed(make_look(BOXES), "caption='Autumn'", color_scheme=color_scheme)
    spot(page, UPPER).locator(".outfit-opener").click()
    assert barriers(page, ".outfit-card:popover-open") == []
    page.keyboard.press("Escape")
    assert barriers(page, ".outfit-look") == []
    sizes = page.locator(
        ".outfit-product-title bdi, .outfit-price, .outfit-caption, .outfit-card-title bdi"
    ).evaluate_all("texts => texts.map(text => parseFloat(getComputedStyle(text).fontSize))")
    assert min(sizes) >= 14


@pytest.mark.parametrize("length", [45, 160])
def test_long_titles__wrap_in_a_narrow_window(open_themed, length):
    look = make_look(BOXES)
    for hotspot in look.hotspots.all():
        type(hotspot.product).objects.filter(pk=hotspot.product_id).update(title="W" * length)
    options = f"caption='{'C' * length}' heading='{'H' * length}' heading_level=2"
    page = open_themed(type(look).objects.get(pk=look.pk), options, width=320)
    page.evaluate("document.querySelector('h1').remove()")
    shown = ".outfit-look, .outfit-look *:not(.outfit-name)"
    widest = f"""() => Math.max(...Array.from(document.querySelectorAll("{shown}"),
        element => element.getBoundingClientRect().right))"""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(widest) <= 320
    spot(page, UPPER).locator(".outfit-opener").click()
    assert page.evaluate(widest) <= 320
    card = spot(page, UPPER).locator(".outfit-card")
    assert card.evaluate("card => card.scrollWidth <= card.clientWidth")


REACHED = """look => {
  const box = look.querySelector(".outfit-hotspot").getBoundingClientRect();
  const counts = {};
  for (let across = 1; across < 20; across++) {
    for (let down = 1; down < 20; down++) {
      const hit = document.elementFromPoint(
        box.left + box.width * across / 20, box.top + box.height * down / 20);
      const area = hit.closest(".outfit-hotspot")?.dataset.outfitHotspot ?? "none";
      counts[area] = (counts[area] ?? 0) + 1;
    }
  }
  return counts;
}"""


@pytest.mark.parametrize("boxes", [(UPPER, DRESS), (UPPER, LOWER, DRESS)])
@pytest.mark.parametrize("size", ["large", "tiny"])
def test_equal_boxes__can_all_be_reached(open_themed, boxes, size):
    box = {"large": (150, 150, 450, 500), "tiny": (590, 400, 600, 410)}[size]
    look = make_look(dict.fromkeys(boxes, box))
    page = open_themed(look, width=375)
    page.locator(".outfit-picture").scroll_into_view_if_needed()
    counts = page.locator(".outfit-look").evaluate(REACHED)
    assert set(counts) == {str(hotspot.pk) for hotspot in look.hotspots.all()}
    assert min(counts.values()) >= 19 * 19 / len(boxes) * 0.8
    for opener in page.locator(".outfit-opener").all():
        target = opener.bounding_box()
        assert target["width"] >= 23.9
        opener.click()
        assert page.locator(".outfit-card:popover-open").count() == 1
        page.keyboard.press("Escape")
