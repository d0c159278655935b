from __future__ import annotations

import io

import pytest
from PIL import Image, ImageCms

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.pictures import colours, images
from django_outfitanyone.pictures.colours import upright
from tests.drawing import drawn, encoded
from tests.pictures.files import display_p3, linear_grey

P3_RED = (210, 40, 45)
P3_RED_IN_SRGB = (229, 0, 32)
BOX = (4095, 4095)


def prepared(data):
    image = Image.open(io.BytesIO(images.prepare(data).data))
    image.load()
    return image


def red(mode):
    """Return a picture of one red, with a noisy corner that keeps the file large enough."""
    image = Image.new("RGB", (300, 300), P3_RED)
    image.paste(drawn(size=(100, 100)), (0, 0))
    if mode == "P":
        return image.quantize(64)
    if mode == "PA":
        return image.quantize(64).convert("PA")
    return image.convert(mode)


@pytest.mark.parametrize(
    ("mode", "image_format", "options"),
    [
        ("RGB", "JPEG", {"quality": 95}),
        ("RGB", "PNG", {}),
        ("RGBA", "PNG", {}),
        ("P", "PNG", {}),
        ("P", "PNG", {"transparency": 0}),
        ("RGB", "WEBP", {"lossless": True}),
        ("RGBA", "WEBP", {"lossless": True}),
        ("RGB", "TIFF", {}),
        ("RGBA", "TIFF", {}),
        ("RGB", "AVIF", {"quality": 95}),
        ("RGBA", "AVIF", {"quality": 95}),
        ("RGB", "HEIF", {"quality": 95}),
        ("RGBA", "HEIF", {"quality": 95}),
    ],
)
def test_prepare__display_p3_becomes_srgb_in_every_mode_and_format(mode, image_format, options):
    data = encoded(red(mode), image_format, icc_profile=display_p3(), **options)
    pixel = prepared(data).getpixel((250, 250))

    assert pixel == pytest.approx(P3_RED_IN_SRGB, abs=8)


def test_prepare__transparency_with_a_profile_becomes_white():
    image = red("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    image.paste(red("RGBA").crop((0, 0, 300, 150)), (0, 0))
    result = prepared(encoded(image, "PNG", icc_profile=display_p3()))

    assert result.getpixel((250, 250)) == (255, 255, 255)
    assert result.getpixel((250, 140)) == pytest.approx(P3_RED_IN_SRGB, abs=3)


def test_prepare__grey_profile_is_applied():
    """Linear greys are darker than sRGB's: 128 of 255 is 188 in sRGB."""
    grey = Image.new("L", (300, 300), 128)
    grey.paste(drawn(size=(100, 100)).convert("L"), (0, 0))

    assert prepared(encoded(grey, "PNG")).getpixel((250, 250)) == (128, 128, 128)
    linear = prepared(encoded(grey, "PNG", icc_profile=linear_grey()))
    assert linear.getpixel((250, 250)) == pytest.approx((188, 188, 188), abs=2)


@pytest.mark.parametrize("profile", [b"rubbish", b"", display_p3()[:200]])
def test_prepare__broken_profile_is_ignored(profile):
    result = prepared(encoded(red("RGBA"), "PNG", icc_profile=profile))

    assert result.getpixel((250, 250)) == P3_RED


def test_prepare__profile_of_another_kind_of_colours_is_ignored():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    result = prepared(encoded(red("RGB"), "PNG", icc_profile=lab))

    assert result.getpixel((250, 250)) == P3_RED


def test_prepare__lab_picture_has_its_colours():
    lab = ImageCms.profileToProfile(
        red("RGB"), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    lab.info.clear()
    result = prepared(encoded(lab, "TIFF"))

    assert result.getpixel((250, 250)) == pytest.approx(P3_RED, abs=4)


def sixteen_bit(value):
    image = Image.new("I;16", (300, 300), value)
    return encoded(image, "TIFF")


@pytest.mark.parametrize("mode", ["F", "I"])
def test_prepare__samples_without_a_known_white_are_refused(mode):
    with pytest.raises(PictureRefused, match="brightness") as refused:
        images.prepare(encoded(Image.new(mode, (300, 300), 1), "TIFF"))

    assert "PNG with 8 bits" in refused.value.remedy


@pytest.mark.parametrize(("tag", "value"), [(258, 12), (262, 0)], ids=["12 bits", "white is zero"])
def test_prepare__other_sixteen_bit_greys_are_refused(tag, value, monkeypatch):
    image = Image.open(io.BytesIO(sixteen_bit(40_000)))
    image.load()
    image.tag_v2[tag] = value

    with pytest.raises(PictureRefused, match="brightness"):
        upright(image, within=BOX)


def test_prepare__sixteen_bit_greys_are_converted():
    assert prepared(sixteen_bit(40_000)).getpixel((9, 9)) == pytest.approx((156,) * 3, abs=2)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("size", [(200, 300), (300, 200)])
def test_upright__is_what_pillow_makes_of_each_orientation(turn, size, monkeypatch):
    from PIL import ImageOps

    monkeypatch.setattr(colours, "BAND_ROWS", 64)
    exif = Image.Exif()
    exif[0x0112] = turn
    with Image.open(io.BytesIO(encoded(drawn(size=size), "PNG", exif=exif))) as image:
        expected = ImageOps.exif_transpose(image)

        assert upright(image, within=BOX).tobytes() == expected.tobytes()


def test_upright__bands_have_no_seams(monkeypatch):
    monkeypatch.setattr(colours, "BAND_ROWS", 16)
    image = drawn(size=(700, 1000))
    expected = image.resize((210, 300), Image.Resampling.LANCZOS)
    found = upright(image, within=(210, 300))

    differences = [abs(a - b) for a, b in zip(found.tobytes(), expected.tobytes(), strict=True)]
    assert max(differences) <= 1
