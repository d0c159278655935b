"""Rows that visitors and staff may see. All others respond as if they did not exist."""

from __future__ import annotations

import pytest

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import Garment, Product
from tests.api.contract import API
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)


def test_products__visitors_see_the_visible_ones(visitor, reader):
    visible, hidden = make_product(), make_product(is_visible=False)

    assert visitor.ids("products/") == [visible.pk]
    assert reader.ids("products/") == [hidden.pk, visible.pk]
    assert visitor.get(f"products/{visible.pk}/").status_code == 200
    assert visitor.get(f"products/{hidden.pk}/").status_code == 404
    assert reader.get(f"products/{hidden.pk}/").status_code == 200


def test_garments__visitors_see_those_of_visible_products(visitor, reader):
    visible = make_garment()
    hidden = make_garment(product=make_product(is_visible=False))
    of_no_product = make_garment()
    Garment.objects.filter(pk=of_no_product.pk).update(product=None)

    assert visitor.ids("garments/") == [visible.pk]
    assert reader.ids("garments/") == [of_no_product.pk, hidden.pk, visible.pk]
    assert visitor.get(f"garments/{hidden.pk}/").status_code == 404


def test_model_images__visitors_see_the_active_ones(visitor, reader):
    active, inactive = make_model_image(), make_model_image(is_active=False)

    assert visitor.ids("model-images/") == [active.pk]
    assert reader.ids("model-images/") == [inactive.pk, active.pk]
    assert visitor.get(f"model-images/{inactive.pk}/").status_code == 404


def test_try_ons__visitors_see_published_ones(visitor, reader):
    published = make_published()
    others = [make_try_on(review=review) for review in Review]

    assert visitor.ids("try-ons/") == [published.pk]
    assert set(reader.ids("try-ons/")) == {published.pk, *(row.pk for row in others)}
    for row in others:
        assert visitor.get(f"try-ons/{row.pk}/").status_code == 404


def test_try_ons__without_review_visitors_see_those_that_are_not_rejected(
    visitor, reader, configure
):
    configure(REQUIRE_REVIEW=False)
    finished = make_try_on()
    approved = make_try_on(review=Review.APPROVED)
    others = [
        make_try_on(review=Review.REJECTED),
        make_try_on(status=Status.RUNNING),
        make_try_on(status=Status.FAILED, error_code="InvalidPerson"),
        make_try_on(status=Status.NEEDS_ATTENTION),
    ]

    assert visitor.ids("try-ons/") == [approved.pk, finished.pk]
    assert set(reader.ids("try-ons/")) == {finished.pk, approved.pk, *(row.pk for row in others)}
    for row in others:
        assert visitor.get(f"try-ons/{row.pk}/").status_code == 404


def test_try_ons__the_requesting_user_sees_the_result(visitor, staff_with):
    client = staff_with("add_tryonresult")
    own = make_try_on(status=Status.FAILED, error_code="NoAnswer", requested_by=client.user)
    make_try_on(status=Status.FAILED, requested_by=staff_with("add_tryonresult").user)

    assert client.ids("try-ons/") == [own.pk]
    assert client.get(f"try-ons/{own.pk}/").json()["job"]["error"]["code"] == "NoAnswer"
    assert visitor.ids("try-ons/") == []


@pytest.mark.parametrize("permission", ["view_tryonresult", "change_tryonresult"])
def test_try_ons__staff_see_all_with_either_permission(staff_with, permission):
    failed = make_try_on(status=Status.FAILED)

    assert staff_with(permission).ids("try-ons/") == [failed.pk]


@pytest.mark.parametrize("permission", ["view", "change"])
@pytest.mark.parametrize("model", ["product", "garment", "modelimage", "tryonresult", "hotspot"])
def test_permission__shows_the_hidden_rows_of_its_model_and_of_no_other(
    staff_with, permission, model
):
    hidden = make_garment(product=make_product(is_visible=False))
    try_on = make_try_on(garments=[hidden], model_image=make_model_image(is_active=False))
    rows = {
        "product": ("products/", hidden.product),
        "garment": ("garments/", hidden),
        "modelimage": ("model-images/", try_on.model_image),
        "tryonresult": ("try-ons/", try_on),
        "hotspot": ("hotspots/", make_hotspot(try_on, product=hidden.product)),
    }
    client = staff_with(f"{permission}_{model}")
    shown = {name for name, (path, row) in rows.items() if row.pk in client.ids(path)}

    # a garment is shown with its product, because it can be seen there
    assert shown == {model} | ({"garment"} if model == "product" else set())


