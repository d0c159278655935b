"""The kind of each picture by the words of a prompt."""

from __future__ import annotations

import pytest

from outfitanyone_local.sandbox.prompt_kinds import kinds_in


@pytest.mark.parametrize(
    ("prompt", "kinds"),
    [
        ("The girl in Image 1 wears the black dress from Image 2.", ["one_piece"]),
        ("wears the necklace from Image 2, and the bag of Image 3", ["other", "bag"]),
        (
            "Image 2 is a product photo of a top (blue). Image 3 is a pair of shoes.",
            ["top", "shoes"],
        ),
        ("the top of image 3 and the trousers or skirt of image 2", ["bottom", "top"]),
        ("图1中的女生穿着图2中的黑色连衣裙", ["one_piece"]),
        ("Stop the laptop of image 2", [""]),
        ("Dress her nicely. Put image 2 on her", [""]),
        ("wears the hat of image 20 and the coat of picture 2", ["outerwear"]),
        ("", ["", ""]),
    ],
)
def test_kinds_in(prompt, kinds):
    assert kinds_in(prompt, pictures=1 + len(kinds)) == kinds
