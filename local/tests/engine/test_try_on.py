"""Try-on on drawn people with exact ground truth: what changes and what stays."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from drawing import garments
from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import drawn_person
from drawing.people import PEOPLE
from drawing.textures import plain, stripes
from outfitanyone_local.engine import GarmentRefusal, GarmentRefused, parse_garment, try_on
from outfitanyone_local.engine.figure import Part
from outfitanyone_local.engine.parsing.areas import extract_areas

TEAL, DENIM, BRICK, GOLD, PLUM = (
    (30, 120, 115),
    (60, 85, 150),
    (170, 40, 50),
    (205, 160, 40),
    (110, 40, 110),
)
SKIN = (224, 178, 150)
PAPER = (225, 226, 228)
WEARERS = {
    "shirt and trousers": Person(Top(plain(TEAL)), Bottom(plain(DENIM))),
    "long sleeves": Person(Top(plain(TEAL), sleeve=1.95), Bottom(plain(DENIM))),
    "vest and shorts": Person(Top(plain(TEAL), sleeve=0), Bottom(plain(DENIM), hem=0.66)),
    "skirt": Person(Top(plain(TEAL)), Bottom(plain(DENIM), skirt=True, hem=0.72)),
    "dress": Person(
        Top(plain(TEAL)), Bottom(plain(TEAL), skirt=True, hem=0.72, flare=0.03), one_piece=True
    ),
    "long dress": Person(
        Top(plain(TEAL), sleeve=1.95),
        Bottom(plain(TEAL), skirt=True, hem=0.88, flare=0.05),
        one_piece=True,
    ),
    "trousers over shoes": Person(
        Top(plain(TEAL)), Bottom(plain(DENIM), hem=0.955), shoes=(120, 70, 45)
    ),
    "short top": Person(Top(plain(TEAL), hem=0.475), Bottom(plain(DENIM), start=0.43)),
    "long hair": Person(Top(plain(TEAL)), Bottom(plain(DENIM)), long_hair=True),
}
CLOTHES = {
    "top": garments.Flat("top", plain(BRICK)),
    "long top": garments.Flat("top", plain(BRICK), sleeve="long"),
    "striped top": garments.Flat("top", stripes((235, 232, 225), BRICK, share=0.06), sleeve="long"),
    "crop": garments.Flat("crop", plain(BRICK)),
    "dress": garments.Flat("dress", plain(BRICK), sleeve="none"),
    "jumpsuit": garments.Flat("jumpsuit", plain(BRICK), sleeve="none"),
    "trousers": garments.Flat("trousers", plain(GOLD), label=False),
    "shorts": garments.Flat("shorts", plain(GOLD), label=False),
    "skirt": garments.Flat("skirt", plain(GOLD), label=False),
}
FAST_OUTFITS = [
    ("shirt and trousers", "top", None),
    ("shirt and trousers", "dress", None),
    ("long sleeves", "top", "shorts"),
    ("skirt", "jumpsuit", None),
]
SLOW_OUTFITS = [
    ("shirt and trousers", None, "trousers"),
    ("vest and shorts", "long top", "skirt"),
    ("dress", "top", "trousers"),
    ("long dress", "dress", None),
    ("trousers over shoes", None, "shorts"),
    ("long hair", "top", None),
    ("short top", None, "shorts"),
]


def outfit_params():
    """Return wearer, top and bottom of every outfit; the slow ones repeat kinds of the fast."""
    return [
        pytest.param(*outfit, marks=marks, id=" + ".join(filter(None, outfit)))
        for marks, outfits in (((), FAST_OUTFITS), (pytest.mark.slow, SLOW_OUTFITS))
        for outfit in outfits
    ]


@cache
def wearer(name):
    return draw(WEARERS[name])


def clothing(name):
    return garments.draw(CLOTHES[name]).image if name else None


@cache
def worn(name, top=None, bottom=None, keep=()):
    """Return the try-on, computed once."""
    result = try_on(
        wearer(name).image,
        top=clothing(top),
        bottom=clothing(bottom),
        keep=keep,
        figure=drawn_person(WEARERS[name]),
    )
    result.flags.writeable = False
    return result


def lab(image):
    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def shows(image, colour, *, tolerance=16):
    """Return where a picture shows a colour, in light or shade."""
    wanted = lab(np.uint8([[colour]]))[0, 0]
    return np.linalg.norm((lab(image) - wanted) * [0.35, 1, 1], axis=2) < tolerance


def inside(mask, pixels=4):
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return cv2.erode(mask.astype(np.uint8), kernel, borderValue=0) > 0


def place(name, x, y):
    """Return the pixel position of a point in shares of the height, as in figures.py."""
    person = WEARERS[name]
    width, height = person.size
    scale = person.height * height
    return round(person.middle[0] * width + x * scale), round(
        person.middle[1] * height - scale / 2 + y * scale
    )


def row(name, y):
    return place(name, 0, y)[1]


def same(first, second):
    return (first == second).all(axis=2)


# Unchanged pixels


@pytest.mark.parametrize(("name", "top", "bottom"), outfit_params())
def test_face_hair_hands_and_shoes__keep_every_pixel(name, top, bottom):
    drawn, result = wearer(name), worn(name, top, bottom)

    rows = np.arange(len(result))[:, None]
    chin, knuckles = row(name, 0.12), row(name, 0.53)
    stays = inside(drawn.mask(Part.HEAD) & (rows < chin)) | inside(drawn.mask(Part.HAIR))
    stays |= inside(drawn.mask(Part.ARM) & (rows > knuckles)) | inside(drawn.mask(Part.SHOE))
    assert stays.sum() > 5000
    assert same(result, drawn.image)[stays].mean() == 1


@pytest.mark.parametrize(("name", "top", "bottom"), outfit_params())
def test_background__changes_only_beside_the_clothes(name, top, bottom):
    drawn, result = wearer(name), worn(name, top, bottom)

    far = cv2.dilate((drawn.labels > 0).astype(np.uint8), np.ones((221, 221))) == 0
    assert far.mean() > 0.1
    assert same(result, drawn.image)[far].all()


@pytest.mark.parametrize(
    ("name", "kept", "part", "outfit"),
    [
        pytest.param(
            "shirt and trousers", "lower", Part.LOWER, {"top": "top"}, marks=pytest.mark.slow
        ),
        ("shirt and trousers", "lower", Part.LOWER, {"top": "crop"}),
        pytest.param("short top", "lower", Part.LOWER, {"top": "top"}, marks=pytest.mark.slow),
        ("shirt and trousers", "upper", Part.UPPER, {"bottom": "trousers"}),
        pytest.param("short top", "upper", Part.UPPER, {"bottom": "skirt"}, marks=pytest.mark.slow),
    ],
)
def test_kept_half__stays_pixel_for_pixel(name, kept, part, outfit):
    image, figure = wearer(name).image, drawn_person(WEARERS[name])

    result = worn(name, **outfit, keep=(kept,))

    (area,) = extract_areas(figure, clothes_types=[kept])
    x1, y1, x2, y2 = area.box
    cloth = area.cutout[..., 3] > 0
    assert same(result, image)[y1:y2, x1:x2][cloth].all()
    assert same(result, image)[figure.mask(part)].all()
    assert not same(result, image).all()


def test_half_without_a_new_garment__stays_visible():
    drawn = wearer("shirt and trousers")

    result = worn("shirt and trousers", "top")

    trousers = inside(drawn.mask(Part.LOWER))
    trousers[: row("shirt and trousers", 0.6)] = False
    assert same(result, drawn.image)[trousers].all()


def test_try_on__is_deterministic():
    again = try_on(wearer("skirt").image, top=clothing("jumpsuit"))

    assert (again == worn("skirt", "jumpsuit")).all()


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((301, 403), id="small", marks=pytest.mark.slow),
        pytest.param((700, 1620), id="larger than the working size"),
        pytest.param((1500, 2000), id="large", marks=pytest.mark.slow),
    ],
)
def test_try_on__works_on_pictures_of_any_size(size):
    drawn = draw(replace(WEARERS["shirt and trousers"], size=size))

    result = try_on(drawn.image, top=clothing("top"), keep=["lower"])

    assert result.shape == drawn.image.shape
    chest = inside(drawn.mask(Part.UPPER), size[0] // 40)
    assert shows(result, BRICK)[chest].mean() > 0.95
    face = inside(drawn.mask(Part.HEAD), size[0] // 150)
    face[round(0.185 * size[1]) :] = False
    assert same(result, drawn.image)[face].all()
    assert same(result, drawn.image)[inside(drawn.mask(Part.LOWER), size[0] // 100)].all()


# Changed pixels


@pytest.mark.parametrize(("name", "top", "bottom"), outfit_params())
def test_new_clothes__are_at_the_right_place(name, top, bottom):
    result = worn(name, top, bottom)

    for garment, colour, spots in (
        (top, BRICK, [(0, 0.26), (-0.05, 0.3), (0.05, 0.3), (0, 0.4)]),
        (bottom, GOLD, [(-0.045, 0.56), (0.045, 0.56), (-0.05, 0.6), (0.05, 0.6)]),
    ):
        if garment:
            shown = shows(result, colour)
            assert all(shown[place(name, *spot)[::-1]] for spot in spots)


@pytest.mark.parametrize(("name", "top", "bottom"), outfit_params())
def test_old_clothes__are_removed_completely(name, top, bottom):
    drawn, result = wearer(name), worn(name, top, bottom)

    for part, colour, garment in (
        (Part.UPPER, TEAL, top),
        (Part.LOWER, DENIM, bottom or (top in {"dress", "jumpsuit"})),
        (Part.DRESS, TEAL, top and (bottom or top == "dress")),
    ):
        old = drawn.mask(part)
        if garment and old.any():
            left = shows(result, colour, tolerance=12).sum()
            assert left < 0.002 * old.sum(), f"{left} pixels of {part.name}"


def test_dress__goes_over_two_pieces():
    name = "shirt and trousers"
    result = worn(name, "dress")

    for y in (0.3, 0.5, 0.65, 0.75):
        x, at = place(name, 0, y)
        assert shows(result, BRICK)[at, x - 30 : x + 31].all(), "no gap between legs"
    shins = result[place(name, 0.055, 0.9)[::-1]]
    assert shows(shins[None, None], SKIN, tolerance=24).all()


def test_jumpsuit__has_two_legs():
    name = "skirt"
    result = worn(name, "jumpsuit")

    for y in (0.7, 0.8, 0.9):
        x, at = place(name, 0, y)
        line = shows(result, BRICK)[at]
        between = shows(result, PAPER, tolerance=5)[at, x - 15 : x + 16]
        assert between.sum() >= 4, "background between"
        assert line[:x].any()
        assert line[x:].any()
    assert shows(result, BRICK)[place(name, 0, 0.5)[::-1]]


def test_bottom_alone__replaces_the_skirt_of_a_dress():
    name = "dress"
    result = worn(name, None, "trousers")

    assert shows(result, TEAL)[place(name, 0, 0.3)[::-1]], "its bodice stays"
    assert shows(result, GOLD)[place(name, 0.05, 0.6)[::-1]]
    assert shows(result, PAPER, tolerance=5)[place(name, 0, 0.85)[::-1]]
    below = result[row(name, 0.55) :]
    assert shows(below, TEAL, tolerance=12).sum() < 100


def test_top_alone__leaves_the_skirt_of_a_dress():
    name = "dress"
    result = worn(name, "top")

    assert shows(result, BRICK)[place(name, 0, 0.3)[::-1]]
    assert shows(result, TEAL)[place(name, 0, 0.62)[::-1]]


def test_shorter_top__uncovers_more_of_the_bottom():
    name = "shirt and trousers"
    result = worn(name, "crop")

    middle = [place(name, x, 0.50)[::-1] for x in (-0.04, 0, 0.04)]
    assert all(shows(wearer(name).image, TEAL)[spot] for spot in middle)
    assert all(shows(result, DENIM, tolerance=20)[spot] for spot in middle)


# Appearance


@pytest.mark.parametrize(
    ("outfit", "y", "x"),
    [
        (("long sleeves", "top", "shorts"), 0.86, 0.054),
        pytest.param(("trousers over shoes", None, "shorts"), 0.86, 0.054, marks=pytest.mark.slow),
        pytest.param(("long dress", "dress", None), 0.9, 0.054, marks=pytest.mark.slow),
    ],
)
def test_uncovered_legs__are_shaded_as_round(outfit, y, x):
    result = worn(*outfit)
    name = outfit[0]

    at, (centre, _) = row(name, y), place(name, x, y)
    skin = shows(result, SKIN, tolerance=24)[at]
    left, right = centre, centre
    while skin[left - 1]:
        left -= 1
    while skin[right + 1]:
        right += 1
    strip = lab(result)[at - 12 : at + 13, left : right + 1, 0]
    share = np.linspace(-1, 1, strip.shape[1])
    middle, border = strip[:, np.abs(share) < 0.3], strip[:, np.abs(share) > 0.85]
    assert right - left > 15
    assert middle.mean() - border.mean() > 3, "darker towards its borders"
    assert middle.std() > 0.2, "skin has grain"


def test_sleeveless_dress__uncovers_arms():
    name = "long sleeves"
    result = worn(name, "dress")

    for side in (-1, 1):
        for x, y in ((0.148, 0.33), (0.165, 0.42)):
            spot = result[place(name, side * x, y)[::-1]]
            assert shows(spot[None, None], SKIN, tolerance=24).all(), (side, x, y)


def test_sleeves__have_no_skin_beside_them():
    name = "long sleeves"
    result = worn(name, "top", "shorts")

    shoulders = slice(row(name, 0.2), row(name, 0.27))
    beside = np.ones(result.shape[1], bool)
    beside[place(name, -0.075, 0)[0] : place(name, 0.075, 0)[0]] = False
    assert shows(result, SKIN, tolerance=12)[shoulders][:, beside].sum() == 0


def test_hems__are_not_darker_than_the_cloth():
    name = "shirt and trousers"
    result = worn(name, "top", "skirt")

    x = place(name, 0, 0)[0]
    line = np.flatnonzero(shows(result, BRICK)[:, x])
    hem = line.max()
    lightness = lab(result)[:, x - 8 : x + 9, 0].mean(axis=1)
    assert abs(lightness[hem - 8 : hem - 3].mean() - lightness[hem - 45 : hem - 30].mean()) < 4


def test_stripes__keep_their_spacing_and_cross_the_sleeves():
    name = "vest and shorts"
    result = worn(name, "striped top")
    flat = garments.draw(CLOTHES["striped top"])

    x, first = place(name, 0, 0.24)
    body = shows(result[:, x - 3 : x + 4], BRICK).mean(axis=1)[first : row(name, 0.48)] > 0.5
    lying = shows(flat.image[:, 222:229], BRICK).mean(axis=1)[130:350] > 0.5
    body_period, lying_period = (2 * len(line) / np.diff(line).sum() for line in (body, lying))
    chest = np.ptp(
        np.flatnonzero(
            ~shows(result, SKIN)[row(name, 0.3)]
            & (np.abs(np.arange(result.shape[1]) - x) < 0.11 * 0.86 * len(result))
        )
    )
    assert body_period / chest == pytest.approx(lying_period / flat.chest, rel=0.3)

    wrist, shoulder = np.array(place(name, 0.17, 0.46)), np.array(place(name, 0.125, 0.27))
    steps = np.linspace(0, 1, 200)[:, None]
    along = np.round(shoulder + steps * (wrist - shoulder)).astype(int)
    shown = shows(result, BRICK)
    crossings = np.diff(shown[along[:, 1], along[:, 0]].astype(int))
    assert np.abs(crossings).sum() >= 6, "several stripes along the arm"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("room", marks=pytest.mark.slow),
        "garden",
        pytest.param("brick wall", marks=pytest.mark.slow),
    ],
)
def test_background__is_continued_where_clothes_shrink(name):
    """A short dress uncovers the background behind long trousers: no holes, no smears."""
    drawn = draw(PEOPLE[name])

    result = try_on(drawn.image, top=clothing("dress"), figure=drawn_person(PEOPLE[name]))

    old = drawn.mask(Part.UPPER, Part.LOWER)
    uncovered = old & ~shows(result, BRICK)
    assert uncovered.any()
    assert np.isfinite(result).all()
    ground = drawn.mask(Part.BACKGROUND)
    ring = (cv2.dilate(old.astype(np.uint8), np.ones((41, 41))) > 0) & ground
    assert lab(result)[uncovered][:, 0].min() >= lab(drawn.image)[ring | ~ground][:, 0].min() - 5


# Refusals


@pytest.mark.parametrize("kind", ["dress", "jumpsuit"])
@pytest.mark.parametrize("more", [{"bottom": "skirt"}, {"keep": ["lower"]}])
def test_one_piece__cannot_be_combined_with_another_garment_or_kept_half(kind, more):
    with pytest.raises(GarmentRefused) as refused:
        try_on(
            wearer("dress").image,
            top=clothing(kind),
            bottom=clothing(more.get("bottom")),
            keep=more.get("keep", ()),
        )

    assert refused.value.reason is GarmentRefusal.WRONG_KIND


@pytest.mark.parametrize(("top", "bottom"), [("trousers", None), (None, "long top")])
def test_garments_of_the_wrong_kind__are_refused(top, bottom):
    with pytest.raises(GarmentRefused) as refused:
        try_on(wearer("dress").image, top=clothing(top), bottom=clothing(bottom))

    assert refused.value.reason is GarmentRefusal.WRONG_KIND


def test_try_on__takes_a_garment_that_is_parsed_already():
    result = try_on(
        wearer("shirt and trousers").image,
        top=parse_garment(clothing("top"), bottom=False),
        figure=drawn_person(WEARERS["shirt and trousers"]),
    )
    assert np.array_equal(result, worn("shirt and trousers", "top"))
