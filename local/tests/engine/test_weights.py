"""The shipped networks: that they are the files whose origin is documented, and what they see."""

from __future__ import annotations

import hashlib
import re

import cv2
import numpy as np
import pytest

from drawing.parsed import shipped_picture
from outfitanyone_local.engine.networks import (
    WEIGHTS,
    SeenClass,
    classify_seen,
    estimate_pose,
    segment_salient_object,
)

FILES = sorted(path for path in WEIGHTS.iterdir() if path.suffix in {".onnx", ".tflite"})
PERSON = "models/model-11-woman-coral-tshirt-ecru-jeans"


def resized(name, width, height):
    size = (width, height)
    return cv2.resize(shipped_picture(name), size, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_weights__are_the_files_that_the_provenance_names(path):
    provenance = (WEIGHTS / "PROVENANCE.md").read_text(encoding="utf-8")

    (row,) = re.findall(rf"^\| `{re.escape(path.name)}` .*$", provenance, re.MULTILINE)

    assert hashlib.sha256(path.read_bytes()).hexdigest() in row
    assert f"{path.stat().st_size:,}" in row


def test_weights__are_four():
    assert len(FILES) == 4


def test_classify_seen__tells_skin_hair_and_clothes_of_a_person():
    shares = classify_seen(resized(PERSON, 192, 384))

    seen = shares.argmax(axis=0)
    assert np.allclose(shares.sum(axis=0), 1, atol=1e-3)
    counts = {kind: (seen == kind).sum() for kind in SeenClass}
    assert min(counts[kind] for kind in (SeenClass.HAIR, SeenClass.FACE_SKIN)) > 100
    assert counts[SeenClass.CLOTHES] > counts[SeenClass.BODY_SKIN] > 300
    assert seen[2, 2] == SeenClass.BACKGROUND


def test_segment_salient_object__finds_a_garment():
    salience = segment_salient_object(resized("garments/tshirt-red", 320, 320))

    assert salience[160, 160] > 0.9
    assert salience[4, 4] < 0.1


@pytest.mark.parametrize(
    "run", [classify_seen, estimate_pose, segment_salient_object], ids=lambda run: run.__name__
)
def test_networks__reject_pictures_of_another_size(run):
    with pytest.raises(ValueError, match="pictures, not"):
        run(np.zeros((100, 100, 3), np.uint8))
