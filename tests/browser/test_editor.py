"""The hotspot editor in the admin of the example shop, under its Content-Security-Policy."""

from __future__ import annotations

import pytest

from django_outfitanyone.models import ClothesParse, Hotspot
from tests.admin.pages import address
from tests.browser.editor_page import box_values, drag, hotspot_count, swipe
from tests.drawing import picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_staff,
    make_try_on,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.usefixtures("shop_settings"),
]

PRODUCTS = ".outfit-popover [data-product]"
POPOVER_TITLE = "#hotspots-popover-title"


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


@pytest.fixture
def look():
    """A finished try-on of a shirt and jeans, with a hotspot on each; one has no product yet."""
    shirt = make_garment(product=make_product(title="Linen shirt"))
    jeans = make_garment("bottom", product=make_product(title="Wide jeans"))
    look = make_try_on(garments=[shirt, jeans])
    make_hotspot(look, box=(20, 30, 120, 120), product=shirt.product)
    make_hotspot(look, "lower", box=(30, 150, 120, 280))
    return look


@pytest.fixture
def visit_look(visit, admin_client, look):
    def visit_look(*, width=1280, **options):
        path = address("tryonresult_change", look.pk)
        page = visit(path, client=admin_client, width=width, **options)
        page.locator(".outfit-editor svg").scroll_into_view_if_needed()
        return page

    return visit_look


def open_popover(page, index=0):
    page.locator(f".outfit-box[data-index='{index}']").focus()
    page.keyboard.press("Enter")
    assert page.is_visible(".outfit-popover")


def active(page, attribute):
    """Return an attribute of the element with the focus."""
    return page.evaluate("name => document.activeElement.getAttribute(name)", attribute)


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
    page.keyboard.press("Escape")  # closes the popover of the new box
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


def test_popover__removes_the_form_of_a_new_hotspot(editor):
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
    open_popover(page)
    page.click("[data-edit=reset]")
    assert box_values(page) == [120, 90, 380, 340]
    assert page.is_checked("#id_hotspots-0-reset")
    open_popover(page)
    assert page.is_disabled("[data-edit=reset]")
    page.keyboard.press("Escape")
    page.click("[name=_continue]")
    hotspot = Hotspot.objects.get(clothes_type="upper")
    assert hotspot.box == (120, 90, 380, 340)
    assert not hotspot.is_corrected


def test_reset__is_revoked_by_moving_the_box(editor):
    page = editor()
    open_popover(page)
    page.click("[data-edit=reset]")
    assert active(page, "data-index") == "0"
    page.keyboard.press("Control+ArrowRight")
    assert box_values(page) == [130, 90, 390, 340]
    assert not page.is_checked("#id_hotspots-0-reset")


def test_popover__offers_all_products_with_the_autocomplete(editor, photo):
    make_product(title="Straight jeans")
    page = editor()
    open_popover(page, index=1)
    page.locator(".outfit-popover .select2-selection").click()
    page.locator(".outfit-popover .select2-search__field").fill("strai")
    page.locator(".select2-results__option", has_text="Straight jeans").click()
    page.wait_for_selector(".outfit-popover", state="hidden")
    assert "Straight jeans" in active(page, "aria-label")
    page.click("[name=_continue]")
    assert Hotspot.objects.get(clothes_type="lower").product.title == "Straight jeans"
    assert page.complaints == []


@pytest.mark.parametrize("width", [375, 1280])
def test_popover__is_opened_by_a_click_inside_the_window(visit_look, width):
    page = visit_look(width=width)
    for index in (1, 0):
        page.locator(f".outfit-box[data-index='{index}']").click()
        popover = page.locator(".outfit-popover").bounding_box()
        assert popover["x"] >= 0
        assert popover["x"] + popover["width"] <= width
        assert popover["y"] >= 0
        assert popover["y"] + popover["height"] <= 900
        assert page.locator(POPOVER_TITLE).inner_text().startswith(f"Hotspot {index + 1} · ")
        assert active(page, "aria-expanded") == "true"
    assert page.locator(PRODUCTS).all_inner_texts() == ["Linen shirt", "Wide jeans", "No product"]
    assert page.locator(f"{PRODUCTS} img").count() == 2
    page.locator("h1").first.click()
    assert page.is_hidden(".outfit-popover")


def test_popover__chooses_and_removes_a_product_in_one_click(visit_look, look):
    page = visit_look()
    page.locator(".outfit-box[data-index='0']").click()
    page.click(f"{PRODUCTS}:has-text('No product')")
    assert page.is_hidden(".outfit-popover")
    page.locator(".outfit-box[data-index='1']").click()
    page.click(f"{PRODUCTS}:has-text('Wide jeans')")
    page.locator(".outfit-box[data-index='1']").click()
    assert page.get_attribute(f"{PRODUCTS}:has-text('Wide jeans')", "aria-pressed") == "true"
    page.keyboard.press("Escape")
    page.click("[name=_continue]")
    products = [hotspot.product and hotspot.product.title for hotspot in look.hotspots.all()]
    assert products == [None, "Wide jeans"]


