from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawing import garments
from drawing.garments import Flat
from drawing.parsed import MODELS, drawn_garment, shipped_picture
from drawing.textures import bricks, checks, dots, plain, stripes
from outfitanyone_local.engine.garments.garment import Kind, parse_garment
from outfitanyone_local.engine.outline import LEFT, RIGHT
from outfitanyone_local.engine.refusals import GarmentRefusal, GarmentRefused

KINDS = {
    "top": Kind.TOP,
    "long top": Kind.TOP,
    "crop": Kind.TOP,
    "dress": Kind.DRESS,
    "jumpsuit": Kind.JUMPSUIT,
    "trousers": Kind.TROUSERS,
    "shorts": Kind.SHORTS,
    "skirt": Kind.SKIRT,
    "mini": Kind.SKIRT,
}


@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
def test_parse_garment__distinguishes_kinds_by_silhouette(kind, expected):
    assert drawn_garment(Flat(kind)).kind is expected


CHANGES = {
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
    "enlarged": lambda image: cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC),
    "tilted left": lambda image: garments.tilted(image, 4),
    "tilted right": lambda image: garments.tilted(image, -4),
}
FAST_CHANGES = {
    ("mirrored", "top"),
    ("enlarged", "dress"),
    ("tilted left", "jumpsuit"),
    ("tilted left", "trousers"),
    ("tilted right", "skirt"),
}


def slow_unless(is_fast, *values):
    return pytest.param(*values, marks=[] if is_fast else [pytest.mark.slow])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        slow_unless((change, kind) in FAST_CHANGES, change, kind)
        for change in CHANGES
        for kind in ("top", "dress", "jumpsuit", "trousers", "skirt")
    ],
)
def test_parse_garment__does_not_depend_on_size_and_tilt(change, kind):
    assert parse_garment(CHANGES[change](garments.picture(kind))).kind is KINDS[kind]


@pytest.mark.parametrize("kind", ["top", "dress"])
def test_parse_garment__measures_the_length_of_sleeves(kind):
    none, short, long = (
        drawn_garment(Flat(kind, sleeve=sleeve)) for sleeve in ("none", "short", "long")
    )

    assert (none.sleeve_length, none.has_sleeves) == (0, False)
    assert 0.4 < short.sleeve_length < 0.7
    assert 1.0 < long.sleeve_length < 1.4


def test_parse_garment__finds_sleeves_laid_out_straight():
    garment = drawn_garment(Flat("top", sleeve="flat"))

    assert garment.has_sleeves
    outer, inner = (garment.outline.sides[LEFT]["cuff"][k] for k in (0, -1))
    assert outer == pytest.approx([450 * 0.97, 450 * 0.13], abs=6)
    assert inner == pytest.approx([450 * 0.97, 450 * 0.25], abs=6)


@pytest.mark.parametrize(
    ("sleeve", "kind"),
    [
        slow_unless(sleeve == "short" or kind in {"top", "dress"}, sleeve, kind)
        for sleeve in ("none", "short", "long")
        for kind in KINDS
    ],
)
def test_parse_garment__outlines_the_front_of_the_cloth(kind, sleeve):
    flat = Flat(kind) if Flat(kind).is_bottom else Flat(kind, sleeve=sleeve)
    drawn = garments.draw(flat)

    outline = drawn_garment(flat).outline.polygon()

    found = np.zeros(drawn.front.shape, np.uint8)
    cv2.fillPoly(found, [np.round(outline).astype(np.int32)], 1)
    steps = np.linalg.norm(np.diff(outline, axis=0, append=outline[:1]), axis=1)
    assert ((found > 0) & drawn.front).sum() / ((found > 0) | drawn.front).sum() > 0.96
    assert steps.max() < 0.05 * drawn.image.shape[0], "edges must meet"