@pytest.mark.parametrize(
    ("permission", "status"),
    [
        ("add_clothesparse", 200),
        ("view_clothesparse", 200),
        ("change_clothesparse", 200),
        ("delete_clothesparse", 404),
        ("view_modelimage", 404),
    ],
)
def test_parses__need_a_permission(staff_with, permission, status):
    photo = make_model_image()
    parse_clothes(photo)

    response = staff_with(permission).get(f"model-images/{photo.pk}/find-clothes/")
    assert response.status_code == status


@pytest.mark.parametrize("hidden", [0, 1], ids=["top", "bottom"])
def test_nested__garment_of_a_hidden_product_is_missing(visitor, hidden):
    garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]
    Product.objects.filter(pk=garments[hidden].product.pk).update(is_visible=False)
    try_on = make_published(garments=garments)

    shown = visitor.get(f"try-ons/{try_on.pk}/").json()["garments"]
    assert [garment["id"] for garment in shown] == [garments[1 - hidden].pk]


@pytest.mark.parametrize("path", ["model-images", "try-ons"])
def test_nested__hotspots_of_hidden_products_show_no_product(visitor, staff_with, path):
    product = make_product(title="Secret", is_visible=False)
    picture = make_model_image() if path == "model-images" else make_published()
    make_hotspot(picture, product=product)
    client = staff_with("view_modelimage", "view_tryonresult", "view_hotspot")

    assert visitor.get(f"{path}/{picture.pk}/").json()["hotspots"] == []
    (spot,) = client.get(f"{path}/{picture.pk}/").json()["hotspots"]
    assert spot["product"] is None


def test_nested__garments_of_a_product_are_those_that_the_user_may_see(visitor, reader):
    garment = make_garment()

    for client in (visitor, reader):
        (product,) = client.get("products/").json()["results"]
        assert [row["id"] for row in product["garments"]] == [garment.pk]


def test_try_ons__cost_and_progress_are_hidden_from_visitors(visitor, reader):
    try_on = make_published(error_code="NoAnswer", request_id="req-1")

    assert visitor.get(f"try-ons/{try_on.pk}/").json()["job"] is None
    assert reader.get(f"try-ons/{try_on.pk}/").json()["job"]["request_id"] == "req-1"


def test_hotspots__visitors_see_those_with_a_visible_product(visitor, reader):
    try_on, photo = make_published(), make_model_image()
    hidden = make_product(is_visible=False)
    on_result = make_hotspot(try_on, "upper", product=make_product())
    on_photo = make_hotspot(photo, "upper", product=make_product())
    others = [
        make_hotspot(try_on, "lower", product=hidden),
        make_hotspot(photo, "lower"),
        make_hotspot(make_model_image(is_active=False), product=make_product()),
        make_hotspot(make_try_on(review=Review.REJECTED), product=make_product()),
        make_hotspot(make_try_on(), product=make_product()),
    ]

    assert visitor.ids("hotspots/") == [on_photo.pk, on_result.pk]
    assert len(reader.ids("hotspots/")) == 7
    for hotspot in others:
        assert visitor.get(f"hotspots/{hotspot.pk}/").status_code == 404


UNPUBLISHED = {
    "to review": {"review": Review.TO_REVIEW},
    "approved": {"review": Review.APPROVED},
    "rejected": {"review": Review.REJECTED},
    "failed": {"status": Status.FAILED},
    "needs attention": {"status": Status.NEEDS_ATTENTION},
    "running": {"status": Status.RUNNING},
    "queued": {"status": Status.QUEUED},
}


@pytest.mark.parametrize("columns", UNPUBLISHED.values(), ids=UNPUBLISHED)
def test_unpublished__leaves_by_no_address_and_no_filter(visitor, staff_with, columns):
    garment = make_garment()
    row = make_try_on(garments=[garment], **columns)
    spot = make_hotspot(row, product=garment.product)
    filters = {
        "product": garment.product.pk,
        "garment": garment.pk,
        "model_image": row.model_image.pk,
        "status": row.status,
        "batch": row.batch,
        "candidates": row.candidates,
    }

    for client in (visitor, staff_with()):
        assert client.ids("try-ons/") == client.ids("hotspots/") == []
        for name, value in filters.items():
            assert client.ids(f"try-ons/?{name}={value}") == [], name
        assert client.get(f"try-ons/{row.pk}/").status_code == 404
        assert client.get(f"hotspots/{spot.pk}/").status_code == 404
        assert client.get(f"hotspots/?try_on={row.pk}").status_code == 400
        assert client.ids(f"hotspots/?model_image={row.model_image.pk}") == []


