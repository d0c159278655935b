from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from drawing import garments
from drawing.garments import Flat
from outfitanyone_local.engine import KindGuess, guess_kind
from outfitanyone_local.samples import GARMENTS

CERTAIN = {"top": "top", "crop": "top", "jumpsuit": "one_piece", "trousers": "bottom"}


@pytest.mark.parametrize(("drawn", "kind"), CERTAIN.items())
def test_guess_kind__is_sure_of_clear_silhouettes(drawn, kind):
    assert guess_kind(garments.draw(Flat(drawn)).image) == KindGuess(kind, is_sure=True)


def test_guess_kind__is_not_sure_of_skirts_because_tube_tops_have_their_outline():
    assert guess_kind(garments.draw(Flat("skirt")).image) == KindGuess("bottom", is_sure=False)


def test_guess_kind__recognises_nothing_on_empty_ground():
    assert guess_kind(np.full((400, 300, 3), 230, np.uint8)) is None


@pytest.mark.parametrize("sample", GARMENTS, ids=lambda sample: sample.file_name)
def test_guess_kind__knows_the_samples(sample):
    assert guess_kind(opened(sample)).kind == sample.kind


def opened(sample):
    with Image.open(io.BytesIO(sample.read())) as image:
        image.thumbnail((700, 700))
        return np.asarray(image.convert("RGB"))
