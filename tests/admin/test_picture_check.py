from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from django_outfitanyone import PictureRefused, check_picture, ignore_findings
from django_outfitanyone.engines import local
from django_outfitanyone.engines.local import LocalFinding
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.pictures import examination
from tests.admin.controls import Controls
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, errors_on, problems_on, text_of
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_product, make_staff
from tests.local_engine import LARGE, SEVERAL, SMALL, TWO_PEOPLE, WORN

pytestmark = pytest.mark.django_db

LARGE_PICTURE = picture(1, size=LARGE)
NOTHING = "The check found nothing wrong with the picture of"


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def photo(local_engine):
    return make_model_image(data=LARGE_PICTURE, name="Anna")


@pytest.fixture
def garment(local_engine):
    return make_garment(data=LARGE_PICTURE)


def photo_data(data=None, **changes):
    image = {"image": SimpleUploadedFile("a.jpg", data)} if data else {"image": ""}
    formset = {"hotspots-TOTAL_FORMS": 0, "hotspots-INITIAL_FORMS": 0}
    return {"name": "Anna", "is_active": "on", **image, **formset, **changes}


def buttons_on(response):
    return [one.value for one in Controls(response).buttons if one.name == "picture_action"]


def press(site, row, action):
    return site.post(f"{row._meta.model_name}_picture", row.pk, picture_action=action)


class TestUpload:
    def test_photo_is_checked_and_the_finding_is_shown(
        self, site, local_engine, commit, messages_of
    ):
        local_engine.person = [TWO_PEOPLE]
        with commit():
            response = site.post("modelimage_add", **photo_data(LARGE_PICTURE))

        assert ModelImage.objects.get().findings[0]["code"] == "several_people"
        shown = messages_of(response)
        assert any(
            "The engine will refuse it. “Anna”: There are several people" in one for one in shown
        )
        assert any("crop the others away" in one for one in shown)

    def test_good_photo_is_said_to_be_good(self, site, local_engine, commit, messages_of):
        with commit():
            response = site.post("modelimage_add", **photo_data(LARGE_PICTURE))

        assert f"{NOTHING} “Anna”." in messages_of(response)

    def test_check_runs_after_the_commit(self, site, local_engine):
        site.post("modelimage_add", **photo_data(LARGE_PICTURE))

        assert local_engine.calls == []

    def test_photo_whose_name_changes_is_not_checked(self, site, local_engine, photo, commit):
        with commit():
            site.post("modelimage_change", photo.pk, **photo_data(name="Berta"))

        assert local_engine.calls == []

    def test_missing_engine_never_blocks_saving(self, site, local_engine, commit, messages_of):
        local_engine.is_missing = True
        with commit():
            response = site.post("modelimage_add", **photo_data(picture(1, size=(400, 600))))

        assert ModelImage.objects.get().findings is None
        assert not any(NOTHING in one for one in messages_of(response))
        assert any("The photo is narrow" in one for one in messages_of(response))

    def test_crash_of_the_engine_never_blocks_saving(
        self, site, local_engine, commit, messages_of, monkeypatch
    ):
        local_engine.is_missing = True
        monkeypatch.setattr(local, "is_installed", lambda: True)
        with commit():
            response = site.post("modelimage_add", **photo_data(LARGE_PICTURE))

        assert ModelImage.objects.get().findings is None
        assert any("“Anna” could not be checked" in one for one in messages_of(response))

    def test_storage_that_fails_after_the_commit_never_blocks_saving(
        self, site, local_engine, commit, messages_of, monkeypatch, caplog
    ):
        def fail(_picture):
            raise OSError("The storage does not answer.")

        monkeypatch.setattr(ModelImage, "read", fail)
        monkeypatch.setattr(ModelImage, "scaled", None)  # else the upload's pixels are checked
        with commit():
            response = site.post("modelimage_add", **photo_data(LARGE_PICTURE))

        assert response.status_code == 302
        assert any("“Anna” could not be checked" in one for one in messages_of(response))
        assert [record.event for record in caplog.records] == ["picture_check_failed"]

    def test_garment_is_checked_as_its_kind(self, site, local_engine, commit):
        data = {"product": make_product().pk, "kind": "bottom"}
        with commit():
            site.post("garment_add", **data, image=SimpleUploadedFile("a.jpg", LARGE_PICTURE))

        assert local_engine.calls == [("bottom", LARGE)]
        assert Garment.objects.get().findings == []

    def test_garment_of_another_kind_is_checked_anew(self, site, local_engine, garment, commit):
        with commit():
            site.post("garment_change", garment.pk, product=garment.product_id, kind="one_piece")

        assert local_engine.calls == [("one_piece", LARGE)]

    def test_garments_of_a_product_are_checked(self, site, local_engine, commit, messages_of):
        local_engine.garment = [SMALL]
        with commit():
            response = site.post(
                "product_add",
                title="Parka", slug="parka", price="99", currency="EUR", is_visible="on",
                **{
                    "outfit_garments-TOTAL_FORMS": 1,
                    "outfit_garments-INITIAL_FORMS": 0,
                    "outfit_garments-0-kind": "top",
                    "outfit_garments-0-image": SimpleUploadedFile("a.jpg", LARGE_PICTURE),
                },
            )  # fmt: skip

        assert Garment.objects.get().findings[0]["code"] == "garment_small"
        assert any("May spoil the result. “Parka”" in one for one in messages_of(response))

    def test_setting_switches_it_off(self, site, local_engine, configure, commit, photo):
        configure(CHECK_PICTURES=False)
        with commit():
            site.post("modelimage_change", photo.pk, **photo_data(picture(5, size=LARGE)))

        assert local_engine.calls == []
        assert buttons_on(site.get("modelimage_change", photo.pk)) == []
        assert "check_pictures" not in site.offered_actions("modelimage")


