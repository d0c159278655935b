from __future__ import annotations

import pytest

from django_outfitanyone.models import ModelImage
from django_outfitanyone.models.person import tags_of
from tests.factories import make_model_image

pytestmark = pytest.mark.django_db


def test_tags__are_stored_in_one_form():
    photo = make_model_image(tags=" Studio,summer ,, STUDIO, big  city")
    photo.refresh_from_db()

    assert photo.tags == "studio, summer, big city"
    assert photo.tag_list == ["studio", "summer", "big city"]


@pytest.mark.parametrize("tags", ["red", "red, blue", "blue, red", "blue, red, green"])
def test_tagged__finds_whole_tags_in_any_place(tags):
    photo = make_model_image(tags=tags)
    make_model_image(tags="dark red, redder")
    make_model_image()

    assert list(ModelImage.objects.tagged("Red")) == [photo]


def test_tagged__needs_all_tags():
    photo = make_model_image(tags="red, blue")
    make_model_image(tags="red")

    assert list(ModelImage.objects.tagged("red", "blue")) == [photo]


def test_tags_of__nothing_is_no_tag():
    assert tags_of(" , ") == []


def test_note_gender__keeps_what_is_known():
    known, unknown = make_model_image(gender="man"), make_model_image()

    ModelImage.objects.note_gender([known.pk, unknown.pk], "woman")

    assert {photo.pk: photo.gender for photo in ModelImage.objects.all()} == {
        known.pk: "man",
        unknown.pk: "woman",
    }
