"""Queries of lists, filters, uploads, hotspots and clothes parses."""

from __future__ import annotations

import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from django_outfitanyone import actions
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import ClothesParse, Garment, Hotspot, ModelImage
from tests.drawing import drawn, encoded, picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)

PICTURE = picture(0)


def make_everything():
    """Make a row of every model, with related rows."""
    top, bottom = make_garment(data=PICTURE), make_garment(GarmentKind.BOTTOM, data=PICTURE)
    photo = make_model_image(data=PICTURE)
    try_on = make_published(garments=[top, bottom], model_image=photo)
    make_hotspot(try_on, "upper", product=top.product)
    make_hotspot(try_on, "lower", product=bottom.product)
    make_hotspot(photo, "lower", product=bottom.product)


def queries_for(client, path):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200
    return len(queries), len(response.json()["results"])


@pytest.mark.slow
@pytest.mark.parametrize("who", ["visitor", "reader"])
def test_lists__number_of_queries_does_not_depend_on_the_page_size(request, who):
    client = request.getfixturevalue(who)
    for _ in range(12):
        make_everything()
    client.get("products/")  # loads the permissions, which Django caches on the user

    for name in ("products", "garments", "model-images", "try-ons", "hotspots"):
        few, three = queries_for(client, f"{name}/?page_size=3")
        many, twelve = queries_for(client, f"{name}/?page_size=12")

        assert (three, twelve) == (3, 12)
        assert many == few <= 8


def upload(data, name="photo.jpg"):
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def bomb():
    """Return a small file whose header claims 20000 x 20000 pixels."""
    data = bytearray(encoded(Image.new("L", (200, 200)), "PNG"))
    data[16:24] = (20000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data) + b"\0" * 6000


BAD_PICTURES = {
    "text": (b"I am no picture at all. " * 400, "PictureUnreadable"),
    "empty but for a few bytes": (b"GIF89a", "PictureTooSmall"),
    "cut off": (picture(1)[:20_000], "PictureDamaged"),
    "too small": (picture(1, size=(150, 300)), "PictureTooSmall"),
    "bomb": (bomb(), "PictureTooLarge"),
}


def test_garment__is_uploaded_and_prepared_for_the_engine(staff_with):
    client, product = staff_with("add_garment"), make_product()
    sent = upload(encoded(drawn(1, size=(4200, 160)), "PNG"), "../../etc/passwd.png")

    response = client.post(
        "garments/", {"product": product.pk, "kind": "top", "name": "Shirt", "image": sent}
    )

    assert response.status_code == 201
    garment = Garment.objects.get()
    assert (garment.product, garment.kind, garment.name) == (product, "top", "Shirt")
    assert response.json()["picture"]["width"] == garment.width == 4095
    assert "passwd" not in garment.image.name
    assert response["Location"] == f"http://testserver/api/outfitanyone/v1/garments/{garment.pk}/"
    assert client.get(response["Location"]).json() == response.json()


@pytest.mark.parametrize("kind", BAD_PICTURES)
def test_upload__bad_picture_is_refused_with_code_and_remedy(staff_with, kind):
    data, code = BAD_PICTURES[kind]
    client = staff_with("add_garment", "add_modelimage")

    for path, fields in (
        ("garments/", {"product": make_product().pk, "kind": "top"}),
        ("model-images/", {"name": "Ada"}),
    ):
        response = client.post(path, {**fields, "image": upload(data)})
        assert response.status_code == 400
        assert response.json()["code"] == code
        assert response.json()["fixed_by"] == "shop"
        assert response.json()["advice"]
    assert not Garment.objects.exists()
    assert not ModelImage.objects.exists()


def test_upload__empty_and_text_values_are_invalid(staff_with):
    client = staff_with("add_modelimage")

    for image in ({}, {"image": "photo.jpg"}, {"image": upload(b"")}):
        response = client.post("model-images/", {"name": "Ada", **image})
        assert (response.status_code, response.json()["code"]) == (400, "Invalid")
        assert set(response.json()["field_errors"]) == {"image"}


def test_upload__product_must_be_visible_to_the_user(staff_with):
    hidden = make_product(is_visible=False)
    client = staff_with("add_garment")

    body = {"product": hidden.pk, "kind": "top", "image": upload(picture(1))}
    response = client.post("garments/", body)
    assert response.status_code == 400
    unknown = client.post("garments/", {**body, "product": 999999, "image": upload(picture(1))})
    assert str(hidden.pk) in response.json()["field_errors"]["product"][0]
    assert response.json()["code"] == unknown.json()["code"]
    assert not Garment.objects.exists()

    body["image"] = upload(picture(1))
    assert staff_with("add_garment", "view_product").post("garments/", body).status_code == 201