@pytest.mark.parametrize(
    ("cloth", "lining"),
    [
        (plain((170, 40, 50)), (95, 25, 30)),
        (stripes((235, 232, 225), (40, 50, 90), share=0.06), (150, 146, 140)),
        (dots((40, 50, 100), (240, 240, 240), share=0.03), (22, 26, 50)),
        (checks((40, 110, 70), (200, 60, 60)), (50, 40, 35)),
    ],
    ids=["plain", "striped", "dotted", "checked"],
)
@pytest.mark.parametrize("depth", [0.09, pytest.param(0.15, marks=pytest.mark.slow)])
def test_parse_garment__ends_at_the_front_of_the_neckline(cloth, lining, depth):
    """It ends neither at the back's edge, nor at the label, nor at a print."""
    drawn = garments.draw(Flat("top", cloth=cloth, lining=lining, neck_depth=depth))

    top = parse_garment(drawn.image).outline.top

    assert top[:, 1].max() / 450 == pytest.approx(0.10 + depth, abs=0.015)
    assert top[0, 0] / 450 == pytest.approx(0.40, abs=0.02)
    assert top[-1, 0] / 450 == pytest.approx(0.60, abs=0.02)


def test_parse_garment__ends_at_the_silhouette_without_a_visible_lining():
    drawn = garments.draw(Flat("top", lining=None, neck_depth=0.1))

    top = parse_garment(drawn.image).outline.top

    assert top[:, 1].max() / 450 == pytest.approx(0.20, abs=0.015)


def test_parse_garment__gives_mirrored_halves_for_a_symmetric_garment():
    sides = drawn_garment(Flat("jumpsuit", sleeve="long")).outline.sides

    assert list(sides[RIGHT]) == list(sides[LEFT])
    for name, right in sides[RIGHT].items():
        left = sides[LEFT][name]
        for end in (0, -1):
            assert 450 - right[end][0] == pytest.approx(left[end][0], abs=8), name
            assert right[end][1] == pytest.approx(left[end][1], abs=8), name


@pytest.mark.parametrize(
    ("kind", "bottom"), [("trousers", False), ("top", True), ("jumpsuit", True)]
)
def test_parse_garment__refuses_the_wrong_kind(kind, bottom):
    with pytest.raises(GarmentRefused) as refused:
        parse_garment(garments.picture(kind), bottom=bottom)

    assert refused.value.reason is GarmentRefusal.WRONG_KIND


@pytest.mark.parametrize(
    "flat",
    [
        Flat("top", sleeve="none"),
        Flat("crop", sleeve="none"),
        Flat("dress", sleeve="none"),
        Flat("top", sleeve="along"),
    ],
    ids=["sleeveless top", "crop top", "sleeveless dress", "sleeves along the body"],
)
def test_parse_garment__refuses_what_has_shoulders_as_a_bottom(flat):
    with pytest.raises(GarmentRefused) as refused:
        parse_garment(garments.draw(flat).image, hint="bottom")

    assert refused.value.reason is GarmentRefusal.WRONG_KIND


@pytest.mark.parametrize(
    ("kind", "hint", "expected"),
    [
        ("top", "one_piece", Kind.DRESS),
        ("dress", "top", Kind.TOP),
        ("mini", "top", Kind.TOP),
        ("mini", "bottom", Kind.SKIRT),
    ],
)
def test_parse_garment__believes_a_hint_where_silhouettes_are_alike(kind, hint, expected):
    assert parse_garment(garments.picture(kind), hint=hint).kind is expected


@pytest.mark.parametrize(("kind", "hint"), [("jumpsuit", "top"), ("trousers", "one_piece")])
def test_parse_garment__refuses_a_hint_that_legs_contradict(kind, hint):
    with pytest.raises(GarmentRefused) as refused:
        parse_garment(garments.picture(kind), hint=hint)

    assert refused.value.reason is GarmentRefusal.WRONG_KIND


def test_parse_garment__rejects_unknown_hints():
    with pytest.raises(ValueError, match="'hat'"):
        parse_garment(garments.picture("top"), hint="hat")


