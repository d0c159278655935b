"""The list of batches, and the page that renames one."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone.admin import large_table
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Batch, ClothesParse, TryOnResult
from tests.admin.batches import BATCH, make_named
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, text_of
from tests.factories import make_garment, make_model_image, make_try_on
from tests.query_plans import needs_sqlite, only_bounded_reads

pytestmark = pytest.mark.django_db

VIEW = "view_tryonresult"


def new_batch(name, *statuses, **columns):
    key = uuid.uuid4()
    for number, status in enumerate(statuses):
        make_try_on(batch=key, number=number, status=status)
    return Batch.objects.create(pk=key, name=name, size=len(statuses), **columns)


def listed(site, **query):
    """Return the names on the list, in their order."""
    changelist = site.get("batch_changelist", **query).context["cl"]
    return [batch.name for batch in changelist.result_list]


def row_on(response):
    """Return the text of the only row, without tags."""
    row = text_of(response).partition("<tbody>")[2].partition("</tbody>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


class TestList:
    def test_shows_name_state_progress_cost_and_who(self, site_with):
        session = site_with(VIEW, "see_costs")
        make_named(Status.SUCCEEDED, Status.FAILED, Status.RUNNING, requested_by=session.user)
        response = session.get("batch_changelist")

        row = row_on(response)
        assert row.startswith("Summer ↻ being made 2 of 3 done, 1 failed CNY 0.50")
        assert session.user.username in row
        assert f'href="{address("tryonresult_batch", BATCH)}"' in text_of(response)
        assert '<progress max="3" value="2"' in text_of(response)

    def test_hides_costs_from_those_who_may_not_see_them(self, site_with_only):
        make_named(Status.SUCCEEDED)

        assert "CNY" not in text_of(site_with_only(VIEW).get("batch_changelist"))

    def test_cost_is_that_of_pictures_and_parses_by_currency(self, site):
        _batch, rows = make_named(Status.SUCCEEDED, Status.SUCCEEDED)
        TryOnResult.objects.filter(pk=rows[0].pk).update(currency="USD")
        ClothesParse.objects.create(
            account=rows[1].account, try_on=rows[1], picture_sha256="a", clothes_types="upper",
            cost=Decimal("0.004"), currency="CNY",
        )  # fmt: skip

        row = row_on(site.get("batch_changelist"))
        assert "CNY 0.504" in row
        assert "USD 0.50" in row

    def test_cost_of_a_sandbox_is_said_apart(self, site, configure):
        make_named(Status.SUCCEEDED)
        configure(IS_SANDBOX=True)

        assert "would cost CNY 0.50" in row_on(site.get("batch_changelist"))

    @pytest.mark.parametrize(
        ("statuses", "columns", "text"),
        [
            ([Status.QUEUED], {"paused_at": timezone.now()}, "paused"),
            ([Status.SUCCEEDED], {}, "finished"),
            ([], {}, "deleted"),
        ],
    )
    def test_state(self, site, statuses, columns, text):
        batch = new_batch("Winter", *statuses, **columns)

        page = site.get("batch_changelist")
        assert f" {text} " in f"{row_on(page)} "
        assert (address("tryonresult_batch", batch.pk) in text_of(page)) == bool(statuses)

    def test_newest_come_first(self, site):
        for name in ("old", "new"):
            new_batch(name, Status.QUEUED)

        assert listed(site) == ["new", "old"]

    @pytest.mark.parametrize(
        ("state", "names"),
        [
            ("unfinished", ["paused", "running"]),
            ("paused", ["paused"]),
            ("finished", ["done"]),
            ("delete", ["done", "paused", "running"]),
        ],
    )
    def test_filters_by_state(self, site, state, names):
        new_batch("running", Status.QUEUED)
        new_batch("paused", Status.QUEUED, paused_at=timezone.now())
        new_batch("done", Status.FAILED, finished_at=timezone.now())

        assert listed(site, state=state) == names

    def test_filters_by_who_requested(self, site, site_with):
        user = site_with().user
        new_batch("hers", Status.QUEUED, requested_by=user)
        new_batch("other", Status.QUEUED)

        assert listed(site, requested_by=user.pk) == ["hers"]

    def test_finds_by_name_and_id(self, site):
        batch = new_batch("Summer dresses", Status.QUEUED)
        new_batch("Coats", Status.QUEUED)

        assert listed(site, q="DRESS") == ["Summer dresses"]
        assert listed(site, q=str(batch.pk)) == ["Summer dresses"]
        assert listed(site, q="hats") == []

    def test_without_any_says_what_to_do_first(self, site):
        assert "No batches yet." in text_of(site.get("batch_changelist"))

    def test_queries_do_not_depend_on_the_batches(self, site):
        def count():
            with CaptureQueriesContext(connection) as queries:
                site.get("batch_changelist")
            return len(queries)

        new_batch("first", Status.SUCCEEDED, Status.QUEUED)
        site.get("batch_changelist")
        few = count()
        for number in range(5):
            new_batch(f"batch {number}", Status.SUCCEEDED, Status.FAILED)

        assert count() <= few

    @needs_sqlite
    @pytest.mark.parametrize(
        "query", [{}, {"state": "paused"}, {"state": "unfinished"}, {"q": "x"}, {"p": 1}]
    )
    def test_reads_no_growing_table_as_a_whole(self, site, monkeypatch, query):
        monkeypatch.setattr(large_table, "MAX_COUNT", 2)
        for number in range(3):
            new_batch(f"x{number}", Status.QUEUED)

        with only_bounded_reads():
            site.get("batch_changelist", **query)


class TestPermissions:
    def test_who_may_not_see_try_ons_sees_no_list(self, site_with):
        assert site_with("view_garment").get("batch_changelist").status_code == 403

    def test_who_may_only_request_sees_the_own_ones(self, site_with):
        session = site_with("add_tryonresult", "generate")
        new_batch("own", Status.QUEUED, requested_by=session.user)
        other = new_batch("other", Status.QUEUED)

        assert listed(session) == ["own"]
        assert session.get("batch_change", other.pk).status_code == 302  # not found, says Django

    def test_no_user_adds_or_deletes_them(self, site):
        batch, _rows = make_named(Status.QUEUED)

        assert site.get("batch_add").status_code == 403
        assert site.post("batch_delete", batch.pk).status_code == 403


class TestName:
    def test_is_asked_for_on_the_order_page(self, site):
        photos = [make_model_image(), make_model_image()]
        data = try_on_form_data([make_garment()], photos, batch_name="Autumn")

        site.post("tryonresult_add", **data, _order="1")

        assert Batch.objects.get().name == "Autumn"

    def test_says_what_was_ordered_without_one(self, site):
        data = try_on_form_data([make_garment()], [make_model_image(), make_model_image()])

        site.post("tryonresult_add", **data, _order="1")

        assert Batch.objects.get().name.startswith("1 garment on 2 photos, ")


class TestRename:
    def test_changes_the_name_and_returns_to_the_batch(self, site_with, messages_of):
        make_named(Status.QUEUED)
        response = site_with(VIEW, "generate").post(
            "batch_change", BATCH, name=" Autumn  coats ", _save="1"
        )

        assert response.url == address("tryonresult_batch", BATCH)
        assert Batch.objects.get().name == "Autumn coats"
        assert messages_of(response) == ["The batch is now called “Autumn coats”."]

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201, "\0"])
    def test_refuses_a_name_that_is_empty_or_too_long(self, site, name):
        make_named(Status.QUEUED)
        response = site.post("batch_change", BATCH, name=name, _save="1")

        assert response.status_code in {200, 400}
        assert Batch.objects.get().name == "Summer"

    def test_needs_the_permission_to_generate(self, site_with_only):
        make_named(Status.QUEUED)
        response = site_with_only(VIEW, "change_tryonresult").post(
            "batch_change", BATCH, name="Autumn", _save="1"
        )

        assert response.status_code == 403
        assert Batch.objects.get().name == "Summer"

    def test_name_is_escaped(self, site):
        make_named(Status.QUEUED, name="<script>x</script>")

        for page in (site.get("batch_changelist"), site.get("tryonresult_batch", BATCH)):
            assert "<script>x" not in text_of(page)
