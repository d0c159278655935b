"""The page of a product: its garments and try-on pictures, and what can be done with them there."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_outfitanyone.admin import product_looks
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from tests.admin.controls import Controls
from tests.admin.pages import actions_on, address, text_of
from tests.factories import (
    make_garment,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)

pytestmark = pytest.mark.django_db

MAY_SEE = ("view_product", "view_tryonresult")


@pytest.fixture
def product():
    return make_product(title="Linen shirt")


@pytest.fixture
def garment(product):
    return make_garment(product=product)


def states_on(response):
    """Return how many try-ons are in which state, as the page says it."""
    states = text_of(response).partition('class="outfit-states">')[2].partition("</ul>")[0]
    return [re.sub(r"<[^>]*>", "", state).strip() for state in states.split("</li>")[:-1]]


def pictures_on(response):
    """Return the keys of the try-ons whose pictures the page shows, in their order."""
    page = text_of(response).partition('id="outfit-product-looks"')[2]
    found = re.findall(r'class="outfit-result-picture" href="([^"]*)"', page)
    return [int(link.split("/")[-3]) for link in found]


def test_page__shows_garments_states_and_the_newest_pictures(site, product, garment, monkeypatch):
    monkeypatch.setattr(product_looks, "NEWEST", 3)
    make_try_on()  # of another product
    waiting = [make_try_on(garments=[garment]) for _ in range(2)]
    failed = make_try_on(garments=[garment], status=Status.FAILED, error_code="HumanNotFound")
    published = make_published(garments=[garment])

    response = site.get("product_change", product.pk)

    assert pictures_on(response) == [published.pk, failed.pk, waiting[1].pk]
    assert states_on(response) == [
        "? to review 2 pictures",
        "• published 1 picture",
        "✕ failed 1 picture",
    ]
    assert published.thumbnail.url in Controls(response).pictures
    assert garment.thumbnail.url in Controls(response).pictures
    assert f"{address('tryonresult_add')}?garments={garment.pk}" in text_of(response)


def test_page__of_a_product_without_pictures_says_what_to_do_first(site, product):
    page = text_of(site.get("product_change", product.pk))

    assert "Add a garment with its picture first" in page
    assert "No pictures of this product yet." in page


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("approve", {}, (Review.APPROVED, False)),
        ("publish", {}, (Review.APPROVED, True)),
        ("reject", {}, (Review.REJECTED, False)),
        ("unpublish", {"published": True}, (Review.APPROVED, False)),
    ],
)
def test_button__does_it_and_returns_to_the_page(site, product, garment, action, before, after):
    make = make_published if before else make_try_on
    try_on = make(garments=[garment])
    page = address("product_change", product.pk)

    button = Controls(site.get("product_change", product.pk)).button("action", action)
    response = button.press(site.client)

    assert response.status_code == 302
    assert response.url == f"{page}#outfit-product-looks"
    try_on.refresh_from_db()
    assert (try_on.review, try_on.published_at is not None) == after


def test_button__never_returns_to_another_host(site, garment):
    try_on = make_try_on(garments=[garment])

    path = f"{address('tryonresult_do', try_on.pk)}?next=https://evil.test/"
    response = site.client.post(path, {"action": "approve"})

    assert response.url == address("tryonresult_change", try_on.pk)


@pytest.mark.parametrize(
    ("permissions", "actions"),
    [
        (MAY_SEE, []),
        ((*MAY_SEE, "change_tryonresult"), ["approve", "reject", "publish"]),
    ],
)
def test_buttons__need_the_permission_for_the_action(
    site_with, product, garment, permissions, actions
):
    make_try_on(garments=[garment])
    response = site_with(*permissions).get("product_change", product.pk)

    assert actions_on(text_of(response)) == actions
    assert len(pictures_on(response)) == 1


def test_pictures__are_hidden_without_permission_to_view_try_ons(site_with, product, garment):
    make_try_on(garments=[garment])

    response = site_with("view_product").get("product_change", product.pk)

    assert response.status_code == 200
    assert "outfit-product-looks" not in text_of(response)


def test_pictures__are_those_that_the_site_shows(admin_client, product, garment, settings):
    settings.ROOT_URLCONF = "tests.admin.other_site"
    make_try_on(garments=[garment])
    path = f"/office/django_outfitanyone/product/{product.pk}/change/"

    assert len(pictures_on(admin_client.get(path))) == 1


def test_list__of_all_try_ons_of_the_product(site, product, garment):
    expected = {make_try_on(garments=[garment]), make_published(garments=[garment])}
    make_try_on()
    link = re.search(
        r'href="([^"]*\?product=[^"]*)"', text_of(site.get("product_change", product.pk))
    )

    response = site.client.get(link[1])

    assert set(response.context["cl"].result_list) == expected
    assert "Linen shirt" in text_of(response).partition('id="changelist-filter"')[2]


@pytest.mark.parametrize("value", ["0", "999999"])
def test_list__of_a_product_that_does_not_exist_is_empty(site, value):
    make_try_on()

    assert site.get("tryonresult_changelist", product=value).context["cl"].result_count == 0


def test_list__ignores_what_is_no_key(site):
    make_try_on()

    assert site.get("tryonresult_changelist", product="x").context["cl"].result_count == 1


def test_page__needs_a_constant_number_of_queries(site, product, garment):
    photo = make_model_image()

    def queries_among(count):
        for _ in range(count - TryOnResult.objects.count()):
            make_try_on(model_image=photo, garments=[garment])
        with CaptureQueriesContext(connection) as captured:
            site.get("product_change", product.pk)
        return len(captured)

    queries_among(1)
    assert queries_among(2) == queries_among(30) < 30
