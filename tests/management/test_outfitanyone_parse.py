from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

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
