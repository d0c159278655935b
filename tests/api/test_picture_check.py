from __future__ import annotations

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from django_outfitanyone import check_picture
from django_outfitanyone.models import Garment, ModelImage, TryOnResult
from django_outfitanyone.pictures import examination
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_product
from tests.local_engine import LARGE, SEVERAL, SMALL, TWO_PEOPLE, WORN

pytestmark = pytest.mark.django_db

LARGE_PICTURE = picture(1, size=LARGE)
STAFF = ("add_garment", "change_garment", "add_modelimage", "change_modelimage", "add_tryonresult")


@pytest.fixture
def staff(staff_with, local_engine):
    return staff_with(*STAFF)


@pytest.fixture
def photo(local_engine):
    return make_model_image(data=LARGE_PICTURE, name="Anna")


@pytest.fixture
def garment(local_engine):
    return make_garment(data=LARGE_PICTURE)


def upload(data=LARGE_PICTURE):
    return SimpleUploadedFile("a.jpg", data, content_type="image/jpeg")


def storage_outage(*_args, **_options):
    raise OSError("The storage does not answer.")


def codes(response):
    return [one["code"] for one in response.json()["findings"]]


class TestUpload:
    def test_findings_come_with_reason_and_remedy(self, staff, local_engine):
        local_engine.person = [TWO_PEOPLE]
        response = staff.post("model-images/", {"name": "Anna", "image": upload()})

        assert response.status_code == 201
        assert response.json()["findings"] == [
            {
                "code": "several_people",
                "severity": "refuses",
                "reason": "There are several people in the photo.",
                "remedy": "Use a photo of one person, or crop the others away.",
            }
        ]
        assert (response.json()["is_checked"], response.json()["findings_ignored"]) == (True, False)
        assert staff.get(response["Location"]).json() == response.json()

    def test_garment_is_checked_as_its_kind(self, staff, local_engine):
        local_engine.garment = [SMALL]
        body = {"product": make_product().pk, "kind": "bottom", "image": upload()}
        response = staff.post("garments/", body)

        assert local_engine.calls == [("bottom", LARGE)]
        assert codes(response) == ["garment_small"]

    def test_user_who_may_only_add_sees_what_was_found(self, staff_with, local_engine):
        local_engine.person = [TWO_PEOPLE]
        client = staff_with("add_modelimage")

        assert codes(client.post("model-images/", {"name": "A", "image": upload()})) == [
            "several_people"
        ]

    def test_missing_engine_never_blocks_it(self, staff, local_engine):
        local_engine.is_missing = True
        response = staff.post("model-images/", {"name": "Anna", "image": upload()})

        assert response.status_code == 201
        assert (response.json()["findings"], response.json()["is_checked"]) == ([], False)

    def test_storage_that_fails_after_it_was_saved_never_blocks_it(
        self, staff, local_engine, monkeypatch, caplog
    ):
        monkeypatch.setattr(FileSystemStorage, "_open", storage_outage)
        monkeypatch.setattr(ModelImage, "scaled", None)  # else the upload's pixels are checked
        response = staff.post("model-images/", {"name": "Anna", "image": upload()})

        assert (response.status_code, response.json()["is_checked"]) == (201, False)
        assert [record.event for record in caplog.records] == ["picture_check_failed"]

    def test_setting_switches_it_off(self, staff, local_engine, configure):
        configure(CHECK_PICTURES=False)
        response = staff.post("model-images/", {"name": "Anna", "image": upload()})

        assert response.json()["is_checked"] is False
        assert local_engine.calls == []

    def test_decision_can_come_with_the_picture(self, staff, local_engine):
        local_engine.person = [TWO_PEOPLE]
        body = {"name": "Anna", "image": upload(), "findings_ignored": "true"}
        response = staff.post("model-images/", body)

        assert response.json()["findings_ignored"] is True
        assert codes(response) == ["several_people"]


