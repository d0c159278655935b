from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from outfitanyone_local.sandbox import responses
from tests.drawing import encoded, picture
from tests.factories import make_model_image

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    call_command("outfitanyone_parse", *map(str, arguments))
    return capsys.readouterr().out


@pytest.mark.parametrize("order", [["upper", "lower"], ["lower", "upper"]])
def test_two_types__in_any_order(remote, capsys, order):
    out = run(capsys, "--image", make_model_image().pk, "--clothes", *order)

    assert "upper: [50, 60, 150, 150]" in out
    assert "lower: [50, 150, 150, 270]" in out


def test_json__has_an_area_or_null_per_type(remote, engine, capsys):
    engine.worn = {"upper"}
    out = run(capsys, "--image", make_model_image().pk, "--clothes", "upper", "lower", "--json")
    report = json.loads(out)

    assert report["status"] == "succeeded"
    assert report["areas"][0]["bbox"] == [50, 60, 150, 150]
    assert report["areas"][1] is None


def test_json__names_crop_and_cutout(remote, capsys):
    photo = make_model_image()
    out = run(capsys, "--image", photo.pk, "--clothes", "upper", "--json")

    (area,) = json.loads(out)["areas"]
    spot = photo.hotspots.get()
    assert (area["crop"], area["cutout"]) == (spot.crop.url, spot.cutout.url)


def test_default__is_upper_and_lower(remote, capsys):
    out = run(capsys, "--image", make_model_image().pk)

    assert out.splitlines() == ["upper: [50, 60, 150, 150]", "lower: [50, 150, 150, 270]"]
    assert remote.stats["parses"] == 1


@pytest.mark.parametrize("times", [1, 2])
def test_default__is_a_dress_too_where_neither_half_is_found(remote, engine, capsys, times):
    engine.worn = {"dress"}
    photo = make_model_image()
    for _ in range(times):
        report = json.loads(run(capsys, "--image", photo.pk, "--json"))

    found = [area and area["clothes_type"] for area in report["areas"]]
    assert found[-1] == "dress"
    assert report["status"] == "succeeded"
    if times == 1:
        assert (found, report["cost"]) == ([None, None, "dress"], "0.008")
    assert remote.stats["parses"] == 2


def test_area_without_a_box__has_its_crop(remote, capsys, monkeypatch):
    body_of = responses.parse_body

    def without_box(*args, **kwargs):
        body = body_of(*args, **kwargs)
        body["output"]["bbox"] = [None]
        return body

    monkeypatch.setattr(responses, "parse_body", without_box)
    photo = make_model_image()
    arguments = ("--image", photo.pk, "--clothes", "upper")

    assert "upper: found, but the engine did not say where" in run(capsys, *arguments)
    (area,) = json.loads(run(capsys, *arguments, "--json"))["areas"]
    assert (area["bbox"], area["crop"]) == (None, photo.clothesparses.get().upper_crop.url)
    assert remote.stats["parses"] == 1


def test_nothing_found__is_a_success(remote, engine, capsys):
    engine.worn = set()

    assert "dress: nothing found" in run(
        capsys, "--image", make_model_image().pk, "--clothes", "dress"
    )


def test_file__is_parsed_once(remote, capsys, tmp_path):
    file = tmp_path / "anna.jpg"
    file.write_bytes(picture(5))
    for _ in range(2):
        run(capsys, "--image", file, "--clothes", "upper")

    assert remote.stats["parses"] == 1


def test_again__pays_again(remote, capsys):
    photo = make_model_image()
    for extra in ([], ["--again"]):
        run(capsys, "--image", photo.pk, "--clothes", "upper", *extra)

    assert remote.stats["parses"] == 2


def test_refused__shows_the_reason(remote, capsys, tmp_path):
    empty = tmp_path / "empty.bmp"
    empty.write_bytes(encoded(Image.new("RGB", (400, 600), "grey"), "BMP"))
    with pytest.raises(CommandError, match="InvalidPerson"):
        run(capsys, "--image", empty, "--clothes", "upper")


def test_combination__that_the_engine_does_not_support(remote, capsys):
    with pytest.raises(CommandError, match="Choose upper, lower"):
        run(capsys, "--image", make_model_image().pk, "--clothes", "upper", "dress")
