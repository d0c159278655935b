"""Real pictures, the real local engine, and the sandbox that must never be asked."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from django_outfitanyone import (
    PictureUnsuitable,
    TryOnRequest,
    check_picture,
    crop_to_garment,
    cut_out_garment,
    request_try_on,
    restore_original,
)
from django_outfitanyone.models import Garment, TryOnResult
from outfitanyone_local.samples import GARMENTS, MODELS
from tests.drawing import encoded
from tests.factories import make_garment, make_model_image
from tests.pages import ROOT

pytestmark = pytest.mark.django_db

PICTURES = ROOT / "local" / "tests" / "pictures"
REFUSED = {
    "half-body-cut-off.jpg": "incomplete",
    "no-person-empty-studio.jpg": "no_person",
    "sitting-pose.jpg": "seated",
    "two-persons.jpg": "several_people",
}
TEE_AND_JEANS, *_others = MODELS
SHIRT = next(sample for sample in GARMENTS if sample.kind == "top")


@pytest.fixture(autouse=True)
def _checked(remote, configure):
    configure(CHECK_PICTURES=True)


def refusing(row):
    return [finding.code for finding in row.refusing_findings]


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_bad_photo__is_refused_before_anything_is_sent(remote, capsys, name, code):
    photo = make_model_image(data=(PICTURES / "refused" / name).read_bytes())
    assert check_picture(photo).is_complete
    assert code in refusing(photo)
    with pytest.raises(PictureUnsuitable):
        request_try_on(TryOnRequest(photo, [make_garment(data=SHIRT.read())]))
    with pytest.raises(CommandError, match="--ignore-findings"):
        call_command(
            *("outfitanyone_tryon", "--person", str(PICTURES / "refused" / name)),
            *("--top", str(SHIRT.path)),
        )

    assert not TryOnResult.objects.exists()
    assert remote.stats["submits"] == 0


@pytest.mark.parametrize("sample", MODELS, ids=lambda sample: sample.title)
def test_good_photo__is_accepted(sample):
    photo = make_model_image(data=sample.read())

    assert check_picture(photo).is_complete
    assert refusing(photo) == []


@pytest.mark.parametrize("sample", GARMENTS, ids=lambda sample: sample.title)
def test_good_garment__is_accepted(sample):
    garment = make_garment(sample.kind, data=sample.read())

    assert check_picture(garment).is_complete
    assert refusing(garment) == []


def test_small_garment__is_cropped():
    with Image.open(SHIRT.path) as shirt:
        shirt.load()
    ground = Image.new("RGB", (shirt.width * 3, shirt.height * 3), shirt.getpixel((2, 2)))
    ground.paste(shirt, (shirt.width, shirt.height))
    garment = make_garment(data=encoded(ground, quality=95))
    check_picture(garment)
    assert "garment_small" in [finding.code for finding in garment.found]
    crop_to_garment(garment)
    check_picture(garment)

    assert garment.width < ground.width / 2
    assert "garment_small" not in [finding.code for finding in garment.found]


@pytest.mark.slow
def test_worn_garment__is_cut_out_and_restored():
    uploaded = TEE_AND_JEANS.read()
    garment = make_garment(data=uploaded)
    check_picture(garment)
    assert "worn" in [finding.code for finding in garment.found]
    cut_out_garment(garment)
    check_picture(garment)

    assert refusing(garment) == []
    assert "worn" not in [finding.code for finding in garment.found]
    with Image.open(io.BytesIO(garment.read())) as image:
        assert min(image.getpixel((3, 3))) > 200  # plain light ground
    restore_original(Garment.objects.get())
    assert Garment.objects.get().read() == uploaded
