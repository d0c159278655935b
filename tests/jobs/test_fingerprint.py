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
        garments=[
            Garment(sha256="b" * 64, kind=GarmentKind.TOP),
            Garment(sha256="c" * 64, kind=GarmentKind.BOTTOM),
        ],
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


@pytest.mark.parametrize(
    ("kinds", "keep", "hash_of_0013"),
    [
        (["top"], "lower", "b2981b617f9a2ea1eca4b45d39f39a6de9c34b8da6ddd0f2a4d5b8b7df86b0fc"),
        (["bottom"], "upper", "bcb746385f431d941f7c75e0cc668adfe4acd783aa5df936214598a812cebcb2"),
        (
            ["top", "bottom"],
            "",
            "349c40982e829b520c3b39ae6d49c1231a9cb1f9b591f9d4e6b87963634bad9c",
        ),
        (["one_piece"], "", "c3425d5ed4c9dadbcb5b754e2a66f9159294e89a24849db4257e21a183d4c519"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_fingerprint_of__equals_that_of_rows_with_two_foreign_keys(kinds, keep, hash_of_0013):
    """The hashes were computed by the version before migration 0014."""
    contents = {"top": "b", "bottom": "c", "one_piece": "d"}
    try_on = TryOnResult(
        remote_model="aitryon-plus",
        model_image=ModelImage(sha256="a" * 64),
        garments=[Garment(sha256=contents[kind] * 64, kind=kind) for kind in kinds],
        keep=keep,
    )

    assert fingerprint_of(try_on) == hash_of_0013


def test_fingerprint_of__every_further_garment_counts():
    kinds = ["top", "outerwear", "shoes", "bag", "hat"]
    garments = [make_garment(kind) for kind in kinds]
    photo = make_model_image()

    hashes = {
        make_try_on(model_image=photo, garments=garments[:count]).fingerprint
        for count in range(1, len(garments) + 1)
    }
    assert len(hashes) == len(garments)


def test_fingerprint_of__first_candidate_without_a_seed_is_the_plain_request():
    plain = fingerprint_of(TryOnResult(remote_model="m"))

    assert fingerprint_of(TryOnResult(remote_model="m", candidate=1)) == plain
    others = {
        fingerprint_of(TryOnResult(remote_model="m", candidate=2)),
        fingerprint_of(TryOnResult(remote_model="m", candidate=3)),
        fingerprint_of(TryOnResult(remote_model="m", seed=0)),
        fingerprint_of(TryOnResult(remote_model="m", seed=7)),
    }
    assert len(others - {plain}) == 4


def test_fingerprint_of__changes_with_the_kind_of_the_garment():
    """A shirt and a dress may be photographed with the same file."""
    try_on = make_try_on()
    before = fingerprint_of(try_on)
    Garment.objects.update(kind=GarmentKind.ONE_PIECE)
    try_on.refresh_from_db()

    assert fingerprint_of(try_on) != before


def test_fingerprint_of__changes_when_a_garment_is_deleted():
    try_on = make_try_on()
    before = fingerprint_of(try_on)
    try_on.garments[0].delete()
    try_on.refresh_from_db()

    assert fingerprint_of(try_on) != before
