"""The scripts of the admin pages. The pages also work without them."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.admin.batches import BATCH
from tests.admin.forms import try_on_form_data
from tests.admin.pages import AdminSession, text_of
from tests.browser.editor_page import box_values
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def site(admin_client):
    return AdminSession(admin_client)


def respond_with(page, pattern, html, *, requests=None):
    """From now on, answer requests that match the pattern with this HTML."""

    def fulfil(route):
        if requests is not None:
            requests.append(route.request)
        route.fulfill(body=html, content_type="text/html")

    page.route(re.compile(pattern), fulfil)


@pytest.fixture
def form(site, open_page):
    garment, photos = make_garment(), [make_model_image(), make_model_image()]
    html = text_of(site.get("tryonresult_add", garments=garment.pk))
    summary = text_of(
        site.post("tryonresult_add", **try_on_form_data([garment], photos), _summary=1)
    )
    page = open_page(html, width=1280)
    page.sent, page.summary = [], summary
    respond_with(page, "/tryonresult/add/", summary, requests=page.sent)
    return page


def test_form__updates_the_price_and_the_button(form):
    assert form.is_hidden("#outfit-recalculate")

    form.check("#id_photos_0")
    form.wait_for_selector("text=2 pictures;")
    assert form.inner_text("#outfit-make") == "Make 2 pictures for CNY 1.02"

    assert 'name="_summary"' in form.sent[0].post_data
    assert form.complaints == []


def test_form__has_no_button_that_accepts_an_old_price(form):
    held = []
    form.unroute_all()
    form.route("**/add/", lambda route: held.append(route))  # noqa: PLW0108 - it marks the function

    form.check("#id_photos_0")
    form.wait_for_timeout(600)  # longer than the script waits for further changes

    assert form.is_disabled("#outfit-make")
    assert form.inner_text("#outfit-make") == "Make these pictures"
    assert form.get_attribute("#outfit-summary", "aria-busy") == "true"
    (route,) = held
    route.fulfill(body=form.summary, content_type="text/html")
    form.wait_for_selector("text=2 pictures;")
    assert form.is_enabled("#outfit-make")
    assert form.get_attribute("#outfit-summary", "aria-busy") is None


def test_form__follows_the_engine_and_keeps_the_focus(admin_client, visit, settings):
    toy = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k"}
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": toy}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}
    photo, garment = make_model_image(), make_garment()
    query = f"?garments={garment.pk}&photos={photo.pk}"
    address = reverse("admin:django_outfitanyone_tryonresult_add")
    page = visit(f"{address}{query}", client=admin_client, width=1280)
    assert page.locator("input[type=radio][name=resolution]").count() == 3

    page.focus("input[value='toy/toy-1']")
    page.keyboard.press("Space")
    page.wait_for_selector("#outfit-make:has-text('USD 1.00')")

    assert page.locator("input[type=radio][name=resolution]").count() == 0
    assert page.is_checked("input[value='toy/toy-1']")
    assert page.evaluate("document.activeElement.value") == "toy/toy-1"
    assert page.complaints == []


def test_large_order__asks_until_the_form_changes(admin_client, visit, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.order_check.LARGE_ORDER", 0)
    photos, garment = [make_model_image(), make_model_image()], make_garment()
    query = f"?garments={garment.pk}&photos={photos[0].pk}"
    address = reverse("admin:django_outfitanyone_tryonresult_add")
    page = visit(f"{address}{query}", client=admin_client, width=1280)

    page.click("#outfit-make")
    page.wait_for_selector("[name=_confirm]")
    assert page.evaluate("document.activeElement.name") == "_confirm"
    assert page.is_hidden("#outfit-make")

    page.check("#id_photos_0:not(:checked), #id_photos_1:not(:checked)")
    page.wait_for_selector("text=2 pictures;")
    assert page.locator("[name=_confirm]").count() == 0
    assert page.is_visible("#outfit-make")
    assert not TryOnResult.objects.exists()


def test_form__selects_all_and_none(form):
    form.click("button:has-text('Select all'):visible")
    assert form.is_checked("#id_photos_0")
    assert form.is_checked("#id_photos_1")

    form.click("button:has-text('Select none'):visible")
    assert not form.is_checked("#id_photos_0")


def test_form__can_be_filled_in_with_the_keyboard(form):
    form.focus("#id_photos_0")
    form.keyboard.press("Space")
    form.keyboard.press("Tab")
    form.keyboard.press("Space")

    assert form.is_checked("#id_photos_0")
    assert form.is_checked("#id_photos_1")


def test_form__offers_to_recalculate_if_the_server_does_not_respond(form):
    form.unroute_all()
    form.route("**/add/", lambda route: route.abort())

    form.check("#id_photos_0")

    form.wait_for_selector("#outfit-recalculate", state="visible")
    assert form.inner_text("#outfit-make") == "Make these pictures"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shown", ["form", "batch", "detail"])
def test_pages__fit_a_phone(site, open_page, shown, scheme):
    try_on = make_try_on(status=Status.FAILED, error_code="InvalidPerson", error_message="x" * 80)
    response = {
        "form": lambda: site.get("tryonresult_add", garments=try_on.garments[0].pk),
        "batch": lambda: site.get("tryonresult_batch", try_on.batch),
        "detail": lambda: site.get("tryonresult_change", try_on.pk),
    }[shown]()

    page = open_page(without_translations(text_of(response)), width=375, color_scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_changelist__does_not_set_names_one_letter_below_the_other(admin_client, visit, language):
    make_garment(product=make_product(title="花柄連衣裙" * 3))
    admin_client.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    address = reverse("admin:django_outfitanyone_garment_changelist")
    page = visit(address, client=admin_client, width=375)

    letters = "cell => cell.clientWidth / parseFloat(getComputedStyle(cell).fontSize)"
    assert page.eval_on_selector("#result_list .field-__str__", letters) >= 6
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def without_translations(html):
    """Remove the script with Django's translations, as no test serves its view."""
    return html.replace('<script src="/admin/jsi18n/"></script>', "")


