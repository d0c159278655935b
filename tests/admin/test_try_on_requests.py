from __future__ import annotations

import re

import pytest
from django.test import Client, override_settings

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.error_help import FIXED_BY
from django_outfitanyone.models import Account, Garment, TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, estimate_on, hidden, problems_on, text_of
from tests.factories import make_garment, make_model_image, make_product, make_staff

pytestmark = pytest.mark.django_db


def test_request__creates_the_rows_and_shows_the_batch(site):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)
    photo = make_model_image()
    data = try_on_form_data(
        [top, bottom],
        [photo],
        combining="outfits",
        engine="default/aitryon",
        resolution="1024",
        face="replace",
        force_new="on",
    )

    response = site.post("tryonresult_add", **data, _order=1)

    assert response.url == address("tryonresult_batch", data["batch"])
    row = TryOnResult.objects.get()
    assert (row.model_image, row.garments) == (photo, [top, bottom])
    assert (row.remote_model, row.resolution, row.keep) == ("aitryon", 1024, "")
    assert (row.restore_face, row.force_new) == (False, True)
    assert row.requested_by.username == "admin"


@pytest.mark.parametrize(("other_half", "kept"), [("keep", "lower"), ("replace", "")])
def test_request__keeps_or_replaces_the_other_half(site, other_half, kept):
    data = try_on_form_data([make_garment()], [make_model_image()], other_half=other_half)

    site.post("tryonresult_add", **data, _order=1)

    assert TryOnResult.objects.get().keep == kept


def test_request__keeps_the_order_of_the_selection(site):
    garments, photos = [make_garment() for _ in range(3)][::-1], [make_model_image()]

    site.post("tryonresult_add", **try_on_form_data(garments, photos), _order=1)

    rows = TryOnResult.objects.order_by("number")
    assert [row.garments[0] for row in rows] == garments


def test_request_sent_twice__makes_one_batch_and_says_so(site, messages_of):
    data = try_on_form_data([make_garment()], [make_model_image()])

    site.post("tryonresult_add", **data, _order=1)
    again = site.post("tryonresult_add", **data, _order=1)

    assert again.url == address("tryonresult_batch", data["batch"])
    assert TryOnResult.objects.count() == 1
    assert messages_of(again) == [
        "This form was sent before. Here is its batch; nothing is charged twice."
    ]


def test_form__offers_the_resolutions_of_the_settings(site, configure):
    configure(RESOLUTIONS=[-1, 512, 1280])
    garment, photo = make_garment(), make_model_image()

    text = text_of(site.get("tryonresult_add"))
    assert "512 px high" in text
    assert re.findall(r'name="resolution" value="(-?\d+)"', text) == ["-1", "512", "1280"]
    site.post("tryonresult_add", **try_on_form_data([garment], [photo], resolution="512"), _order=1)
    assert TryOnResult.objects.get().resolution == 512


@pytest.mark.parametrize("button", ["_order", "_recalculate", "_summary"])
def test_missing_photo__is_reported_and_the_input_kept(site, button):
    make_model_image()
    data = try_on_form_data([make_garment()], [], resolution="1280")

    response = site.post("tryonresult_add", **data, **{button: 1})

    assert problems_on(response) == ["Choose at least one model photo."]
    assert not TryOnResult.objects.exists()
    if button != "_summary":
        assert re.search(r'name="resolution" value="1280"[^>]* checked', text_of(response))
        assert hidden(response, "batch") == data["batch"]


def test_missing_garment__is_reported_and_the_photos_kept(site):
    photo = make_model_image()
    make_garment()

    response = site.post("tryonresult_add", **try_on_form_data([], [photo]), _order=1)

    assert problems_on(response) == ["Choose at least one garment."]
    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', text_of(response))


def test_missing_api_key__is_reported_and_the_input_kept(site, configure, monkeypatch):
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    photo = make_model_image()
    data = try_on_form_data([make_garment()], [photo])

    response = site.post("tryonresult_add", **data, _order=1)

    assert "API key" in problems_on(response)[0]
    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', text_of(response))
    assert not TryOnResult.objects.exists()


def test_stopped_account__shows_who_can_fix_it_and_keeps_the_input(site, stopped_account):
    photo = make_model_image()

    response = site.post("tryonresult_add", **try_on_form_data([make_garment()], [photo]), _order=1)

    page = text_of(response)
    assert problems_on(response) == [
        "The account is stopped. Resume it before you request pictures."
    ]
    assert str(FIXED_BY["account"]) in page
    assert stopped_account.stopped_message in page
    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', page)
    assert not TryOnResult.objects.exists()


def test_stopped_account__is_resumed_on_the_page_with_the_input_kept(site, stopped_account):
    photo = make_model_image()

    response = site.post(
        "tryonresult_add", **try_on_form_data([make_garment()], [photo]), _resume=1
    )

    assert not Account.of().is_stopped
    assert estimate_on(response)
    assert 'name="_resume"' not in text_of(response)


def test_stopped_account__is_not_resumed_without_permission(site_with, stopped_account):
    site = site_with("add_tryonresult")
    data = try_on_form_data([make_garment()], [make_model_image()])

    response = site.post("tryonresult_add", **data, _resume=1)

    assert Account.of().is_stopped
    assert 'name="_resume"' not in text_of(response)


@pytest.mark.slow
@override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=50)
def test_thousands_of_garments__are_sent_in_one_field(site):
    product = make_product()
    first = make_garment(product=product)
    Garment.objects.bulk_create(
        Garment(
            product=product,
            kind=GarmentKind.TOP,
            image=first.image.name,
            thumbnail=first.thumbnail.name,
            width=first.width,
            height=first.height,
            sha256=f"{number:064x}",
        )
        for number in range(1000)
    )
    photo = make_model_image()

    response = site.select("garment", "try_on", [first], everything=True)
    assert text_of(response).count("<img") < 40
    assert "and 977 more" in text_of(response)
    data = try_on_form_data([], [photo])
    data["garments"] = hidden(response, "garments")
    assert estimate_on(site.post("tryonresult_add", **data, _summary=1)).startswith(
        "1001 pictures;"
    )
    site.post("tryonresult_add", **data, _confirm=1)

    assert TryOnResult.objects.count() == 1001


def test_form__is_protected_against_csrf():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff(is_superuser=True))

    data = try_on_form_data([make_garment()], [make_model_image()])
    response = client.post(address("tryonresult_add"), {**data, "_order": 1})

    assert response.status_code == 403
    assert not TryOnResult.objects.exists()
