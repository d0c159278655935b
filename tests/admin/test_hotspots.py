from __future__ import annotations

import re

import pytest

from django_outfitanyone.models import Hotspot
from tests.admin.forms import hotspot_form_data
from tests.admin.pages import errors_on, text_of
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)

pytestmark = pytest.mark.django_db


def form_of(hotspot, **changes):
    return {
        "id": hotspot.pk,
        "clothes_type": hotspot.clothes_type or "",
        "x1": hotspot.x1,
        "y1": hotspot.y1,
        "x2": hotspot.x2,
        "y2": hotspot.y2,
        "product": hotspot.product_id or "",
        **changes,
    }


@pytest.mark.parametrize(
    ("model", "make"), [("tryonresult", make_try_on), ("modelimage", make_model_image)]
)
def test_correction__stores_the_user(site, model, make):
    picture, product = make(), make_product()
    moved, untouched = make_hotspot(picture), make_hotspot(picture, "lower", box=(20, 180, 90, 290))
    forms = [form_of(moved, x1=25, product=product.pk), form_of(untouched)]

    response = site.post(
        f"{model}_change", picture.pk, **hotspot_form_data(model, picture, *forms, initial=2)
    )

    assert response.status_code == 302
    moved.refresh_from_db()
    untouched.refresh_from_db()
    assert (moved.x1, moved.product, moved.is_corrected) == (25, product, True)
    assert moved.corrected_by.username == "admin"
    assert moved.machine_box == [20, 30, 120, 160]
    assert not untouched.is_corrected


def test_new_hotspot__belongs_to_the_current_file(site):
    try_on = make_try_on()
    form = {"clothes_type": "", "x1": 1, "y1": 2, "x2": 30, "y2": 40, "product": ""}

    site.post("tryonresult_change", try_on.pk, **hotspot_form_data("tryonresult", try_on, form))

    hotspot = Hotspot.objects.of(try_on).get()
    assert hotspot.box == (1, 2, 30, 40)
    assert hotspot.is_corrected
    assert hotspot.clothes_type is None


