"""The example shop in a browser, under its own Content-Security-Policy."""

from __future__ import annotations

import pytest

from django_outfitanyone import wakeup
from django_outfitanyone.choices import ClothesType, GarmentKind, Status
from tests.drawing import picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.usefixtures("shop_settings"),
]

PAGES = [
    *("/", "/looks/", "/products/oxford/", "/bag/", "/missing/"),
    *("/clothes/", "/clothes/tops/", "/clothes/bottoms/", "/clothes/dresses/"),
]
UPPER, LOWER = ClothesType.UPPER, ClothesType.LOWER
BOXES = {UPPER: (141, 152, 460, 433), LOWER: (199, 391, 403, 777)}


@pytest.fixture
def looks():
    """Make three finished looks of 600 x 800 px, each with a shirt and jeans."""
    pieces = {
        UPPER: make_garment(product=make_product(title="Oxford shirt", slug="oxford")),
        LOWER: make_garment(
            GarmentKind.BOTTOM,
            product=make_product(title="Straight jeans", slug="jeans", is_available=False),
        ),
    }
    looks = []
    for _ in range(3):
        look = make_published(
            garments=list(pieces.values()),
            model_image=make_model_image(),
            is_preview=True,
        )
        type(look).objects.filter(pk=look.pk).update(width=600, height=800)
        look.image.storage.delete(look.image.name)
        with look.image.storage.open(look.image.name, "wb") as file:
            file.write(picture(look.pk, size=(600, 800)))
        for area, box in BOXES.items():
            make_hotspot(look, area, box=box, product=pieces[area].product)
        looks.append(look)
    return looks


@pytest.mark.parametrize("java_script", [True, False])
@pytest.mark.parametrize("path", PAGES)
def test_page__does_not_violate_the_policy(looks, visit, path, java_script):
    page = visit(path, java_script_enabled=java_script)
    allowed = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
    assert page.complaints == (allowed if path == "/missing/" else [])


@pytest.mark.parametrize("path", PAGES)
def test_page__is_accessible(looks, visit, barriers, path):
    page = visit(path, width=1280, reduced_motion="reduce")
    for width in (320, 375, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for width, scheme in [(1280, "light"), (1280, "dark"), (375, "light")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == [], (width, scheme)


@pytest.mark.parametrize("path", ["/", "/looks/"])
def test_page__is_accessible_while_try_ons_are_unfinished(visit, barriers, monkeypatch, path):
    monkeypatch.setattr(wakeup, "wake", lambda *_account: None)
    monkeypatch.setattr(wakeup, "wake_again", lambda: None)
    make_try_on(status=Status.RUNNING)
    page = visit(path, width=375, reduced_motion="reduce")
    assert page.complaints == []
    assert page.locator(".waiting").count() == 1
    assert barriers(page) == []


@pytest.mark.parametrize("java_script", [True, False])
def test_looks__targets_are_on_their_boxes(looks, visit, java_script):
    page = visit("/looks/", width=2560, java_script_enabled=java_script)
    assert page.locator(".outfit-look").count() == len(looks)
    for width in (320, 375, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert all(offset < 1 for offset in offsets(page)), width


@pytest.mark.parametrize("ratio", [1, 2, 3])
def test_looks__targets_are_on_their_boxes_on_high_density_screens(looks, visit, ratio):
    page = visit("/looks/", width=375, device_scale_factor=ratio)
    assert all(offset < 1 for offset in offsets(page))


def test_looks__targets_are_on_their_boxes_from_right_to_left(looks, visit):
    page = visit("/looks/", width=1280)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert all(offset < 1 for offset in offsets(page))


def offsets(page):
    """Yield the distance of each target's center from its box's center, in % of the picture."""
    for figure in page.locator(".outfit-picture").all():
        frame = figure.bounding_box()
        for area, (x1, y1, x2, y2) in BOXES.items():
            found = figure.locator(f".outfit-{area.value} .outfit-opener").bounding_box()
            across = (found["x"] + found["width"] / 2 - frame["x"]) / frame["width"]
            down = (found["y"] + found["height"] / 2 - frame["y"]) / frame["height"]
            yield abs(100 * across - (x1 + x2) / 12)
            yield abs(100 * down - (y1 + y2) / 16)


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_card__is_accessible(looks, visit, barriers, width, scheme):
    page = visit("/looks/", width=width, color_scheme=scheme, reduced_motion="reduce")
    page.locator(".outfit-opener").first.click()
    card = page.locator(".outfit-card").first
    assert barriers(page) == []
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.mouse.click(3, 3)
    assert card.is_hidden()


@pytest.mark.parametrize("java_script", [True, False])
def test_keyboard__opens_closes_and_follows_a_card(looks, visit, java_script):
    page = visit("/looks/", width=1280, java_script_enabled=java_script)
    opener = page.locator(".outfit-opener").first
    opener.focus()
    page.keyboard.press("Enter")
    card = page.locator(".outfit-card").first
    assert card.is_visible()
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert page.locator(":focus").get_attribute("popovertarget") == card.get_attribute("id")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "outfit-card-link"
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/oxford/")


def test_keyboard__focuses_the_looks_from_top_to_bottom(looks, visit):
    page = visit("/looks/", width=1280)
    page.locator("h1").click()
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.locator(":focus").inner_text().replace("\n", " "))
    assert [name.split(",")[0].split(" €")[0] for name in names] == [
        "Oxford shirt",
        "Straight jeans",
        "Oxford shirt",
        "Straight jeans sold out",
    ]


def test_screen_reader__reads_each_product_with_price_and_availability(looks, visit):
    page = visit("/looks/")
    assert page.get_by_role("button", name="Oxford shirt, €39.90", exact=True).count() == 3
    names = page.get_by_role("button", name="Straight jeans, €39.90, sold out", exact=True)
    assert names.count() == 3


@pytest.mark.parametrize("java_script", [True, False])
def test_bag__is_filled_and_emptied_from_the_product_page(looks, visit, barriers, java_script):
    page = visit("/products/oxford/", java_script_enabled=java_script)
    page.get_by_label("L", exact=True).check()
    page.get_by_role("button", name="Add to bag").click()

    assert page.get_by_text("Size L").is_visible()
    assert page.get_by_role("link", name="Bag 1").is_visible()
    if java_script:
        assert barriers(page) == []
    page.get_by_role("button", name="Remove Oxford shirt in L").click()
    assert page.get_by_text("Your bag is empty.").is_visible()


@pytest.mark.parametrize("language", ["de", "fr", "zh-hans", "ja"])
def test_shop__fits_a_narrow_screen_in_every_language(looks, visit, language):
    page = visit("/products/oxford/", width=320)
    page.locator(f".languages button[value='{language}']").click()
    page.wait_for_load_state("networkidle")

    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.complaints == []


def test_product_page__repeats_neither_name_nor_price_in_its_looks(looks, visit):
    page = visit("/products/oxford/", width=1280)
    titles = page.locator(".gallery .outfit-product-title").all_inner_texts()

    assert titles == ["Straight jeans"] * len(looks)
    assert page.locator(".gallery").get_by_text("Oxford shirt", exact=True).count() == 0
