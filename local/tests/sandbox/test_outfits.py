"""Try-ons of the other engines: which garment goes where, and what is stored."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.errors import Refused
from outfitanyone_local.sandbox.outfits import NOT_WORN, Outfit
from outfitanyone_local.sandbox.pictures import PictureLimits
from outfitanyone_local.sandbox.preview import is_preview
from outfitanyone_local.sandbox.rectangle_engine import box_of

TINY = PictureLimits(min_bytes=1, min_side=8)
RED, BLUE, GREEN = (200, 20, 20), (20, 20, 200), (20, 200, 20)


def plain(colour, size=(200, 260)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def make(server, person):
    """Make an outfit of pairs of colour and kind; returns what was made and its files."""

    def made(*garments, **fields):
        storage = server.sandbox.storage
        urls = [
            (storage.keep_input(plain(c), now=server.clock.now()), kind) for c, kind in garments
        ]
        outfit = Outfit(person=person, garments=urls, limits=TINY, **fields)
        outfit = Outfit.from_json(outfit.to_json())
        result = server.sandbox.image_service.make_outfit(outfit, account="a", model="m")
        return result, [storage.results.read(key) for key in result.file_keys]

    return made


def colours(file):
    """The colours in the middle of the upper and of the lower half."""
    pixels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    found = []
    for kind in ("upper", "lower"):
        x1, y1, x2, y2 = box_of(pixels, kind)
        found.append(tuple(int(v) for v in pixels[(y1 + y2) // 2, (x1 + x2) // 2]))
    return found


@pytest.mark.parametrize(
    "garments",
    [
        [(RED, "top"), (BLUE, "bottom")],
        [(BLUE, "bottom"), (RED, "top")],
        [(RED, ""), (BLUE, "")],
        [(GREEN, "top"), (BLUE, "bottom"), (RED, "outerwear")],
        [(RED, "outerwear"), (BLUE, "bottom")],
    ],
)
def test_make_outfit__puts_each_garment_on_its_half(make, garments):
    made, (file,) = make(*garments)
    assert colours(file) == [RED, BLUE]
    assert made.findings == ()


def test_make_outfit__leaves_shoes_out_and_says_so(make):
    made, (file,) = make((RED, "top"), (BLUE, "shoes"))
    assert colours(file)[0] == RED
    assert made.findings == (NOT_WORN,)


@pytest.mark.parametrize(
    ("file_format", "name"), [("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")]
)
def test_make_outfit__has_size_format_and_mark(make, file_format, name):
    made, (file,) = make((RED, "top"), width=320, height=416, file_format=file_format)
    image = Image.open(io.BytesIO(file))
    assert (image.format, image.size, made.size) == (name, (320, 416), (320, 416))
    assert is_preview(image.getexif())
    assert b"compositeSynthetic" in file


def test_make_outfit__candidates_differ(make):
    made, files = make((RED, "top"), count=3)
    assert len(set(files)) == len(made.file_keys) == 3


def test_make_outfit__checks_the_limits_of_the_engine(server, shop, make, person):
    small = PictureLimits(min_bytes=1, max_side=100)
    outfit = Outfit(person=person, garments=(), limits=small)
    with pytest.raises(Refused, match="100 at most"):
        server.sandbox.image_service.make_outfit(outfit, account="a", model="m")


def test_keep_input__is_deleted_by_a_reset(server):
    storage = server.sandbox.storage
    url = storage.keep_input(picture_bytes(), now=server.clock.now())
    assert storage.inputs.read(url)
    server.reset()
    assert storage.inputs.read(url) is None
