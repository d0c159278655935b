from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command

from django_outfitanyone.models import TryOnResult
from django_outfitanyone.pictures.renditions import smaller_copies, thumbnail
from tests.drawing import picture
from tests.factories import make_model_image, make_try_on

pytestmark = pytest.mark.django_db


LARGE = picture(size=(680, 1020))
"""Large enough for two smaller copies."""


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    call_command("outfitanyone_renditions", *arguments, stdout=out, stderr=err)
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


def with_unmarked_copies(**columns):
    """Return a result whose copies were stored before copies were marked."""
    try_on = make_try_on(**columns)
    try_on.image.save("result.png", ContentFile(LARGE), save=False)
    try_on.thumbnail.save("old.jpg", ContentFile(thumbnail(LARGE)), save=False)
    storage = try_on.image.storage
    try_on.renditions = [
        [width, storage.save(f"old-{width}.webp", ContentFile(data))]
        for width, data in smaller_copies(LARGE)
    ]
    try_on.save()
    return try_on


def stored_copies(try_on):
    names = [try_on.thumbnail.name, *(name for _width, name in try_on.renditions)]
    files = []
    for name in names:
        with try_on.image.storage.open(name) as file:
            files.append(file.read())
    return files


def test_again__replaces_copies_and_thumbnails_and_deletes_the_old_ones():
    try_on = with_unmarked_copies()
    old = [try_on.thumbnail.name, *(name for _width, name in try_on.renditions)]
    assert not any(b"DigitalSourceType" in data for data in stored_copies(try_on))

    assert run("--again") == ("Smaller copies of 2 pictures were created.", "")
    try_on.refresh_from_db()

    assert [width for width, _name in try_on.renditions] == [360, 540]
    assert all(b"trainedAlgorithmicMedia<" in data for data in stored_copies(try_on))
    assert not any(try_on.image.storage.exists(name) for name in old)
    assert try_on.read() == LARGE


def test_again__reused_results_share_the_new_copies():
    first, second = with_unmarked_copies(), make_try_on()
    shared = {name: getattr(first, name) for name in ("image", "sha256", "thumbnail", "renditions")}
    TryOnResult.objects.filter(pk=second.pk).update(**shared)

    assert run("--again") == ("Smaller copies of 3 pictures were created.", "")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.renditions == second.renditions
    assert first.thumbnail == second.thumbnail
    assert len(stored_copies(second)) == 3


def test_again__picture_that_is_its_own_thumbnail_is_kept():
    try_on = make_try_on()
    TryOnResult.objects.update(thumbnail=try_on.image.name)

    run("--again")
    try_on.refresh_from_db()
    assert try_on.read()
    assert try_on.thumbnail.name != try_on.image.name


def test_again__picture_that_is_replaced_meanwhile_keeps_its_copies():
    try_on = with_unmarked_copies()
    TryOnResult.objects.update(image="another.jpg")
    files = len(list(Path(try_on.image.storage.location).rglob("*.*")))

    assert not try_on.remake_copies()
    assert len(list(Path(try_on.image.storage.location).rglob("*.*"))) == files


def test_again__storage_that_fails_leaves_the_old_copies(monkeypatch):
    try_on = with_unmarked_copies()
    save = FileSystemStorage._save

    def save_or_fail(storage, name, content):
        if "thumbnails" in name:
            raise OSError(28, "No space left on device")
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", save_or_fail)
    files = len(list(Path(try_on.image.storage.location).rglob("*.*")))
    output, errors = run("--again")

    assert output == "Smaller copies of 0 pictures were created."
    assert "No space left" in errors
    assert len(stored_copies(try_on)) == 3
    assert len(list(Path(try_on.image.storage.location).rglob("*.*"))) == files
