from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from django_outfitanyone.choices import Status
from django_outfitanyone.models import ModelImage, TryOnResult
from django_outfitanyone.pictures import images, provenance
from django_outfitanyone.pictures.renditions import smaller_copies
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import step, work
from tests.worker.test_submit import prepared

pytestmark = pytest.mark.django_db

LARGE = picture(size=(1000, 1500))


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """What happens in here is followed by what was put off until it is safe."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def files(settings, suffix=".webp"):
    return sorted(Path(settings.MEDIA_ROOT).rglob(f"*{suffix}"))


def sizes(photo):
    found = []
    for width, name in photo.renditions:
        with photo.image.storage.open(name) as file, Image.open(file) as image:
            assert image.format == "WEBP"
            assert image.width == width
            found.append(image.size)
    return found


def test_photo__gets_smaller_copies_once_it_is_safe(commit):
    with commit():
        photo = make_model_image(data=LARGE)
        assert photo.renditions is None
    photo.refresh_from_db()
    assert sizes(photo) == [(360, 540), (540, 810), (800, 1200)]


def test_photo__gets_none_that_would_not_be_worth_it(commit, settings):
    with commit():
        photo = make_model_image(data=picture(size=(400, 600)))
    photo.refresh_from_db()
    assert photo.renditions == []
    assert not files(settings)


def test_replaced_photo__gets_others_and_the_old_ones_go(commit, settings):
    with commit():
        photo = make_model_image(data=LARGE)
    photo = ModelImage.objects.get()
    with commit():
        photo.image.save("new.jpg", ContentFile(picture(9, size=(500, 700))))
    photo.refresh_from_db()
    assert sizes(photo) == [(360, 504)]
    assert len(files(settings)) == 1


def test_photo__that_is_replaced_meanwhile_keeps_none_of_the_old_ones(settings):
    photo = make_model_image(data=LARGE)
    ModelImage.objects.update(image="another.jpg")
    photo.add_renditions()
    assert ModelImage.objects.get().renditions is None
    assert not files(settings)


def test_saving_an_old_photo__makes_what_is_missing(commit):
    make_model_image(data=LARGE)
    photo = ModelImage.objects.get()
    with commit():
        photo.save(update_fields=["is_active"])
    photo.refresh_from_db()
    assert len(photo.renditions) == 3


def test_deleted_photo__takes_them_along(commit, settings):
    with commit():
        make_model_image(data=LARGE)
    with commit():
        ModelImage.objects.all().delete()
    assert not files(settings)


def test_reused_result__shares_them_until_the_last_row_goes(commit, settings):
    first, second = make_try_on(), make_try_on()
    renditions = first.make_renditions(LARGE)
    TryOnResult.objects.update(image=first.image.name, sha256=first.sha256, renditions=renditions)
    with commit():
        TryOnResult.objects.get(pk=first.pk).delete()
    assert len(files(settings)) == 3
    with commit():
        TryOnResult.objects.get(pk=second.pk).delete()
    assert not files(settings)


def test_rows_of_other_models__are_deleted_as_ever():
    garment = make_garment()
    garment.delete()
    assert garment.pk is None


def test_preview__comes_home_with_smaller_copies_and_still_says_what_it_is(remote):
    try_on = prepared(person=make_model_image(data=LARGE))
    work(try_on)
    assert [width for width, _height in sizes(try_on)] == [360, 540, 800]
    assert b"/compositeSynthetic<" in try_on.read()
    assert b"trainedAlgorithmicMedia" not in try_on.read()


def test_too_slow_worker__leaves_no_copy_behind(remote, settings, monkeypatch):
    try_on = prepared(person=make_model_image(data=LARGE))
    while try_on.status != Status.COLLECTING:
        step(try_on)
    verified = images.verify

    def lose_the_lease(data):
        TryOnResult.objects.update(lease_token="somebody else")
        return verified(data)

    monkeypatch.setattr(images, "verify", lose_the_lease)
    step(try_on)
    assert not files(settings)


def test_marked_picture__has_another_hash_and_the_same_pixels():
    plain = images.verify(LARGE)
    marked = plain.marked("trainedAlgorithmicMedia")
    assert marked.sha256 != plain.sha256
    assert images.verify(marked.data).width == plain.width
    assert plain.marked("") == plain


def test_copies__say_how_the_picture_was_made():
    marked = provenance.mark(LARGE, "trainedAlgorithmicMedia")
    for _width, data in smaller_copies(marked):
        assert b"trainedAlgorithmicMedia" in Image.open(io.BytesIO(data)).info["xmp"]
