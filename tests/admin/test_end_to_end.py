"""The whole click path of a shop admin, against a running sandbox."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Account, TryOnResult
from django_outfitanyone.worker import runner
from tests.admin.pages import address, card_of, hidden, text_of
from tests.admin.test_batch import progress_on
from tests.admin.test_try_on_page import answers, estimate_on, problems_on
from tests.drawing import drawn, encoded
from tests.factories import make_garment, make_model_image, make_product
from tests.work import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(site):
    """Select garments, fill the form in as a browser would, send it, come to the results."""

    def send(garments, photos, **changes):
        form = site.select("garment", "try_on", garments)
        data = {**answers([], photos, **changes), "batch": hidden(form, "batch")}
        data["garments"] = hidden(form, "garments")
        response = site.post("tryonresult_add", **data, _order=1)
        assert response.status_code == 302, problems_on(response)
        return site.client.get(response.url)

    return send


def test_from_selection_to_published_picture(remote, site, order):
    product = make_product(title="Parka", url="https://shop.test/parka/")
    garments = [make_garment(product=product), make_garment(GarmentKind.BOTTOM)]
    photos = [make_model_image(), make_model_image()]

    assert progress_on(order(garments, photos)) == "0 of 4 ready, about 20 seconds left"
    work()

    rows = list(TryOnResult.objects.order_by("number"))
    batch = rows[0].batch
    fragment = site.get("tryonresult_batch_cards", batch, card=[row.pk for row in rows])
    assert progress_on(fragment) == "4 of 4 ready"
    assert all(row.thumbnail.url in card_of(fragment, row) for row in rows)
    site.post("tryonresult_batch_do", batch, verb="publish")

    parka = [row for row in rows if product in {garment.product for garment in row.garments}]
    assert set(TryOnResult.objects.public().for_product(product)) == set(parka)
    assert "Parka in the shop" in card_of(site.get("tryonresult_batch", batch), parka[0])
    spot = parka[0].hotspots.get(clothes_type="upper")
    assert spot.product == product
    detail = text_of(site.get("tryonresult_change", parka[0].pk))
    assert f'd="M{spot.x1} {spot.y1}H{spot.x2}' in detail
    assert spot.cutout.url in detail


def test_price_tag_keeps_its_word(remote, site, order):
    """What the form says it will cost is what it costs; asked again, it is free."""
    dark = encoded(drawn(1).point(lambda value: value // 4))  # another colour, another result
    garments, photos = [make_garment(), make_garment(data=dark)], [make_model_image()]
    data = answers(garments, photos)
    assert estimate_on(site.post("tryonresult_add", **data, _summary=1)).startswith(
        "2 pictures; about CNY 1.01;"
    )

    order(garments, photos)
    work()

    batch = TryOnResult.objects.first().batch
    assert "Cost so far: CNY 1.01" in text_of(site.get("tryonresult_batch", batch))
    assert estimate_on(site.post("tryonresult_add", **data, _summary=1)) == (
        "2 pictures, which already exist and are free"
    )
    order(garments, photos)
    work()
    again = TryOnResult.objects.first()
    assert again.is_reused
    assert "reused, free" in card_of(site.get("tryonresult_batch", again.batch), again)
    assert remote.stats["submits"] == 2


def test_photo_without_a_person_fails_with_a_word_about_it(remote, site, order):
    grey = encoded(Image.new("RGB", (400, 600), "grey"), "BMP")
    order([make_garment()], [make_model_image(data=grey)], other_half="replace")
    work()

    row = TryOnResult.objects.get()
    card = card_of(site.get("tryonresult_batch", row.batch), row)
    assert "InvalidPerson" in card
    assert "whoever chose the pictures" in card
    assert 'value="retry"' in card


def test_refused_key_stops_the_account_until_somebody_resumes(remote, site, order, configure):
    configure(API_KEY="sk-wrong")
    order([make_garment()], [make_model_image()], other_half="replace")
    runner.run(budget=1)

    assert Account.current().is_stopped
    batch = TryOnResult.objects.get().batch
    page = site.get("tryonresult_batch", batch)
    assert progress_on(page) == "0 of 1 ready, waiting until the account is resumed"
    assert "InvalidApiKey" in text_of(page)

    configure(API_KEY="sk-for-tests")
    here = address("tryonresult_batch", batch)
    site.client.get(site.post("account_resume", "default", next=here).url)
    TryOnResult.objects.update(attempts=0)  # a test does not wait for the next attempt
    work()
    assert progress_on(site.get("tryonresult_batch", batch)) == "1 of 1 ready"


def test_canceled_in_time_costs_nothing(remote, site, order):
    order([make_garment(), make_garment()], [make_model_image()])
    batch = TryOnResult.objects.first().batch

    site.post("tryonresult_batch_do", batch, verb="cancel")
    work()

    page = site.get("tryonresult_batch", batch)
    assert progress_on(page) == "0 of 2 ready, 2 canceled"
    assert "Cost so far: CNY 0.00" in text_of(page)
    assert remote.stats["submits"] == 0


def test_lost_answer_is_decided_by_a_person(remote, site, order):
    """The order arrives but its answer does not: the task is found and adopted, paid once."""
    remote.faults.add("drop-after", endpoint="submit")
    order([make_garment()], [make_model_image()], other_half="replace")
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


def test_clothes_are_found_in_a_photo_and_corrected(remote, site):
    photo = make_model_image()
    site.select("modelimage", "parse_clothes", [photo])
    work()

    spot = photo.hotspots.get(clothes_type="upper")
    page = text_of(site.get("modelimage_change", photo.pk))
    assert spot.cutout.url in page
    assert "found automatically" in page