def test_parse_garment__finds_sleeves_that_lie_along_the_body():
    garment = drawn_garment(Flat("top", sleeve="along"))

    assert garment.has_sleeves
    assert garment.sleeve_length > 0.9
    assert garment.chest == pytest.approx(0.51 * 450, rel=0.05)


@pytest.mark.parametrize("side", [slice(0, 225), slice(225, 450)], ids=["left", "right"])
def test_parse_garment__finds_both_sleeves_if_one_covers_its_armpit(side):
    flat = Flat("top", sleeve="long")
    image, mask = draw_flat(flat)
    for row in range(130, 330):
        across = np.flatnonzero(mask[row])
        covered = slice(max(side.start, across[0]), min(side.stop, across[-1] + 1))
        image[row, covered] = image[300, 225]

    garment = parse_garment(image)

    right, left = (garment.outline.sides[half] for half in (RIGHT, LEFT))
    assert {"cuff", "inner sleeve"} <= set(right) & set(left)
    assert garment.kind is Kind.TOP


def draw_flat(flat):
    """Return a writable picture and its silhouette of 0 and 1."""
    drawn = garments.draw(flat)
    return drawn.image.copy(), drawn.mask.astype(np.uint8)


def test_parse_garment__cuts_a_garment_out_on_a_busy_floor():
    drawn = garments.draw(Flat("top", plain((35, 70, 150)), size=(600, 800)))
    floor = bricks()(800, 600).astype(np.uint8)
    image = np.where(drawn.mask[..., None], drawn.image, floor)

    garment = parse_garment(image)

    assert garment.kind is Kind.TOP
    both = garment.mask & drawn.mask
    assert both.sum() / (garment.mask | drawn.mask).sum() > 0.93


def test_parse_garment__refuses_the_picture_and_logs_an_unexpected_error(monkeypatch, caplog):
    def fail(mask):
        raise IndexError("Nothing below.")

    monkeypatch.setattr("outfitanyone_local.engine.garments.garment.split_halves", fail)

    with pytest.raises(GarmentRefused) as refused:
        parse_garment(garments.picture("top"))

    assert refused.value.reason is GarmentRefusal.NO_GARMENT
    assert isinstance(refused.value.__cause__, IndexError)
    assert "could not be parsed" in caplog.text


def test_parse_garment__follows_the_caller_for_an_ambiguous_silhouette():
    image = garments.picture("mini", lining=None)

    assert parse_garment(image, bottom=True).kind is Kind.SKIRT
    assert not parse_garment(image, bottom=False).kind.is_bottom


@pytest.mark.parametrize("name", [slow_unless(at < 2, name) for at, name in enumerate(MODELS)])
def test_parse_garment__refuses_people(name):
    with pytest.raises(GarmentRefused) as refused:
        parse_garment(shipped_picture(f"models/{name}"))

    assert refused.value.reason is GarmentRefusal.SHOWS_PERSON


SHIPPED = {
    "chinos-beige": Kind.TROUSERS,
    "dress-floral": Kind.DRESS,
    "dress-navy-dots": Kind.DRESS,
    "jeans-blue": Kind.TROUSERS,
    "jumpsuit-terracotta": Kind.JUMPSUIT,
    "longsleeve-navy-stripes": Kind.TOP,
    "shirt-lightblue": Kind.TOP,
    "shorts-olive": Kind.SHORTS,
    "skirt-green-plaid": Kind.SKIRT,
    "sweater-mustard": Kind.TOP,
    "tshirt-red": Kind.TOP,
    "tshirt-white-mountain-print": Kind.TOP,
}


FAST_SHIPPED = {"dress-floral", "shirt-lightblue"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [slow_unless(name in FAST_SHIPPED, name, kind) for name, kind in SHIPPED.items()],
)
def test_parse_garment__accepts_every_shipped_garment(name, kind):
    image = shipped_picture(f"garments/{name}")

    assert parse_garment(image).kind is kind
    assert parse_garment(image, bottom=kind.is_bottom).kind is kind
