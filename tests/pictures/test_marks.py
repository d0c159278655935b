"""Every file of a picture is marked: the master, and all files made from it."""

from __future__ import annotations

import pytest

from django_outfitanyone.pictures import images, xmp
from django_outfitanyone.pictures.containers import has_credentials
from django_outfitanyone.pictures.marks import mark_copy, mark_master
from django_outfitanyone.pictures.renditions import smaller_copies, thumbnail
from tests.drawing import drawn, encoded
from tests.pictures.credentials import all_titles, make_chain, manifest_of, signed_by_engine
from tests.pictures.test_provenance import SOURCE_TYPES, source_types

TRAINED = "trainedAlgorithmicMedia"
FORMATS = pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
SIZE = (680, 1020)
"""Large enough for two smaller copies."""


@pytest.fixture
def chain(configure, tmp_path):
    (tmp_path / "shop").mkdir()
    configure(**make_chain(tmp_path / "shop"))


@pytest.fixture
def engine_file(tmp_path):
    """Return a function that makes a file with the engine's Content Credentials and no XMP."""
    (tmp_path / "engine").mkdir()
    return lambda image_format: signed_by_engine(
        encoded(drawn(size=SIZE), image_format), tmp_path / "engine"
    )


@FORMATS
def test_engines_credentials__are_kept_byte_for_byte(engine_file, image_format):
    data = engine_file(image_format)

    assert has_credentials(data)
    assert mark_master(data, TRAINED) == data


@FORMATS
def test_copies_of_a_signed_master_without_xmp__are_marked(engine_file, image_format):
    master = mark_master(engine_file(image_format), TRAINED)
    copies = [thumbnail(master, TRAINED), *(data for _, data in smaller_copies(master, TRAINED))]

    assert xmp.read(master) == b""
    assert len(copies) >= 3
    for copy in copies:
        assert source_types(copy) == [SOURCE_TYPES + TRAINED]


@FORMATS
def test_copies__state_the_type_of_the_row_instead_of_the_masters(image_format):
    master = mark_master(encoded(drawn(size=SIZE), image_format), "digitalArt")
    copies = [thumbnail(master, TRAINED), *(data for _, data in smaller_copies(master, TRAINED))]

    for copy in copies:
        assert source_types(copy) == [SOURCE_TYPES + TRAINED]


def test_copies_of_a_photo__are_not_marked():
    data = encoded(drawn(size=SIZE))

    assert xmp.read(thumbnail(data)) == b""
    assert [xmp.read(copy) for _width, copy in smaller_copies(data)] == [b"", b""]


@FORMATS
def test_copy_of_the_signed_file_itself__loses_the_signature_that_the_mark_breaks(
    engine_file, image_format
):
    data = engine_file(image_format)
    copy = mark_copy(data, TRAINED, master=data)

    assert not has_credentials(copy)
    assert source_types(copy) == [SOURCE_TYPES + TRAINED]
    images.verify(copy)


@FORMATS
def test_shop_that_signs__signs_and_marks_the_master(chain, image_format):
    signed = mark_master(encoded(drawn(), image_format), TRAINED)

    assert source_types(signed) == [SOURCE_TYPES + TRAINED]
    assert manifest_of(signed)[1]
    assert all_titles(signed) == ["django-outfitanyone"]


@FORMATS
def test_shop_that_signs__keeps_the_engines_manifest_as_parent(chain, engine_file, image_format):
    signed = mark_master(engine_file(image_format), TRAINED)
    manifest, is_valid = manifest_of(signed)

    assert is_valid
    assert source_types(signed) == [SOURCE_TYPES + TRAINED]
    assert all_titles(signed) == ["django-outfitanyone", "engine"]
    assert [one["relationship"] for one in manifest["ingredients"]] == ["parentOf"]


def test_shop_that_signs__copies_have_the_signed_master_as_parent(chain, engine_file):
    master = mark_master(engine_file("PNG"), TRAINED)
    copies = [data for _width, data in smaller_copies(master, TRAINED)]

    assert len(copies) >= 2
    for copy in copies:
        assert manifest_of(copy)[1]
        assert source_types(copy) == [SOURCE_TYPES + TRAINED]
        assert all_titles(copy) == ["django-outfitanyone", "django-outfitanyone", "engine"]
    assert not has_credentials(thumbnail(master, TRAINED))


def test_shop_that_signs__keeps_a_picture_that_cannot_be_signed(chain, configure, caplog):
    configure(C2PA_KEY="/nowhere/key.pem")
    stored = mark_master(encoded(drawn()), TRAINED)

    assert source_types(stored) == [SOURCE_TYPES + TRAINED]
    assert not has_credentials(stored)
    assert "stored without Content Credentials" in caplog.text


def test_marks_off__files_stay_as_they_are(chain):
    assert mark_master(encoded(drawn()), "") == encoded(drawn())
