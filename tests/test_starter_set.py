"""The starter set: sample pictures in a shop that has none of its own."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from django_outfitanyone import starter_set
from django_outfitanyone.actions import request_try_on
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Garment, ModelImage
from outfitanyone_local import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    """Two samples of each kind: preparing all seventeen pictures takes a second."""
    monkeypatch.setattr(samples, "MODELS", samples.MODELS[:2])
    monkeypatch.setattr(samples, "GARMENTS", samples.GARMENTS[:2])


@pytest.fixture
def without_local(monkeypatch):
    monkeypatch.setattr("django_outfitanyone.engines.local.checks.find_spec", lambda _name: None)


def run(*arguments):
    out = StringIO()
    call_command("outfitanyone_samples", *arguments, stdout=out)
    return out.getvalue().strip()


def test_set__names_every_picture_that_is_shipped():
    shipped = {path.name for path in samples.PICTURES.glob("*/*.jpg")}

    assert shipped == {sample.file_name for sample in [*samples.MODELS, *samples.GARMENTS]}
    assert {garment.kind for garment in samples.GARMENTS} == {"top", "bottom", "one_piece"}


def test_command__adds_photos_and_garments_that_can_be_tried_on(few, remote):
    assert run() == "Added: 2 model photos, 2 garments."

    garment = Garment.objects.get(name="Red T-shirt")
    assert (garment.kind, garment.product) == ("top", None)
    photo = ModelImage.objects.active().get(name="Ines")
    assert request_try_on(TryOnRequest(photo, [garment])).pk


def test_command__adds_only_what_is_missing(few):
    run()
    ModelImage.objects.get(name="Ines").delete()
    ModelImage.objects.update(name="Renamed by the shop")

    assert run() == "Added: 1 model photo, 0 garments."
    assert run() == "Added: 0 model photos, 0 garments."
    assert set(ModelImage.objects.values_list("name", flat=True)) == {
        "Ines",
        "Renamed by the shop",
    }


@pytest.mark.parametrize(("option", "counts"), [("--models", (2, 0)), ("--garments", (0, 2))])
def test_command__adds_one_half_on_request(few, option, counts):
    run(option)

    assert (ModelImage.objects.count(), Garment.objects.count()) == counts


def test_command__prints_the_new_rows_as_json(few):
    assert json.loads(run("--json")) == {
        "model_images": list(ModelImage.objects.order_by("pk").values_list("pk", flat=True)),
        "garments": list(Garment.objects.order_by("pk").values_list("pk", flat=True)),
    }


def test_command__without_the_local_distribution_says_what_to_install(without_local):
    with pytest.raises(CommandError, match=r'pip install "django-outfitanyone\[local\]"'):
        run()


@pytest.mark.parametrize("add", [starter_set.add_model_photos, starter_set.add_garments])
def test_set__without_the_local_distribution_is_refused(without_local, add):
    with pytest.raises(RequestRefused) as refused:
        add()
    assert refused.value.code == "SamplesMissing"