@pytest.fixture
def batch(site):
    """The page of a batch, and its fragments with one and with two finished pictures."""
    done, waiting = (
        make_try_on(status=Status.RUNNING, batch=BATCH, number=number) for number in range(2)
    )
    source = make_try_on()
    states = [text_of(site.get("tryonresult_batch", BATCH))]
    for row in (done, waiting):
        TryOnResult.objects.filter(pk=row.pk).update(
            status=Status.SUCCEEDED, image=source.image.name, thumbnail=source.thumbnail.name
        )
        fragment = site.get("tryonresult_batch_cards", BATCH, card=[done.pk, waiting.pk])
        states.append(text_of(fragment))
    return done, waiting, states


def test_batch__replaces_changed_cards_only_and_keeps_the_focus(batch, open_page):
    done, waiting, states = batch
    page = open_page(states[0], width=1280)
    respond_with(page, "/cards/", states[1])
    page.evaluate("id => document.getElementById(id).dataset.kept = 'yes'", f"try-on-{waiting.pk}")
    focused = f"try-on-{done.pk}-picture"
    page.focus(f"#{focused}")

    page.wait_for_selector("text=1 of 2 ready")

    assert page.evaluate("document.activeElement.id") == focused
    assert page.locator(f"#try-on-{done.pk} [value=approve]").count() == 1
    assert page.locator(f"#try-on-{waiting.pk}[data-kept=yes]").count() == 1
    assert page.complaints == []


def test_batch__requests_open_cards_only_and_stops_when_finished(batch, open_page):
    done, waiting, states = batch
    page = open_page(states[0], width=1280)
    requests = []
    respond_with(page, "/cards/", states[1], requests=requests)
    page.wait_for_selector("text=1 of 2 ready")
    page.unroute_all()
    respond_with(page, "/cards/", states[2], requests=requests)
    page.wait_for_selector("text=2 of 2 ready")
    page.wait_for_timeout(2500)

    assert [f"card={done.pk}" in request.url for request in requests] == [True, False]
    assert all(f"card={waiting.pk}" in request.url for request in requests)


def test_batch__continues_after_a_failed_poll(batch, open_page):
    _done, _waiting, states = batch
    page = open_page(states[0], width=1280)
    page.clock.install()
    page.route(re.compile("/cards/"), lambda route: route.fulfill(status=502))
    page.reload()
    page.clock.run_for(3000)
    page.unroute_all()
    page.route(re.compile("/static/|/media/"), lambda route: route.fallback())
    respond_with(page, "/cards/", states[2])

    page.clock.run_for(16_000)

    page.wait_for_selector("text=2 of 2 ready")


