from __future__ import annotations

import re

import pytest

from django_outfitanyone.models import Hotspot
from tests.admin.pages import text_of
from tests.factories import make_hotspot, make_model_image, make_product, make_try_on

pytestmark = pytest.mark.django_db


def answers(page_model, picture, *forms, initial=0, **extra):
    """What the browser sends with these hotspots in the form."""
    data = {
        "hotspots-TOTAL_FORMS": len(forms),
        "hotspots-INITIAL_FORMS": initial,
        **({"name": picture.name, "is_active": "on"} if page_model == "modelimage" else {}),
        **extra,
    }
    parent = "try_on" if page_model == "tryonresult" else "model_image"
    for number, form in enumerate(forms):
        data[f"hotspots-{number}-{parent}"] = picture.pk
        for name, value in form.items():
            data[f"hotspots-{number}-{name}"] = value
    return data


def as_form(hotspot, **changes):
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


def errors_on(response):
    return re.findall(r'class="errorlist[^>]*>\s*<li>([^<]*)<', text_of(response))


@pytest.mark.parametrize(
    ("model", "make"), [("tryonresult", make_try_on), ("modelimage", make_model_image)]
)
def test_correction__is_marked_with_who_did_it(site, model, make):
    picture, product = make(), make_product()
    moved, untouched = make_hotspot(picture), make_hotspot(picture, "lower", box=(20, 180, 90, 290))
    forms = [as_form(moved, x1=25, product=product.pk), as_form(untouched)]

    response = site.post(
        f"{model}_change", picture.pk, **answers(model, picture, *forms, initial=2)
    )

    assert response.status_code == 302
    moved.refresh_from_db()
    untouched.refresh_from_db()
    assert (moved.x1, moved.product, moved.is_corrected) == (25, product, True)
    assert moved.corrected_by.username == "admin"
    assert moved.machine_box == [20, 30, 120, 160]
    assert not untouched.is_corrected


def test_new_hotspot__belongs_to_the_present_file(site):
    try_on = make_try_on()
    form = {"clothes_type": "", "x1": 1, "y1": 2, "x2": 30, "y2": 40, "product": ""}

    site.post("tryonresult_change", try_on.pk, **answers("tryonresult", try_on, form))

    hotspot = Hotspot.objects.of(try_on).get()
    assert hotspot.box == (1, 2, 30, 40)
    assert hotspot.is_corrected
    assert hotspot.clothes_type is None


def test_hotspot__is_deleted(site):
    try_on = make_try_on()
    form = as_form(make_hotspot(try_on), DELETE="on")

    site.post("tryonresult_change", try_on.pk, **answers("tryonresult", try_on, form, initial=1))

    assert not Hotspot.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"x1": 120}, "The box must have an area: right beyond left, bottom below top."),
        ({"y1": 300}, "The box must have an area: right beyond left, bottom below top."),
        ({"x2": 201}, "The box must lie in the picture, which has 200 × 300 pixels."),
        ({"y2": 301}, "The box must lie in the picture, which has 200 × 300 pixels."),
        ({"x1": ""}, "This field is required."),
        ({"x1": -1}, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_impossible_box__is_refused(site, changes, reason):
    try_on = make_try_on()
    form = as_form(make_hotspot(try_on), **changes)

    response = site.post(
        "tryonresult_change", try_on.pk, **answers("tryonresult", try_on, form, initial=1)
    )

    assert response.status_code == 200
    assert reason in errors_on(response)
    assert not Hotspot.objects.get().is_corrected


def test_same_area_twice__is_refused(site):
    try_on = make_try_on()
    forms = [as_form(make_hotspot(try_on)), {**as_form(make_hotspot(make_try_on())), "id": ""}]

    response = site.post(
        "tryonresult_change", try_on.pk, **answers("tryonresult", try_on, *forms, initial=1)
    )

    assert response.status_code == 200
    assert Hotspot.objects.filter(try_on=try_on).count() == 1


def test_product__is_chosen_by_autocomplete_where_it_can_be_searched(site):
    try_on = make_try_on()
    make_hotspot(try_on)

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert re.search(r'name="hotspots-0-product"[^>]*admin-autocomplete', page)


def test_product__is_chosen_by_id_by_those_who_may_not_see_products(site_of):
    try_on = make_try_on()
    make_hotspot(try_on)
    site = site_of("change_tryonresult", "change_hotspot", "view_hotspot")

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert re.search(r'name="hotspots-0-product"[^>]*vForeignKeyRawIdAdminField', page)


def test_origin__tells_machine_person_and_earlier_file_apart(site):
    photo = make_model_image()
    make_hotspot(photo)
    make_hotspot(photo, "lower", is_corrected=True)
    make_hotspot(photo, "dress", picture_sha256="another file")

    page = text_of(site.get("modelimage_change", photo.pk))

    assert "found automatically" in page
    assert "corrected by a person" in page
    assert "found in an earlier file of this picture" in page


def test_boxes__are_drawn_over_the_picture_without_script(site, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    photo = make_model_image()
    make_hotspot(photo, box=(10, 20, 110, 220))
    type(photo).objects.update(width=1080, height=1440)

    page = text_of(site.get("modelimage_change", photo.pk))

    assert 'viewBox="0 0 1080 1440"' in page
    assert 'd="M10 20H110V220H10Z"' in page


def test_reset__gives_the_found_box_back_to_the_searches(site):
    photo = make_model_image()
    hotspot = make_hotspot(photo, box=(1, 2, 3, 4), is_corrected=True)
    Hotspot.objects.update(machine_box=[20, 30, 999, 160])
    form = as_form(hotspot, x1=0, reset="on")

    site.post("modelimage_change", photo.pk, **answers("modelimage", photo, form, initial=1))

    hotspot.refresh_from_db()
    assert hotspot.box == (20, 30, 200, 160)  # as far as the picture goes
    assert (hotspot.is_corrected, hotspot.corrected_by) == (False, None)


def test_reset__is_not_offered_for_what_a_person_drew(site):
    photo = make_model_image()
    hotspot = make_hotspot(photo, None, box=(1, 2, 30, 40), machine_box=None, is_corrected=True)
    form = as_form(hotspot, reset="on")

    page = text_of(site.get("modelimage_change", photo.pk))
    site.post("modelimage_change", photo.pk, **answers("modelimage", photo, form, initial=1))

    assert re.search(r'name="hotspots-0-reset"[^>]*disabled', page)
    hotspot.refresh_from_db()
    assert hotspot.is_corrected


@pytest.mark.parametrize(
    ("model", "make"), [("tryonresult", make_try_on), ("modelimage", make_model_image)]
)
def test_find_clothes__is_asked_for_beside_the_picture(site, model, make, said):
    picture = make()
    assert "Find clothes (CNY 0.004)" in text_of(site.get(f"{model}_change", picture.pk))
    make_hotspot(picture)
    assert "Find clothes again (CNY 0.004)" in text_of(site.get(f"{model}_change", picture.pk))

    response = site.post(
        f"{model}_change", picture.pk, **answers(model, picture), _find_clothes="1"
    )

    assert response.headers["Location"].endswith(f"/{picture.pk}/change/")
    assert picture.clothesparses.count() == 1
    assert any("1 search for clothes is queued" in text for text in said(response))


def test_find_clothes__is_not_offered_to_those_who_may_only_look(site_of):
    photo = make_model_image()
    site = site_of("view_modelimage")
    assert "_find_clothes" not in text_of(site.get("modelimage_change", photo.pk))
