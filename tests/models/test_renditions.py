from __future__ import annotations

import gc
from pathlib import Path

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.files.base import ContentFile
from PIL import Image

from django_outfitanyone.models import ModelImage, TryOnResult
from django_outfitanyone.picture_check import check_picture
from django_outfitanyone.pictures import colours
from django_outfitanyone.pictures.images import prepare_upload
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

LARGE = picture(size=(680, 1020))
"""Large enough for two smaller copies; noise gets none of its own width."""


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Return a context at whose end the transaction commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def files(settings, suffix=".webp"):
    return sorted(Path(settings.MEDIA_ROOT).rglob(f"*{suffix}"))


def sizes(photo):
    """Return the sizes of the photo's copies, which must be WebP and as wide as stored."""
    found = []
    for width, name in photo.renditions:
        with photo.image.storage.open(name) as file, Image.open(file) as image:
            assert image.format == "WEBP"
            assert image.width == width
            found.append(image.size)
    return found


def test_photo__gets_smaller_copies_after_the_commit(commit):
    with commit():
        photo = make_model_image(data=LARGE)
        assert photo.renditions is None
    photo.refresh_from_db()
    assert sizes(photo) == [(360, 540), (540, 810)]


def test_photo__small_photo_gets_no_copies(commit, settings):
    with commit():
        photo = make_model_image(data=picture(size=(400, 600)))
    photo.refresh_from_db()
    assert photo.renditions == []
    assert not files(settings)


def test_photo__is_decoded_once_while_its_upload_lives(commit, monkeypatch):
    upload = ContentFile(LARGE, "photo.jpg")
    decode = colours.open_image
    decoded = []
    monkeypatch.setattr(colours, "open_image", lambda *a, **k: decoded.append(a) or decode(*a, **k))
    with commit():
        photo = ModelImage(name="Anna")
        prepare_upload(upload)
        photo.image.save("photo.jpg", upload)
        assert check_picture(photo).size == []
    assert not decoded
    assert len(ModelImage.objects.get().renditions) == 2


def test_photo__keeps_no_pixels_of_its_upload():
    upload = ContentFile(LARGE, "photo.jpg")
    prepare_upload(upload)
    photo = ModelImage(name="Anna")
    photo.image.save("photo.jpg", upload)
    assert photo.scaled.size == (680, 1020)

    del upload
    gc.collect()
    assert photo.scaled is None


def test_photo__pixels_of_an_upload_are_not_those_of_its_successor():
    upload = ContentFile(LARGE, "photo.jpg")
    prepare_upload(upload)
    photo = ModelImage(name="Anna")
    photo.image.save("photo.jpg", upload)
    other = ModelImage.objects.get()
    other.image.save("new.jpg", ContentFile(picture(9, size=(500, 700))))
    photo.refresh_from_db()

    assert photo.scaled is None


def test_sources__name_the_picture_itself_only_without_a_copy_of_its_width():
    photo = make_model_image(data=picture(size=(680, 1020)))
    assert photo.sources == []
    photo.renditions = [[360, "a/1.webp"], [540, "a/2.webp"]]  # of an earlier version
    assert photo.sources == [
        (360, "/media/a/1.webp"),
        (540, "/media/a/2.webp"),
        (680, photo.image.url),
    ]
    photo.renditions = [[360, "a/1.webp"], [680, "a/2.webp"]]
    assert photo.sources == [(360, "/media/a/1.webp"), (680, "/media/a/2.webp")]
    photo.width, photo.renditions = 4000, [[360, "a/1.webp"], [1800, "a/2.webp"]]
    assert photo.sources == [(360, "/media/a/1.webp"), (1800, "/media/a/2.webp")]


def test_photo__new_file_gets_new_copies_and_the_old_ones_are_deleted(commit, settings):
    with commit():
        photo = make_model_image(data=LARGE)
    photo = ModelImage.objects.get()
    with commit():
        photo.image.save("new.jpg", ContentFile(picture(9, size=(500, 700))))
    photo.refresh_from_db()
    assert sizes(photo) == [(360, 504)]
    assert len(files(settings)) == 1


def test_photo__file_that_is_replaced_meanwhile_gets_no_copies_of_the_old_one(settings):
    photo = make_model_image(data=LARGE)
    ModelImage.objects.update(image="another.jpg")
    photo.add_renditions()
    assert ModelImage.objects.get().renditions is None
    assert not files(settings)


def test_photo__saving_an_old_row_makes_the_missing_copies(commit):
    make_model_image(data=LARGE)
    photo = ModelImage.objects.get()
    with commit():
        photo.save(update_fields=["is_active"])
    photo.refresh_from_db()
    assert len(photo.renditions) == 2


def test_photo__deletion_deletes_the_copies(commit, settings):
    with commit():
        make_model_image(data=LARGE)
    with commit():
        ModelImage.objects.all().delete()
    assert not files(settings)


def test_reused_result__copies_are_deleted_with_the_last_row_that_shows_them(commit, settings):
    first, second = make_try_on(), make_try_on()
    renditions = first.make_renditions(LARGE)
    TryOnResult.objects.update(image=first.image.name, sha256=first.sha256, renditions=renditions)
    with commit():
        TryOnResult.objects.get(pk=first.pk).delete()
    assert len(files(settings)) == 2
    with commit():
        TryOnResult.objects.get(pk=second.pk).delete()
    assert not files(settings)


def test_other_models__can_be_deleted():
    garment = make_garment()
    garment.delete()
    assert garment.pk is None


def test_without_renditions__rows_with_a_picture_and_no_copies(commit):
    with commit():
        make_model_image()
    old = make_model_image()
    result = make_try_on(model_image=old)
    make_try_on(model_image=old, status="queued")

    assert list(ModelImage.without_renditions()) == [old]
    assert list(TryOnResult.without_renditions()) == [result]


def test_deletion__of_the_projects_other_models_stays_one_statement(
    django_assert_num_queries, admin_user
):
    """A receiver without a sender would make Django load every row that the project deletes."""
    for number in range(3):
        LogEntry.objects.create(user=admin_user, action_flag=ADDITION, object_id=str(number))

    with django_assert_num_queries(1):
        assert LogEntry.objects.all().delete()[0] == 3
