from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest

from django_outfitanyone.api.pagination import BoundedPagination
from tests.factories import (
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)


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


@pytest.mark.parametrize("size", ["nonsense", "0", "-1", "1.5", "", "9" * 5000])
def test_page_size__that_is_no_positive_number_is_refused(visitor, size):
    response = visitor.get(f"products/?page_size={size}")

    assert response.status_code == 400
    assert list(response.json()["field_errors"]) == ["page_size"]


@pytest.mark.parametrize("cursor", ["nonsense", "p=abc", "p=", "p=1.5", "p=\x00", f"p={'9' * 40}"])
def test_cursor__manipulated_one_is_never_a_server_error(visitor, cursor):
    make_product()
    for text in (cursor, quote(b64encode(cursor.encode()))):
        response = visitor.get(f"products/?cursor={text}")
        assert response.status_code in {200, 400, 404}
        if response.status_code == 404:
            assert response.json()["code"] == "NotFound"


class TestBoundedPages:
    """Hotspots that the user may not see cost no more than those of one page."""

    @pytest.fixture(autouse=True)
    def _read_three_rows_at_most(self, monkeypatch):
        monkeypatch.setattr(BoundedPagination, "MOST_READ", 3)

    def make_hotspots(self, *are_public):
        product = make_product()
        return [
            make_hotspot(make_published() if is_public else make_try_on(), product=product).pk
            for is_public in are_public
        ]

    def test_pages_contain_every_visible_row_once(self, visitor):
        made = self.make_hotspots(True, False, False, False, False, False, True, True, False)

        found = [pk for page in pages(visitor, "hotspots/?page_size=2") for pk in page]

        assert found == [made[7], made[6], made[0]]

    def test_page_of_hidden_rows_is_empty_and_has_a_next(self, visitor):
        made = self.make_hotspots(True, False, False, False)
        first = visitor.get("hotspots/").json()

        assert first["results"] == []
        assert visitor.ids(first["next"]) == [made[0]]

    def test_rows_are_found_again_on_the_way_back(self, visitor):
        made = self.make_hotspots(True, True, False, False, False, False, True)
        path, found = "hotspots/?page_size=1", []
        while path:
            page = visitor.get(path).json()
            last, path = page, page["next"]
        while last:
            found += [row["id"] for row in reversed(last["results"])]
            last = last["previous"] and visitor.get(last["previous"]).json()

        assert found == [made[0], made[1], made[6]]

    def test_picture_has_all_its_hotspots_however_old_they_are(self, visitor):
        photo = make_model_image()
        old = make_hotspot(photo, product=make_product())
        self.make_hotspots(*[False] * 5)

        assert visitor.ids(f"hotspots/?model_image={photo.pk}") == [old.pk]

    def test_filter_that_is_wrong_is_an_error(self, visitor):
        assert visitor.get("hotspots/?model_image=999").status_code == 400
