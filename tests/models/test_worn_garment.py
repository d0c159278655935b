from __future__ import annotations

import pytest
from django.db import transaction

from django_outfitanyone.choices import AREAS_TAKEN, BodyArea, GarmentKind
from django_outfitanyone.models import Garment, TryOnResult, WornGarment
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.models.worn_garment import in_wearing_order, worn_with_a_product
from tests.factories import make_garment, make_try_on

pytestmark = pytest.mark.django_db

TOP, BOTTOM, DRESS = GarmentKind.TOP, GarmentKind.BOTTOM, GarmentKind.ONE_PIECE


def places(try_on):
    """Return position, kind, area, and whether a garment is worn there."""
    columns = ("position", "kind", "area", "is_garment")
    return list(WornGarment.objects.filter(try_on=try_on).values_list(*columns))


class TestPlaces:
    def test_top_and_bottom(self):
        try_on = make_try_on(garments=[make_garment(BOTTOM), make_garment(TOP)])

        assert places(try_on) == [(0, "top", "upper", True), (1, "bottom", "lower", True)]

    @pytest.mark.parametrize(
        ("kind", "keep", "worn", "kept"),
        [
            (TOP, Keep.LOWER, "upper", ("bottom", "lower")),
            (BOTTOM, Keep.UPPER, "lower", ("top", "upper")),
        ],
    )
    def test_kept_half_takes_its_place(self, kind, keep, worn, kept):
        try_on = make_try_on(garments=[make_garment(kind)], keep=keep)

        assert places(try_on) == [(0, kind, worn, True), (1, *kept, False)]
        assert len(try_on.garments) == 1

    def test_dress_takes_both_halves_and_is_one_garment(self):
        dress, shoes = make_garment(DRESS), make_garment(GarmentKind.SHOES)
        try_on = make_try_on(garments=[shoes, dress])

        assert places(try_on) == [
            (0, "one_piece", "upper", True),
            (1, "shoes", "feet", True),
            (2, "one_piece", "lower", False),
        ]
        assert try_on.garments == [dress, shoes]

    def test_every_kind_has_a_place(self):
        assert set(AREAS_TAKEN) == set(GarmentKind)
        assert {area for areas in AREAS_TAKEN.values() for area in areas} == set(BodyArea)


class TestConstraints:
    @pytest.mark.parametrize(
        ("worn", "keep"),
        [
            ([TOP, TOP], ""),
            ([TOP, DRESS], ""),
            ([BOTTOM, DRESS], ""),
            ([TOP], Keep.UPPER),
            ([BOTTOM], Keep.LOWER),
            ([DRESS], Keep.UPPER),
            ([DRESS], Keep.LOWER),
            ([GarmentKind.BAG, GarmentKind.BAG], ""),
        ],
        ids=lambda value: "+".join(value) if isinstance(value, list) else value or "nothing kept",
    )
    def test_place_is_taken_once(self, refused_by_database, worn, keep):
        garments = [make_garment(kind) for kind in worn]
        with refused_by_database():
            make_try_on(garments=garments, keep=keep)

        assert not TryOnResult.objects.exists()

    @pytest.mark.parametrize(
        "columns",
        [
            {"kind": "glove"},
            {"area": "neck"},
            {"position": 0, "area": "feet"},
            {"is_garment": False},
        ],
        ids=["unknown kind", "unknown area", "position taken", "garment in a place that is kept"],
    )
    def test_contradictory_row_is_refused(self, refused_by_database, columns):
        try_on, garment = make_try_on(), make_garment(BOTTOM)
        row = {"position": 1, "kind": BOTTOM, "area": "lower", "garment": garment}
        with refused_by_database():
            WornGarment.objects.create(try_on=try_on, **{**row, **columns})

    def test_good_row_is_stored(self):
        """The rows above are refused for the one thing that each changes."""
        row = {"position": 1, "kind": BOTTOM, "area": "lower", "garment": make_garment(BOTTOM)}

        assert WornGarment.objects.create(try_on=make_try_on(), **row).pk


