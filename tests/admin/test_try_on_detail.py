from __future__ import annotations

import re

import pytest

from django_outfitanyone.choices import Status
from tests.admin.pages import address, text_of
from tests.factories import make_garment, make_hotspot, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def test_page__shows_the_picture_the_model_photo_and_the_garments(site):
    try_on = make_try_on(model_image=make_model_image(name="Anna"), is_preview=True)

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert f'<image href="{try_on.image.url}"' in page
    assert try_on.model_image.thumbnail.url in page
    assert try_on.garments[0].thumbnail.url in page
    assert address("garment_change", try_on.garments[0].pk) in page
    assert "preview" in page
    assert "CNY 0.50" in page


def test_page__has_inputs_for_hotspots_only(site):
    page = text_of(site.get("tryonresult_change", make_try_on().pk))

    fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page))
    assert {name for name in fields if not name.startswith(("hotspots-", "_"))} <= {
        "csrfmiddlewaretoken",
        "action",
        "next",
    }


def test_page__keeps_technical_details_in_a_collapsed_section(site):
    try_on = make_try_on(remote_answer={"output": {"task_status": "SUCCEEDED"}})

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert "collapse" in page
    assert try_on.fingerprint in page
    assert "task_status" in page


def test_page__shows_the_error_and_who_can_fix_it(site):
    try_on = make_try_on(
        status=Status.FAILED,
        error_code="InvalidURL",
        error_message="The image could not be downloaded.",
        request_id="r-17",
    )

    page = text_of(site.get("tryonresult_change", try_on.pk))

    for text in ("The image could not be downloaded.", "Who can fix it:", "InvalidURL", "r-17"):
        assert text in page


def test_page__links_a_reused_picture_to_its_origin(site):
    first = make_try_on()
    second = make_try_on(reused_from=first)

    page = text_of(site.get("tryonresult_change", second.pk))

    assert f'<a href="{address("tryonresult_change", first.pk)}">Reused' in page


def test_page__of_a_deleted_row_redirects(site):
    assert site.get("tryonresult_change", 4711).status_code == 302


def test_page__survives_a_deleted_photo_and_garment(site):
    try_on = make_try_on()
    make_hotspot(try_on)
    try_on.model_image.delete()
    try_on.garments[0].delete()

    assert site.get("tryonresult_change", try_on.pk).status_code == 200


def test_page__of_an_open_row_wakes_the_worker(site, monkeypatch):
    wakeups = []
    monkeypatch.setattr(
        "django_outfitanyone.admin.try_on.wake_if_idle", lambda: wakeups.append(True)
    )

    site.get("tryonresult_change", make_try_on().pk)
    assert not wakeups
    site.get("tryonresult_change", make_try_on(status=Status.RUNNING).pk)
    assert wakeups


def test_page__takes_one_query_per_hotspot_for_its_product_field_only(
    site, django_assert_max_num_queries
):
    try_on = make_try_on()
    make_hotspot(try_on, product=make_garment().product)
    make_hotspot(try_on, "lower", product=make_garment().product)
    for _ in range(6):
        make_hotspot(try_on, None, product=make_garment().product)

    site.get("tryonresult_change", try_on.pk)  # caches the content types

    with django_assert_max_num_queries(29):
        site.get("tryonresult_change", try_on.pk)
