"""No anonymous request reads more than its page: every endpoint, filter and shop page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_outfitanyone.api.pagination import BoundedPagination
from django_outfitanyone.models import Hotspot, ModelImage, TryOnResult
from tests.factories import make_garment, make_hotspot, make_model_image, make_published
from tests.query_plans import needs_sqlite, only_bounded_reads

ENDPOINTS = [
    "products/",
    "products/{product}/",
    "garments/",
    "garments/{garment}/",
    "model-images/",
    "model-images/{photo}/",
    "try-ons/",
    "try-ons/?page_size=1",
    "try-ons/{try_on}/",
    "try-ons/?product={product}",
    "try-ons/?garment={garment}",
    "try-ons/?model_image={photo}",
    "try-ons/?status=succeeded",
    "try-ons/?batch={batch}",
    "try-ons/?candidates={candidates}",
    "try-ons/?product={product}&garment={garment}&model_image={photo}&status=succeeded",
    "hotspots/",
    "hotspots/{hotspot}/",
    "hotspots/?try_on={try_on}",
    "hotspots/?model_image={photo}",
]


@pytest.fixture
def looks(db, monkeypatch):
    """Three published looks on one photo, with hotspots; return the parts of paths."""
    monkeypatch.setattr(BoundedPagination, "MOST_READ", 2)
    photo, garment = make_model_image(), make_garment()
    make_hotspot(photo, product=garment.product)
    rows = [make_published(model_image=photo, garments=[garment]) for _ in range(3)]
    spots = [make_hotspot(row, product=garment.product) for row in rows]
    return {
        "product": garment.product.pk,
        "garment": garment.pk,
        "photo": photo.pk,
        "try_on": rows[0].pk,
        "batch": rows[0].batch,
        "candidates": rows[0].candidates,
        "hotspot": spots[0].pk,
        "row": rows[0],
    }


@needs_sqlite
@pytest.mark.parametrize("review", [True, False], ids=["reviewed", "not reviewed"])
@pytest.mark.parametrize("path", ENDPOINTS)
def test_visitor__reads_by_index(visitor, looks, configure, path, review):
    configure(REQUIRE_REVIEW=review)
    with only_bounded_reads():
        assert visitor.get(path.format(**looks)).status_code == 200


@pytest.mark.parametrize("status", ["failed", "queued", "needs_attention"])
def test_visitor__who_asks_for_a_hidden_status_causes_no_read(
    visitor, looks, django_assert_num_queries, status
):
    with django_assert_num_queries(0):
        assert visitor.ids(f"try-ons/?status={status}") == []


@needs_sqlite
@pytest.mark.parametrize("path", ["try-ons/?page_size=1", "hotspots/?page_size=1"])
def test_visitor__reads_further_pages_by_index(visitor, looks, path):
    following = visitor.get(path).json()["next"]
    with only_bounded_reads():
        previous = visitor.get(following).json()["previous"]
    with only_bounded_reads():
        visitor.get(previous)


@needs_sqlite
@pytest.mark.parametrize(
    "query",
    [
        lambda row: TryOnResult.objects.public(),
        lambda row: TryOnResult.objects.public().for_product(row.garments[0].product),
        lambda row: TryOnResult.objects.public().for_garment(row.garments[0]),
        lambda row: TryOnResult.objects.public().filter(model_image=row.model_image),
        lambda row: ModelImage.objects.active(),
    ],
    ids=["looks", "of a product", "of a garment", "on a photo", "photos"],
)
def test_shop_page__reads_by_index(looks, query):
    rows = query(looks["row"]).with_hotspots()
    with only_bounded_reads():
        assert list(rows[:24])


@pytest.mark.parametrize("path", [path for path in ENDPOINTS if not path.endswith("}/")])
def test_visitor__needs_as_many_queries_for_more_rows(visitor, looks, path):
    def count():
        with CaptureQueriesContext(connection) as captured:
            visitor.get(path.format(**looks))
        return len(captured)

    few = count()
    garment = looks["row"].garments[0]
    for _ in range(3):
        row = make_published(
            model_image=looks["row"].model_image,
            garments=[garment, make_garment("bottom")],
            batch=looks["batch"],
            number=make_garment().pk,
        )
        make_hotspot(row, product=garment.product)

    assert count() == few


@pytest.mark.parametrize("path", ["try-ons/", "model-images/"])
def test_visitor__gets_hotspots_without_reading_the_pictures_again(visitor, looks, path):
    with CaptureQueriesContext(connection) as captured:
        (first, *_others) = visitor.get(path).json()["results"]

    (sql,) = (one["sql"] for one in captured if "_hotspot" in one["sql"])
    assert "JOIN" not in sql
    assert first["hotspots"]


@pytest.mark.parametrize("path", ["try-ons/", "model-images/"])
def test_visitor__gets_no_hotspots_of_a_replaced_file(visitor, looks, path):
    Hotspot.objects.update(picture_sha256="of another file")

    assert [row["hotspots"] for row in visitor.get(path).json()["results"][:1]] == [[]]
