"""CSV lists that name files or addresses of pictures."""

from __future__ import annotations

import pytest

from django_outfitanyone.exceptions import AddressRefused
from django_outfitanyone.intake import drafts as intake_drafts
from django_outfitanyone.models import (
    Intake,
    IntakeLine,
    IntakePicture,
)
from tests.admin.intakes import file, press, table_of, upload
from tests.admin.pages import text_of
from tests.drawing import picture
from tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checked(local_engine):
    """The local engine finds nothing wrong and takes everything for a top."""


class TestList:
    def test_list_names_kind_product_and_name(self, site):
        product = make_product(sku="AB-1")
        text = "file;kind;sku;name\r\nphotos/A.JPG;jacket or coat;ab-1;Parka\r\n"

        upload(site, file("a.jpg"), list=file("list.csv", text.encode()))

        draft = IntakePicture.objects.get()
        assert (draft.kind, draft.product, draft.name) == ("outerwear", product, "Parka")
        assert not IntakeLine.objects.exists()

    def test_path_in_a_list_never_opens_a_file_of_the_server(self, site, tmp_path):
        secret = tmp_path / "secret.jpg"
        secret.write_bytes(picture(1))

        intake = upload(site, list=file("list.csv", f"file\n{secret}\n".encode()))

        assert not IntakePicture.objects.exists()
        page = text_of(table_of(site, intake))
        assert "they were not uploaded" in page
        assert "secret.jpg" in page

    def test_addresses_are_downloaded(self, site, monkeypatch):
        def download(url, *, seconds):
            if "private" in url:
                raise AddressRefused("It leads into a private network.")
            return picture(1)

        monkeypatch.setattr(intake_drafts, "download", download)
        text = "url,kind\nhttps://shop.test/p/Hat%201.jpg?x=1,hat\nhttp://private/a.jpg,\n"

        intake = upload(site, list=file("list.csv", text.encode()))

        draft = IntakePicture.objects.get()
        assert (draft.file_name, draft.kind) == ("Hat 1.jpg", "hat")
        page = text_of(table_of(site, intake))
        assert "http://private/a.jpg" in page
        assert "It leads into a private network." in page

    def test_address_that_is_malformed_stops_no_other(self, site):
        text = b"url\nhttp://a..b/a.jpg\nhttp://a..c/b.jpg\n"

        intake = upload(site, list=file("l.csv", text))

        assert intake.lines.with_problem().count() == 2

    def test_download_for_which_there_is_no_time_waits(self, site, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.admin.intake.uploads.SECONDS", 0)
        monkeypatch.setattr(intake_drafts, "download", lambda _url, seconds: picture(1))
        intake = upload(site, list=file("l.csv", b"url\nhttps://shop.test/a.jpg\n"))
        assert "1 picture of the list was not downloaded yet." in text_of(table_of(site, intake))

        press(site, intake, "_fetch")

        assert IntakePicture.objects.get().file_name == "a.jpg"

    @pytest.mark.parametrize("sent", ["missing", "unusable"])
    def test_lines_alone_can_be_discarded(self, site, sent):
        files = {"missing": [], "unusable": [file("a.jpg", b"x" * 100)]}[sent]
        listed = {"list": file("l.csv", b"file\nb.jpg\n")} if sent == "missing" else {}
        intake = upload(site, *files, **listed)

        page = text_of(table_of(site, intake))
        assert 'name="_discard"' in page
        assert "There are no pictures here yet." not in page
        site.post("garment_intake_page", intake.pk, _discard="1")

        assert not Intake.objects.exists()

    def test_problem_of_a_line_that_was_discarded_meanwhile_brings_it_not_back(
        self, site, monkeypatch
    ):
        def download(_url, *, seconds):
            IntakeLine.objects.all().delete()
            raise AddressRefused("It leads into a private network.")

        monkeypatch.setattr(intake_drafts, "download", download)
        upload(site, list=file("l.csv", b"url\nhttp://private/a.jpg\n"))

        assert not IntakeLine.objects.exists()

    def test_list_without_a_heading_is_explained(self, site):
        intake = upload(site, list=file("list.csv", b"a.jpg\n"))

        assert "must name its columns" in text_of(table_of(site, intake))
