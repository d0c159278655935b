from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import ModelImage
from django_outfitanyone.models.picture import PictureFormField
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
