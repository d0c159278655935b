from __future__ import annotations

import pytest

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.outfit import (
    check_together,
    check_wearable,
    default_outfit,
    outfits_of,
    refusal_of_kind,
    wearable_kinds,
)
from django_outfitanyone.models import Garment

TWO_PIECES = frozenset({GarmentKind.TOP, GarmentKind.BOTTOM, GarmentKind.ONE_PIECE})


def outfit(*kinds):
    return [Garment(kind=kind, name=kind) for kind in kinds]


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        (["top", "top"], "“top” and “top”"),
        (["top", "one_piece"], "“top” and “one_piece”"),
        (["bottom", "hat", "one_piece"], "“bottom” and “one_piece”"),
        (["bag", "shoes", "bag"], "“bag” and “bag”"),
    ],
)
def test_check_together__names_the_garments_that_take_the_same_place(kinds, named):
    with pytest.raises(RequestRefused, match=named) as refused:
        check_together(outfit(*kinds))

    assert refused.value.code == "NotTogether"


def test_check_together__one_garment_for_each_part_of_the_body():
    check_together(outfit("top", "bottom", "outerwear", "shoes", "bag", "hat"))
    check_together(outfit("one_piece", "outerwear", "shoes", "bag", "hat"))


def test_check_together__needs_a_garment():
    with pytest.raises(RequestRefused) as refused:
        check_together([])

    assert refused.value.code == "NoGarment"


@pytest.mark.parametrize("kind", ["outerwear", "shoes", "bag", "hat"])
def test_check_wearable__refuses_a_kind_with_those_that_work(kind):
    with pytest.raises(RequestRefused) as refused:
        check_wearable(outfit("top", kind), TWO_PIECES)

    assert refused.value.code == "KindNotWorn"
    assert str(refused.value).startswith(f"“{kind}”: The engine cannot try on this kind")
    assert "top, dress or jumpsuit and bottom" in str(refused.value)


def test_wearable_kinds__are_those_of_the_engine():
    assert wearable_kinds() == TWO_PIECES


def test_refusal_of_kind__none_for_what_the_engine_wears(wears_everything):
    assert refusal_of_kind("top", wearable_kinds()) == ""
    assert refusal_of_kind("hat", wearable_kinds())
    wears_everything()
    assert refusal_of_kind("hat", wearable_kinds()) == ""


@pytest.mark.parametrize(
    ("kinds", "outfits"),
    [
        (["top"], [["top"]]),
        (["top", "bottom"], [["top", "bottom"]]),
        (["bottom", "top", "shoes", "bag"], [["top", "bottom", "shoes", "bag"]]),
        (["one_piece", "hat", "top"], [["top", "hat"], ["one_piece", "hat"]]),
        (["shoes", "bag"], [["shoes", "bag"]]),
        (["bottom", "bag", "bag"], [["bottom", "bag"], ["bottom", "bag"]]),
        ([], [[]]),
    ],
)
def test_outfits_of__has_a_piece_of_each_kind_that_fits(kinds, outfits):
    found = outfits_of(outfit(*kinds))

    assert [[garment.kind for garment in pieces] for pieces in found] == outfits


def test_default_outfit__has_the_first_piece_of_each_kind():
    pieces = outfit("bottom", "shoes", "top", "top", "bottom")
    for number, piece in enumerate(pieces):
        piece.pk = 10 - number

    assert default_outfit(pieces) == (pieces[3], pieces[4], pieces[1])
