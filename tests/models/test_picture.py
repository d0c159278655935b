from __future__ import annotations

import hashlib
import json

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from PIL import Image

from django_outfitanyone.api.fields import UploadField
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import ModelImage
from django_outfitanyone.models.picture import PictureFormField
from django_outfitanyone.pictures import images
from tests.drawing import drawn, encoded, picture
from tests.factories import make_garment, make_model_image

pytestmark = pytest.mark.django_db


class TestStoredPicture:
    def test_size_and_hash_are_stored_with_the_file(self):
        data = picture(8, size=(240, 360))
        garment = make_garment(data=data)

        assert (garment.width, garment.height) == (240, 360)
        assert garment.read() == data
        assert len(garment.sha256) == 64

    def test_file_name_reveals_nothing_of_the_upload(self):
        photo = ModelImage(name="Anna")
        photo.image.save("../../etc/anna-at-home.jpg", ContentFile(picture(1)))

        assert "anna" not in photo.image.name
        assert photo.image.name.startswith("outfitanyone/pictures/")

    def test_thumbnail_is_stored(self):
        photo = make_model_image(data=picture(1, size=(600, 900)))
        with photo.thumbnail.open() as file, Image.open(file) as small:
            assert max(small.size) <= 480

    def test_unusable_picture_is_refused(self):
        photo = ModelImage(name="Anna")
        with pytest.raises(PictureRefused):
            photo.image.save("a.jpg", ContentFile(b"text" * 5000))

    def test_bulk_create_prepares_the_picture_too(self):
        webp = SimpleUploadedFile("a.webp", encoded(drawn(), "WEBP"))
        (photo,) = ModelImage.objects.bulk_create([ModelImage(name="Anna", image=webp)])

        assert photo.sha256
        assert photo.image.name.endswith((".jpg", ".png"))

    def test_saving_other_columns_keeps_the_file(self):
        photo = make_model_image()
        before = photo.image.name
        photo.name = "Berta"
        photo.save()

        assert photo.image.name == before


class TestAssignedName:
    """A file that is in the storage already, assigned by its name."""

    @pytest.fixture
    def stored(self):
        """Store a file as another program would, and return its name and bytes."""
        data = picture(7, size=(220, 330))
        return default_storage.save("x/other.jpg", ContentFile(data)), data

    def assert_measured(self, row, data, name=None):
        row.refresh_from_db()
        assert row.sha256 == hashlib.sha256(row.read()).hexdigest()
        assert (row.width, row.height) == (220, 330)
        with row.thumbnail.open() as file, Image.open(file) as small:
            assert small.size == (220, 330)
        if name:
            assert row.image.name == name
            assert row.read() == data

    def test_new_row(self, stored):
        name, data = stored
        self.assert_measured(ModelImage.objects.create(name="Anna", image=name), data, name)

    def test_other_file_of_an_existing_row(self, stored):
        name, data = stored
        photo = make_model_image()
        photo.image = name
        photo.save()

        self.assert_measured(photo, data, name)

    def test_only_the_column_of_the_picture_is_saved(self, stored):
        name, data = stored
        photo = ModelImage.objects.get(pk=make_model_image().pk)
        photo.renditions = [[360, "x.webp"]]
        photo.save()
        photo.image = name
        photo.save(update_fields=["image"])

        self.assert_measured(photo, data, name)
        assert photo.renditions is None

    def test_file_of_another_model(self):
        other = make_garment(data=picture(7, size=(220, 330)))
        photo = ModelImage.objects.create(name="Anna", image=other.image)

        self.assert_measured(photo, other.read(), other.image.name)

    def test_bulk_create(self, stored):
        name, data = stored
        (photo,) = ModelImage.objects.bulk_create([ModelImage(name="Anna", image=name)])

        self.assert_measured(ModelImage.objects.get(pk=photo.pk), data, name)

    def test_copy_of_a_row_with_another_file(self, stored):
        name, data = stored
        photo = make_model_image()
        photo.pk = None
        photo.image = name
        photo.save()

        self.assert_measured(photo, data, name)

    def test_fixture_without_size_and_hash(self, stored):
        name, data = stored
        row = {"model": "django_outfitanyone.modelimage", "pk": 5, "fields": {"name": "Anna"}}
        row["fields"] |= {"image": name, "created_at": "2026-01-01T00:00:00Z"}
        (read,) = serializers.deserialize("json", json.dumps([row]))
        read.save()

        self.assert_measured(ModelImage.objects.get(pk=5), data, name)

    def test_fixture_with_size_and_hash_may_come_before_its_file(self):
        photo = make_model_image()
        dumped = serializers.serialize("json", [photo])
        photo.image.delete(save=False)
        ModelImage.objects.all().delete()
        (read,) = serializers.deserialize("json", dumped)
        read.save()

        assert ModelImage.objects.get().sha256 == photo.sha256

    def test_file_that_needs_a_conversion_is_stored_anew(self):
        original = encoded(drawn(size=(220, 330)), "WEBP")
        name = default_storage.save("x/other.webp", ContentFile(original))
        photo = ModelImage.objects.create(name="Anna", image=name)

        self.assert_measured(photo, b"")
        assert photo.image.name.startswith("outfitanyone/pictures/")
        with default_storage.open(name) as file:
            assert file.read() == original

    @pytest.mark.parametrize("name", ["x/missing.jpg", "x/text.jpg"])
    def test_missing_or_unusable_file_is_refused(self, name):
        default_storage.save("x/text.jpg", ContentFile(b"text" * 5000))
        photo = make_model_image()
        before = photo.sha256
        photo.image = name
        with pytest.raises(PictureRefused):
            photo.save()

        assert ModelImage.objects.get().sha256 == before

    def test_unchanged_name_is_not_read_again(self, monkeypatch):
        photo = ModelImage.objects.get(pk=make_model_image().pk)
        monkeypatch.setattr(images, "prepare", lambda _data: pytest.fail("measured"))
        photo.save()
        photo.image = photo.image.name
        photo.save()
        ModelImage.objects.defer("image").get().save()


class TestPictureFormField:
    def test_error_has_reason_and_remedy(self):
        small = SimpleUploadedFile("a.png", encoded(drawn(size=(120, 400)), "PNG"))
        with pytest.raises(ValidationError, match="120 × 400") as refused:
            PictureFormField().clean(small)

        assert refused.value.messages[0].endswith("would not add detail.")

    def test_cleaned_file_can_be_read(self):
        data = picture(1)
        cleaned = PictureFormField().clean(SimpleUploadedFile("a.jpg", data))

        assert cleaned.read() == data

    def test_current_file_is_kept_without_an_upload(self):
        photo = make_model_image()

        assert PictureFormField().clean(None, photo.image) == photo.image

    def test_upload_is_prepared_once(self, monkeypatch):
        calls = []
        prepare = images.prepare
        monkeypatch.setattr(images, "prepare", lambda data: calls.append(1) or prepare(data))
        form = modelform_factory(ModelImage, fields=["name", "is_active", "image"])(
            {"name": "Anna"}, {"image": SimpleUploadedFile("a.webp", encoded(drawn(), "WEBP"))}
        )
        photo = form.save()

        assert photo.read() == prepare(encoded(drawn(), "WEBP")).data
        assert len(calls) == 1


def test_api__upload_is_prepared_once(monkeypatch):
    upload = SimpleUploadedFile("a.webp", encoded(drawn(), "WEBP"))
    file = UploadField().to_internal_value(upload)
    monkeypatch.setattr(images, "prepare", lambda _data: pytest.fail("prepared again"))
    photo = ModelImage.objects.create(name="Anna", image=file)

    assert photo.width == 200