def test_popover__of_a_try_on_with_scripts_keeps_the_policy_and_has_no_barriers(
    visit_look, barriers
):
    page = visit_look(width=375)
    open_popover(page)
    assert page.complaints == []
    assert barriers(page, {"include": [[".outfit-popover"]], "exclude": [[".select2"]]}) == []


def test_keyboard__several_boxes_get_their_products_in_one_save(visit_look, look):
    page = visit_look()
    page.locator(".outfit-box[data-index='0']").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second product
    assert active(page, "data-index") == "0"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.locator(f"{PRODUCTS}:has-text('Linen shirt')").focus()
    page.keyboard.press("Space")
    assert active(page, "data-index") == "1"
    page.click("[name=_continue]")
    upper, lower = look.hotspots.all()
    assert (upper.product.title, upper.box) == ("Wide jeans", (20, 30, 121, 120))
    assert (lower.product.title, lower.box) == ("Linen shirt", (30, 151, 120, 281))


def test_keyboard__tab_goes_from_box_to_box_and_out(visit_look):
    page = visit_look()
    page.locator(".outfit-box[data-index='0']").focus()
    page.keyboard.press("Tab")
    assert active(page, "data-index") == "1"
    page.keyboard.press("Shift+Tab")
    assert active(page, "data-index") == "0"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert active(page, "data-edit") == "draw"
    page.keyboard.press("Shift+Tab")
    assert active(page, "data-index") == "1"


def test_keyboard__n_adds_boxes_and_delete_goes_to_the_next(editor):
    page = editor()
    page.locator(".outfit-box[data-index='0']").focus()
    page.keyboard.press("n")
    page.keyboard.press("ArrowUp")
    assert active(page, "data-index") == "2"
    assert box_values(page, 2) == [210, 279, 390, 519]
    page.keyboard.press("Delete")
    assert hotspot_count(page) == 2
    assert active(page, "data-index") == "0"


def test_keyboard__escape_closes_the_list_first_and_then_the_popover(editor):
    page = editor()
    open_popover(page, index=1)
    for _ in range(2):  # over the button that closes it
        page.keyboard.press("Shift+Tab")
    assert active(page, "data-index") == "1"
    page.keyboard.press("Tab")
    page.locator(".outfit-popover .select2-selection").click()
    page.keyboard.press("Escape")
    assert page.is_visible(".outfit-popover")
    page.keyboard.press("Escape")
    assert page.is_hidden(".outfit-popover")
    assert active(page, "data-index") == "1"


def test_touch__a_tap_opens_the_popover_and_a_swipe_does_not(visit_look):
    page = visit_look(width=375, has_touch=True, is_mobile=True)
    swipe(page, (60, 200), (70, 220))
    assert page.is_hidden(".outfit-popover")
    page.locator(".outfit-box[data-index='0']").tap()
    sheet = page.locator(".outfit-popover").bounding_box()
    assert (sheet["x"], sheet["width"]) == (0, 375)
    assert round(sheet["y"] + sheet["height"]) == 900
    page.locator(f"{PRODUCTS}:has-text('Wide jeans')").tap()
    assert "Wide jeans" in active(page, "aria-label")


def test_undo__takes_back_a_product(visit_look):
    page = visit_look()
    open_popover(page)
    page.click(f"{PRODUCTS}:has-text('Wide jeans')")
    page.keyboard.press("Control+z")
    assert "Linen shirt" in active(page, "aria-label")


class TestUnsavedChanges:
    @pytest.fixture
    def changed(self, visit_look):
        page = visit_look()
        page.questions = []
        page.on("dialog", lambda dialog: (page.questions.append(dialog.type), dialog.dismiss()))
        page.locator(".outfit-box[data-index='0']").click()
        assert page.is_hidden(".outfit-unsaved")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        assert page.is_visible(".outfit-unsaved")
        return page

    @pytest.mark.parametrize("button", [".historylink", "[name=action][value=approve]"])
    def test_warn_before_they_are_lost(self, changed, look, button):
        changed.locator(button).click(no_wait_after=True)
        changed.wait_for_timeout(200)
        assert changed.questions == ["beforeunload"]
        assert box_values(changed)[0] == 21
        look.refresh_from_db()
        assert look.review == "to_review"

    def test_do_not_warn_when_they_are_saved_or_undone(self, changed, look):
        changed.click("[name=_continue]")
        changed.wait_for_load_state("networkidle")
        assert changed.is_hidden(".outfit-unsaved")
        assert look.hotspots.first().x1 == 21
        changed.locator(".outfit-box[data-index='0']").focus()
        changed.keyboard.press("ArrowRight")
        changed.keyboard.press("Control+z")
        changed.click(".historylink")
        changed.wait_for_url("**/history/")
        assert changed.questions == []


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
