"""“Add many model photos”: what is noted about a person, and the clothes parse."""

from __future__ import annotations

import pytest

from django_outfitanyone.models import (
    ClothesParse,
    ModelImage,
)
from tests.admin.intakes import as_shown, file, press, table_of, upload
from tests.admin.pages import text_of
from tests.drawing import picture
from tests.local_engine import LARGE, TWO_PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checked(local_engine):
    """The local engine finds nothing wrong and takes everything for a top."""


class TestModelPhotos:
    def test_photo_is_added_with_its_details_and_parsed_for_free(self, site, configure):
        configure(PARSER="local")
        large = picture(1, size=LARGE)
        text = 'file,gender,body,tags\nanna_1.jpg,Woman,tall,"Studio, summer,studio"\n'
        intake = upload(
            site, file("anna_1.jpg", large), list=file("l.csv", text.encode()), model="modelimage"
        )

        press(site, intake, "_save", model="modelimage")

        photo = ModelImage.objects.get()
        assert (photo.name, photo.gender, photo.body) == ("anna 1", "woman", "tall")
        assert photo.tags == "studio, summer"
        assert photo.renditions
        assert all(photo.image.storage.exists(name) for _width, name in photo.renditions)
        parse = ClothesParse.objects.get()
        assert (parse.model_image, parse.is_automatic) == (photo, True)

    def test_bad_photo_is_off(self, site, local_engine):
        local_engine.person = [TWO_PEOPLE]

        intake = upload(site, file("a.jpg"), model="modelimage")

        page = text_of(table_of(site, intake, "modelimage"))
        assert "There are several people in the photo." in page
        assert "Add 0 model photos" in page

    @pytest.mark.parametrize("may_generate", [True, False])
    def test_paid_parse_is_asked_for_and_needs_its_permission(
        self, site_with_only, configure, may_generate
    ):
        configure(PARSER="default")
        permissions = ["add_modelimage", "add_clothesparse", "see_costs"]
        site = site_with_only(*permissions, *(["generate"] if may_generate else []))
        intake = upload(site, file("a.jpg"), file("b.jpg", seed=2), model="modelimage")
        page = text_of(table_of(site, intake, "modelimage"))
        assert ("Parse their clothes (CNY 0.004" in page) == may_generate

        data = as_shown(table_of(site, intake, "modelimage"))
        site.post("modelimage_intake_page", intake.pk, _save="1", parse="1", **data)

        assert ModelImage.objects.count() == 2
        assert ClothesParse.objects.count() == (2 if may_generate else 0)

    def test_free_quota_makes_no_paid_parse_free(self, site_with_only, configure):
        configure(PARSER="default", FREE_IMAGES={"aitryon-parsing-v1": 400})
        site = site_with_only("add_modelimage", "add_clothesparse")
        intake = upload(site, file("a.jpg"), model="modelimage")

        press(site, intake, "_save", model="modelimage")

        assert ModelImage.objects.exists()
        assert not ClothesParse.objects.exists()

    def test_paid_parse_is_asked_for_although_the_quota_covers_one(self, site, configure):
        configure(PARSER="default", FREE_IMAGES={"aitryon-parsing-v1": 1})
        intake = upload(site, file("a.jpg"), model="modelimage")

        page = text_of(table_of(site, intake, "modelimage"))
        assert "Parse their clothes (CNY 0.004" in page

    def test_price_is_only_for_those_who_may_see_costs(self, site_with_only, configure):
        configure(PARSER="default")
        site = site_with_only("add_modelimage", "add_clothesparse", "generate")
        intake = upload(site, file("a.jpg"), model="modelimage")
        page = text_of(table_of(site, intake, "modelimage"))

        assert "Parse their clothes, which costs money" in page
        assert "CNY" not in page

    def test_paid_parse_is_not_requested_unless_chosen(self, site, configure):
        configure(PARSER="default")
        intake = upload(site, file("a.jpg"), model="modelimage")

        press(site, intake, "_save", model="modelimage")

        assert not ClothesParse.objects.exists()
