from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from django_outfitanyone.choices import MAY_FOLLOW, ClothesType, GarmentKind, Review, Status
from django_outfitanyone.exceptions import LeaseLost, PictureRefused
from django_outfitanyone.models import (
    Account,
    ClothesParse,
    Garment,
    Hotspot,
    ModelImage,
    TryOnResult,
)
from django_outfitanyone.models.picture import PictureFormField
from django_outfitanyone.models.try_on import Keep
from tests.drawing import drawn, encoded, picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=1)


@pytest.fixture
def refused_by_the_database():
    """The rows stay usable after the refusal, on every database."""

    class Refusal:
        def __enter__(self):
            self.raises = pytest.raises(IntegrityError)
            self.raises.__enter__()
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def __exit__(self, *error):
            self.atomic.__exit__(*error)
            return self.raises.__exit__(*error)

    return Refusal


class TestStoredPicture:
    def test_facts_stand_beside_it(self):
        data = picture(8, size=(240, 360))
        garment = make_garment(data=data)

        assert (garment.width, garment.height) == (240, 360)
        assert garment.read() == data
        assert len(garment.sha256) == 64

    def test_name_says_nothing_about_the_upload(self):
        photo = ModelImage(name="Anna")
        photo.image.save("../../etc/anna-at-home.jpg", ContentFile(picture(1)))

        assert "anna" not in photo.image.name
        assert photo.image.name.startswith("outfitanyone/pictures/")

    def test_thumbnail_is_made(self):
        photo = make_model_image(data=picture(1, size=(1200, 1800)))
        with photo.thumbnail.open() as file, Image.open(file) as small:
            assert max(small.size) <= 480

    def test_unusable_picture_is_not_stored(self):
        photo = ModelImage(name="Anna")
        with pytest.raises(PictureRefused):
            photo.image.save("a.jpg", ContentFile(b"text" * 5000))

    def test_every_way_of_saving_prepares_it(self):
        webp = SimpleUploadedFile("a.webp", encoded(drawn(), "WEBP"))
        (photo,) = ModelImage.objects.bulk_create([ModelImage(name="Anna", image=webp)])

        assert photo.sha256
        assert photo.image.name.endswith((".jpg", ".png"))

    def test_saving_other_columns_leaves_the_file_alone(self):
        photo = make_model_image()
        before = photo.image.name
        photo.name = "Berta"
        photo.save()

        assert photo.image.name == before

    def test_form_field_says_reason_and_remedy(self):
        small = SimpleUploadedFile("a.png", encoded(drawn(size=(120, 400)), "PNG"))
        with pytest.raises(ValidationError, match="120 × 400") as refused:
            PictureFormField().clean(small)

        assert refused.value.messages[0].endswith("would not add detail.")

    def test_form_field_leaves_the_file_readable(self):
        data = picture(1)
        cleaned = PictureFormField().clean(SimpleUploadedFile("a.jpg", data))

        assert cleaned.read() == data

    def test_form_field_keeps_the_present_file(self):
        photo = make_model_image()

        assert PictureFormField().clean(None, photo.image) == photo.image


class TestConstraints:
    def test_one_row_in_a_slot(self, refused_by_the_database):
        make_try_on(status=Status.RUNNING, slot=1)
        with refused_by_the_database():
            make_try_on(status=Status.RUNNING, slot=1)

    def test_rows_without_a_slot_do_not_clash(self):
        make_try_on(status=Status.QUEUED)
        make_try_on(status=Status.QUEUED)

    def test_a_task_belongs_to_one_row(self, refused_by_the_database):
        make_try_on(status=Status.RUNNING, remote_task_id="t-1")
        with refused_by_the_database():
            make_try_on(status=Status.RUNNING, remote_task_id="t-1")

    def test_place_in_a_batch_is_taken_once(self, refused_by_the_database):
        first = make_try_on(status=Status.QUEUED)
        with refused_by_the_database():
            make_try_on(status=Status.QUEUED, batch=first.batch)

    @pytest.mark.parametrize(
        "columns",
        [
            {"status": "sleeping"},
            {"status": Status.SUCCEEDED, "image": ""},
            {"status": Status.RUNNING, "remote_task_id": None},
            {"published_at": timezone.now()},
            {"review": "splendid"},
            {"keep": Keep.UPPER},
        ],
    )
    def test_what_makes_no_sense(self, refused_by_the_database, columns):
        try_on = make_try_on(status=Status.QUEUED)
        with refused_by_the_database():
            TryOnResult.objects.filter(pk=try_on.pk).update(**columns)

    @pytest.mark.parametrize("box", [(5, 5, 5, 9), (5, 9, 9, 9), (9, 5, 5, 9)])
    def test_box_has_an_area(self, refused_by_the_database, box):
        photo = make_model_image()
        with refused_by_the_database():
            make_hotspot(photo, box=box)

    def test_hotspot_lies_on_one_picture(self, refused_by_the_database):
        spot = make_hotspot(make_model_image())
        try_on = make_try_on()
        for columns in ({"model_image": None}, {"try_on": try_on}):
            with refused_by_the_database():
                Hotspot.objects.filter(pk=spot.pk).update(**columns)

    def test_one_hotspot_for_an_area(self, refused_by_the_database):
        photo = make_model_image()
        make_hotspot(photo, ClothesType.UPPER)
        with refused_by_the_database():
            make_hotspot(photo, ClothesType.UPPER)

    def test_any_number_of_hotspots_that_a_person_drew(self):
        photo = make_model_image()
        make_hotspot(photo, None)
        make_hotspot(photo, None)

        assert photo.hotspots.count() == 2

    def test_garment_kind(self, refused_by_the_database):
        garment = make_garment()
        with refused_by_the_database():
            Garment.objects.filter(pk=garment.pk).update(kind="hat")

    def test_negative_price(self, refused_by_the_database):
        with refused_by_the_database():
            make_product(price="-1")


