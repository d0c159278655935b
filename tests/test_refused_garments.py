"""A garment picture that the engine cannot use: what people read before and after the failure."""

from __future__ import annotations

import pytest

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.picture_guide import GARMENTS
from outfitanyone_local import samples
from outfitanyone_local.sandbox.engine_protocol import Finding
from outfitanyone_local.sandbox.engines import LocalEngine
from tests.admin.pages import AdminSession, text_of
from tests.api.client import Client
from tests.factories import make_garment, make_model_image, make_product, make_staff
from tests.work import REPLACE, new_request, work

pytestmark = pytest.mark.django_db

DOCUMENTED = "Missing clothing image.Please input at least one top garment or bottom garment image."
"""The vendor's message for the code; it is all that the code's documentation says."""


def test_help__says_what_the_picture_must_show_whatever_the_message_is():
    found = error_help_for("InvalidGarment", DOCUMENTED)

    assert found.fixed_by == "shop"
    for part in ("one whole garment", "flat on a plain background", "without a person"):
        assert part in found.text
    assert "at least one garment" not in found.text  # one was sent


@pytest.mark.parametrize("page", ["garment_add", "product_change"])
def test_upload__field_says_what_the_picture_must_show(admin_client, page):
    args = [make_garment(product=make_product()).product_id] if page == "product_change" else []

    assert str(GARMENTS.summary) in text_of(AdminSession(admin_client).get(page, *args))


class TestGarmentPictureThatIsRefused:
    @pytest.fixture
    def failed(self, remote, engine):
        engine.garment_findings = [Finding("several_garments", refuses=True)]
        try_on = request_try_on(new_request(), options=REPLACE)
        work(try_on)
        return try_on

    def test_failure__names_the_cause_and_the_remedy_by_every_door(self, failed, admin_client):
        assert failed.error_code == "InvalidGarment"
        assert failed.error_message == (
            f"{DOCUMENTED[:-1]}: The picture shows several separate pieces; one garment is needed."
        )
        page = text_of(AdminSession(admin_client).get("tryonresult_change", failed.pk))
        client = Client()
        client.force_authenticate(make_staff("view_tryonresult"))
        error = client.get(f"try-ons/{failed.pk}/").json()["job"]["error"]

        for text in (" ".join(page.split()), " ".join(map(str, error.values()))):
            assert "The picture shows several separate pieces" in text
            assert "lies flat on a plain background, without a person" in text
        assert error["fixed_by"] == "shop"
        assert failed.image_count == 0


def test_findings_that_refuse_nothing__change_nothing(remote, engine):
    engine.person_findings = engine.garment_findings = [Finding("hard_shadow")]
    try_on = request_try_on(new_request(), options=REPLACE)
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")


@pytest.mark.slow
class TestGarmentThatAPersonWears:
    @pytest.fixture
    def engine(self):
        return LocalEngine(workers=1)

    def test_front_photo__is_accepted(self, remote):
        first, second = samples.MODELS[:2]
        request = TryOnRequest(
            make_model_image(data=first.read()), [make_garment(data=second.read())]
        )
        try_on = request_try_on(request, options=REPLACE)
        work(try_on)

        assert (try_on.status, try_on.error_message) == (Status.SUCCEEDED, "")
