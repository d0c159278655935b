from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest

from tests.factories import make_product


def pages(client, path):
    while path:
        response = client.get(path).json()
        yield [row["id"] for row in response["results"]]
        path = response["next"]


def test_pages__contain_every_row_once_newest_first(visitor):
    made = [make_product().pk for _ in range(5)]

    assert list(pages(visitor, "products/?page_size=2")) == [
        made[:2:-1],
        made[2:0:-1],
        [made[0]],
    ]


def test_pages__do_not_shift_when_rows_are_added(visitor):
    first, second, third = (make_product().pk for _ in range(3))
    response = visitor.get("products/?page_size=1").json()
    make_product()

    assert [row["id"] for row in response["results"]] == [third]
    assert list(pages(visitor, response["next"])) == [[second], [first]]


def test_pages__link_to_the_previous_page(visitor):
    first, second = make_product().pk, make_product().pk
    last = visitor.get(visitor.get("products/?page_size=1").json()["next"]).json()

    assert [row["id"] for row in last["results"]] == [first]
    assert visitor.ids(last["previous"]) == [second]


def test_page_size__has_a_default_and_a_limit(visitor):
    for _ in range(101):
        make_product()

    assert len(visitor.ids("products/")) == 30
    assert len(visitor.ids("products/?page_size=500")) == 100
    assert len(visitor.ids("products/?page_size=nonsense")) == 30


@pytest.mark.parametrize("cursor", ["nonsense", "p=abc", "p=", "p=1.5", "p=\x00", f"p={'9' * 40}"])
def test_cursor__manipulated_one_is_never_a_server_error(visitor, cursor):
    make_product()
    for text in (cursor, quote(b64encode(cursor.encode()))):
        response = visitor.get(f"products/?cursor={text}")
        assert response.status_code in {200, 400, 404}
        if response.status_code == 404:
            assert response.json()["code"] == "NotFound"
