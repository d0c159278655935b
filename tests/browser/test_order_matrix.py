"""The matrix of outfits and model photos: mouse, keyboard, no script, and a phone."""

from __future__ import annotations

import pytest

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import TryOnResult
from tests.admin.pages import address
from tests.factories import make_garment, make_model_image

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

SCHEMES = ["light", "dark"]


@pytest.fixture
def garments():
    return [make_garment(name=f"Shirt {number}") for number in range(3)]


@pytest.fixture
def photos():
    return [make_model_image(name=name) for name in ("Anna", "Bea")]


@pytest.fixture
def order(visit, admin_client, garments, photos):
    """Open the page for all garments on all photos."""

    def order(**options):
        chosen = ",".join(str(garment.pk) for garment in garments)
        people = ",".join(str(photo.pk) for photo in photos)
        path = f"{address('tryonresult_add')}?garments={chosen}&photos={people}"
        return visit(path, client=admin_client, **{"width": 1280, **options})

    return order


def cell(garment, photo):
    return f"#cell-{garment.pk}-{photo.pk}"


def test_cell__is_switched_off_with_the_mouse(order, garments, photos):
    page = order()

    page.uncheck(cell(garments[0], photos[1]))
    page.wait_for_selector("text=5 pictures;")

    page.click("#outfit-make")
    page.wait_for_selector("#outfit-progress")
    assert TryOnResult.objects.count() == 5
    assert not TryOnResult.objects.filter(model_image=photos[1], worn__garment=garments[0]).exists()
    assert page.complaints == []


def test_row_and_column__are_switched_with_their_buttons(order, garments, photos):
    page = order()

    page.click(f"[name=_row][value='{garments[0].pk}']")
    page.wait_for_selector("text=4 pictures;")
    page.click(f"[name=_column][value='{photos[0].pk}']")
    page.wait_for_selector("text=5 pictures;")  # one of its cells was off: all go on
    page.click(f"[name=_column][value='{photos[0].pk}']")
    page.wait_for_selector("text=2 pictures;")

    assert not page.is_checked(cell(garments[0], photos[1]))
    assert page.is_checked(cell(garments[1], photos[1]))


def test_cells__keep_the_focus_and_work_with_the_keyboard(order, garments, photos):
    page = order()

    page.focus(cell(garments[1], photos[0]))
    page.keyboard.press("Space")
    page.wait_for_selector("text=5 pictures;")
    assert page.evaluate("document.activeElement.id") == cell(garments[1], photos[0])[1:]

    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_selector("text=4 pictures;")
    assert not page.is_checked(cell(garments[1], photos[1]))


def test_cell_that_is_off__stays_off_when_the_engine_options_change(order, garments, photos):
    page = order()

    page.uncheck(cell(garments[0], photos[0]))
    page.check("[name=resolution][value='1024']")
    page.wait_for_selector("text=5 pictures;")

    assert not page.is_checked(cell(garments[0], photos[0]))


def test_one_photo_each__is_chosen_with_the_arrow_keys(order, garments, photos):
    page = order()

    page.check("[name=wearers][value='one']")
    page.wait_for_selector("text=3 pictures;")
    page.focus(cell(garments[0], photos[0]))
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("text=3 pictures;")
    page.click(f"[name=_row][value='{garments[2].pk}']")
    page.wait_for_selector("text=2 pictures;")
    page.click("#outfit-make")
    page.wait_for_selector("#outfit-progress")

    made = {(row.garments[0], row.model_image) for row in TryOnResult.objects.all()}
    assert made == {(garments[0], photos[1]), (garments[1], photos[0])}


def test_filter__offers_other_photos_while_typing_and_keeps_the_chosen(
    order, garments, photos, monkeypatch
):
    monkeypatch.setattr("django_outfitanyone.admin.picture_choices.MAX_OFFERED", 1)
    make_model_image(name="Zoe, beach")
    make_model_image(name="Yves")
    page = order()
    assert page.locator("#outfit-photos .outfit-card").count() == 3

    page.fill("[name=photo_filter]", "beach")
    page.wait_for_selector("#outfit-photos >> text=Zoe, beach")

    assert page.evaluate("document.activeElement.name") == "photo_filter"
    assert page.locator("#outfit-photos :checked").count() == 2
    page.check("#outfit-photos label:has-text('Zoe') input")
    page.wait_for_selector("text=9 pictures;")


def test_without_script__every_step_is_a_button(order, garments, photos):
    page = order(java_script_enabled=False)

    page.uncheck(cell(garments[0], photos[0]))
    page.click("#outfit-recalculate")
    assert "5 pictures;" in page.inner_text(".outfit-estimate")
    page.click(f"[name=_row][value='{garments[1].pk}']")
    assert "3 pictures;" in page.inner_text(".outfit-estimate")
    page.fill("[name=photo_filter]", "no such name")
    page.click("text=Filter model photos")
    assert page.locator("#outfit-photos :checked").count() == 2
    assert not page.is_checked(cell(garments[0], photos[0]))

    page.click("#outfit-make")
    assert TryOnResult.objects.count() == 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_matrix__scrolls_in_its_own_box_on_a_phone(order, photos, scheme):
    photos += [make_model_image(name=f"Person {number}") for number in range(8)]
    page = order(width=375, color_scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    box = page.locator(".outfit-matrix")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    head = page.locator(".outfit-matrix tbody th").first
    before = head.bounding_box()["x"]
    box.evaluate("box => { box.scrollLeft = 300 }")
    assert abs(head.bounding_box()["x"] - before) < 2
    assert page.is_visible("#outfit-make")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("wearers", ["every", "one"])
def test_matrix__has_no_accessibility_barriers(order, garments, barriers, scheme, wearers):
    garments.append(make_garment(GarmentKind.SHOES, name="Boots"))
    page = order(color_scheme=scheme)
    page.check(f"[name=wearers][value='{wearers}']")
    count = {"every": 6, "one": 3}[wearers]
    page.wait_for_selector(f"text={count} pictures;")

    assert barriers(page, "#outfit-order") == []
