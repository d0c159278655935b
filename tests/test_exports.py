"""Exported files have the marks that were asked for; the stored picture never changes."""

from __future__ import annotations

import io
import json
import re
from xml.sax.saxutils import unescape

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from django_outfitanyone.actions import export_picture
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import PictureRefused, RequestRefused
from django_outfitanyone.exports import ExportOptions
from django_outfitanyone.pictures import xmp
from django_outfitanyone.pictures.containers import has_credentials
from django_outfitanyone.pictures.marks import mark_master
from tests.drawing import drawn, encoded
from tests.factories import make_try_on
from tests.pictures.credentials import all_titles, make_chain, manifest_of, signed_by_engine

pytestmark = pytest.mark.django_db

TRAINED = "trainedAlgorithmicMedia"
FORMATS = pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])


def approved(data, **columns):
    """Return an approved result with this file."""
    try_on = make_try_on(review=Review.APPROVED, **columns)
    try_on.image.save("result.jpg", ContentFile(data), save=True)
    return try_on


def fields_of(data):
    """Return the values of the AIGC fields in the file."""
    packet = xmp.read(data).decode()
    return [json.loads(unescape(one)) for one in re.findall("<TC260:AIGC>(.*?)<", packet)]


def source_types(data):
    return re.findall(r"digitalsourcetype/(\w+)", xmp.read(data).decode())


def pixels(data):
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


@FORMATS
def test_default__is_the_marked_picture_without_any_overlay(image_format):
    master = mark_master(encoded(drawn(), image_format), TRAINED)
    try_on = approved(master)
    exported = export_picture(try_on)

    assert exported.data == master
    assert source_types(exported.data) == [TRAINED]
    suffix = {"JPEG": ".jpg"}.get(image_format, f".{image_format.lower()}")
    assert exported.name == f"try-on-{try_on.pk}{suffix}"


@FORMATS
def test_default__file_of_an_engine_that_signs_gets_the_mark_that_feeds_demand(
    image_format, tmp_path
):
    """Its signature would be broken by the mark, so the copy has none; the master keeps it."""
    master = mark_master(signed_by_engine(encoded(drawn(), image_format), tmp_path), TRAINED)
    try_on = approved(master)
    exported = export_picture(try_on)

    assert source_types(exported.data) == [TRAINED]
    assert not has_credentials(exported.data)
    assert pixels(exported.data) == pixels(master)
    assert try_on.read() == master


def test_default__states_the_present_setting_of_a_picture_marked_with_another(configure):
    try_on = approved(mark_master(encoded(drawn()), "compositeWithTrainedAlgorithmicMedia"))

    assert source_types(export_picture(try_on).data) == [TRAINED]


def test_preview__stays_marked_as_one():
    exported = export_picture(
        approved(encoded(drawn()), is_preview=True), ExportOptions(label=True)
    )

    assert source_types(exported.data) == ["compositeSynthetic"]
    assert "-preview-label.jpg" in exported.name


@FORMATS
def test_aigc__adds_the_field_and_changes_no_pixel(configure, image_format):
    configure(AIGC_PRODUCER="Shop <1>", AIGC_PROPAGATOR="Shop")
    master = mark_master(encoded(drawn(), image_format), TRAINED)
    try_on = approved(master)
    exported = export_picture(try_on, ExportOptions(aigc=True))
    (field,) = fields_of(exported.data)

    assert (field["Label"], field["ContentProducer"]) == ("1", "Shop <1>")
    assert field["ProduceID"].startswith(f"try-on-{try_on.pk}-")
    assert (field["ContentPropagator"], field["PropagateID"]) == ("Shop", field["ProduceID"])
    assert source_types(exported.data) == [TRAINED]
    assert pixels(exported.data) == pixels(master)
    assert try_on.read() == master


def test_aigc__without_a_propagator_names_none(configure):
    configure(AIGC_PRODUCER="Shop")
    exported = export_picture(approved(encoded(drawn())), ExportOptions(aigc=True))
    (field,) = fields_of(exported.data)

    assert (field["ContentPropagator"], field["PropagateID"]) == ("", "")


def test_aigc__needs_a_producer():
    with pytest.raises(ConfigurationError, match="AIGC_PRODUCER"):
        export_picture(approved(encoded(drawn())), ExportOptions(aigc=True))


@FORMATS
def test_label__is_drawn_into_the_copy_only(configure, image_format):
    configure(AIGC_PRODUCER="Shop")
    master = mark_master(encoded(Image.new("RGB", (600, 800), "black"), image_format), TRAINED)
    try_on = approved(master)
    exported = export_picture(try_on, ExportOptions(aigc=True, label=True))

    assert max(pixels(exported.data)) == 255
    assert max(pixels(master)) == 0
    assert try_on.read() == master
    assert len(fields_of(exported.data)) == 1
    assert source_types(exported.data) == [TRAINED]
    assert "-aigc-label." in exported.name


def test_shop_that_signs__signs_the_export_with_the_master_as_parent(configure, tmp_path):
    configure(AIGC_PRODUCER="Shop", **make_chain(tmp_path))
    master = mark_master(encoded(drawn()), TRAINED)
    try_on = approved(master)
    exported = export_picture(try_on, ExportOptions(aigc=True, label=True)).data

    assert export_picture(try_on).data == master
    assert manifest_of(exported)[1]
    assert all_titles(exported) == ["django-outfitanyone", "django-outfitanyone"]
    assert len(fields_of(exported)) == 1


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"status": Status.FAILED}, "NotFinished"),
        ({"review": Review.REJECTED}, "Rejected"),
        ({"review": Review.TO_REVIEW}, "NotReviewed"),
    ],
)
def test_picture_that_visitors_may_not_see__is_refused(columns, code):
    with pytest.raises(RequestRefused) as raised:
        export_picture(make_try_on(**columns))

    assert raised.value.code == code


def test_review_switched_off__only_rejected_pictures_are_refused(configure):
    configure(REQUIRE_REVIEW=False)

    assert export_picture(make_try_on(review=Review.TO_REVIEW)).data
    with pytest.raises(RequestRefused):
        export_picture(make_try_on(review=Review.REJECTED))


def test_missing_file__is_refused():
    try_on = make_try_on(review=Review.APPROVED)
    try_on.image.storage.delete(try_on.image.name)
    with pytest.raises(PictureRefused, match="missing"):
        export_picture(try_on)


def test_marks_off__the_file_stays_as_it_is(configure):
    configure(DIGITAL_SOURCE_TYPE="")

    assert export_picture(approved(encoded(drawn()))).data == encoded(drawn())
