from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from django_outfitanyone.engines.fashn import Fashn
from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.models import ModelImage
from tests.admin.pages import text_of
from tests.drawing import picture
from tests.factories import make_garment, make_model_image

pytestmark = pytest.mark.django_db

MESSAGE = "No human body."


@pytest.fixture
def refused():
    make_model_image(name="Bert")
    photo = make_model_image(name="Anna")
    ModelImage.objects.mark_refused(photo, code="InvalidPerson", message=MESSAGE)
    photo.refresh_from_db()
    return photo


def marks(response):
    return text_of(response).count("outfit-badge--refused")


def remedy():
    return error_help_for("InvalidPerson", MESSAGE).text


def test_refused_photo__is_marked_with_reason_and_remedy(site, refused):
    response = site.get("modelimage_changelist")

    assert marks(response) == 1
    assert MESSAGE in text_of(response)
    assert remedy() in text_of(response)


def test_refused_photo__is_not_offered_for_try_ons(site, refused):
    make_garment()

    page = text_of(site.get("tryonresult_add"))

    assert "Bert" in page
    assert "Anna" not in page
    assert "1 photo is not offered because engines refuse it." in page


def test_refused_photo__is_offered_again_if_a_person_decides_so(site, refused):
    make_garment()
    site.post("modelimage_picture", refused.pk, picture_action="ignore")

    page = text_of(site.get("tryonresult_add"))

    assert "Anna" in page
    assert "not offered" not in page


def test_photo_that_the_check_advises_against__is_not_offered(site):
    found = [{"code": "no_person", "severity": "refuses"}]
    bad = make_model_image(name="Carla")
    spoiled = make_model_image(name="Dora")
    ModelImage.objects.filter(pk=bad.pk).update(findings=found)
    ModelImage.objects.filter(pk=spoiled.pk).update(
        findings=[{"code": "dark", "severity": "may_spoil"}]
    )

    assert list(ModelImage.objects.offered()) == [spoiled]
    assert list(ModelImage.objects.withheld()) == [bad]
    site.post("modelimage_picture", bad.pk, picture_action="ignore")
    assert set(ModelImage.objects.offered()) == {bad, spoiled}


def test_action__does_not_try_garments_on_photos_that_are_not_offered(site, refused, messages_of):
    response = site.select("modelimage", "try_on_photos", [refused])

    assert "None of these photos is offered" in messages_of(response)[0]


def test_refused_photo__is_marked_on_its_page(site, refused):
    text = text_of(site.get("modelimage_change", refused.pk))

    assert f"The engine refused this photo: {MESSAGE}" in text
    assert remedy() in text
    other = ModelImage.objects.get(name="Bert")
    assert marks(site.get("modelimage_change", other.pk)) == 0


def test_refused_photos__are_filtered(site, refused):
    shown = site.get("modelimage_changelist", problem="refused").context["cl"].result_list

    assert list(shown) == [refused]
    assert len(site.get("modelimage_changelist").context["cl"].result_list) == 2


def test_new_picture__takes_the_mark_away(site, refused):
    refused.image.save("other.jpg", ContentFile(picture(4711)))
    refused.refresh_from_db()

    assert not refused.is_refused
    assert refused.refusal_message == ""


def test_refused_photo__is_explained_by_the_engine_that_knows_the_reason(configure, settings):
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    fashn = {"BACKEND": "django_outfitanyone.engines.fashn.Fashn", "API_KEY": "k"}
    configure(ENGINES={"default": own, "fashn": fashn})
    photo = make_model_image()
    ModelImage.objects.mark_refused(photo, code="PoseError", message="No pose.")
    photo.refresh_from_db()

    assert photo.refusal_help.text == Fashn.classify("PoseError").help
