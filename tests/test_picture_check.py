"""The picture check as the doors use it: what is stored, and what a person decides."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import ImageFieldFile

from django_outfitanyone import (
    PictureRefused,
    PictureUnsuitable,
    RequestRefused,
    TryOnOptions,
    TryOnRequest,
    check_picture,
    crop_to_garment,
    cut_out_garment,
    estimate,
    ignore_findings,
    request_try_on,
    request_try_ons,
    restore_original,
)
from django_outfitanyone.jobs.try_on import check_pictures
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from tests.drawing import picture
from tests.factories import make_garment, make_model_image
from tests.local_engine import LARGE, SEVERAL, SMALL, TWO_PEOPLE, WORN

pytestmark = pytest.mark.django_db

LARGE_PICTURE = picture(1, size=LARGE)


@pytest.fixture
def garment(local_engine):
    return make_garment(data=LARGE_PICTURE)


@pytest.fixture
def photo(local_engine):
    return make_model_image(data=LARGE_PICTURE, name="Anna")


def codes(row):
    stored = type(row).objects.get(pk=row.pk).findings
    return None if stored is None else [one["code"] for one in stored]


class TestCheck:
    def test_findings_are_stored_as_codes(self, local_engine, garment):
        local_engine.garment = [SEVERAL, SMALL]
        check_picture(garment)

        assert Garment.objects.get().findings == [
            {"code": "several_garments", "severity": "refuses"},
            {"code": "garment_small", "severity": "may_spoil"},
        ]
        assert [one.code for one in garment.found] == ["several_garments", "garment_small"]

    def test_new_picture_is_not_checked_by_itself(self, photo):
        assert codes(photo) is None
        assert not photo.is_checked

    def test_picture_without_findings_counts_as_checked(self, photo):
        result = check_picture(photo)

        assert (result.findings, result.is_complete) == ([], True)
        assert codes(photo) == []

    def test_check_can_be_repeated_and_keeps_the_decision(self, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        ignore_findings(photo)
        check_picture(photo)

        assert codes(photo) == ["several_people"]
        assert ModelImage.objects.get().findings_ignored

    def test_without_the_engine_the_picture_stays_unchecked(self, local_engine, photo):
        local_engine.is_missing = True
        result = check_picture(photo)

        assert (result.findings, result.is_complete) == ([], False)
        assert codes(photo) is None

    def test_size_is_found_without_the_engine_and_not_stored(self, local_engine):
        garment, photo = make_garment(), make_model_image(data=picture(1, size=(400, 600)))
        check_picture(garment)

        assert codes(garment) == []
        assert [one.code for one in garment.found] == ["picture_small"]
        assert [one.code for one in photo.found] == ["photo_narrow"]
        assert not photo.is_checked

    def test_without_the_engine_an_earlier_check_stays(self, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        local_engine.is_missing = True
        check_picture(photo)

        assert codes(photo) == ["several_people"]

    def test_result_is_dropped_if_the_picture_was_replaced_meanwhile(self, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        stale = ModelImage.objects.get()
        photo.image.save("other.jpg", ContentFile(picture(2, size=LARGE)))
        stale.image.name = photo.image.name
        check_picture(stale)

        assert codes(photo) is None

    def test_missing_file_is_refused_with_a_remedy(self, photo):
        default_storage.delete(photo.image.name)
        with pytest.raises(PictureRefused) as refused:
            check_picture(photo)

        assert refused.value.code == "PictureMissing"
        assert refused.value.remedy


class TestReset:
    @pytest.fixture(autouse=True)
    def _advised_against(self, local_engine, garment, photo):
        local_engine.person, local_engine.garment = [TWO_PEOPLE], [SEVERAL]
        for row in (garment, photo):
            check_picture(row)
            ignore_findings(row)

    @pytest.mark.parametrize("model", [Garment, ModelImage])
    def test_new_picture_starts_anew(self, model):
        row = model.objects.get()
        row.image.save("other.jpg", ContentFile(picture(5)))
        row.refresh_from_db()

        assert (row.findings, row.findings_ignored) == (None, False)

    @pytest.mark.parametrize("model", [Garment, ModelImage])
    def test_new_picture_saved_alone_starts_anew(self, model):
        row = model.objects.only("image").get()
        row.image = default_storage.save("x/other.jpg", ContentFile(picture(5)))
        row.save(update_fields=["image"])

        stored = model.objects.get()
        assert (stored.findings, stored.findings_ignored) == (None, False)

    @pytest.mark.parametrize("model", [Garment, ModelImage])
    def test_other_columns_keep_it(self, model):
        row = model.objects.get()
        row.name = "other"
        row.save()

        stored = model.objects.get()
        assert stored.findings
        assert stored.findings_ignored

    @pytest.mark.parametrize("options", [{}, {"update_fields": ["kind"]}])
    @pytest.mark.parametrize("deferred", [[], ["kind"], ["findings"]])
    def test_another_kind_starts_anew(self, options, deferred):
        garment = Garment.objects.defer(*deferred).get()
        garment.kind = "one_piece"
        garment.save(**options)

        stored = Garment.objects.get()
        assert (stored.kind, stored.findings, stored.findings_ignored) == ("one_piece", None, False)

    def test_another_kind_of_a_row_that_was_just_made_starts_anew(self, garment):
        garment.kind = "bottom"
        garment.save()

        assert Garment.objects.get().findings is None

    @pytest.mark.parametrize(
        ("changes", "kept"), [({"name": "x"}, True), ({"kind": "bottom"}, False)]
    )
    def test_row_of_a_bulk_create_knows_its_kind(self, garment, changes, kept):
        image = SimpleUploadedFile("a.jpg", LARGE_PICTURE)
        new = Garment(product=garment.product, kind="top", image=image)
        (row,) = Garment.objects.bulk_create([new])
        check_picture(row)
        ignore_findings(row)
        vars(row).update(changes)
        row.save()

        stored = Garment.objects.get(pk=row.pk)
        assert bool(stored.findings) == stored.findings_ignored == kept

    def test_kind_that_is_not_saved_changes_nothing(self):
        garment = Garment.objects.get()
        garment.kind = "bottom"
        garment.save(update_fields=["name"])
        assert Garment.objects.get().findings
        garment.save()
        assert Garment.objects.get().findings is None


def test_querysets__select_by_what_was_found(local_engine):
    unchecked, fine, spoilt, refused, used = (make_garment(data=LARGE_PICTURE) for _ in range(5))
    for row, found in (
        (fine, []),
        (spoilt, [SMALL]),
        (refused, [SEVERAL, SMALL]),
        (used, [SEVERAL]),
    ):
        local_engine.garment = found
        check_picture(row)
    ignore_findings(used)

    assert [*Garment.objects.unchecked()] == [unchecked]
    assert {*Garment.objects.with_findings()} == {spoilt, refused, used}
    assert [*Garment.objects.advised_against()] == [refused]
    assert not ModelImage.objects.advised_against().active().exists()


@pytest.mark.parametrize(
    ("size", "garments", "photos"), [((640, 299), 1, 1), ((400, 600), 0, 1), ((600, 300), 0, 0)]
)
def test_querysets__find_small_pictures_without_a_check(size, garments, photos):
    make_garment(data=picture(1, size=size))
    make_model_image(data=picture(2, size=size))

    assert Garment.objects.with_findings().count() == garments
    assert ModelImage.objects.with_findings().count() == photos
    for model in (Garment, ModelImage):
        assert bool(model.objects.get().found) is model.objects.with_findings().exists()


class TestRule:
    """A picture that the engine would refuse is not sent, unless a person decided so."""

    @pytest.fixture
    def unsuitable(self, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        return photo

    def test_request_is_refused_with_picture_reason_and_remedy(self, unsuitable, garment):
        with pytest.raises(PictureUnsuitable) as refused:
            request_try_on(TryOnRequest(unsuitable, [garment]))

        assert refused.value.code == "PictureUnsuitable"
        assert refused.value.message == "“Anna”: There are several people in the photo."
        assert "crop the others away" in refused.value.remedy
        assert refused.value.remedy in str(refused.value)
        assert not TryOnResult.objects.exists()

    def test_estimate_refuses_it_too(self, unsuitable, garment):
        with pytest.raises(PictureUnsuitable):
            estimate([TryOnRequest(unsuitable, [garment])])

    def test_garment_is_checked_too(self, local_engine, photo, garment):
        local_engine.garment = [SEVERAL]
        check_picture(garment)
        with pytest.raises(PictureUnsuitable, match="several garments"):
            request_try_on(TryOnRequest(photo, [garment]))

    @pytest.mark.parametrize("found", [[], [SMALL, WORN]])
    def test_picture_that_may_spoil_the_result_is_accepted(
        self, local_engine, photo, garment, found
    ):
        local_engine.garment = found
        check_picture(garment)

        assert request_try_on(TryOnRequest(photo, [garment])).pk

    def test_unchecked_picture_is_accepted(self, photo, garment):
        assert request_try_on(TryOnRequest(photo, [garment])).pk

    def test_person_decides_to_use_it_and_back(self, unsuitable, garment):
        request = TryOnRequest(unsuitable, [garment])
        ignore_findings(unsuitable)
        assert request_try_on(request).pk

        ignore_findings(unsuitable, ignored=False)
        with pytest.raises(PictureUnsuitable):
            request_try_on(request, options=TryOnOptions(force_new=True))

    def test_identical_finished_picture_makes_no_difference(self, remote, configure, garment):
        configure(CHECK_PICTURES=True)
        photo = make_model_image(data=LARGE_PICTURE)
        request = TryOnRequest(photo, [garment])
        request_try_on(request)
        photo.findings = [{"code": "dark", "severity": "refuses"}]

        with pytest.raises(PictureUnsuitable):
            request_try_on(request)

    def test_setting_switches_it_off(self, configure, unsuitable, garment):
        configure(CHECK_PICTURES=False)

        assert request_try_on(TryOnRequest(unsuitable, [garment])).pk

    def test_repeated_batch_returns_its_rows(self, local_engine, photo, garment):
        request, batch = TryOnRequest(photo, [garment]), uuid.uuid4()
        rows = request_try_ons([request], batch=batch)
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)

        assert request_try_ons([request], batch=batch) == rows
        with pytest.raises(PictureUnsuitable):
            request_try_ons([request], batch=uuid.uuid4())

    def test_each_picture_is_named_once_and_a_few_of_many(self, local_engine, garment):
        local_engine.person = [TWO_PEOPLE]
        photos = [make_model_image(data=LARGE_PICTURE, name=f"P{n}") for n in range(5)]
        for photo in photos:
            check_picture(photo)
        requests = [TryOnRequest(photo, [garment]) for photo in photos] * 2
        with pytest.raises(PictureUnsuitable) as refused:
            request_try_ons(requests)

        message = refused.value.message
        assert [message.count(f"“P{n}”") for n in range(5)] == [1, 1, 1, 0, 0]
        assert message.endswith("2 more pictures are unsuitable.")
        assert refused.value.remedy.count("crop the others away") == 1

    def test_rule_costs_no_query(self, local_engine, garment, django_assert_num_queries):
        photos = [make_model_image(data=LARGE_PICTURE) for _ in range(3)]
        with django_assert_num_queries(0):
            check_pictures([TryOnRequest(photo, [garment]) for photo in photos])


class TestReplacedPicture:
    @pytest.fixture(autouse=True)
    def _engine(self, local_engine):
        local_engine.box, local_engine.cut_out = (100, 100, 400, 600), (300, 420)

    @pytest.mark.parametrize(
        ("change", "size"), [(crop_to_garment, (300, 500)), (cut_out_garment, (300, 420))]
    )
    def test_original_is_kept(self, garment, change, size):
        uploaded = garment.image.name
        change(garment)
        stored = Garment.objects.get()

        assert (stored.width, stored.height) == size
        assert stored.original.name == uploaded
        assert stored.image.name != uploaded
        with default_storage.open(uploaded) as file:
            assert file.read() == LARGE_PICTURE

    def test_original_is_that_of_the_first_change(self, garment):
        uploaded = garment.image.name
        crop_to_garment(garment)
        cut_out_garment(garment)

        assert Garment.objects.get().original.name == uploaded

    def test_findings_start_anew(self, local_engine, garment):
        local_engine.garment = [SMALL]
        check_picture(garment)
        crop_to_garment(garment)

        assert codes(garment) is None

    def test_original_is_restored(self, garment):
        before = (garment.image.name, garment.sha256)
        crop_to_garment(garment)
        restore_original(Garment.objects.get())
        stored = Garment.objects.get()

        assert (stored.image.name, stored.sha256) == before
        assert (stored.width, stored.height) == LARGE
        assert not stored.original

    def test_upload_after_a_crop_has_no_original(self, garment):
        crop_to_garment(garment)
        garment.image.save("new.jpg", ContentFile(picture(9)))

        assert not Garment.objects.get().original

    def test_nothing_to_restore(self, garment):
        with pytest.raises(RequestRefused) as refused:
            restore_original(garment)
        assert refused.value.code == "NoOriginal"

    @pytest.mark.parametrize(
        ("change", "code"),
        [(crop_to_garment, "NothingToCrop"), (cut_out_garment, "NothingToCutOut")],
    )
    def test_nothing_found_changes_nothing(self, local_engine, garment, change, code):
        local_engine.box = local_engine.cut_out = None
        with pytest.raises(RequestRefused) as refused:
            change(garment)

        assert refused.value.code == code
        assert Garment.objects.get().read() == LARGE_PICTURE

    @pytest.mark.parametrize("change", [crop_to_garment, cut_out_garment])
    def test_missing_engine_is_said(self, local_engine, garment, change):
        local_engine.is_missing = True
        with pytest.raises(RequestRefused, match="not installed") as refused:
            change(garment)

        assert refused.value.code == "LocalEngineUnavailable"

    def test_picture_that_was_replaced_meanwhile_stays(self, garment):
        stale = Garment.objects.get()
        garment.image.save("new.jpg", ContentFile(picture(9, size=LARGE)))
        stale.image.name = garment.image.name
        with pytest.raises(RequestRefused) as refused:
            crop_to_garment(stale)

        assert refused.value.code == "InputChanged"
        assert Garment.objects.get().image.name == garment.image.name

    @pytest.mark.parametrize("change", [crop_to_garment, restore_original])
    def test_picture_that_is_replaced_while_the_new_one_is_stored_stays(
        self, monkeypatch, garment, change
    ):
        if change is restore_original:
            crop_to_garment(garment)
        real, uploads = ImageFieldFile.save, [picture(9, size=LARGE)]

        def save_late(*args, **kwargs):
            if uploads:
                Garment.objects.get().image.save("new.jpg", ContentFile(uploads.pop()))
            return real(*args, **kwargs)

        monkeypatch.setattr(ImageFieldFile, "save", save_late)
        with pytest.raises(RequestRefused) as refused:
            change(garment)

        assert refused.value.code == "InputChanged"
        stored = Garment.objects.get()
        assert stored.read() == picture(9, size=LARGE)
        assert not stored.original

    @pytest.mark.parametrize("change", [crop_to_garment, restore_original])
    def test_garment_that_was_deleted_meanwhile_stays_so(self, garment, change):
        if change is restore_original:
            crop_to_garment(garment)
        stale = Garment.objects.get()
        garment.delete()
        with pytest.raises(RequestRefused) as refused:
            change(stale)

        assert refused.value.code == "InputChanged"
        assert not Garment.objects.exists()

    @pytest.mark.parametrize("change", [crop_to_garment, restore_original])
    def test_change_that_two_people_make_at_once_is_made_once(self, garment, change):
        if change is restore_original:
            crop_to_garment(garment)
        stale = Garment.objects.get()
        change(garment)
        with pytest.raises(RequestRefused):
            change(stale)

        stored = Garment.objects.get()
        assert (stored.image.name, stored.original.name) == (
            garment.image.name,
            garment.original.name if change is crop_to_garment else "",
        )
