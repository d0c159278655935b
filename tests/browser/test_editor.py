"""The hotspot editor in the admin of the example shop, under its Content-Security-Policy."""

from __future__ import annotations

import pytest

from django_outfitanyone.models import ClothesParse, Hotspot
from tests.admin.pages import address
from tests.browser.editor_page import box_values, drag, hotspot_count, swipe
from tests.drawing import picture
from tests.factories import make_hotspot, make_model_image, make_product, make_staff

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.usefixtures("shop_settings"),
]


@pytest.fixture
def photo():
    """A photo of 600 x 800 px with two hotspots, the first of them corrected."""
    photo = make_model_image(data=picture(size=(600, 800)))
    shirt = make_product(title="Linen shirt")
    make_hotspot(photo, box=(100, 100, 400, 350), product=shirt, is_corrected=True)
    Hotspot.objects.update(machine_box=[120, 90, 380, 340])
    make_hotspot(photo, "lower", box=(150, 400, 350, 700))
    return photo


@pytest.fixture
def editor(visit, admin_client, photo):
    def open_editor(*, width=1280, **options):
        path = address("modelimage_change", photo.pk)
        page = visit(path, client=admin_client, width=width, **options)
        if options.get("java_script_enabled", True):
            page.locator(".outfit-editor svg").scroll_into_view_if_needed()
        return page

    return open_editor


