"""The files of a result say how it was made, whichever step stores them."""

from __future__ import annotations

import pytest

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.models import Hotspot
from django_outfitanyone.worker import store
from tests.drawing import drawn, encoded, picture
from tests.factories import make_model_image
from tests.pictures.credentials import all_titles, make_chain, manifest_of
from tests.work import collecting_try_on, queued_try_on, step, work

pytestmark = pytest.mark.django_db

SIZE = (680, 1020)
"""Large enough for two smaller copies."""


def files_of(try_on):
    """Return the picture, its thumbnail and its smaller copies."""
    names = [try_on.thumbnail.name, *(name for _width, name in try_on.renditions)]
    files = [try_on.read()]
    for name in names:
        with try_on.image.storage.open(name) as file:
            files.append(file.read())
    return files


def collected(monkeypatch, data):
    """Return a try-on for which the engine's result was this file."""
    try_on = collecting_try_on()
    monkeypatch.setattr(store, "download", lambda _url: data)
    step(try_on)
    return try_on


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_picture__every_file_is_marked(remote, monkeypatch, image_format):
    try_on = collected(monkeypatch, encoded(drawn(size=SIZE), image_format))
    files = files_of(try_on)

    assert len(files) == 2 + len(try_on.renditions) >= 4
    for file in files:
        assert b"digitalsourcetype/trainedAlgorithmicMedia<" in file


def test_picture__is_stored_in_its_own_format(remote, monkeypatch):
    try_on = collected(monkeypatch, encoded(drawn(size=SIZE), "WEBP"))

    assert try_on.image.name.endswith(".webp")
    assert (try_on.width, try_on.height) == SIZE


def test_preview__no_file_claims_that_a_model_made_it(remote):
    try_on = collecting_try_on(person=make_model_image(data=picture(size=SIZE)))
    work(try_on)
    files = files_of(try_on)

    assert len(files) == 2 + len(try_on.renditions) >= 4
    for file in files:
        assert b"digitalsourcetype/compositeSynthetic<" in file
        assert b"trainedAlgorithmicMedia" not in file


def test_picture__is_signed_with_its_copies_if_the_shop_has_a_certificate(
    remote, monkeypatch, configure, tmp_path
):
    configure(**make_chain(tmp_path))
    master, _thumbnail, *copies = files_of(collected(monkeypatch, picture(size=SIZE)))

    assert manifest_of(master)[1]
    assert len(copies) == 2
    for copy in copies:
        assert manifest_of(copy)[1]
        assert all_titles(copy) == ["django-outfitanyone", "django-outfitanyone"]


def test_picture__is_stored_unsigned_if_the_certificate_is_unusable(
    remote, monkeypatch, configure, caplog
):
    configure(C2PA_CERTIFICATE="/nowhere/chain.pem", C2PA_KEY="/nowhere/key.pem")
    try_on = collected(monkeypatch, picture(size=SIZE))

    assert len(files_of(try_on)) >= 4
    assert "stored without Content Credentials" in caplog.text


def test_hotspots_of_a_result__have_marked_crops_and_cutouts(remote):
    try_on = queued_try_on()
    work(try_on)
    spots = Hotspot.objects.of(try_on)

    assert len(spots) > 0
    for file in (file for spot in spots for file in (spot.crop, spot.cutout)):
        with file.open() as stored:
            assert b"digitalsourcetype/compositeSynthetic<" in stored.read()


def test_hotspots_of_a_result__files_that_are_found_again_are_kept(remote):
    """The hash is that of the marked file, or each parse would store it anew."""
    try_on = queued_try_on()
    work(try_on)
    before = {spot.crop.name for spot in Hotspot.objects.of(try_on)}
    work(parse_clothes(try_on, ["upper"]))

    assert {spot.crop.name for spot in Hotspot.objects.of(try_on)} == before


def test_hotspots_of_a_photo__are_not_marked(remote):
    photo = make_model_image()
    work(parse_clothes(photo, ["upper"]))
    with Hotspot.objects.of(photo).get().crop.open() as file:
        assert b"digitalsourcetype" not in file.read()
