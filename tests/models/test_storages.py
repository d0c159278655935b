"""Each kind of file is in the storage that the settings name for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db.models import FileField
from django.utils import timezone

from django_outfitanyone import checks
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.diagnostics.findings import Level
from django_outfitanyone.diagnostics.storage import diagnose_storage
from django_outfitanyone.models import (
    ClothesParse,
    Garment,
    Hotspot,
    IntakePicture,
    ModelImage,
    TryOnResult,
)
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_published
from tests.test_checks import ids

pytestmark = pytest.mark.django_db

LARGE = picture(size=(680, 1020))
ROLES = ("inputs", "results", "derivatives")


@pytest.fixture
def apart(settings, configure, tmp_path):
    """Give each kind of file a folder and a URL of its own."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {
        role: {
            "BACKEND": backend,
            "OPTIONS": {"location": tmp_path / role, "base_url": f"https://{role}.test/"},
        }
        for role in ROLES
    }
    configure(INPUT_STORAGE="inputs", RESULT_STORAGE="results", DERIVATIVE_STORAGE="derivatives")

    def files():
        return {role: [p for p in (tmp_path / role).rglob("*.*") if p.is_file()] for role in ROLES}

    return files


def make_look():
    look = make_published()
    look.renditions = look.make_renditions(LARGE)
    look.save()
    return look


def test_uploads_and_their_copies__are_inputs(apart, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        photo = make_model_image(data=LARGE)
    garment = make_garment()
    photo.refresh_from_db()

    assert photo.renditions
    stored = apart()
    assert len(stored["inputs"]) == 2 * 2 + len(photo.renditions)
    assert not stored["results"] + stored["derivatives"]
    urls = [photo.image.url, photo.thumbnail.url, garment.image.url, garment.thumbnail.url]
    urls += [url for _width, url in photo.sources]
    assert {url.split("/")[2] for url in urls} == {"inputs.test"}
    assert photo.read()


def test_results_and_their_copies__are_apart(apart):
    look = TryOnResult.objects.get(pk=make_look().pk)

    assert look.image.url.startswith("https://results.test/")
    assert look.thumbnail.url.startswith("https://derivatives.test/")
    assert {url.split("/")[2] for _width, url in look.sources[:-1]} == {"derivatives.test"}
    assert len(apart()["results"]) == 1
    assert len(apart()["derivatives"]) == 1 + len(look.renditions)


def test_picture_that_is_its_own_thumbnail__is_found(apart):
    look = make_look()
    TryOnResult.objects.update(thumbnail=look.image.name)

    assert TryOnResult.objects.get().thumbnail.url == look.image.url


def test_files__are_deleted_from_their_storages(apart, django_capture_on_commit_callbacks):
    look = make_look()
    before = len(apart()["derivatives"])
    with django_capture_on_commit_callbacks(execute=True):
        look.delete()

    assert len(apart()["derivatives"]) == before - len(look.renditions)


def test_orphans__are_found_in_each_storage(apart):
    look, _photo = make_look(), make_model_image()
    names = [name for _width, name in look.renditions]
    TryOnResult.objects.update(renditions=None)

    found = {name for _storage, name in cleanup.orphans(timezone.now() + timedelta(days=1))}

    assert found == set(names)


def test_setting__is_read_live(configure):
    field = Garment._meta.get_field("image")
    assert field.storage is storages["default"]
    configure(INPUT_STORAGE="staticfiles")
    assert field.storage is storages["staticfiles"]


def test_migrations__do_not_name_the_storage(apart):
    fields = [
        field
        for model in (Garment, ModelImage, TryOnResult, Hotspot, ClothesParse, IntakePicture)
        for field in model._meta.fields
        if isinstance(field, FileField)
    ]
    paths = {field.deconstruct()[1] for field in fields}

    assert len(fields) == 14
    assert not any("storage" in field.deconstruct()[3] for field in fields)
    assert paths == {
        "django.db.models.FileField",
        "django.db.models.ImageField",
        "django_outfitanyone.models.picture.PictureField",
    }


@pytest.mark.parametrize("name", ["INPUT_STORAGE", "RESULT_STORAGE", "DERIVATIVE_STORAGE"])
def test_check__unknown_alias(configure, name):
    configure(**{name: "privat"})
    (message,) = checks.check_storages()

    assert ids([message]) == ["E016"]
    assert f"OUTFITANYONE['{name}'] = 'privat'" in message.msg
    assert checks.check_media() == []


def test_check__known_aliases(apart):
    assert checks.check_storages() == []
    assert checks.check_media() == []


def test_doctor__tries_each_storage(apart, monkeypatch):
    assert [one.level for one in diagnose_storage() if one.subject == "storage"] == [Level.OK] * 3

    monkeypatch.setattr(storages["derivatives"], "_save", None)
    problems = [one for one in diagnose_storage() if one.level is Level.PROBLEM]
    assert len(problems) == 1
    assert not any(apart().values())