@pytest.mark.parametrize("width", [375, 1280])
def test_editor__is_accessible_and_keeps_the_policy(editor, barriers, width):
    page = editor(width=width)
    assert page.complaints == []  # checked first, as axe-core adds complaints of its own
    # without Django's autocomplete, which has an option without a name
    assert barriers(page, {"exclude": [[".select2"]]}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_editor__without_script_is_a_form_below_the_picture(editor):
    page = editor(java_script_enabled=False)
    assert page.locator(".outfit-editor path").count() == 2
    assert page.locator("[data-edit=draw]").is_hidden()
    page.fill("#id_hotspots-0-x1", "111")
    page.check("#id_hotspots-1-DELETE")
    page.click("[name=_continue]")
    assert [hotspot.x1 for hotspot in Hotspot.objects.all()] == [111]


@pytest.mark.parametrize("width", [375, 1280])
def test_drawing__adds_a_hotspot_that_is_saved(editor, photo, width):
    page = editor(width=width)
    drag(page, (420, 500), (560, 640))
    assert hotspot_count(page) == 3
    assert box_values(page, 2) == pytest.approx([420, 500, 560, 640], abs=2)
    page.click("[name=_continue]")
    drawn = Hotspot.objects.get(clothes_type=None)
    assert drawn.box == pytest.approx((420, 500, 560, 640), abs=2)
    assert drawn.is_corrected


def test_click_on_an_empty_place__adds_no_hotspot(editor):
    page = editor()
    drag(page, (500, 500), (502, 503))
    assert hotspot_count(page) == 2


def test_drawing__over_another_box_needs_the_draw_button(editor):
    page = editor()
    page.click("[data-edit=draw]")
    drag(page, (160, 420), (340, 600))
    assert hotspot_count(page) == 3
    assert page.get_attribute("[data-edit=draw]", "aria-pressed") == "false"


def test_drawing__with_the_keyboard_adds_a_box_in_the_middle(editor):
    page = editor()
    page.focus("[data-edit=draw]")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    assert box_values(page, 2) == [209, 280, 389, 520]


def test_touch__scrolls_the_page_unless_drawing_is_on(editor):
    page = editor(width=375, has_touch=True, is_mobile=True)
    svg = page.locator(".outfit-editor svg")
    behaviour = "svg => getComputedStyle(svg).touchAction"
    assert svg.evaluate(behaviour) == "auto"
    swipe(page, (420, 500), (560, 640))
    assert hotspot_count(page) == 2
    page.tap("[data-edit=draw]")
    assert svg.evaluate(behaviour) == "none"
    swipe(page, (420, 500), (560, 640))
    assert hotspot_count(page) == 3


def test_touch__moves_and_resizes_the_selected_box(editor):
    page = editor(width=375, has_touch=True, is_mobile=True)
    swipe(page, (250, 200), (270, 230))
    assert box_values(page) == pytest.approx([120, 130, 420, 380], abs=2)
    swipe(page, (420, 380), (450, 360))
    assert box_values(page) == pytest.approx([120, 130, 450, 360], abs=2)
    grip = page.locator(".outfit-grip").first.bounding_box()
    assert round(min(grip["width"], grip["height"])) >= 44


def test_undo__restores_a_removed_hotspot(editor):
    page = editor()
    assert page.is_disabled("[data-edit=undo]")
    page.locator(".outfit-box[data-index='0']").focus()
    page.keyboard.press("Delete")
    assert page.locator(".outfit-box").count() == 1
    assert page.is_checked("#id_hotspots-0-DELETE")
    page.click("[data-edit=undo]")
    assert page.locator(".outfit-box").count() == 2
    assert not page.is_checked("#id_hotspots-0-DELETE")


def test_remove__removes_the_form_of_a_new_hotspot(editor):
    page = editor()
    drag(page, (420, 500), (560, 640))
    page.click("[data-edit=remove]")
    assert hotspot_count(page) == 2


def test_undo_key__reverts_a_new_hotspot_and_a_drag(editor):
    page = editor()
    drag(page, (250, 200), (270, 230))
    drag(page, (420, 500), (560, 640))
    assert hotspot_count(page) == 3
    page.locator(".outfit-box").first.focus()
    page.keyboard.press("Control+z")
    assert hotspot_count(page) == 2
    page.keyboard.press("Control+z")
    assert box_values(page) == [100, 100, 400, 350]


def test_reset__restores_the_detected_box_and_ends_the_correction(editor):
    page = editor()
    page.locator(".outfit-box[data-index='0']").focus()
    page.click("[data-edit=reset]")
    assert box_values(page) == [120, 90, 380, 340]
    assert page.is_checked("#id_hotspots-0-reset")
    assert page.is_disabled("[data-edit=reset]")
    page.click("[name=_continue]")
    hotspot = Hotspot.objects.get(clothes_type="upper")
    assert hotspot.box == (120, 90, 380, 340)
    assert not hotspot.is_corrected


def test_reset__is_revoked_by_moving_the_box(editor):
    page = editor()
    page.locator(".outfit-box[data-index='0']").focus()
    page.click("[data-edit=reset]")
    page.locator(".outfit-box[data-index='0']").focus()
    page.keyboard.press("Control+ArrowRight")
    assert box_values(page) == [130, 90, 390, 340]
    assert not page.is_checked("#id_hotspots-0-reset")


def test_product__is_selected_with_the_autocomplete(editor, photo):
    make_product(title="Straight jeans")
    page = editor()
    page.locator(".outfit-box[data-index='1']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".select2-search__field").fill("strai")
    page.locator(".select2-results__option", has_text="Straight jeans").click()
    assert "Straight jeans" in page.locator(".outfit-editor-selected output").inner_text()
    page.click("[name=_continue]")
    assert Hotspot.objects.get(clothes_type="lower").product.title == "Straight jeans"
    assert page.complaints == []


def test_selected_box__is_the_one_whose_fields_have_the_focus(editor):
    page = editor()
    page.focus("#id_hotspots-1-x1")
    selected = page.locator(".outfit-box--selected")
    assert selected.get_attribute("data-index") == "1"
    assert selected.get_attribute("aria-label").startswith("Hotspot 2 · ")


def test_parse_button__saves_the_form_and_requests_a_parse(editor, photo):
    page = editor()
    page.fill("#id_hotspots-0-x1", "90")
    page.click("text=Parse clothes again (CNY 0.004)")
    page.wait_for_selector("text=1 clothes parse is queued")
    assert ClothesParse.objects.filter(model_image=photo).count() == 1
    assert Hotspot.objects.get(clothes_type="upper").x1 == 90


def test_view_permission__shows_the_boxes_without_tools(visit, photo, client):
    client.force_login(make_staff("view_modelimage", "view_hotspot"))
    page = visit(address("modelimage_change", photo.pk), client=client)
    assert page.locator(".outfit-editor path").count() == 2
    assert page.locator("[data-edit=draw]").is_hidden()
    assert page.locator("[name=_parse_clothes]").count() == 0
    assert page.complaints == []