@pytest.fixture
def editor(site, open_page):
    photo = make_model_image()
    make_hotspot(photo, box=(40, 60, 140, 180))
    html = without_translations(text_of(site.get("modelimage_change", photo.pk)))
    return open_page(html, width=1280)


def drag(page, element, dx, dy):
    """Drag the middle of an element by CSS pixels."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()


def scale_of(page):
    """Return the CSS pixels per pixel of the picture."""
    return page.evaluate("document.querySelector('.outfit-boxes').getScreenCTM().a")


def test_editor__moves_a_box_with_the_mouse(editor):
    step = scale_of(editor)

    drag(editor, editor.locator(".outfit-box"), 20 * step, -10 * step)

    assert box_values(editor) == pytest.approx([60, 50, 160, 170], abs=1)


def test_editor__resizes_a_box_at_a_corner(editor):
    step = scale_of(editor)

    drag(editor, editor.locator(".outfit-handle").nth(2), 30 * step, 15 * step)

    assert box_values(editor) == pytest.approx([40, 60, 170, 195], abs=1)


def test_editor__keeps_a_box_inside_the_picture(editor):
    drag(editor, editor.locator(".outfit-box"), -2000, -2000)

    assert box_values(editor) == [0, 0, 100, 120]


def test_editor__moves_and_resizes_with_the_keyboard(editor):
    editor.focus(".outfit-box")
    editor.keyboard.press("ArrowRight")
    editor.keyboard.press("ArrowUp")
    editor.keyboard.press("Shift+ArrowDown")

    assert box_values(editor) == [41, 59, 141, 180]


def test_editor__shows_a_box_typed_in_the_form(editor):
    editor.fill("#id_hotspots-0-x1", "10")

    assert editor.locator(".outfit-box").get_attribute("x") == "10"
    assert editor.locator(".outfit-box").get_attribute("width") == "130"


ADD_LINK = """() => document.querySelector("[id$=hotspots-group], [id$=hotspot_set-group]")
    .insertAdjacentHTML("beforeend", "<div class='add-row'><a href='#'>Add</a></div>")"""


def test_theme_without_a_link_for_another_form__offers_no_drawing(site, open_page):
    photo = make_model_image()
    make_hotspot(photo, box=(40, 60, 140, 180))
    html = without_translations(text_of(site.get("modelimage_change", photo.pk)))
    html = re.sub(r'<script src="[^"]*/inlines\.js"[^>]*></script>', "", html)

    page = open_page(html, width=1280)

    assert page.is_hidden("[data-edit=draw]")
    page.click(".outfit-box")
    assert page.is_visible("[data-edit=remove]")

    page.evaluate(ADD_LINK)  # as a script does that runs after the page is complete
    page.wait_for_selector("[data-edit=draw]", state="visible")


@pytest.mark.parametrize("colours", ["#222 #fff", "#eee #111"])
@pytest.mark.parametrize("shown", ["form", "batch", "detail"])
def test_pages__are_readable_without_the_colours_of_django(
    site, open_page, barriers, shown, colours
):
    """As in a theme with colours of its own, which says nothing of its dark mode."""
    try_on = make_try_on()
    make_hotspot(try_on)
    for number, status in enumerate((Status.FAILED, Status.RUNNING, Status.QUEUED), start=1):
        make_try_on(batch=try_on.batch, number=number, status=status, error_code="InvalidPerson")
    response = {
        "form": lambda: site.get("tryonresult_add", garments=try_on.garments[0].pk),
        "batch": lambda: site.get("tryonresult_batch", try_on.batch),
        "detail": lambda: site.get("tryonresult_change", try_on.pk),
    }[shown]()
    text, background = colours.split()
    own = re.compile(r"<link[^>]*static/admin/[^>]*>")

    page = open_page(own.sub("", without_translations(text_of(response))), bypass_csp=True)
    page.add_style_tag(content=f"body {{ color: {text}; background: {background}; }}")

    parts = {"form": "#outfit-order", "batch": "#outfit-batch", "detail": ".outfit-panel"}
    found = barriers(page, parts[shown])
    assert [text for text in found if text.startswith("color-contrast")] == []
