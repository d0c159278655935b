from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from tests.drawing import picture
from tests.factories import make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def run():
    out, err = io.StringIO(), io.StringIO()
    call_command("outfitanyone_renditions", stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


def test_command__creates_missing_copies_once():
    photo = make_model_image(data=picture(size=(600, 800)))
    try_on = make_try_on()

    assert run() == ("Smaller copies of 3 pictures were created.", "")
    photo.refresh_from_db()
    try_on.refresh_from_db()
    assert [width for width, _name in photo.renditions] == [360]
    assert try_on.renditions == []
    assert run() == ("Smaller copies of 0 pictures were created.", "")


def test_command__skips_a_missing_file():
    gone, photo = make_model_image(), make_model_image()
    gone.image.storage.delete(gone.image.name)

    output, errors = run()

    assert output == "Smaller copies of 1 picture were created."
    assert f"modelimage {gone.pk}: " in errors
    photo.refresh_from_db()
    assert photo.renditions is not None
