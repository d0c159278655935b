"""Text that no database stores is answered with 400, and unsafe URLs are left out."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from django_outfitanyone.models import Batch
from tests.api.client import Client
from tests.api.contract import API
from tests.api.operations import OPERATIONS
from tests.drawing import picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_staff,
    make_try_on,
)
from tests.hostile import TITLE, URLS

ODD = {
    "NUL": "a\0b",
    "high half": "a\ud800",
    "low half": "\udfffb",
    "halves in disorder": "\udc00\ud800",
}
odd_text = pytest.mark.parametrize("text", ODD.values(), ids=ODD)
RESOURCES = ("products", "garments", "model-images", "try-ons", "hotspots")


@pytest.fixture
def editor(staff_with):
    return staff_with(
        *(
            f"{right}_{model}"
            for right in ("view", "add", "change", "delete")
            for model in ("garment", "modelimage", "tryonresult", "hotspot", "clothesparse")
        ),
        "view_product",
    )


@pytest.fixture
def superuser(db):
    client = Client()
    client.force_authenticate(make_staff(is_superuser=True))
    return client


def assert_refused(response, field):
    assert response.status_code == 400, response.content
    problem = response.json()
    assert problem["code"] == "Invalid"
    assert set(problem["field_errors"]) == {field}


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    "query", ["status=%00", "%00=x", "cursor=%00", "batch=a%00b", "page_size=%00"]
)
def test_query__with_nul_is_refused(reader, resource, query):
    assert_refused(reader.get(f"{resource}/?{query}"), "query")


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("query", ["status=%ED%A0%80", "cursor=%FF%FE", "x=%ud800", "batch=%"])
def test_query__with_bytes_that_are_no_text_is_no_bug(reader, resource, query):
    assert reader.get(f"{resource}/?{query}").status_code in {200, 400, 404}


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("key", ["%00", "1%00", "%ED%A0%80", "%FF"])
def test_path__with_odd_bytes_is_not_found(reader, resource, key):
    assert reader.get(f"{resource}/{key}/").status_code == 404


def bodies(text):
    """Yield bodies in which the text is a value, nested, or a name."""
    yield {"person": text, "top": 1}
    yield {"person": 1, "top": 2, "keep": text}
    yield {"person": 1, "options": {"deep": [{"deeper": text}]}}
    yield {text: 1}
    yield [text]
    yield text


@odd_text
@pytest.mark.parametrize("path", ["try-ons/", "try-ons/bulk/", "try-ons/estimate/"])
def test_json__with_odd_text_is_refused(editor, path, text):
    for body in bodies(text):
        response = editor.post(path, json.dumps(body), content_type="application/json")
        assert_refused(response, "body")


@odd_text
def test_json__with_odd_text_is_refused_by_every_other_operation(editor, text):
    look, photo, garment = make_try_on(), make_model_image(), make_garment()
    spot = make_hotspot(look, product=garment.product)
    body = json.dumps({"name": text, "product": text, "clothes_types": [text], "gender": text})
    for method, path in (
        ("patch", f"hotspots/{spot.pk}/"),
        ("patch", f"garments/{garment.pk}/"),
        ("patch", f"model-images/{photo.pk}/"),
        ("post", f"model-images/{photo.pk}/find-clothes/"),
        ("post", f"try-ons/{look.pk}/find-clothes/"),
        ("post", f"try-ons/{look.pk}/refine/"),
    ):
        response = getattr(editor, method)(path, body, content_type="application/json")
        assert_refused(response, "body")


def nested(depth):
    """Yield bodies that are nested this deeply, in lists and in objects."""
    yield "[" * depth + "]" * depth
    yield '{"a":' * depth + "1" + "}" * depth
    yield '{"garments":' + "[" * depth + "]" * depth + "}"


READS_NO_BODY = (
    *("retry/", "cancel/", "approve/", "publish/"),
    *("another/", "choose/"),
    *("check/", "crop/", "cut-out/", "restore/"),
)


@pytest.mark.parametrize(("method", "path"), [row[:2] for row in OPERATIONS if row[0] != "delete"])
def test_json__nested_too_deeply_is_refused_by_every_operation(superuser, method, path):
    look, photo = make_try_on(), make_model_image()
    batch = Batch.objects.create(pk=uuid.uuid4(), name="Summer", size=2)
    rows = {"garment": look.garments[0], "photo": photo, "try_on": look, "batch": batch}
    rows["hotspot"] = make_hotspot(look)
    path = path.format(**{name: row.pk for name, row in rows.items()})
    for body in (body for depth in (40, 400, 900, 100_000) for body in nested(depth)):
        response = getattr(superuser, method)(path, body, content_type="application/json")
        assert response.status_code == 400 or path.endswith(READS_NO_BODY), body[:100]
        assert response.status_code < 500


@pytest.mark.parametrize("depth", [1, 10, 30])
def test_json__other_depths_are_read(superuser, depth):
    for body in nested(depth):
        response = superuser.post("try-ons/", body, content_type="application/json")
        assert response.json()["code"] == "Invalid"


def test_json__nested_too_deeply_is_refused_when_the_csrf_check_reads_it(db):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_staff("add_tryonresult"))
    browser.cookies["csrftoken"] = "x" * 32
    for body in nested(100_000):
        response = browser.post("try-ons/", body, content_type="application/json")
        assert response.status_code == 400


def test_form__with_nul_is_refused(editor):
    file = SimpleUploadedFile("a\0b.jpg", picture())
    response = editor.post("model-images/", {"name": ["fine", "a\0b"], "image": file})
    assert_refused(response, "body")


def test_idempotency_key__with_nul_is_refused(editor):
    response = editor.post_json("try-ons/", {}, headers={"Idempotency-Key": "a\0b"})
    assert_refused(response, "Idempotency-Key")


def test_charset__that_decodes_to_half_characters_is_refused(editor):
    """Django decodes the query string with the charset that the request names."""
    response = editor.get(
        "try-ons/?status=%5Cud800", CONTENT_TYPE="text/plain; charset=unicode_escape"
    )
    assert response.status_code in {200, 400}


@pytest.mark.django_db
def test_urls__of_products_are_absolute_and_safe_or_null(client, configure):
    configure(CATALOGUE="tests.hostile.HostileCatalogue")
    client.force_login(make_staff("view_product"))
    for number, url in enumerate(URLS):
        make_product(title=TITLE, url=url, slug=f"hostile-{number}")

    shown = client.get(f"{API}/products/").json()["results"]

    assert len(shown) == len(URLS)
    for product in shown:
        assert product["title"] == TITLE
        for name in ("url", "image_url"):
            value = product.get(name)
            assert value is None or value.startswith("http://testserver/"), value