class TestPanel:
    def test_unchecked_picture_offers_the_check(self, site, photo):
        response = site.get("modelimage_change", photo.pk)

        assert "This picture was not checked yet." in text_of(response)
        assert buttons_on(response) == ["check"]
        assert Controls(response).nested == 0

    def test_findings_have_reason_severity_and_remedy(self, site, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        text = text_of(site.get("modelimage_change", photo.pk))

        for part in ("The engine will refuse it", "several people", "crop the others away"):
            assert part in text
        assert "Try-ons with this picture are refused" in text

    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            ([], ["check"]),
            ([SMALL], ["crop", "check"]),
            ([WORN], ["cut_out", "check"]),
            ([LocalFinding("worn", "refuses")], ["ignore", "check"]),
            ([SEVERAL], ["ignore", "check"]),
        ],
    )
    def test_buttons_are_those_that_help(self, site, local_engine, garment, found, expected):
        local_engine.garment = found
        check_picture(garment)

        assert buttons_on(site.get("garment_change", garment.pk)) == expected

    def test_missing_engine_is_said(self, site, local_engine, photo):
        local_engine.is_missing = True

        assert "local engine is not installed" in text_of(site.get("modelimage_change", photo.pk))

    def test_new_row_has_no_panel(self, site, local_engine):
        for page in ("modelimage_add", "garment_add"):
            assert "outfit-check" not in text_of(site.get(page))

    def test_view_permission_shows_findings_without_buttons(self, site_with, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        response = site_with("view_modelimage").get("modelimage_change", photo.pk)

        assert "several people" in text_of(response)
        assert buttons_on(response) == []


class TestButtons:
    def logged(self):
        return [entry.change_message for entry in LogEntry.objects.order_by("pk")]

    def test_check_stores_and_reports(self, site, local_engine, photo, messages_of):
        local_engine.person = [TWO_PEOPLE]
        response = press(site, photo, "check")

        assert response.url == address("modelimage_change", photo.pk)
        assert ModelImage.objects.get().findings
        assert any("several people" in one for one in messages_of(response))
        assert self.logged() == ["Check the picture"]

    def test_check_without_the_engine_says_so(self, site, local_engine, photo, messages_of):
        local_engine.is_missing = True
        (text,) = messages_of(press(site, photo, "check"))

        assert text.startswith("Only the size of pictures is checked here")

    def test_decision_is_made_and_undone(self, site, local_engine, photo):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        press(site, photo, "ignore")
        response = site.get("modelimage_change", photo.pk)

        assert ModelImage.objects.get().findings_ignored
        assert "used although the check advises against it" in text_of(response)
        assert buttons_on(response) == ["heed", "check"]
        press(site, photo, "heed")
        assert not ModelImage.objects.get().findings_ignored
        assert self.logged() == ["Use it anyway", "Do not use it for try-ons"]

    def test_crop_is_checked_again_and_can_be_restored(self, site, local_engine, garment):
        local_engine.garment, local_engine.box = [SMALL], (100, 100, 400, 600)
        check_picture(garment)
        before = garment.image.name
        local_engine.garment = []
        press(site, garment, "crop")

        cropped = Garment.objects.get()
        assert (cropped.width, cropped.height) == (300, 500)
        assert cropped.findings == []
        assert buttons_on(site.get("garment_change", garment.pk)) == ["restore", "check"]
        press(site, garment, "restore")
        assert Garment.objects.get().image.name == before

    def test_worn_garment_is_cut_out(self, site, local_engine, garment, messages_of):
        local_engine.garment, local_engine.cut_out = [WORN], (310, 420)
        check_picture(garment)
        response = press(site, garment, "cut_out")

        assert Garment.objects.get().width == 310
        assert "The garment was cut out. The original picture is kept." in messages_of(response)

    def test_what_cannot_be_cropped_is_said(self, site, local_engine, garment, messages_of):
        local_engine.garment = [SMALL]
        check_picture(garment)
        response = press(site, garment, "crop")

        assert any("cannot be cropped" in one for one in messages_of(response))
        assert self.logged() == []

    def test_button_of_an_old_page_does_nothing(self, site, garment, messages_of):
        response = press(site, garment, "crop")

        assert any("has changed since" in one for one in messages_of(response))
        assert self.logged() == []

    @pytest.mark.parametrize("action", ["", "delete"])
    def test_unknown_button_is_not_found(self, site, photo, action):
        assert press(site, photo, action).status_code == 404

    def test_changed_picture_that_cannot_be_checked_is_said_to_be_changed(
        self, site, local_engine, garment, monkeypatch, messages_of
    ):
        def fail(_data, **_options):
            raise PictureRefused

        local_engine.garment, local_engine.box = [SMALL], (100, 100, 400, 600)
        check_picture(garment)
        monkeypatch.setattr(examination, "examine", fail)
        shown = messages_of(press(site, garment, "crop"))

        assert "The picture was cropped. The original picture is kept." in shown
        assert any("could not be checked" in one for one in shown)

    @pytest.mark.parametrize("model", ["garment", "modelimage"])
    def test_change_permission_is_needed(self, site_with, garment, photo, model):
        row = garment if model == "garment" else photo
        others = site_with(f"view_{model}", f"add_{model}", f"delete_{model}", "add_tryonresult")

        assert press(others, row, "check").status_code == 403
        assert press(site_with(f"change_{model}"), row, "check").status_code == 302

    def test_buttons_need_post_and_the_csrf_token(self, site, photo):
        assert site.get("modelimage_picture", photo.pk).status_code == 405
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_staff(is_superuser=True))
        where = address("modelimage_picture", photo.pk)

        assert client.post(where, {"picture_action": "check"}).status_code == 403
        assert Client().post(where).url.startswith("/admin/login/")

    def test_button_is_pressed_as_a_browser_does(self, site, photo):
        button = Controls(site.get("modelimage_change", photo.pk)).button("picture_action", "check")
        button.press(site.client)

        assert ModelImage.objects.get().is_checked


