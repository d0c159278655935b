"""The requests of the script that uploads file by file."""

from __future__ import annotations

import pytest
from django.urls import resolve

from django_outfitanyone.intake import drafts as intake_drafts
from django_outfitanyone.models import Intake, IntakeLine, IntakePicture
from tests.admin.intakes import as_shown, file, files_in_storage, table_of, upload
from tests.drawing import picture
from tests.local_engine import SEVERAL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checked(local_engine):
    """The local engine finds nothing wrong and takes everything for a top."""


class TestScript:
    """The requests of the script, which uploads file by file."""

    def start(self, site):
        page = site.post("garment_intake", _script="1").json()["page"]
        return Intake.objects.get(pk=resolve(page).kwargs["pk"])

    def send(self, site, intake, sent, **extra):
        return site.post("garment_intake_upload", intake.pk, file=sent, **extra).json()["html"]

    def test_each_file_is_listed_with_what_was_found(self, site, local_engine):
        local_engine.garment = [SEVERAL]
        intake = self.start(site)

        assert "There are several garments" in self.send(
            site, intake, file("a.jpg"), path="Tops/a.jpg"
        )
        assert "the minimum is 5 KB" in self.send(site, intake, file("b.jpg", b"x"))
        draft = IntakePicture.objects.get()
        assert (draft.file_name, draft.kind) == ("Tops/a.jpg", "top")

    def test_list_is_noted_and_its_pictures_are_downloaded(self, site, monkeypatch):
        monkeypatch.setattr(intake_drafts, "download", lambda _url, seconds: picture(1))
        intake = self.start(site)
        html = self.send(site, intake, file("l.csv", b"url\nhttps://shop.test/a.jpg\n"))
        assert "The list names 1 picture." in html

        answer = site.post("garment_intake_fetch", intake.pk).json()

        assert answer["left"] == 0
        assert "a.jpg" in answer["html"]

    def test_download_that_another_request_has_made_is_left_out(self, site, monkeypatch):
        def download_too_late(_url, seconds):
            IntakeLine.objects.all().delete()
            return picture(1)

        monkeypatch.setattr(intake_drafts, "download", download_too_late)
        intake = self.start(site)
        self.send(site, intake, file("l.csv", b"url\nhttps://shop.test/a.jpg\n"))

        assert site.post("garment_intake_fetch", intake.pk).json() == {"html": "", "left": 0}
        assert not IntakePicture.objects.exists()
        assert files_in_storage() == []

    @pytest.mark.parametrize("request_name", ["upload", "fetch"])
    def test_discard_meanwhile_is_said_and_leaves_no_files(self, site, monkeypatch, request_name):
        def discard_meanwhile(draft, _scaled):
            Intake.objects.filter(pk=draft.intake_id).discard()

        monkeypatch.setattr(intake_drafts, "download", lambda _url, seconds: picture(1))
        monkeypatch.setattr(intake_drafts.guesses, "examine", discard_meanwhile)
        intake = self.start(site)
        if request_name == "fetch":
            self.send(site, intake, file("l.csv", b"url\nhttps://shop.test/a.jpg\n"))
            html = site.post("garment_intake_fetch", intake.pk).json()["html"]
        else:
            html = self.send(site, intake, file("a.jpg"))

        assert "These pictures were added or discarded before." in html
        assert not IntakePicture.objects.exists()
        assert files_in_storage() == []

    def test_changed_row_is_stored_and_its_new_kind_is_checked(self, site, local_engine):
        intake = upload(site, file("a.jpg"))
        draft = IntakePicture.objects.get()
        local_engine.garment = [SEVERAL]
        data = {**as_shown(table_of(site, intake), kind="bottom"), "_count": "1"}

        answer = site.post("garment_intake_picture", intake.pk, draft.pk, **data).json()

        draft.refresh_from_db()
        assert (draft.kind, draft.findings[0]["code"]) == ("bottom", "several_garments")
        assert "There are several garments" in answer["notes"]
        assert (answer["label"], answer["save_label"]) == ("Use it anyway", "Add 1 garment")
