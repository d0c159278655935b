from __future__ import annotations

import pytest

from django_outfitanyone.intake.names import codes_of, kind_of, plain_path, title_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jpg", "a.jpg"),
        ("Tops/a.jpg", "Tops/a.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("/srv/media/a.jpg", "srv/media/a.jpg"),
        ("C:\\Users\\me\\a.jpg", "Users/me/a.jpg"),
        ("a\0.jpg", "a.jpg"),
        ("\ud800.jpg", "?.jpg"),
        ("", ""),
    ],
)
def test_plain_path__is_relative_and_storable(name, expected):
    assert plain_path(name) == expected


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("TS-1001_front.jpg", ["TS-1001_front", "TS-1001", "TS"]),
        ("TS-1001.jpg", ["TS-1001", "TS"]),
        ("2024_TS-1001_front.jpg", ["2024_TS-1001_front", "2024_TS-1001", "2024_TS", "2024"]),
        ("linen-dress.jpg", ["linen-dress", "linen"]),
    ],
)
def test_codes_of__begin_with_the_longest(path, first):
    assert codes_of(path)[: len(first)] == first


def test_codes_of__include_parts_with_digits_and_the_folder():
    assert "TS-1001" in codes_of("2024_TS-1001_front.jpg")
    assert codes_of("AB-7/front.jpg")[-1] == "AB-7"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("summer dress.jpg", "one_piece"),
        ("Dresses/IMG_0001.jpg", "one_piece"),
        ("Dresses/denim-jacket.jpg", "outerwear"),
        ("Hosen/blau.jpg", "bottom"),
        ("shirt and trousers.jpg", ""),
        ("IMG_0001.jpg", ""),
    ],
)
def test_kind_of__is_read_from_file_and_folder(path, kind):
    assert kind_of(path) == kind


def test_title_of__is_made_of_words():
    assert title_of("Tops/linen_shirt-white.JPG") == "linen shirt white"