class TestLists:
    def test_selected_pictures_are_checked(self, site, local_engine, messages_of):
        rows = [make_garment(data=LARGE_PICTURE) for _ in range(3)]
        local_engine.garment = [SMALL]
        response = site.select("garment", "check_pictures", rows)

        assert Garment.objects.with_findings().count() == 3
        (text,) = messages_of(response)
        assert text == "3 pictures checked. The check found something in 3 pictures."

    def test_too_many_are_refused(self, site, local_engine, monkeypatch, messages_of):
        monkeypatch.setattr("django_outfitanyone.admin.picture_check.MAX_CHECKED", 2)
        rows = [make_model_image(data=LARGE_PICTURE) for _ in range(3)]
        response = site.select("modelimage", "check_pictures", rows)

        assert messages_of(response) == [
            "Select at most 2 pictures: each takes about a second to check."
        ]
        assert local_engine.calls == []

    def test_missing_engine_is_said(self, site, local_engine, photo, messages_of):
        local_engine.is_missing = True
        response = site.select("modelimage", "check_pictures", [photo])

        assert "Only the size of pictures is checked" in messages_of(response)[0]

    @pytest.mark.parametrize("model", ["garment", "modelimage"])
    def test_action_needs_the_change_permission(self, site_with, garment, photo, model):
        assert "check_pictures" in site_with(f"change_{model}").offered_actions(model)
        assert "check_pictures" not in site_with(f"view_{model}").offered_actions(model)

    def test_column_shows_the_findings(self, site, local_engine, garment, photo):
        local_engine.garment, local_engine.person = [SMALL], [TWO_PEOPLE]
        check_picture(garment)
        check_picture(photo)

        assert "The garment is small in the picture." in text_of(site.get("garment_changelist"))
        assert "There are several people" in text_of(site.get("modelimage_changelist"))

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("advised_against", {"refused"}),
            ("with_findings", {"refused", "spoilt"}),
            ("unchecked", {"new"}),
            ("delete", {"refused", "spoilt", "new", "fine"}),
        ],
    )
    def test_filter(self, site, local_engine, value, expected):
        for name, found in (("refused", [TWO_PEOPLE]), ("spoilt", [SMALL]), ("fine", [])):
            local_engine.person = found
            check_picture(make_model_image(data=LARGE_PICTURE, name=name))
        make_model_image(data=LARGE_PICTURE, name="new")
        rows = site.get("modelimage_changelist", check=value).context["cl"].result_list

        assert {row.name for row in rows} == expected

    @pytest.mark.parametrize("model", ["garment", "modelimage"])
    def test_number_of_queries_does_not_depend_on_the_rows(
        self, site, local_engine, django_assert_max_num_queries, model
    ):
        local_engine.garment, local_engine.person = [SMALL, SEVERAL], [TWO_PEOPLE]
        make = make_garment if model == "garment" else make_model_image
        check_picture(make(data=LARGE_PICTURE))
        site.get(f"{model}_changelist")
        with django_assert_max_num_queries(50) as one:
            site.get(f"{model}_changelist")
        for _ in range(4):
            check_picture(make(data=LARGE_PICTURE))
        with django_assert_max_num_queries(len(one)):
            site.get(f"{model}_changelist")


class TestTryOnPage:
    def test_unsuitable_photo_is_not_offered_and_refused(self, site, local_engine, photo, garment):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        data = try_on_form_data([garment], [photo])
        page = site.get("tryonresult_add", garments=garment.pk, photos=photo.pk)
        response = site.post("tryonresult_add", **data, _order=1)

        assert "1 photo is not offered because engines refuse it." in text_of(page)
        assert "“Anna”: There are several people in the photo." in problems_on(response)[0]
        assert not TryOnResult.objects.exists()

    def test_photo_that_a_person_decided_to_use_is_accepted(
        self, site, local_engine, photo, garment
    ):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        ignore_findings(photo)
        response = site.post("tryonresult_add", **try_on_form_data([garment], [photo]), _order=1)

        assert errors_on(response) == []
        assert TryOnResult.objects.get().model_image == photo
