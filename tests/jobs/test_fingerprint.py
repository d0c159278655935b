from __future__ import annotations

import pytest

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def test_fingerprint_of__depends_on_the_contents_of_the_pictures_and_not_on_rows():
    data = picture(5)
    one, other = (
        make_try_on(model_image=make_model_image(data=data), garments=[make_garment(data=data)])
        for _ in range(2)
    )

    assert fingerprint_of(one) == fingerprint_of(other)


@pytest.mark.parametrize(
    "columns",
    [
        {"remote_model": "aitryon"},
        {"keep": "lower"},
        {"resolution": 1024},
        {"restore_face": False},
        {"gender": "woman"},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_fingerprint_of__changes_with_every_option(columns):
    try_on = make_try_on()
    before = fingerprint_of(try_on)
    for name, value in columns.items():
        setattr(try_on, name, value)

    assert fingerprint_of(try_on) != before


def test_fingerprint_of__changes_with_the_result_that_is_refined():
    result = make_try_on()
    refinement = make_try_on(garments=result.garments, model_image=result.model_image)
    before = fingerprint_of(refinement)
    refinement.refines = result

    assert fingerprint_of(refinement) != before


def test_fingerprint_of__stays_the_same_from_release_to_release():
    """Otherwise an upgrade makes the shop pay for every picture again."""
    result = TryOnResult(sha256="d" * 64)
    try_on = TryOnResult(
        remote_model="aitryon-plus",
        model_image=ModelImage(sha256="a" * 64),
        top_garment=Garment(sha256="b" * 64, kind=GarmentKind.TOP),
        bottom_garment=Garment(sha256="c" * 64, kind=GarmentKind.BOTTOM),
        refines=result,
        gender="woman",
    )

    assert (
        fingerprint_of(try_on) == "20d830ce71cb6820be38b5a9bd5c9626a05e00392384e44996554f6f15d476d2"
    )
    assert (
        fingerprint_of(TryOnResult(remote_model="aitryon", keep="lower"))
        == "67a959533f344b611e834e8af37600eb44a34bb82baf063e19dabd4a3a56f835"
    )


def test_fingerprint_of__changes_with_the_kind_of_the_garment():
    """A shirt and a dress may be photographed with the same file."""
    try_on = make_try_on()
    before = fingerprint_of(try_on)
    try_on.top_garment.kind = GarmentKind.ONE_PIECE

    assert fingerprint_of(try_on) != before


def test_fingerprint_of__changes_when_a_garment_is_deleted():
    try_on = make_try_on()
    before = fingerprint_of(try_on)
    try_on.top_garment.delete()
    try_on.refresh_from_db()

    assert fingerprint_of(try_on) != before
