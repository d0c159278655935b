"""Admin lists of tables that may hold millions of rows: what they sort, search and count."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone.admin import large_table, row_finder
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from tests.admin.pages import text_of
from tests.factories import (
    make_charge,
    make_garment,
    make_model_image,
    make_product,
    make_published,
    make_staff,
    make_try_on,
)
from tests.query_plans import needs_sqlite, only_bounded_reads

pytestmark = pytest.mark.django_db

LARGE = {"tryonresult": TryOnResult, "clothesparse": ClothesParse, "charge": Charge}
PERIOD_WITHOUT_CHARGES = {
    "tryonresult": {},
    "clothesparse": {},
    "charge": {"charged_on__gte": "2099-01-01"},
}
"""What bounds the totals above a list: they read the charges of their period."""


def make_row(model, **columns):
    """Make a row; the default account exists already."""
    Account.of()
    if model == "charge":
        return make_charge(try_on=make_try_on(), requested_by=make_staff(), **columns)
    if model == "clothesparse":
        photo = make_model_image()
        return ClothesParse.objects.create(
            account_id="default", model_image=photo, picture_sha256=photo.sha256, **columns
        )
    return make_published(requested_by=make_staff(), **columns)


def rows_of(site, model, **query):
    return list(site.get(f"{model}_changelist", **query).context["cl"].result_list)


def number_of(model, name):
    """Return the number of a column in the address of a sorted list; 0 are the boxes."""
    return list(admin.site.get_model_admin(LARGE[model]).list_display).index(name) + 1


def _unquoted(sql):
    """Return a statement with the quotation marks of PostgreSQL, also that of MariaDB."""
    return sql.replace("`", '"')


def sortable_columns(page):
    return re.findall(r'class="sortable column-(\w+)', text_of(page))


class TestReads:
    """Every list is one page read by index, whatever is searched and filtered."""

    @pytest.fixture(autouse=True)
    def _count_two_rows(self, monkeypatch):
        monkeypatch.setattr(large_table, "MAX_COUNT", 2)
        for model in LARGE.values():
            monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", 1)

    @needs_sqlite
    @pytest.mark.parametrize(
        ("model", "query"),
        [
            *(
                ("tryonresult", query)
                for query in (
                    {},
                    {"p": 1},
                    {"status__exact": "failed"},
                    {"review__exact": "rejected"},
                    {"published": "yes"},
                    {"published": "no"},
                    {"engine": "default"},
                    {"remote_model": "aitryon"},
                    {"is_preview__exact": "1"},
                    {"q": "1"},
                    {"q": "Person"},
                    {"q": "Person product"},
                    {"q": "no-such-thing"},
                    {"q": "0f0e0d0c-0b0a-0908-0706-050403020100"},
                    {"_facets": "True"},
                )
            ),
            *(
                ("clothesparse", query)
                for query in ({}, {"status__exact": "failed"}, {"q": "1"}, {"q": "Person"})
            ),
            *(
                ("charge", query)
                for query in (
                    {"remote_model": "aitryon"},
                    {"is_sandbox__exact": "1"},
                    {"is_unclear__exact": "1"},
                    {"q": "1"},
                    {"q": "task"},
                )
            ),
        ],
        ids=str,
    )
    def test_list_is_read_by_index(self, site, model, query):
        for _ in range(3):
            make_row(model)
        query = {**query, **PERIOD_WITHOUT_CHARGES[model]}
        with only_bounded_reads():
            assert site.get(f"{model}_changelist", **query).status_code == 200

    @needs_sqlite
    @pytest.mark.parametrize("model", ["tryonresult", "clothesparse"])
    def test_sorted_list_is_read_by_index(self, site, model):
        for _ in range(3):
            make_row(model)
        for name in admin.site.get_model_admin(LARGE[model]).list_display:
            with only_bounded_reads():
                site.get(f"{model}_changelist", o=-number_of(model, name))


class TestSorting:
    def test_short_list_is_sorted_by_every_column(self, site):
        cheap, dear = make_try_on(), make_try_on()
        TryOnResult.objects.filter(pk=dear.pk).update(cost=9)
        number = number_of("tryonresult", "paid")

        assert rows_of(site, "tryonresult", o=number) == [cheap, dear]
        assert rows_of(site, "tryonresult", o=-number) == [dear, cheap]
        assert "paid" in sortable_columns(site.get("tryonresult_changelist"))

    def test_long_list_is_sorted_by_date_only(self, site, monkeypatch):
        monkeypatch.setattr(large_table, "MAX_COUNT", 2)
        first, second = make_try_on(cost=9), make_try_on()
        by_cost = {"o": -number_of("tryonresult", "paid")}
        by_date = {"o": number_of("tryonresult", "created_at")}

        assert rows_of(site, "tryonresult", **by_cost) == [second, first]
        assert rows_of(site, "tryonresult", **by_date) == [first, second]
        page = site.get("tryonresult_changelist", **by_cost)
        assert sortable_columns(page) == ["created_at"]

    def test_filter_makes_a_long_list_sortable(self, site, monkeypatch):
        monkeypatch.setattr(large_table, "MAX_COUNT", 3)
        rows = [make_try_on(status=Status.FAILED) for _ in range(2)]
        make_try_on()
        TryOnResult.objects.filter(pk=rows[0].pk).update(cost=9)
        by_cost = {"o": -number_of("tryonresult", "paid"), "status__exact": "failed"}

        assert rows_of(site, "tryonresult", **by_cost) == rows


class TestSearch:
    def test_task_request_batch_and_candidates_are_found_exactly(self, site):
        wanted = make_try_on(remote_task_id="task-abc", request_id="req-1")
        make_try_on(remote_task_id="task-abcd", request_id="req-12")

        for word in ("task-abc", "req-1", wanted.batch, wanted.candidates):
            assert rows_of(site, "tryonresult", q=str(word)) == [wanted], word
        assert rows_of(site, "tryonresult", q="task") == []

    def test_task_of_another_account_is_found(self, site):
        gone = Account.objects.create(name="gone")
        wanted = make_try_on(remote_task_id="task-abc", account=gone)

        assert rows_of(site, "tryonresult", q="task-abc") == [wanted]

    def test_words_may_be_of_the_photo_and_of_several_garments(self, site):
        anna, bo = make_model_image(name="Anna"), make_model_image(name="Bo")
        shirt = make_garment(product=make_product(title="Linen shirt"))
        jeans = make_garment(GarmentKind.BOTTOM, name="Blue jeans")
        outfit = make_try_on(model_image=anna, garments=[shirt, jeans])
        others = [
            make_try_on(model_image=bo, garments=[shirt]),
            make_try_on(model_image=anna, garments=[jeans]),
        ]

        assert rows_of(site, "tryonresult", q="anna shirt") == [outfit]
        assert rows_of(site, "tryonresult", q="shirt jeans") == [outfit]
        assert rows_of(site, "tryonresult", q="jeans anna") == [others[1], outfit]
        assert rows_of(site, "tryonresult", q='"linen shirt" bo') == [others[0]]
        assert rows_of(site, "tryonresult", q="bo jeans") == []

    def test_number_finds_the_id_and_the_names(self, site):
        first = make_try_on()
        named = make_try_on(model_image=make_model_image(name=f"Size {first.pk}"))

        assert rows_of(site, "tryonresult", q=str(first.pk)) == [named, first]

    @pytest.mark.parametrize("word", ['"', "'", "\\", '\\"', "a\"b'c", "%", "_", "9" * 5000, "²"])
    def test_strange_words_find_nothing(self, site, word):
        make_try_on()

        assert rows_of(site, "tryonresult", q=word) == []

    def test_search_and_filter_go_together(self, site):
        photo = make_model_image(name="Anna")
        failed = make_try_on(model_image=photo, status=Status.FAILED)
        make_try_on(model_image=photo)

        assert rows_of(site, "tryonresult", q="anna", status__exact="failed") == [failed]

    def test_search_finds_the_newest_rows(self, site, monkeypatch):
        monkeypatch.setattr(row_finder, "MAX_FOUND", 2)
        photo = make_model_image(name="Anna")
        rows = [make_try_on(model_image=photo) for _ in range(3)]

        assert rows_of(site, "tryonresult", q="anna") == [rows[2], rows[1]]

    @pytest.mark.parametrize("word", ["anna", "shirt", "anna shirt"])
    def test_common_names_are_found_among_the_newest_rows_only(self, site, monkeypatch, word):
        monkeypatch.setattr(row_finder, "NEWEST", 2)
        monkeypatch.setattr(row_finder, "MAX_FOUND", 2)
        photo, shirt = make_model_image(name="Anna"), make_garment(name="Shirt")
        rows = [make_try_on(model_image=photo, garments=[shirt]) for _ in range(3)]
        with CaptureQueriesContext(connection) as captured:
            assert rows_of(site, "tryonresult", q=word) == [rows[2], rows[1]]

        (search,) = (
            one["sql"] for one in captured if f'"id" >= {rows[1].pk}' in _unquoted(one["sql"])
        )
        is_worn = "shirt" in word
        assert (f'"try_on_id" >= {rows[1].pk}' in _unquoted(search)) == is_worn
        assert not any('"id" >= 0' in _unquoted(one["sql"]) for one in captured)

    @pytest.mark.parametrize("word", ["anna", "shirt", "anna shirt"])
    def test_rare_names_are_found_among_all_rows(self, site, monkeypatch, word):
        monkeypatch.setattr(row_finder, "NEWEST", 2)
        photo, shirt = make_model_image(name="Anna"), make_garment(name="Shirt")
        old, *_others, new = (
            make_try_on(model_image=photo if is_of_anna else None, garments=[shirt][:is_of_anna])
            for is_of_anna in (1, 0, 0, 1)
        )

        assert rows_of(site, "tryonresult", q=word) == [new, old]

    def test_products_that_the_user_may_not_view_are_not_searched(self, site_with):
        make_try_on(garments=[make_garment(product=make_product(title="Secret coat"))])
        user = site_with("view_tryonresult")

        assert rows_of(user, "tryonresult", q="secret") == []
        assert len(
            rows_of(site_with("view_tryonresult", "view_product"), "tryonresult", q="secret")
        )

    def test_rows_that_the_user_may_not_see_are_not_found(self, site_with):
        user = site_with("add_tryonresult")
        photo = make_model_image(name="Anna")
        make_try_on(model_image=photo, remote_task_id="task-abc")

        response = user.get("tryonresult_changelist", q="anna")
        assert response.status_code == 403 or not response.context["cl"].result_list

    def test_parses_are_found_by_photo_and_request(self, site):
        wanted = make_row("clothesparse", request_id="req-1")
        make_row("clothesparse")

        for word in ("req-1", wanted.model_image.name):
            assert rows_of(site, "clothesparse", q=str(word)) == [wanted], word

    def test_charges_are_found_by_task(self, site):
        wanted = make_charge(task_id="task-abc")
        make_charge(task_id="task-abcd")

        assert rows_of(site, "charge", q="task-abc") == [wanted]
        assert rows_of(site, "charge", q=str(wanted.pk)) == [wanted]


class TestChargeFilters:
    def test_requester_is_offered_and_filters(self, site):
        ann, bob = make_staff(username="ann"), make_staff(username="bob")
        of_ann = make_charge(requested_by=ann)
        make_charge()
        page = text_of(site.get("charge_changelist"))

        assert f"requested_by={ann.pk}" in page
        assert f"requested_by={bob.pk}" not in page
        assert rows_of(site, "charge", requested_by=ann.pk) == [of_ann]

    def test_model_filters(self, site):
        parse = make_charge(remote_model="aitryon-parsing-v1")
        make_charge()

        assert rows_of(site, "charge", remote_model="aitryon-parsing-v1") == [parse]


def test_published_column__is_kept_by_the_database():
    try_on = make_try_on(review=Review.APPROVED)
    rows = TryOnResult.objects.filter(pk=try_on.pk)

    assert not rows.get().is_published
    rows.update(published_at=timezone.now())
    assert rows.get().is_published
    rows.update(published_at=None)
    assert not rows.get().is_published