def test_hotspots__the_requesting_user_sees_those_of_the_result(staff_with):
    client = staff_with()
    own = make_hotspot(make_try_on(requested_by=client.user), product=make_product())
    make_hotspot(make_try_on(requested_by=staff_with().user), product=make_product())
    published = make_hotspot(make_published(), product=make_product())

    assert client.ids("hotspots/") == [published.pk, own.pk]


def test_hotspots__without_review_those_of_rejected_pictures_stay_hidden(visitor, configure):
    configure(REQUIRE_REVIEW=False)
    finished = make_hotspot(make_try_on(), product=make_product())
    make_hotspot(make_try_on(review=Review.REJECTED), product=make_product())
    make_hotspot(make_try_on(status=Status.RUNNING), product=make_product())

    assert visitor.ids("hotspots/") == [finished.pk]


def test_hotspots__those_of_a_replaced_file_are_hidden_from_every_user(reader):
    photo = make_model_image()
    make_hotspot(photo, product=make_product(), picture_sha256="0" * 64)

    assert reader.ids("hotspots/") == []
    assert reader.get(f"model-images/{photo.pk}/").json()["hotspots"] == []


def test_nested__invisible_rows_are_missing(visitor, reader):
    top = make_garment(product=make_product(is_visible=False))
    bottom = make_garment(GarmentKind.BOTTOM)
    inactive = make_model_image(is_active=False)
    try_on = make_published(garments=[top, bottom], model_image=inactive)
    make_hotspot(try_on, "upper", product=top.product)
    make_hotspot(try_on, "lower", product=bottom.product)

    visible = visitor.get(f"try-ons/{try_on.pk}/").json()
    assert visible["model_image"] is None
    assert [garment["id"] for garment in visible["garments"]] == [bottom.pk]
    assert [spot["clothes_type"] for spot in visible["hotspots"]] == ["lower"]

    everything = reader.get(f"try-ons/{try_on.pk}/").json()
    assert everything["model_image"] == inactive.pk
    assert [garment["id"] for garment in everything["garments"]] == [top.pk, bottom.pk]
    assert len(everything["hotspots"]) == 2


def test_nested__hidden_products_need_the_product_permission(staff_with):
    hidden = make_garment(product=make_product(title="Secret", is_visible=False))
    try_on = make_try_on(garments=[hidden])
    make_hotspot(try_on, product=hidden.product)
    client = staff_with("view_tryonresult", "view_garment", "view_hotspot")

    response = client.get(f"try-ons/{try_on.pk}/")
    assert response.json()["garments"][0]["product"] is None
    assert response.json()["hotspots"][0]["product"] is None
    assert b"Secret" not in response.content
    assert b"Secret" not in client.get("garments/").content
    assert b"Secret" not in client.get("hotspots/").content


def test_invisible__gives_the_same_response_as_unknown(visitor):
    rows = {
        "products": make_product(is_visible=False),
        "garments": make_garment(product=make_product(is_visible=False)),
        "model-images": make_model_image(is_active=False),
        "try-ons": make_try_on(status=Status.RUNNING),
        "hotspots": make_hotspot(make_try_on()),
    }
    for name, row in rows.items():
        hidden, unknown = visitor.get(f"{name}/{row.pk}/"), visitor.get(f"{name}/999999/")
        paths = {response.json()["instance"] for response in (hidden, unknown)}
        assert paths == {f"{API}/{name}/{pk}/" for pk in (row.pk, 999999)}
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() | {"instance": ""} == unknown.json() | {"instance": ""}


@pytest.mark.parametrize("pk", ["0", "-1", "abc", "1.5", "9" * 30, "%00"])
def test_invalid_ids__are_not_found(visitor, pk):
    for name in ("products", "garments", "model-images", "try-ons", "hotspots"):
        assert visitor.get(f"{name}/{pk}/").status_code == 404


def test_responses__contain_no_user_names_keys_or_server_paths(reader, settings):
    photo = make_model_image()
    try_on = make_try_on(model_image=photo, requested_by=reader.user, reviewed_by=reader.user)
    make_hotspot(try_on, product=make_product(), corrected_by=reader.user)
    make_hotspot(photo, product=make_product())

    for name in ("products", "garments", "model-images", "try-ons", "hotspots"):
        text = reader.get(f"{name}/").content.decode()
        assert reader.user.username not in text
        assert str(settings.MEDIA_ROOT) not in text
        assert "sk-for-tests" not in text
        assert "sha256" not in text
