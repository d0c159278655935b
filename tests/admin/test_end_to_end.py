from __future__ import annotations

import re

import pytest
from PIL import Image

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.error_help import FIXED_BY
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import runner
from tests.admin.forms import try_on_form_data
from tests.admin.pages import (
    address,
    card_of,
    estimate_on,
    hidden,
    problems_on,
    progress_on,
    text_of,
)
from tests.drawing import drawn, encoded
from tests.factories import make_garment, make_model_image, make_product
from tests.work import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_batch(site):
    """Select garments, send the form, and return the page of the batch."""

    def send(garments, photos, **changes):
        form = site.select("garment", "try_on", garments)
        data = {**try_on_form_data([], photos, **changes), "batch": hidden(form, "batch")}
        data["garments"] = hidden(form, "garments")
        response = site.post("tryonresult_add", **data, _order=1)
        assert response.status_code == 302, problems_on(response)
        return site.client.get(response.url)

    return send


def test_selected_garments__become_published_pictures_with_hotspots(remote, site, request_batch):
    product = make_product(title="Parka", url="https://shop.test/parka/")
    garments = [make_garment(product=product), make_garment(GarmentKind.BOTTOM)]
    photos = [make_model_image(), make_model_image()]

    assert progress_on(request_batch(garments, photos)) == "0 of 4 ready, about 20 seconds left"
    work()

    rows = list(TryOnResult.objects.order_by("number"))
    batch = rows[0].batch
    fragment = site.get("tryonresult_batch_cards", batch, card=[row.pk for row in rows])
    assert progress_on(fragment) == "4 of 4 ready"
    assert all(row.thumbnail.url in card_of(fragment, row) for row in rows)
    site.post("tryonresult_batch_do", batch, action="publish")

    parka = [row for row in rows if product in {garment.product for garment in row.garments}]
    assert set(TryOnResult.objects.public().for_product(product)) == set(parka)
    assert "Parka in the shop" in card_of(site.get("tryonresult_batch", batch), parka[0])
    spot = parka[0].hotspots.get(clothes_type="upper")
    assert spot.product == product
    detail = text_of(site.get("tryonresult_change", parka[0].pk))
    assert f'd="M{spot.x1} {spot.y1}H{spot.x2}' in detail
    assert spot.cutout.url in detail


def test_estimate__is_what_is_charged_and_a_repeated_request_is_free(remote, site, request_batch):
    # a garment of another colour gives another result
    dark = encoded(drawn(1).point(lambda value: value // 4))
    garments, photos = [make_garment(), make_garment(data=dark)], [make_model_image()]
    data = try_on_form_data(garments, photos)
    assert estimate_on(site.post("tryonresult_add", **data, _summary=1)).startswith(
        "2 pictures; about CNY 1.01;"
    )

    request_batch(garments, photos)
    work()

    batch = TryOnResult.objects.first().batch
    assert "Cost so far: CNY 1.01" in text_of(site.get("tryonresult_batch", batch))
    assert estimate_on(site.post("tryonresult_add", **data, _summary=1)) == (
        "2 pictures, which already exist and are free"
    )
    request_batch(garments, photos)
    work()
    again = TryOnResult.objects.first()
    assert again.is_reused
    assert "reused, free" in card_of(site.get("tryonresult_batch", again.batch), again)
    assert remote.stats["submits"] == 2


def test_photo_without_a_person__fails_with_an_explanation(remote, site, request_batch):
    grey = encoded(Image.new("RGB", (400, 600), "grey"), "BMP")
    request_batch([make_garment()], [make_model_image(data=grey)], other_half="replace")
    work()

    row = TryOnResult.objects.get()
    card = card_of(site.get("tryonresult_batch", row.batch), row)
    assert "InvalidPerson" in card
    assert str(FIXED_BY["shop"]) in card
    assert 'value="retry"' in card


def test_refused_api_key__stops_the_account_until_it_is_resumed(
    remote, site, request_batch, configure
):
    configure(API_KEY="sk-wrong")
    request_batch([make_garment()], [make_model_image()], other_half="replace")
    runner.run(Account.of(), budget=1)

    assert Account.of().is_stopped
    batch = TryOnResult.objects.get().batch
    page = site.get("tryonresult_batch", batch)
    assert progress_on(page) == "0 of 1 ready, waiting until the account is resumed"
    assert "InvalidApiKey" in text_of(page)

    configure(API_KEY="sk-for-tests")
    here = address("tryonresult_batch", batch)
    site.client.get(site.post("account_resume", "default", next=here).url)
    TryOnResult.objects.update(attempts=0)  # makes the next attempt due now
    work()
    assert progress_on(site.get("tryonresult_batch", batch)) == "1 of 1 ready"


def test_batch_canceled_before_submit__costs_nothing(remote, site, request_batch):
    request_batch([make_garment(), make_garment()], [make_model_image()])
    batch = TryOnResult.objects.first().batch

    site.post("tryonresult_batch_do", batch, action="cancel")
    work()

    page = site.get("tryonresult_batch", batch)
    assert progress_on(page) == "0 of 2 ready, 2 canceled"
    assert "Cost so far: CNY 0.00" in text_of(page)
    assert remote.stats["submits"] == 0


def test_lost_response__needs_a_decision_and_is_paid_once(remote, site, request_batch):
    remote.faults.add("drop-after", endpoint="submit")
    request_batch([make_garment()], [make_model_image()], other_half="replace")
    work()

    row = TryOnResult.objects.get()
    assert row.status == Status.NEEDS_ATTENTION
    page = text_of(site.get("tryonresult_change", row.pk))
    task = re.search(r'name="task" value="([^"]+)"', page)[1]
    site.post("tryonresult_adopt", row.pk, task=task)
    work()

    row.refresh_from_db()
    assert row.status == Status.SUCCEEDED
    assert remote.stats["submits"] == 1


def test_parsed_photo__shows_the_detected_hotspots(remote, site):
    photo = make_model_image()
    site.select("modelimage", "parse_clothes", [photo])
    work()

    spot = photo.hotspots.get(clothes_type="upper")
    page = text_of(site.get("modelimage_change", photo.pk))
    assert spot.cutout.url in page
    assert "detected automatically" in page
