from __future__ import annotations

import json
import os

import pytest
from django.core.management import CommandError, call_command

from django_outfitanyone.models import Garment, ModelImage
from tests.drawing import picture
from tests.factories import make_garment, make_model_image
from tests.local_engine import LARGE, SMALL, TWO_PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path, local_engine):
    path = tmp_path / "anna.jpg"
    path.write_bytes(picture(1, size=LARGE))
    return path


def run(capsys, *arguments):
    call_command("outfitanyone_check", *map(str, arguments))
    return capsys.readouterr().out


def test_good_file__is_reported_and_not_stored(capsys, file):
    assert run(capsys, file) == f"{file}: nothing found\n"
    assert not ModelImage.objects.exists()


def test_file_that_may_spoil_the_result__is_reported(capsys, file, local_engine):
    local_engine.garment = [SMALL]
    out = run(capsys, file, "--kind", "top")

    assert out == (
        f"{file}: May spoil the result. The garment is small in the picture. "
        "Crop the picture to the garment.\n"
    )
    assert local_engine.calls == [("top", LARGE)]


def test_file_that_will_be_refused__fails(capsys, file, local_engine):
    local_engine.person = [TWO_PEOPLE]
    with pytest.raises(CommandError, match="refuse 1 of 1"):
        run(capsys, file)

    assert "There are several people in the photo." in capsys.readouterr().out


def test_json__is_one_object(capsys, file, local_engine):
    local_engine.person = [TWO_PEOPLE]
    with pytest.raises(CommandError):
        run(capsys, file, "--json")

    assert json.loads(capsys.readouterr().out) == {
        "pictures": [
            {
                "picture": str(file),
                "is_complete": True,
                "findings": [
                    {
                        "code": "several_people",
                        "severity": "refuses",
                        "reason": "There are several people in the photo.",
                        "remedy": "Use a photo of one person, or crop the others away.",
                    }
                ],
            }
        ]
    }


def test_ids__are_checked_and_stored(capsys, local_engine):
    data = picture(2, size=LARGE)
    photo, garment = make_model_image(data=data), make_garment("bottom", data=data)
    run(capsys, photo.pk)
    run(capsys, garment.pk, "--kind", "top")

    assert [call for call, _size in local_engine.calls] == ["person", "bottom"]
    assert ModelImage.objects.get().is_checked
    assert Garment.objects.get().is_checked


def test_missing_engine__is_no_success(capsys, file, local_engine):
    local_engine.is_missing = True
    with pytest.raises(CommandError, match="Only the size was checked"):
        run(capsys, file)


@pytest.mark.parametrize(
    ("name", "message"), [("999", "no model photo"), ("missing.jpg", "No such file")]
)
def test_unknown_picture__has_a_clear_message(capsys, local_engine, name, message):
    with pytest.raises(CommandError, match=message):
        run(capsys, name)


def test_file_that_is_no_picture__has_a_clear_message(capsys, file):
    file.write_bytes(b"text" * 5000)
    with pytest.raises(CommandError, match=r"anna\.jpg: .*not a picture"):
        run(capsys, file)


def test_number_that_is_no_id__is_a_file(capsys, local_engine):
    with pytest.raises(CommandError, match="²: No such file"):
        run(capsys, "²")


def test_name_that_is_no_text__can_be_printed(capsys, file):
    odd = file.rename(os.fsdecode(os.fsencode(file.parent) + b"/\xff.jpg"))

    assert run(capsys, odd) == f"{file.parent}/?.jpg: nothing found\n"