def test_hotspot__can_be_deleted(site):
    try_on = make_try_on()
    form = form_of(make_hotspot(try_on), DELETE="on")

    site.post(
        "tryonresult_change", try_on.pk, **hotspot_form_data("tryonresult", try_on, form, initial=1)
    )

    assert not Hotspot.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"x1": 120}, "The box has no area. Move right beyond left, and bottom below top."),
        ({"y1": 300}, "The box has no area. Move right beyond left, and bottom below top."),
        ({"x2": 201}, "The box extends beyond the picture, which has 200 × 300 pixels."),
        ({"y2": 301}, "The box extends beyond the picture, which has 200 × 300 pixels."),
        ({"x1": ""}, "This field is required."),
        ({"x1": -1}, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_invalid_box__is_refused(site, changes, reason):
    try_on = make_try_on()
    form = form_of(make_hotspot(try_on), **changes)

    response = site.post(
        "tryonresult_change", try_on.pk, **hotspot_form_data("tryonresult", try_on, form, initial=1)
    )

    assert response.status_code == 200
    assert reason in errors_on(response)
    assert not Hotspot.objects.get().is_corrected


def test_second_hotspot_of_the_same_area__is_refused(site):
    try_on = make_try_on()
    forms = [form_of(make_hotspot(try_on)), {**form_of(make_hotspot(make_try_on())), "id": ""}]

    response = site.post(
        "tryonresult_change",
        try_on.pk,
        **hotspot_form_data("tryonresult", try_on, *forms, initial=1),
    )

    assert response.status_code == 200
    assert Hotspot.objects.filter(try_on=try_on).count() == 1


def test_product_field__is_an_autocomplete_if_products_can_be_searched(site):
    try_on = make_try_on()
    make_hotspot(try_on)

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert re.search(r'name="hotspots-0-product"[^>]*admin-autocomplete', page)


def test_product_field__is_a_raw_id_without_permission_to_view_products(site_with):
    try_on = make_try_on()
    make_hotspot(try_on)
    site = site_with("change_tryonresult", "change_hotspot", "view_hotspot")

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert re.search(r'name="hotspots-0-product"[^>]*vForeignKeyRawIdAdminField', page)


def choices_on(response):
    """Return the products that the hotspot editor offers in one click."""
    found = re.findall(
        r'data-product="([^"]*)"[^>]*>.*?<span>([^<]*)</span>\s*</button>', text_of(response)
    )
    return [(key, title) for key, title in found if key]


def test_editor__offers_the_ordered_products_first(site):
    shirt, jeans = make_product(title="Linen shirt"), make_product(title="Wide jeans")
    make_product(title="Another product")
    jeans_garment = make_garment("bottom", product=jeans)
    try_on = make_try_on(garments=[jeans_garment, make_garment(product=shirt)])

    response = site.get("tryonresult_change", try_on.pk)

    assert choices_on(response) == [(str(shirt.pk), "Linen shirt"), (str(jeans.pk), "Wide jeans")]
    assert f'{jeans_garment.thumbnail.url}" alt=""' in text_of(response)
    assert choices_on(site.get("modelimage_change", try_on.model_image_id)) == []


@pytest.mark.parametrize("permission", ["", "view_product"])
def test_editor__offers_hidden_products_only_with_permission_to_view_them(site_with, permission):
    hidden = make_product(title="Secret coat", is_visible=False)
    shown = make_product(title="Linen shirt")
    garments = [make_garment(product=shown), make_garment("bottom", product=hidden)]
    try_on = make_try_on(garments=garments)
    site = site_with("change_tryonresult", "change_hotspot", permission)

    titles = [title for _key, title in choices_on(site.get("tryonresult_change", try_on.pk))]

    assert titles == ["Linen shirt", *(["Secret coat"] if permission else [])]


def test_origin__distinguishes_parse_person_and_earlier_file(site):
    photo = make_model_image()
    make_hotspot(photo)
    make_hotspot(photo, "lower", is_corrected=True)
    make_hotspot(photo, "dress", picture_sha256="another file")

    page = text_of(site.get("modelimage_change", photo.pk))

    assert "detected automatically" in page
    assert "corrected by a person" in page
    assert "detected in an earlier file of this picture" in page


def test_boxes__are_drawn_by_the_server(site, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    photo = make_model_image()
    make_hotspot(photo, box=(10, 20, 110, 220))
    type(photo).objects.update(width=1080, height=1440)

    page = text_of(site.get("modelimage_change", photo.pk))

    assert 'viewBox="0 0 1080 1440"' in page
    assert 'd="M10 20H110V220H10Z"' in page


def test_reset__restores_the_detected_box(site):
    photo = make_model_image()
    hotspot = make_hotspot(photo, box=(1, 2, 3, 4), is_corrected=True)
    Hotspot.objects.update(machine_box=[20, 30, 999, 160])
    form = form_of(hotspot, x1=0, reset="on")

    site.post(
        "modelimage_change", photo.pk, **hotspot_form_data("modelimage", photo, form, initial=1)
    )

    hotspot.refresh_from_db()
    assert hotspot.box == (20, 30, 200, 160)  # cut to the picture
    assert (hotspot.is_corrected, hotspot.corrected_by) == (False, None)


def test_reset__is_disabled_for_a_drawn_hotspot(site):
    photo = make_model_image()
    hotspot = make_hotspot(photo, None, box=(1, 2, 30, 40), machine_box=None, is_corrected=True)
    form = form_of(hotspot, reset="on")

    page = text_of(site.get("modelimage_change", photo.pk))
    site.post(
        "modelimage_change", photo.pk, **hotspot_form_data("modelimage", photo, form, initial=1)
    )

    assert re.search(r'name="hotspots-0-reset"[^>]*disabled', page)
    hotspot.refresh_from_db()
    assert hotspot.is_corrected