class TestClaim:
    def claim(self, limit=10):
        return TryOnResult.objects.open().claim(limit=limit, lease=LEASE)

    def test_longest_due_first(self):
        now = timezone.now()
        late = make_try_on(status=Status.QUEUED, due_at=now - timedelta(seconds=1))
        early = make_try_on(status=Status.QUEUED, due_at=now - timedelta(seconds=9))

        assert self.claim(1) == [early]
        assert self.claim(1) == [late]

    def test_claimed_rows_are_out_of_reach(self):
        make_try_on(status=Status.QUEUED)

        assert len(self.claim()) == 1
        assert self.claim() == []

    def test_not_before_it_is_due(self):
        make_try_on(status=Status.QUEUED, due_at=timezone.now() + timedelta(seconds=9))

        assert self.claim() == []

    def test_lease_that_ran_out_is_taken_over(self):
        make_try_on(status=Status.QUEUED)
        (first,) = self.claim()
        TryOnResult.objects.update(lease_expires_at=timezone.now())
        (second,) = self.claim()

        second.write(attempts=1)
        with pytest.raises(LeaseLost):
            first.write(attempts=2)

    def test_write_needs_a_claim(self):
        with pytest.raises(LeaseLost):
            make_try_on(status=Status.QUEUED).write(attempts=1)

    def test_release_gives_it_back(self):
        make_try_on(status=Status.QUEUED)
        (row,) = self.claim()
        row.release(timezone.now())

        assert len(self.claim()) == 1


class TestMove:
    @pytest.mark.parametrize("new", list(Status))
    @pytest.mark.parametrize("old", [Status.QUEUED, Status.SUCCEEDED, Status.COLLECTING])
    def test_only_where_the_table_allows(self, old, new):
        make_try_on(status=old)
        TryOnResult.objects.update(due_at=timezone.now())
        (row,) = TryOnResult.objects.all().claim(limit=1, lease=LEASE)
        if new in MAY_FOLLOW[old]:
            with suppress(IntegrityError), transaction.atomic():
                row.move(new)
        else:
            with pytest.raises(ValueError, match="never followed"):
                row.move(new)

    def test_every_status_has_its_followers(self):
        assert set(MAY_FOLLOW) == set(Status)

    def test_final_status_leaves_nothing_to_do(self):
        make_try_on(status=Status.QUEUED)
        (row,) = TryOnResult.objects.all().claim(limit=1, lease=LEASE)
        row.move(Status.FAILED, error_code="InvalidPerson")

        assert row.due_at is None
        assert row.finished_at
        assert row.error_code == "InvalidPerson"

    def test_progress_forgets_old_failures(self):
        make_try_on(status=Status.RUNNING, attempts=3, error_code="InternalError")
        (row,) = TryOnResult.objects.all().claim(limit=1, lease=LEASE)
        row.move(Status.COLLECTING)

        assert (row.attempts, row.error_code) == (0, "")


class TestVocabulary:
    def test_public_is_finished_and_not_rejected(self):
        shown = make_try_on()
        make_try_on(review=Review.REJECTED)
        make_try_on(status=Status.RUNNING)

        assert list(TryOnResult.objects.public()) == [shown]

    def test_for_product_finds_it_on_either_half(self):
        product = make_product()
        as_top = make_try_on(garments=[make_garment(product=product)])
        as_bottom = make_try_on(
            garments=[make_garment(), make_garment(GarmentKind.BOTTOM, product=product)]
        )
        make_try_on()

        assert set(TryOnResult.objects.for_product(product)) == {as_top, as_bottom}

    def test_with_hotspots_costs_the_same_for_any_number(self, django_assert_num_queries):
        for _ in range(4):
            make_hotspot(make_try_on(), product=make_product())
        with django_assert_num_queries(3):
            for try_on in TryOnResult.objects.with_hotspots():
                assert [str(spot.product) for spot in try_on.hotspots.all()]
                assert str(try_on)

    def test_deleted_garment_leaves_the_picture(self):
        try_on = make_try_on()
        try_on.top_garment.product.delete()
        try_on.refresh_from_db()

        assert try_on.image
        assert try_on.garments == []
        assert str(try_on)


@pytest.mark.parametrize("make", [make_model_image, make_try_on])
def test_deleting_a_picture__takes_its_hotspots_and_searches_along(make):
    """On MariaDB too, where Django's own cascade would break a constraint."""
    picture = make()
    make_hotspot(picture)
    column = "model_image" if isinstance(picture, ModelImage) else "try_on"
    ClothesParse.objects.create(account=Account.current(), **{column: picture})
    picture.delete()

    assert not Hotspot.objects.exists()
    assert not ClothesParse.objects.exists()
