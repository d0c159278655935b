"""Rows loaded with ``only()`` or ``defer()`` are saved and deleted like all others."""

from __future__ import annotations

import hashlib

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from django_outfitanyone.models import (
    Account,
    Batch,
    Charge,
    ClothesParse,
    DailyTotal,
    Garment,
    Hotspot,
    ImageCount,
    Intake,
    IntakeLine,
    IntakePicture,
    KnownTask,
    ModelImage,
    OrderRule,
    Product,
    SubmitRate,
    TemporaryUpload,
    TryOnResult,
    WornGarment,
)
from tests.drawing import picture
from tests.factories import (
    make_charge,
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
)

pytestmark = pytest.mark.django_db

LARGE = picture(size=(680, 1020))
"""Large enough for two smaller copies."""


def make_published_with_copies():
    try_on = make_published()
    try_on.renditions = try_on.make_renditions(LARGE)
    try_on.save()
    return try_on


def make_upload():
    return TemporaryUpload.objects.create(
        account=Account.of(), remote_model="aitryon", expires_at=timezone.now()
    )


def make_worn_garment():
    return make_published().worn.get()


def make_intake():
    return Intake.objects.create(subject="garment")


def make_draft(*, data):
    draft = IntakePicture(intake=make_intake(), file_name="a.jpg")
    draft.image.save("a.jpg", ContentFile(data))
    return draft


MAKE = {
    Account: lambda: Account.objects.create(name="other"),
    Batch: lambda: Batch.objects.create(size=2),
    Charge: make_charge,
    ClothesParse: lambda: ClothesParse.objects.create(
        account=Account.of(), model_image=make_model_image()
    ),
    DailyTotal: lambda: DailyTotal.objects.create(
        account=Account.of(), charged_on=timezone.now().date(), remote_model="m", currency="CNY"
    ),
    Garment: make_garment,
    Hotspot: lambda: make_hotspot(make_model_image()),
    ImageCount: lambda: ImageCount.objects.create(account=Account.of(), remote_model="aitryon"),
    Intake: make_intake,
    IntakeLine: lambda: IntakeLine.objects.create(intake=make_intake(), reference="a.jpg"),
    IntakePicture: lambda: make_draft(data=LARGE),
    KnownTask: lambda: KnownTask.objects.create(account=Account.of(), task_id="t"),
    ModelImage: lambda: make_model_image(data=LARGE),
    OrderRule: lambda: OrderRule.objects.create(name="Spring"),
    Product: make_product,
    SubmitRate: lambda: SubmitRate.objects.create(account=Account.of(), remote_model="m"),
    TemporaryUpload: make_upload,
    TryOnResult: make_published_with_copies,
    WornGarment: make_worn_garment,
}
every_model = pytest.mark.parametrize("model", MAKE, ids=lambda model: model.__name__)


def test_table__names_every_model():
    assert set(MAKE) == set(apps.get_app_config("django_outfitanyone").get_models())


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """Return a context at whose end the transaction commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def made(commit, caplog):
    """Make a row of this model; afterwards, check that no callback failed."""

    def make(model):
        with commit():
            return MAKE[model]()

    yield make
    assert not [record for record in caplog.records if record.exc_info]


def loads_of(model, pk):
    """Yield a query for each column that may be missing, and one for the bare row."""
    rows = model._default_manager.filter(pk=pk)
    yield rows.only("pk")
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            yield rows.defer(field.name)


def values_of(model, pk):
    return model._default_manager.filter(pk=pk).values().get()


@every_model
def test_rows__are_saved_unchanged(made, commit, model):
    pk = made(model).pk
    before = values_of(model, pk)

    for rows in loads_of(model, pk):
        with commit():
            rows.get().save()

    assert values_of(model, pk) == before


@every_model
def test_queryset__is_deleted(made, commit, model):
    rows = model._default_manager.filter(pk=made(model).pk)
    with commit():
        rows.only("pk").delete()

    assert not rows.exists()


@every_model
def test_row__is_deleted_whatever_was_not_loaded(made, model):
    pk = made(model).pk
    for rows in loads_of(model, pk):
        with transaction.atomic():
            rows.get().delete()
            assert not model._default_manager.filter(pk=pk).exists()
            transaction.set_rollback(True)


@pytest.mark.parametrize("model", [ModelImage, TryOnResult])
def test_deletion__deletes_the_smaller_copies(made, commit, model):
    row = made(model)
    names = [name for _width, name in model.objects.get(pk=row.pk).renditions]
    with commit():
        model.objects.only("pk").delete()

    assert names
    assert not any(map(default_storage.exists, names))


def test_deletion__of_a_row_that_is_gone_already_does_nothing(made, commit):
    pk = made(TryOnResult).pk
    row = TryOnResult.objects.only("pk").get(pk=pk)
    with commit():
        TryOnResult.objects.filter(pk=pk).delete()
        row.delete()


class TestNewPicture:
    """A picture that replaces another one, in a row without the columns that describe it."""

    NEW = picture(8, size=(240, 360))

    @pytest.fixture(params=["name", "image", "sha256", "thumbnail", "renditions"])
    def photo(self, made, request):
        """A photo that the engine refused, without one column or (``name``) with only that one."""
        photo = made(ModelImage)
        ModelImage.objects.mark_refused(photo, code="InvalidPerson", message="No person.")
        if request.param == "name":
            return ModelImage.objects.only("name").get()
        return ModelImage.objects.defer(request.param).get()

    def assert_replaced(self, names_before):
        row = ModelImage.objects.get()
        assert row.read() == self.NEW
        assert row.sha256 == hashlib.sha256(self.NEW).hexdigest()
        assert (row.width, row.height) == (240, 360)
        assert row.thumbnail.width == 240
        assert row.renditions == []  # too small for copies
        assert not row.is_refused
        assert not any(map(default_storage.exists, names_before))

    @pytest.fixture
    def names_before(self, photo):
        return [name for _width, name in ModelImage.objects.get(pk=photo.pk).renditions]

    @pytest.fixture(params=["all columns", "the picture only"])
    def save(self, request, commit):
        def save(photo):
            with commit():
                photo.save(
                    **({} if request.param == "all columns" else {"update_fields": ["image"]})
                )

        return save

    def test_upload(self, photo, save, names_before):
        photo.image = SimpleUploadedFile("new.jpg", self.NEW)
        save(photo)

        self.assert_replaced(names_before)

    def test_assigned_name(self, photo, save, names_before):
        photo.image = default_storage.save("x/other.jpg", ContentFile(self.NEW))
        save(photo)

        self.assert_replaced(names_before)

    def test_assigned_name__before_another_column_is_loaded(self, photo, save, names_before):
        photo.image = default_storage.save("x/other.jpg", ContentFile(self.NEW))
        assert photo.created_at
        assert photo.sha256
        save(photo)

        self.assert_replaced(names_before)
