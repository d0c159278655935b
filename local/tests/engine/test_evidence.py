"""What the engine makes of the network that tells skin, hair, clothes and things apart."""

from __future__ import annotations

import numpy as np
import pytest

from drawing.figures import Bottom, Person, Top, draw
from drawing.parsed import shipped_picture
from drawing.people import PEOPLE
from drawing.textures import plain
from outfitanyone_local.engine import PersonRefused, parse, parse_figure
from outfitanyone_local.engine.figure import Joint, Part, Pose
from outfitanyone_local.engine.networks import SeenClass, classify_seen
from outfitanyone_local.engine.parsing import evidence
from outfitanyone_local.engine.parsing.evidence import shows_face, shows_skin
from outfitanyone_local.engine.parsing.validation import _bent
from outfitanyone_local.engine.refusals import PersonRefusal

PERSON = "models/model-11-woman-coral-tshirt-ecru-jeans"


def seen_as(kind, rows, columns):
    """Return the network with one block of its output seen as something else."""

    def run(image):
        shares = classify_seen(image).copy()
        shares[:, rows, columns] = 0.001
        shares[kind, rows, columns] = 0.995
        return shares

    return run


LEATHER = (40, 90, 160)


def sees_leather_as_a_thing(image):
    shares = classify_seen(image).copy()
    leather = np.abs(image.astype(int) - LEATHER).max(axis=2) < 30
    shares[:, leather] = 0.001
    shares[SeenClass.OTHER, leather] = 0.995
    return shares


def test_things_before_the_body__belong_to_no_garment(monkeypatch):
    image = shipped_picture(PERSON).copy()
    bag = slice(650, 800), slice(460, 620)
    image[bag] = LEATHER

    monkeypatch.setattr(evidence, "classify_seen", sees_leather_as_a_thing)
    figure = parse_figure(image)

    assert (figure.labels[bag] == Part.OTHER).mean() > 0.9
    figure.labels[bag] = Part.OTHER
    assert figure.mask(Part.OTHER).sum() < 1.1 * 150 * 160


def test_things_of_a_garments_colours__belong_to_it(monkeypatch):
    image = draw(PEOPLE["long dress"]).image
    block = slice(220, 270), slice(80, 112)

    monkeypatch.setattr(evidence, "classify_seen", seen_as(SeenClass.OTHER, *block))
    figure = parse_figure(image)

    assert not figure.mask(Part.OTHER).any()
    assert figure.is_one_piece


def test_bare_legs__are_not_the_lower_garment(monkeypatch):
    image = shipped_picture(PERSON)
    (trousers,) = parse(image, clothes_types=["lower"])

    monkeypatch.setattr(
        evidence, "classify_seen", seen_as(SeenClass.BODY_SKIN, slice(250, 384), slice(0, 192))
    )
    (shorts,) = parse(image, clothes_types=["lower"])

    assert trousers.box[3] - shorts.box[3] > 0.15 * image.shape[0]


@pytest.mark.parametrize("name", ["pale, short sleeves, jeans", "brown", "bald"])
def test_shows_skin__is_true_for_people(name):
    image = draw(PEOPLE[name]).image

    assert shows_skin(image)
    assert shows_face(image)


@pytest.mark.parametrize("name", ["garments/tshirt-red", "garments/dress-navy-dots"])
def test_shows_skin__is_false_for_flat_garments(name):
    assert not shows_skin(shipped_picture(name))
    assert not shows_face(shipped_picture(name))


STANDING = {
    Joint.LEFT_SHOULDER: (120, 100),
    Joint.RIGHT_SHOULDER: (60, 100),
    Joint.LEFT_HIP: (105, 200),
    Joint.RIGHT_HIP: (75, 200),
    Joint.LEFT_KNEE: (105, 280),
    Joint.RIGHT_KNEE: (75, 280),
    Joint.LEFT_ANKLE: (105, 360),
    Joint.RIGHT_ANKLE: (75, 360),
}
BENT_LEFT = {Joint.LEFT_KNEE: (165, 275)}
BENT_RIGHT = {Joint.RIGHT_KNEE: (15, 275)}


def faults(moved):
    points = np.zeros((33, 2), np.float32)
    for joint, place in (STANDING | moved).items():
        points[joint] = place
    pose = Pose(points, np.ones(33, np.float32), 1.0)
    return [(fault.reason, fault.clear) for fault in _bent(pose, sideways=False)]


@pytest.mark.parametrize(
    ("moved", "found"),
    [
        ({}, []),
        (BENT_LEFT, [(PersonRefusal.SEATED, False)]),
        (BENT_RIGHT, [(PersonRefusal.SEATED, False)]),
        (BENT_LEFT | BENT_RIGHT, [(PersonRefusal.SEATED, True)]),
        (
            BENT_LEFT | {Joint.LEFT_ANKLE: (105, 300), Joint.RIGHT_ANKLE: (75, 300)},
            [(PersonRefusal.SEATED, True)],
        ),
    ],
    ids=["straight", "left leg bent", "right leg bent", "both bent", "low"],
)
def test_one_bent_leg__still_stands(moved, found):
    assert faults(moved) == found


def test_parse_figure__refuses_the_picture_and_logs_an_unexpected_error(monkeypatch, caplog):
    def fail(features):
        raise IndexError("No such row.")

    monkeypatch.setattr("outfitanyone_local.engine.parsing.pipeline.classify_pixels", fail)

    with pytest.raises(PersonRefused, match="Use another picture") as refused:
        parse_figure(shipped_picture(PERSON))

    assert refused.value.reason is PersonRefusal.NO_PERSON
    assert isinstance(refused.value.__cause__, IndexError)
    assert "could not be parsed" in caplog.text


def test_trousers_of_skin_colour__are_clothes_where_the_network_sees_skin():
    sand = Person(Top(plain((40, 60, 130))), Bottom(plain((190, 165, 120))), size=(480, 640))
    drawn = draw(sand)

    (lower,) = parse(drawn.image, clothes_types=["lower"])

    rows = np.flatnonzero(drawn.mask(Part.LOWER).any(axis=1))
    assert abs(lower.box[1] - rows[0]) < 10
    assert abs(lower.box[3] - rows[-1]) < 10