class TestDeletedGarment:
    def test_row_stays_and_the_try_on_is_marked(self):
        top, bottom = make_garment(), make_garment(BOTTOM)
        try_on, other = make_try_on(garments=[top, bottom]), make_try_on(garments=[bottom])
        top.delete()

        try_on.refresh_from_db()
        other.refresh_from_db()
        assert (try_on.garments, try_on.lacks_inputs) == ([bottom], True)
        assert (other.garments, other.lacks_inputs) == ([bottom], False)
        assert [worn.garment for worn in try_on.worn.all()] == [None, bottom]

    def test_many_garments_at_once(self):
        garments = [make_garment(), make_garment()]
        try_ons = [make_try_on(garments=[garment]) for garment in garments * 2]
        Garment.objects.all().delete()

        assert TryOnResult.objects.filter(lacks_inputs=True).count() == len(try_ons)
        assert not WornGarment.objects.exclude(garment=None).exists()


def test_deleted_try_on__takes_its_rows_along():
    try_on, other = make_try_on(), make_try_on()
    try_on.delete()

    assert [worn.try_on for worn in WornGarment.objects.all()] == [other]
    assert Garment.objects.count() == 2
    assert str(try_on)


class TestStore:
    def store(self, count):
        photo = make_try_on().model_image
        rows = [
            TryOnResult(account_id="default", model_image=photo, garments=[garment], keep="lower")
            for garment in [make_garment() for _ in range(count)]
        ]
        for number, row in enumerate(rows):
            row.number = number
        return rows

    def test_rows_have_their_garments(self):
        rows = self.store(3)
        chosen = [row.garments for row in rows]
        TryOnResult.objects.store(rows, chunk=500)

        assert [TryOnResult.objects.get(pk=row.pk).garments for row in rows] == chosen

    @pytest.mark.parametrize(("count", "statements"), [(2, 2), (10, 2), (12, 5)])
    def test_statements_do_not_grow_with_the_rows_of_a_chunk(
        self, django_assert_num_queries, count, statements
    ):
        """Each try-on has two rows: its garment and the half that it keeps."""
        rows = self.store(count)
        with transaction.atomic(), django_assert_num_queries(statements):
            TryOnResult.objects.store(rows, chunk=10 if count == 12 else 40)

    def test_all_or_nothing(self, refused_by_database):
        stored, unstored = make_try_on(), self.store(1)
        unstored[0].garments = [make_garment(), make_garment()]
        before = TryOnResult.objects.count()
        with refused_by_database():
            TryOnResult.objects.store(unstored, chunk=10)

        assert TryOnResult.objects.count() == before
        assert stored.garments


def test_garments__of_a_stored_try_on_do_not_change():
    try_on = make_try_on()
    with pytest.raises(AttributeError, match="stored"):
        try_on.garments = [make_garment()]


def test_garments__unsaved_row_needs_no_query(django_assert_num_queries):
    bottom, top = make_garment(BOTTOM), make_garment()
    with django_assert_num_queries(0):
        row = TryOnResult(garments=[bottom, top])
        assert row.garments == [top, bottom]
        assert row.garment_ids == [top.pk, bottom.pk]


def test_garments__stored_row_needs_one_query(django_assert_num_queries):
    try_on = make_try_on(garments=[make_garment(), make_garment(BOTTOM)])
    with django_assert_num_queries(1):
        assert [garment.sha256 for garment in try_on.garments]


def test_in_wearing_order__is_the_order_of_the_kinds():
    garments = [Garment(kind=kind) for kind in reversed(GarmentKind.values)]

    assert [garment.kind for garment in in_wearing_order(garments)] == [
        *("top", "one_piece", "bottom", "outerwear", "shoes", "bag", "hat")
    ]


def test_worn_with_a_product__leaves_out_what_is_not_sold():
    sold, unsold = make_garment(), make_garment()
    Garment.objects.filter(pk=unsold.pk).update(product=None)
    try_on = make_try_on(garments=[sold], keep=Keep.LOWER)
    make_try_on(garments=[unsold])

    assert [worn.try_on_id for worn in worn_with_a_product()] == [try_on.pk]


def test_str__names_the_garment_or_its_kind():
    top = make_garment(name="Shirt")
    worn, kept = make_try_on(garments=[top], keep=Keep.LOWER).worn.all()

    assert str(worn) == "Shirt"
    assert str(kept) == "bottom"
