from __future__ import annotations

import io

import pytest
from PIL import Image

from django_outfitanyone.engines.flux_vto.canvas import MEGAPIXEL, merged
from django_outfitanyone.exceptions import PictureRefused
from tests.drawing import encoded, picture

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def plain(colour, size=(300, 400), *, image_format="PNG", mode="RGB", **options):
    return encoded(Image.new(mode, size, colour), image_format, **options)


def opened(data):
    return Image.open(io.BytesIO(data))


def is_near(pixel, colour):
    return all(abs(a - b) < 8 for a, b in zip(pixel, colour, strict=True))


def test_merged__shows_the_pictures_side_by_side_in_order():
    canvas = opened(merged([plain(RED), plain(BLUE)]))

    width, height = canvas.size
    assert (canvas.format, canvas.mode) == ("JPEG", "RGB")
    assert is_near(canvas.getpixel((width // 4, height // 2)), RED)
    assert is_near(canvas.getpixel((3 * width // 4, height // 2)), BLUE)
    for corner in [(0, 0), (width - 1, height - 1), (width // 2, height // 2)]:
        assert is_near(canvas.getpixel(corner), WHITE)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(3000, 2000), (700, 2100), (4000, 90), (90, 4000)])
def test_merged__has_one_megapixel_for_each_picture_at_most(count, size):
    canvas = opened(merged([plain(RED, size)] * count))

    pixels = canvas.width * canvas.height
    assert pixels <= count * MEGAPIXEL
    if size == (3000, 2000):
        assert pixels > count * MEGAPIXEL * 0.98


def test_merged__small_picture_is_not_enlarged():
    assert opened(merged([plain(RED, (300, 400))])).size == (300 + 2 * 16, 400 + 2 * 16)


def test_merged__keeps_the_ratio_of_each_picture():
    canvas = opened(merged([plain(RED, (200, 400)), plain(BLUE, (800, 400))]))

    row = [canvas.getpixel((x, canvas.height // 2)) for x in range(canvas.width)]
    red = sum(is_near(pixel, RED) for pixel in row)
    blue = sum(is_near(pixel, BLUE) for pixel in row)
    assert red == pytest.approx(200, abs=4)
    assert blue == pytest.approx(800, abs=4)


def test_merged__same_pictures_give_the_same_bytes():
    pictures = [picture(1, size=(800, 900)), picture(2, size=(500, 1200))]

    assert merged(pictures) == merged(pictures)
    assert merged(pictures) != merged(pictures[::-1])


def test_merged__turns_pictures_upright():
    lying = Image.new("RGB", (400, 200), RED)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 90 degrees
    canvas = opened(merged([encoded(lying, "JPEG", exif=exif)]))

    assert canvas.width < canvas.height


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_merged__transparent_is_white(mode):
    layer = Image.new("RGBA", (300, 400), (0, 0, 0, 0)).convert(mode)

    canvas = opened(merged([encoded(layer, "TIFF" if mode == "PA" else "PNG")]))

    assert is_near(canvas.getpixel((canvas.width // 2, canvas.height // 2)), WHITE)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "I;16"])
def test_merged__takes_pictures_of_every_mode(mode):
    image = Image.new(mode, (300, 400))

    assert opened(merged([encoded(image, "TIFF")])).mode == "RGB"


@pytest.mark.parametrize("data", [b"", b"<svg/>", picture(1)[:200]])
def test_merged__refuses_what_is_no_picture(data):
    with pytest.raises(PictureRefused):
        merged([picture(2), data])