def test_model_image__is_active_by_default(staff_with):
    client = staff_with("add_modelimage")

    client.post("model-images/", {"name": "Ada", "image": upload(picture(1))})
    response = client.post(
        "model-images/", {"name": "Eve", "is_active": "false", "image": upload(picture(2))}
    )

    assert response.status_code == 201  # although this user may not see the inactive photo
    assert list(ModelImage.objects.values_list("name", "is_active")) == [
        ("Ada", True),
        ("Eve", False),
    ]


def test_model_image__can_be_changed_in_part(staff_with):
    photo = make_model_image(name="Ada")
    client, before = staff_with("change_modelimage"), photo.sha256

    response = client.patch(f"model-images/{photo.pk}/", {"is_active": False}, format="json")

    photo.refresh_from_db()
    assert response.json()["is_active"] is False
    assert (photo.name, photo.is_active, photo.sha256) == ("Ada", False, before)


def test_model_image__new_file_hides_old_hotspots(staff_with):
    photo = make_model_image()
    make_hotspot(photo, product=make_product())

    response = staff_with("change_modelimage").patch(
        f"model-images/{photo.pk}/", {"image": upload(picture(77, size=(300, 300)))}
    )

    assert response.json()["picture"]["width"] == 300
    assert response.json()["hotspots"] == []


def test_delete__removes_the_garment_and_keeps_the_finished_picture(staff_with, visitor):
    garment = make_garment()
    try_on = make_published(garments=[garment])

    assert staff_with("delete_garment").delete(f"garments/{garment.pk}/").status_code == 204
    assert visitor.get(f"try-ons/{try_on.pk}/").json()["garments"] == []


def test_delete__photo_with_a_parse_that_may_be_billed_stays(staff_with):
    photo = make_model_image()
    actions.parse_clothes(photo)
    ClothesParse.objects.update(status=Status.SUBMITTING)

    response = staff_with("delete_modelimage").delete(f"model-images/{photo.pk}/")

    assert response.status_code == 409
    assert response.json()["code"] == "NotSettled"
    assert "may still be charged" in response.json()["message"]
    assert ModelImage.objects.exists()


def test_hotspots__can_be_filtered_by_picture(reader):
    try_on, photo = make_try_on(), make_model_image()
    on_result, on_photo = make_hotspot(try_on), make_hotspot(photo)

    assert reader.ids(f"hotspots/?try_on={try_on.pk}") == [on_result.pk]
    assert reader.ids(f"hotspots/?model_image={photo.pk}") == [on_photo.pk]


def test_hotspots__invisible_picture_gives_the_same_response_as_an_unknown_one(visitor):
    hidden = make_model_image(is_active=False)

    responses = [visitor.get(f"hotspots/?model_image={pk}") for pk in (hidden.pk, 999999, "x")]

    assert [response.status_code for response in responses] == [400, 400, 400]
    assert {response.json()["code"] for response in responses} == {"Invalid"}


def test_hotspot__is_corrected(staff_with):
    try_on = make_try_on()
    hotspot, product = make_hotspot(try_on), make_product()
    client = staff_with("change_hotspot")

    response = client.patch(
        f"hotspots/{hotspot.pk}/",
        {"box": {"x1": 1, "y1": 2, "x2": 200, "y2": 300}, "product": product.pk},
        format="json",
    )

    assert response.status_code == 200
    assert response.json()["box"] == {"x1": 1, "y1": 2, "x2": 200, "y2": 300}
    assert response.json()["product"]["id"] == product.pk
    hotspot.refresh_from_db()
    assert hotspot.box == (1, 2, 200, 300)
    assert hotspot.is_corrected
    assert hotspot.corrected_by == client.user


def test_hotspot__product_alone_can_be_removed(staff_with):
    hotspot = make_hotspot(make_try_on(), product=make_product())

    response = staff_with("change_hotspot").patch(
        f"hotspots/{hotspot.pk}/", {"product": None}, format="json"
    )

    assert response.json()["product"] is None
    assert response.json()["box"] == {"x1": 20, "y1": 30, "x2": 120, "y2": 160}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "non_field_errors"),
        ({"box": {"x1": 0, "y1": 0, "x2": 201, "y2": 300}}, "box"),
        ({"box": {"x1": 0, "y1": 0, "x2": 200, "y2": 301}}, "box"),
        ({"box": {"x1": 50, "y1": 0, "x2": 50, "y2": 300}}, "box"),
        ({"box": {"x1": -1, "y1": 0, "x2": 50, "y2": 300}}, "box.x1"),
        ({"box": {"x1": 0, "y1": 0, "x2": 50}}, "box.y2"),
        ({"box": [0, 0, 50, 50]}, "box.non_field_errors"),
        ({"product": 999999}, "product"),
        ({"clothes_type": "dress"}, "clothes_type"),
    ],
)
def test_hotspot__invalid_correction_is_refused_by_field(staff_with, body, field):
    hotspot = make_hotspot(make_try_on())

    response = staff_with("change_hotspot").patch(f"hotspots/{hotspot.pk}/", body, format="json")

    assert response.status_code == 400
    assert list(response.json()["field_errors"]) == [field]
    assert not Hotspot.objects.get().is_corrected


