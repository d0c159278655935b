"""The sandbox tells of pictures that break the documents' rules, with its real engine.

What it can only suspect is a finding in the answer; the picture is made all the same.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
import requests
from PIL import Image

from outfitanyone_local.samples import GARMENTS, MODELS
from outfitanyone_local.sandbox.engines import LocalEngine
from outfitanyone_local.sandbox.http_server import SandboxServer
from tests.drawing import encoded
from tests.seeds.conftest import KEY

pytestmark = pytest.mark.slow
TEE = "tshirt-red.jpg"


@pytest.fixture
def sandbox():
    with SandboxServer(engine=LocalEngine(workers=1)) as running:
        running.clock.freeze()
        yield running


@pytest.fixture
def findings(sandbox, vendor):
    """Return the findings in the answer to a try-on of these pictures."""

    def findings(*, person=None, garment=None):
        urls = {
            "person_image_url": vendor.serve("/person.jpg", jpeg(pixels(MODELS[0]), person)),
            "top_garment_url": vendor.serve("/top.jpg", jpeg(pixels(tee()), garment)),
        }
        headers = {"Authorization": f"Bearer {KEY}"}
        placed = requests.post(
            f"{sandbox.base_url}/services/aigc/image2image/image-synthesis",
            json={"model": "aitryon-plus", "input": urls},
            headers=headers | {"X-DashScope-Async": "enable"},
            timeout=20,
        ).json()["output"]
        sandbox.settle(timeout=120)
        sandbox.clock.advance(60)
        url = f"{sandbox.base_url}/tasks/{placed['task_id']}"
        output = requests.get(url, headers=headers, timeout=20).json()["output"]
        return set(output.get("sandbox_findings", []))

    return findings


def tee():
    (sample,) = (sample for sample in GARMENTS if sample.file_name == TEE)
    return sample


def pixels(sample):
    return np.array(Image.open(io.BytesIO(sample.read())).convert("RGB"))


def jpeg(image, spoil=None):
    return encoded(Image.fromarray(spoil(image) if spoil else image), quality=92)


def with_a_bag(image):
    """Cover hips and hands with a brown block."""
    height, width = image.shape[:2]
    rows, columns = slice(int(0.42 * height), int(0.68 * height)), slice(width // 4, 3 * width // 4)
    image[rows, columns] = (110, 75, 45)
    return image


def on_a_busy_ground(image):
    """Lay the garment on a floor of brown and light tiles."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]] // 60
    is_brown = ((rows + columns) % 2 == 1)[..., None]
    tiles = np.where(is_brown, (150, 110, 80), (225, 215, 200))
    return np.where((image.min(axis=2) > 225)[..., None], tiles, image).astype(np.uint8)


def small_in_the_frame(image):
    height, width = image.shape[:2]
    frame = np.full((3 * height, 3 * width, 3), image[2, 2], np.uint8)
    frame[height : 2 * height, width : 2 * width] = image
    return frame


def test_good_pictures__have_no_findings(findings):
    assert findings() == set()


def test_covered_person__is_told(findings):
    assert findings(person=with_a_bag) & {"hands_hidden", "body_hidden"}


def test_busy_background__is_told(findings):
    assert "busy_background" in findings(garment=on_a_busy_ground)


def test_garment_that_is_small_in_the_frame__is_told(findings):
    assert "garment_small" in findings(garment=small_in_the_frame)
