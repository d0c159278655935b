"""“Add many garments”: upload, table and saving as plain forms; who may do it."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AnonymousUser

from django_outfitanyone.admin.intake import rows
from django_outfitanyone.admin.intake.links import continue_text
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.engines.local import LocalGuess
from django_outfitanyone.intake import drafts as intake_drafts
from django_outfitanyone.models import (
    Garment,
    Intake,
    IntakeLine,
    IntakePicture,
)
from tests.admin.intakes import FRONT, as_shown, file, files_in_storage, press, table_of, upload
from tests.admin.pages import address, text_of
from tests.drawing import SIZE, picture
from tests.factories import make_garment, make_product
from tests.local_engine import SEVERAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checked(local_engine):
    """The local engine finds nothing wrong and takes everything for a top."""


class TestUpload:
    def test_drafts_have_kind_name_and_product(self, site):
        product = make_product(sku="TS-1001")

        upload(site, file(FRONT), file("linen_dress.jpg", seed=2))

        first, second = IntakePicture.objects.order_by("pk")
        assert (first.file_name, first.product, first.kind, first.name) == (
            *(FRONT, product, "top"),
            "",
        )
        assert (second.product, second.kind, second.name) == (None, "one_piece", "linen dress")

    def test_drafts_are_no_garments_before_they_are_added(self, site):
        upload(site, file(FRONT))

        assert not Garment.objects.exists()

    def test_uncertain_guess_is_to_be_checked(self, site, local_engine):
        local_engine.guess = LocalGuess("bottom", is_sure=False)

        intake = upload(site, file("a.jpg"))

        assert "The kind is a guess. Please check it." in text_of(table_of(site, intake))

    def test_bad_picture_is_named_with_reason_and_remedy(self, site):
        intake = upload(site, file("icon.jpg", b"x" * 100), file(FRONT))

        page = text_of(table_of(site, intake))
        assert "icon.jpg" in page
        assert "the minimum is 5 KB. Use the original photo" in page
        assert IntakePicture.objects.count() == 1

    def test_bad_picture_that_is_uploaded_anew_is_no_problem_any_more(self, site):
        intake = upload(site, file("a.jpg", b"x" * 100))
        site.client.post(
            address("garment_intake_page", intake.pk), {"_upload": "1", "pictures": [file("a.jpg")]}
        )

        assert not IntakeLine.objects.exists()
        assert IntakePicture.objects.get().intake == intake

    def test_without_the_local_engine_the_kind_is_empty_and_the_page_says_so(
        self, site, local_engine
    ):
        local_engine.is_missing = True

        intake = upload(site, file("a.jpg"))

        assert IntakePicture.objects.get().kind == ""
        assert "choose the kind of each garment yourself" in text_of(table_of(site, intake))
        assert "Choose the kind." in text_of(press(site, intake, "_save"))
        assert not Garment.objects.exists()

    def test_too_many_files_at_once_are_refused(self, site, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.admin.intake.uploads.MOST_AT_ONCE", 1)

        response = site.post("garment_intake", pictures=[file("a.jpg"), file("b.jpg")])

        assert "upload at most 1 files at a time" in text_of(response)
        assert not Intake.objects.exists()

    def test_number_of_pictures_is_limited(self, site, monkeypatch):
        monkeypatch.setattr(intake_drafts, "MAX_PICTURES", 1)

        intake = upload(site, file("a.jpg"), file("b.jpg", seed=2))

        assert IntakePicture.objects.count() == 1
        assert "At most 1 pictures fit here" in text_of(table_of(site, intake))

    def test_pictures_for_which_there_is_no_time_are_checked_later(self, site, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.admin.intake.uploads.SECONDS", -1)
        intake = upload(site, file("a.jpg"))
        assert "Check the pictures that were not checked" in text_of(table_of(site, intake))

        press(site, intake, "_check")

        draft = IntakePicture.objects.get()
        assert (draft.kind, draft.findings) == ("top", [])
        assert "that were not checked" not in text_of(table_of(site, intake))

    def test_check_overwrites_no_kind_that_a_person_chose_meanwhile(self, site, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.admin.intake.uploads.SECONDS", -1)
        intake = upload(site, file("a.jpg"))

        def guess(draft):
            IntakePicture.objects.update(kind="hat", is_kind_sure=True)
            draft.kind, draft.is_kind_sure = "top", False

        monkeypatch.setattr("django_outfitanyone.intake.guesses.guess_kind", guess)
        intake_drafts.check(intake, seconds=20)

        draft = IntakePicture.objects.get()
        assert (draft.kind, draft.is_kind_sure, draft.findings) == ("hat", True, None)

    def test_closed_browser_loses_nothing(self, site):
        intake = upload(site, file("a.jpg"))

        page = text_of(site.get("garment_intake"))

        assert address("garment_intake_page", intake.pk) in page
        assert "Continue with the garments of" in page

    def test_hostile_name_is_only_shown(self, site):
        intake = upload(site, file("..\\..\\<b>x.jpg"))

        assert IntakePicture.objects.get().file_name == "<b>x.jpg"
        assert "<b>x.jpg" not in text_of(table_of(site, intake))


class TestChoice:
    def test_refused_picture_is_off_until_a_person_uses_it_anyway(self, site, local_engine):
        local_engine.garment = [SEVERAL]
        intake = upload(site, file("a.jpg"))
        page = text_of(table_of(site, intake))

        assert "Use it anyway" in page
        assert "There are several garments in the picture." in page
        assert "Add 0 garments" in page
        press(site, intake, "_save", is_chosen=True)
        garment = Garment.objects.get()
        assert garment.findings_ignored
        assert garment.findings[0]["code"] == "several_garments"

    def test_known_picture_is_named_and_off(self, site):
        known = make_garment(data=picture(1), name="Tee")

        intake = upload(site, file("a.jpg"))

        page = text_of(table_of(site, intake))
        assert f"Tee (#{known.pk})" in page
        assert address("garment_change", known.pk) in page
        assert "Add it once more" in page
        assert "Add 0 garments" in page

    def test_picture_that_was_uploaded_twice_is_named_and_off(self, site):
        intake = upload(site, file("a.jpg"), file("b.jpg"))

        page = text_of(table_of(site, intake))
        assert "The same picture as “a.jpg” above." in page
        assert "Add 1 garment<" in page

    def test_duplicates_take_the_same_number_of_queries_for_any_number_of_pictures(
        self, site, django_assert_max_num_queries
    ):
        files = [file(f"{seed}.jpg", seed=seed) for seed in range(6)]
        intake = upload(site, *files)
        make_garment(data=picture(1))

        with django_assert_max_num_queries(30) as few:
            table_of(site, intake)
            count = len(few)
        site.client.post(
            address("garment_intake_page", intake.pk),
            {"_upload": "1", "pictures": [file("z.jpg", seed=9)]},
        )
        with django_assert_max_num_queries(count):
            table_of(site, intake)


class TestSave:
    def test_table_is_saved_as_corrected(self, site):
        product = make_product()
        intake = upload(site, file("a.jpg"))

        response = press(site, intake, "_save", kind="bottom", name="Skirt", product=product.pk)

        garment = Garment.objects.get()
        assert response["Location"] == address("garment_changelist")
        assert (garment.kind, garment.name, garment.product) == ("bottom", "Skirt", product)
        assert garment.image.storage.exists(garment.image.name)
        assert (garment.width, garment.height) == SIZE
        assert LogEntry.objects.get().object_id == str(garment.pk)
        assert not Intake.objects.exists()

    def test_form_sent_twice_saves_once(self, site, messages_of):
        intake = upload(site, file("a.jpg"))
        data = {"_save": "1", **as_shown(table_of(site, intake))}

        for _ in range(2):
            response = site.post("garment_intake_page", intake.pk, **data)

        assert Garment.objects.count() == 1
        assert "were added or discarded before" in messages_of(response)[-1]

    @pytest.mark.parametrize("button", ["_store", "_save", "_set_kind"])
    def test_picture_that_was_uploaded_meanwhile_keeps_what_is_known(self, site, button):
        intake = upload(site, file("a.jpg"))
        data = as_shown(table_of(site, intake))
        product = make_product(sku="TS-1001")
        later = [file(FRONT, seed=2)]
        page = address("garment_intake_page", intake.pk)
        site.client.post(page, {"_upload": "1", "pictures": later})

        site.post("garment_intake_page", intake.pk, **{button: "1"}, all_kind="hat", **data)

        draft = IntakePicture.objects.get(file_name=FRONT)
        assert (draft.kind, draft.product, draft.is_chosen) == ("top", product, None)

    def test_page_says_which_pictures_it_shows(self, site):
        intake = upload(site, file("a.jpg"))

        assert f'name="picture-{intake.pictures.get().pk}-shown"' in text_of(table_of(site, intake))

    def test_largest_table_fits_into_a_form(self):
        forms_ = (rows.GarmentForm, rows.PersonForm)
        fields = max(len(form.base_fields) for form in forms_) + 1
        assert intake_drafts.MAX_PICTURES * fields < 990  # the buttons need some too

    def test_pictures_that_are_not_ticked_stay(self, site):
        intake = upload(site, file("a.jpg"), file("b.jpg"))

        response = press(site, intake, "_save")

        assert response["Location"] == address("garment_intake_page", intake.pk)
        assert Garment.objects.count() == IntakePicture.objects.count() == 1
        assert "1 picture was not added." in text_of(table_of(site, intake))

    def test_new_kind_is_checked_anew(self, site, local_engine):
        intake = upload(site, file("a.jpg"))
        local_engine.calls.clear()

        press(site, intake, "_save", kind="bottom")

        assert local_engine.calls == [("bottom", SIZE)]
        assert Garment.objects.get().findings == []

    def test_product_is_found_by_the_sku_that_a_person_types(self, site):
        product = make_product(sku="TS-7")
        intake = upload(site, file("a.jpg"))

        assert "No product has this SKU." in text_of(press(site, intake, "_save", sku="TS-8"))
        press(site, intake, "_save", sku="ts-7")

        assert Garment.objects.get().product == product

    def test_number_of_queries_does_not_depend_on_the_number_of_pictures(
        self, site, django_assert_max_num_queries
    ):
        def save(count):
            intake = upload(site, *(file(f"{seed}.jpg", seed=seed) for seed in range(count)))
            data = {"_save": "1", **as_shown(table_of(site, intake))}
            with django_assert_max_num_queries(100) as queries:
                site.post("garment_intake_page", intake.pk, **data)
                used = len(queries)
            assert Garment.objects.count() == count
            Garment.objects.all().delete()
            return used

        assert save(2) == save(5)

    def test_kind_of_all_ticked_pictures_is_set_at_once(self, site):
        intake = upload(site, file("a.jpg"), file("b.jpg", seed=2), file("c.jpg", seed=2))
        data = as_shown(table_of(site, intake))

        site.post("garment_intake_page", intake.pk, _set_kind="1", all_kind="hat", **data)

        kinds = IntakePicture.objects.values_list("kind", flat=True)
        assert list(kinds) == [GarmentKind.HAT, GarmentKind.HAT, GarmentKind.TOP]

    def test_discarded_pictures_leave_no_file(self, site, django_capture_on_commit_callbacks):
        intake = upload(site, file("a.jpg"))
        assert files_in_storage()

        with django_capture_on_commit_callbacks(execute=True):
            site.post("garment_intake_page", intake.pk, _discard="1")

        assert not Intake.objects.exists()
        assert files_in_storage() == []


class TestPermissions:
    def test_pages_need_the_permission_to_add(self, site_with, site):
        intake = upload(site, file("a.jpg"))
        draft = IntakePicture.objects.get()
        viewer = site_with("view_garment", "change_garment", "add_modelimage")

        assert viewer.get("garment_intake").status_code == 403
        assert viewer.post("garment_intake").status_code == 403
        for page in ("garment_intake_page", "garment_intake_upload", "garment_intake_fetch"):
            assert viewer.post(page, intake.pk).status_code == 403
        assert viewer.post("garment_intake_picture", intake.pk, draft.pk).status_code == 403
        assert address("garment_intake") not in text_of(viewer.get("garment_changelist"))

    def test_add_permission_is_enough(self, site_with):
        adder = site_with("add_garment")
        intake = upload(adder, file("a.jpg"))

        press(adder, intake, "_save")

        assert Garment.objects.count() == 1

    def test_pictures_of_another_person_are_not_shown(self, site, site_with):
        intake = upload(site, file("a.jpg"))
        other = site_with("add_garment")

        assert other.get("garment_intake_page", intake.pk).status_code == 302
        assert other.post("garment_intake_page", intake.pk, _discard="1").status_code == 403
        assert other.post("garment_intake_upload", intake.pk, file=file("b.jpg")).status_code == 404
        assert Intake.objects.exists()

    def test_hidden_product_is_not_matched_for_a_person_who_may_not_see_it(self, site_with):
        make_product(sku="TS-1001", is_visible=False)

        upload(site_with("add_garment"), file(FRONT))
        upload(site_with("add_garment", "view_product"), file(FRONT))

        hidden, shown = IntakePicture.objects.order_by("pk")
        assert hidden.product is None
        assert shown.product is not None


def test_intakes_without_owner__are_nobodys():
    Intake.objects.create(subject="garment")

    assert not Intake.objects.of(AnonymousUser(), "garment").exists()


@pytest.mark.parametrize("model", ["garment", "modelimage"])
def test_changelist_and_first_page__lead_to_the_page(site, model):
    assert address(f"{model}_intake") in text_of(site.get(f"{model}_changelist"))
    first_page = text_of(site.client.get("/admin/django_outfitanyone/"))
    assert address(f"{model}_intake") in first_page


def test_unfinished_intake__is_named_by_the_local_time():
    """The test project is in Tokyo."""
    intake = Intake(created_at=datetime(2026, 3, 1, 23, 30, tzinfo=timezone.utc))

    assert continue_text(intake) == "Continue with the garments of 03/02/2026 8:30 a.m."