def test_hotspot__product_must_be_visible_to_the_user(staff_with):
    hotspot, hidden = make_hotspot(make_try_on()), make_product(is_visible=False)
    body = {"product": hidden.pk}
    path = f"hotspots/{hotspot.pk}/"

    assert staff_with("change_hotspot").patch(path, body, format="json").status_code == 400
    client = staff_with("change_hotspot", "view_product")
    assert client.patch(path, body, format="json").status_code == 200


def test_parse_clothes__repeated_request_starts_one_parse(staff_with):
    photo, client = make_model_image(), staff_with("add_clothesparse")

    first = client.post_json(f"model-images/{photo.pk}/find-clothes/")
    second = client.post_json(
        f"model-images/{photo.pk}/find-clothes/", {"clothes_types": ["lower"]}
    )

    assert first.status_code == second.status_code == 202
    assert first["Retry-After"] == "3"
    assert first.json() == second.json()
    assert first.json()["clothes_types"] == ["upper", "lower"]
    assert first.json()["status"] == "queued"
    assert ClothesParse.objects.get().requested_by == client.user


@pytest.mark.parametrize(
    ("body", "types", "is_automatic"),
    [
        ({}, "upper,lower", True),
        ({"clothes_types": None}, "upper,lower", True),
        ({"clothes_types": ["lower", "upper", "lower"]}, "upper,lower", False),
        ({"clothes_types": ["upper"]}, "upper", False),
    ],
)
def test_parse_clothes__without_types_a_dress_may_follow(staff_with, body, types, is_automatic):
    photo = make_model_image()
    staff_with("add_clothesparse").post_json(f"model-images/{photo.pk}/find-clothes/", body)

    parse = ClothesParse.objects.get()
    assert (parse.clothes_types, parse.is_automatic) == (types, is_automatic)


def test_parse_clothes__returns_the_newest_parse(staff_with):
    photo, client = make_model_image(), staff_with("add_clothesparse")
    parse = actions.parse_clothes(photo)
    ClothesParse.objects.update(
        status=Status.FAILED, error_code="InvalidPerson", error_message="No person found."
    )

    response = client.get(f"model-images/{photo.pk}/find-clothes/")

    assert response.status_code == 200
    assert response.json()["id"] == parse.pk
    assert response.json()["poll_after"] is None
    assert response.json()["error"]["code"] == "InvalidPerson"
    assert response.json()["error"]["fixed_by"] == "shop"


def test_parse_clothes__parses_need_a_permission(visitor, reader):
    photo = make_model_image()
    path = f"model-images/{photo.pk}/find-clothes/"
    assert reader.get(path).status_code == 404
    actions.parse_clothes(photo)

    assert visitor.get(path).status_code == 404
    assert reader.get(path).status_code == 200


def test_parse_clothes__try_on_must_have_a_picture(staff_with):
    client = staff_with("add_clothesparse", "view_tryonresult")
    finished, running = make_try_on(), make_try_on(status=Status.RUNNING)

    response = client.post_json(
        f"try-ons/{finished.pk}/find-clothes/", {"clothes_types": ["dress"]}
    )
    refused = client.post_json(f"try-ons/{running.pk}/find-clothes/")

    assert response.status_code == 202
    assert ClothesParse.objects.get().try_on == finished
    assert (refused.status_code, refused.json()["code"]) == (409, "NoPicture")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"clothes_types": ["hat"]}, 400, "Invalid"),
        ({"clothes_types": []}, 400, "Invalid"),
        ({"clothes_types": "upper"}, 400, "Invalid"),
        ({"clothes_types": ["upper", "dress"]}, 422, "UnknownCombination"),
        ({"agian": True}, 400, "Invalid"),
    ],
)
def test_parse_clothes__invalid_request_is_refused(staff_with, body, status, code):
    photo = make_model_image()

    response = staff_with("add_clothesparse").post_json(
        f"model-images/{photo.pk}/find-clothes/", body
    )

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not ClothesParse.objects.exists()


def test_browsable_api__renders_every_page(staff_with):
    """If the site enables the browsable API, it must render our fields."""
    client = staff_with(
        "add_garment", "change_garment", "add_tryonresult", "change_hotspot", "view_product"
    )
    hotspot = make_hotspot(make_try_on(), product=make_product())
    garment = make_garment()
    for path in (
        "products/",
        "garments/",
        f"garments/{garment.pk}/",
        "try-ons/",
        f"hotspots/{hotspot.pk}/",
        "hotspots/",
    ):
        response = client.get(path, HTTP_ACCEPT="text/html")
        assert response.status_code == 200, path
        assert response["Content-Type"].startswith("text/html")


def test_options__describes_the_request_fields(staff_with):
    response = staff_with("add_garment").options("garments/")

    assert response.status_code == 200
    assert "image" in response.json()["actions"]["POST"]
