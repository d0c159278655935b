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


def test_command__makes_what_is_missing_and_then_has_nothing_to_do():
    photo = make_model_image(data=picture(size=(600, 800)))
    try_on = make_try_on()

    assert run() == ("Smaller copies made of 3 pictures.", "")
    photo.refresh_from_db()
    try_on.refresh_from_db()
    assert [width for width, _name in photo.renditions] == [360]
    assert try_on.renditions == []
    assert run() == ("Smaller copies made of 0 pictures.", "")


def test_command__goes_on_after_a_file_that_is_gone():
    gone, photo = make_model_image(), make_model_image()
    gone.image.storage.delete(gone.image.name)

    said, complaint = run()

    assert said == "Smaller copies made of 1 pictures."
    assert f"modelimage {gone.pk}: " in complaint
    photo.refresh_from_db()
    assert photo.renditions is not None