class TestPatch:
    def test_new_picture_is_checked_anew(self, staff, local_engine, photo):
        staff.patch(f"model-images/{photo.pk}/", {"findings_ignored": True}, format="json")
        local_engine.person = [TWO_PEOPLE]
        body = {"image": upload(picture(2, size=LARGE))}
        response = staff.patch(f"model-images/{photo.pk}/", body)

        assert codes(response) == ["several_people"]
        assert response.json()["findings_ignored"] is False

    @pytest.mark.parametrize(("kind", "calls"), [("one_piece", 1), ("top", 0)])
    def test_another_kind_is_checked_anew(self, staff, local_engine, garment, kind, calls):
        check_picture(garment)
        local_engine.calls.clear()
        staff.patch(f"garments/{garment.pk}/", {"kind": kind}, format="json")

        assert len(local_engine.calls) == calls

    def test_name_alone_checks_nothing(self, staff, local_engine, photo):
        staff.patch(f"model-images/{photo.pk}/", {"name": "Berta"}, format="json")

        assert local_engine.calls == []

    def test_decision_is_made_and_undone(self, staff, local_engine, photo, garment):
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        body = {"model_image": photo.pk, "garments": [garment.pk]}
        refused = staff.post_json("try-ons/", body)

        assert refused.status_code == 422
        problem = refused.json()
        assert problem["code"] == "PictureUnsuitable"
        assert problem["message"] == "“Anna”: There are several people in the photo."
        assert problem["fixed_by"] == "shop"
        assert problem["advice"] == "Use a photo of one person, or crop the others away."
        assert problem["field_errors"] == {}
        assert not TryOnResult.objects.exists()
        for decision, status in ((True, 202), (False, 422)):
            staff.patch(f"model-images/{photo.pk}/", {"findings_ignored": decision}, format="json")
            assert staff.post_json("try-ons/", body).status_code == status

    @pytest.mark.parametrize("path", ["try-ons/bulk/", "try-ons/estimate/"])
    def test_batch_and_estimate_are_refused_too(self, staff, local_engine, photo, garment, path):
        local_engine.garment = [SEVERAL]
        check_picture(garment)
        body = {"model_images": [photo.pk], "garments": [garment.pk]}

        assert staff.post_json(path, body).json()["code"] == "PictureUnsuitable"

    def test_repeated_key_returns_its_try_on(self, staff, local_engine, photo, garment):
        body = {"model_image": photo.pk, "garments": [garment.pk]}
        first = staff.post_json("try-ons/", body, HTTP_IDEMPOTENCY_KEY="order-1")
        local_engine.person = [TWO_PEOPLE]
        check_picture(photo)
        again = staff.post_json("try-ons/", body, HTTP_IDEMPOTENCY_KEY="order-1")

        assert again.json()["id"] == first.json()["id"]


class TestActions:
    def test_check(self, staff, local_engine, photo, garment):
        local_engine.person, local_engine.garment = [TWO_PEOPLE], [SMALL]

        assert codes(staff.post_json(f"model-images/{photo.pk}/check/")) == ["several_people"]
        assert codes(staff.post_json(f"garments/{garment.pk}/check/")) == ["garment_small"]
        assert Garment.objects.with_findings().exists()

    @pytest.mark.parametrize(("name", "width"), [("crop", 300), ("cut-out", 310)])
    def test_picture_is_replaced_checked_and_restored(
        self, staff, local_engine, garment, name, width
    ):
        local_engine.box, local_engine.cut_out = (100, 100, 400, 600), (310, 420)
        local_engine.garment = [WORN]
        replaced = staff.post_json(f"garments/{garment.pk}/{name}/")

        assert replaced.status_code == 200
        assert replaced.json()["picture"]["width"] == width
        assert replaced.json()["has_original"] is True
        assert codes(replaced) == ["worn"]
        restored = staff.post_json(f"garments/{garment.pk}/restore/").json()
        assert restored["picture"]["width"] == LARGE[0]
        assert restored["has_original"] is False

    def test_changed_picture_that_cannot_be_checked_stays_changed(
        self, staff, local_engine, garment, monkeypatch
    ):
        local_engine.box = (100, 100, 400, 600)
        monkeypatch.setattr(examination, "examine", storage_outage)
        response = staff.post_json(f"garments/{garment.pk}/crop/")

        assert (response.status_code, response.json()["picture"]["width"]) == (200, 300)

    @pytest.mark.parametrize(
        ("name", "code"),
        [("crop", "NothingToCrop"), ("cut-out", "NothingToCutOut"), ("restore", "NoOriginal")],
    )
    def test_what_is_impossible_is_refused(self, staff, garment, name, code):
        response = staff.post_json(f"garments/{garment.pk}/{name}/")

        assert (response.status_code, response.json()["code"]) == (422, code)

    def test_missing_file_is_refused(self, staff, photo):
        photo.image.storage.delete(photo.image.name)
        response = staff.post_json(f"model-images/{photo.pk}/check/")

        assert (response.status_code, response.json()["code"]) == (400, "PictureMissing")


def test_visitors__see_no_findings(visitor, local_engine, photo, garment):
    local_engine.person, local_engine.garment = [TWO_PEOPLE], [SMALL]
    for row, path in ((photo, "model-images"), (garment, "garments")):
        check_picture(row)
        shown = visitor.get(f"{path}/{row.pk}/").json()

        assert {shown[name] for name in ("findings", "findings_ignored", "is_checked")} == {None}
    assert ModelImage.objects.get().findings
