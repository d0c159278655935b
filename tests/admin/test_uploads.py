from __future__ import annotations

import io
import re
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import ClothesParse, Garment, ModelImage
from tests.admin.pages import errors_on, text_of
from tests.drawing import drawn, encoded, picture
from tests.factories import make_garment, make_model_image, make_product

pytestmark = pytest.mark.django_db


def png_bomb(side):
    """Return a PNG of ``side`` x ``side`` black pixels, which has a few kilobytes."""
    row = b"\0" * (side // 8 + 1)
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()

    def chunk(kind, body):
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def upload(data, name="photo.jpg"):
    return SimpleUploadedFile(name, data)


REFUSED_FILES = {
    "a text file named .jpg": (
        b"This is no picture at all. " * 400,
        (
            "The file is not a picture that can be read. "
            "Use one of these formats: JPEG, PNG, BMP, WEBP, TIFF, GIF, AVIF, HEIC."
        ),
    ),
    "half a JPEG": (
        picture(size=(400, 600))[:60_000],
        "The picture file is damaged or incomplete. Export or upload it again.",
    ),
    "100 megapixels in 13 KB": (
        png_bomb(10_000),
        (
            "The picture has 10000 × 10000 px; the maximum is 64 megapixels. "
            "Scale it down to at most 4095 px a side."
        ),
    ),
    "120 pixels wide": (
        picture(size=(120, 300)),
        (
            "The picture has 120 × 300 px; each side needs at least 151 px. "
            "Use a larger photo; enlarging this one would not add detail."
        ),
    ),
    "4 KB": (
        picture(size=(300, 400))[:4096],
        (
            "The file has 4.0 KB; the minimum is 5 KB. "
            "Use the original photo instead of a preview or an icon."
        ),
    ),
}


def photo_data(data, **changes):
    return {
        "name": "Anna",
        "is_active": "on",
        "image": upload(data),
        "hotspots-TOTAL_FORMS": 0,
        "hotspots-INITIAL_FORMS": 0,
        **changes,
    }


@pytest.mark.parametrize(("data", "reason"), REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_unusable_photo__is_refused_with_reason_and_remedy(site, data, reason):
    response = site.post("modelimage_add", **photo_data(data))

    assert response.status_code == 200
    assert errors_on(response) == [reason]
    assert not ModelImage.objects.exists()


def test_photo_within_the_limits__is_stored_unchanged(site, messages_of):
    data = picture(7)

    response = site.post("modelimage_add", **photo_data(data))

    photo = ModelImage.objects.get()
    assert photo.read() == data
    assert photo.thumbnail.size
    assert not any("converted" in text for text in messages_of(response))


@pytest.fixture(scope="module")
def six_megabytes():
    data = encoded(drawn(size=(1600, 1400)), quality=97, subsampling=0)
    assert len(data) > 6_000_000
    return data


def test_photo_of_six_megabytes__is_recompressed_with_a_message(site, messages_of, six_megabytes):
    response = site.post("modelimage_add", **photo_data(six_megabytes))

    photo = ModelImage.objects.get()
    assert photo.image.size <= 5 * 1024 * 1024
    with Image.open(io.BytesIO(photo.read())) as stored:
        stored.load()
    message = next(text for text in messages_of(response) if "converted" in text)
    assert message.startswith("“photo.jpg” was converted to a format that the engine accepts: ")
    assert re.search(r"\d+ × \d+ pixels, \d\.\d MB instead of \d\.\d MB\.$", message)


def test_photo__can_be_replaced(site):
    photo = make_model_image()
    before = photo.sha256

    site.post("modelimage_change", photo.pk, **photo_data(picture(99, size=(240, 300))))

    photo.refresh_from_db()
    assert photo.sha256 != before


def test_photo__stays_if_only_its_name_changes(site):
    photo = make_model_image()

    site.post("modelimage_change", photo.pk, **photo_data(b"", image="", name="Berta"))

    changed = ModelImage.objects.get()
    assert (changed.name, changed.sha256) == ("Berta", photo.sha256)


def test_photo__is_shown_beside_its_field(site):
    photo = make_model_image()

    assert photo.thumbnail.url in text_of(site.get("modelimage_change", photo.pk))


def product_data(data, **changes):
    return {
        "title": "Parka",
        "slug": "parka",
        "price": "99",
        "currency": "EUR",
        "is_visible": "on",
        "outfit_garments-TOTAL_FORMS": 1,
        "outfit_garments-INITIAL_FORMS": 0,
        "outfit_garments-0-kind": "top",
        "outfit_garments-0-image": upload(data),
        **changes,
    }


def test_garment__is_added_with_its_product(site):
    site.post("product_add", **product_data(picture(3)))

    garment = Garment.objects.get()
    assert (garment.kind, garment.product.title) == ("top", "Parka")


@pytest.mark.parametrize(("data", "reason"), REFUSED_FILES.values(), ids=REFUSED_FILES)
def test_unusable_garment_picture__is_refused(site, data, reason):
    response = site.post("product_add", **product_data(data))

    assert errors_on(response) == [reason]
    assert not Garment.objects.exists()


def test_converted_garment_picture__is_reported(site, messages_of):
    response = site.post("product_add", **product_data(encoded(drawn(5), "BMP")))

    assert any("“photo.jpg” was converted" in text for text in messages_of(response))


def test_garment__is_saved_on_its_own_page(site, messages_of):
    product = make_product()

    response = site.post(
        "garment_add", product=product.pk, kind="bottom", image=upload(encoded(drawn(6), "BMP"))
    )

    assert Garment.objects.get().product == product
    assert any("converted" in text for text in messages_of(response))


def test_garment__is_changed_and_deleted_in_its_product(site):
    garment = make_garment()
    form = {
        "outfit_garments-INITIAL_FORMS": 1,
        "outfit_garments-0-id": garment.pk,
        "outfit_garments-0-product": garment.product.pk,
        "outfit_garments-0-kind": "bottom",
        "outfit_garments-0-image": "",
    }

    site.post("product_change", garment.product.pk, **product_data(b"", **form))
    garment.refresh_from_db()
    assert garment.kind == "bottom"

    form["outfit_garments-0-DELETE"] = "on"
    site.post("product_change", garment.product.pk, **product_data(b"", **form))
    assert not Garment.objects.exists()


@pytest.mark.parametrize(("parser", "count"), [("local", 1), ("default", 0)])
def test_new_model_photo__is_parsed_if_that_is_free(
    site, configure, django_capture_on_commit_callbacks, parser, count
):
    configure(PARSER=parser)
    data = {"name": "Anna", "image": upload(picture(1))}
    formset = {"hotspots-TOTAL_FORMS": 0, "hotspots-INITIAL_FORMS": 0}

    with django_capture_on_commit_callbacks(execute=True):
        site.post("modelimage_add", **data, **formset)

    assert ClothesParse.objects.filter(model_image__name="Anna").count() == count


@pytest.mark.parametrize("error", [ConfigurationError, RequestRefused])
def test_new_model_photo__is_saved_although_its_free_parse_is_refused(
    site, configure, monkeypatch, messages_of, django_capture_on_commit_callbacks, error
):
    def refuse(*_args, **_kwargs):
        raise error("No parse today.")

    configure(PARSER="local")
    monkeypatch.setattr("django_outfitanyone.actions.parse_clothes", refuse)
    data = {"name": "Anna", "image": upload(picture(1))}
    formset = {"hotspots-TOTAL_FORMS": 0, "hotspots-INITIAL_FORMS": 0}

    with django_capture_on_commit_callbacks(execute=True):
        response = site.post("modelimage_add", **data, **formset)

    assert ModelImage.objects.filter(name="Anna").exists()
    assert "No parse today." in messages_of(response)


def test_new_model_photo__is_not_parsed_because_a_quota_is_left(
    site, configure, django_capture_on_commit_callbacks
):
    configure(PARSER="default", FREE_IMAGES={"aitryon-parsing-v1": 400})
    formset = {"hotspots-TOTAL_FORMS": 0, "hotspots-INITIAL_FORMS": 0}

    with django_capture_on_commit_callbacks(execute=True):
        site.post("modelimage_add", name="Anna", image=upload(picture(1)), **formset)

    assert ModelImage.objects.filter(name="Anna").exists()
    assert not ClothesParse.objects.exists()
