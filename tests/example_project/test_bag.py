"""The bag of the example shop, as visitors fill it."""

from __future__ import annotations

import pytest

from django_outfitanyone.models import Product
from tests.factories import make_product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop_settings")]


@pytest.fixture
def shirt():
    return make_product(title="Linen shirt", slug="linen-shirt", price=39)


def add(client, product, size="M"):
    data = {"product": product.slug, "size": size}
    return client.post("/bag/add/", data, follow=True)


def change(client, product, quantity, size="M"):
    data = {"product": product.slug, "size": size, "quantity": quantity}
    return client.post("/bag/change/", data, follow=True)


def lines(response):
    return [(line.product.slug, line.size, line.quantity) for line in response.context["lines"]]


def test_bag__is_empty_at_first(client):
    assert "Your bag is empty." in client.get("/bag/").content.decode()


def test_add__shows_the_bag_with_piece_size_and_total(client, shirt):
    add(client, shirt)
    page = add(client, make_product(slug="jeans", price=79), "L")

    assert lines(page) == [("linen-shirt", "M", 1), ("jeans", "L", 1)]
    assert [total.amount for total in page.context["totals"]] == [118]
    assert page.context["pieces_in_bag"] == 2


def test_add__again_counts_up_to_nine(client, shirt):
    for _time in range(11):
        page = add(client, shirt)

    assert lines(page) == [("linen-shirt", "M", 9)]


def test_add__without_a_known_size_returns_to_the_piece(client, shirt):
    page = add(client, shirt, "XXXL")

    assert page.redirect_chain == [("/products/linen-shirt/", 302)]
    assert client.get("/bag/").context["lines"] == []


@pytest.mark.parametrize("unsellable", [{"is_available": False}, {"is_visible": False}])
def test_add__refuses_what_cannot_be_bought(client, unsellable):
    assert add(client, make_product(slug="gone", **unsellable)).status_code == 404


def test_change__sets_the_number(client, shirt):
    add(client, shirt)

    assert lines(change(client, shirt, 3)) == [("linen-shirt", "M", 3)]


def test_change__to_zero_removes_the_piece(client, shirt):
    add(client, shirt)
    page = change(client, shirt, 0)

    assert lines(page) == []
    assert page.context["pieces_in_bag"] == 0


@pytest.mark.parametrize("quantity", ["", "-1", "x", "٣", "1.5"])
def test_change__ignores_what_is_no_number(client, shirt, quantity):
    add(client, shirt)

    assert lines(change(client, shirt, quantity)) == [("linen-shirt", "M", 1)]


def test_change__of_a_piece_that_is_not_in_the_bag_does_no_harm(client, shirt):
    assert lines(change(client, shirt, 0)) == []


def test_change__to_a_huge_number_is_nine(client, shirt):
    add(client, shirt)

    assert lines(change(client, shirt, "9" * 4000)) == [("linen-shirt", "M", 9)]


def test_bag__leaves_out_what_was_sold_out_since(client, shirt):
    add(client, shirt)
    Product.objects.update(is_available=False)
    page = client.get("/bag/")

    assert page.context["lines"] == []
    assert page.context["totals"] == []


def test_add__needs_a_post(client, shirt):
    assert client.get("/bag/add/").status_code == 405


def test_product_page__offers_sizes_only_while_it_can_be_bought(client, shirt):
    assert 'name="size"' in client.get("/products/linen-shirt/").content.decode()
    Product.objects.update(is_available=False)
    page = client.get("/products/linen-shirt/").content.decode()

    assert 'name="size"' not in page
    assert "Sold out" in page
