"""The app's first page in the admin: what waits, what failed, what runs, what it costs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_outfitanyone.admin import today
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Account, ClothesParse
from tests.admin.pages import address, text_of
from tests.factories import make_charge, make_model_image, make_published, make_try_on

pytestmark = pytest.mark.django_db

PAGE = "admin:app_list"


def page_of(session):
    response = session.client.get(reverse(PAGE, args=["django_outfitanyone"]))
    assert response.status_code == 200
    return text_of(response)


def rows_behind(session, text):
    """Follow the link with this text and return the rows that the list shows."""
    page = page_of(session)
    before, _found, _after = page.partition(f">{text}<")
    url = before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    changelist = session.client.get(url).context["cl"]
    return list(changelist.result_list)


def parse_of(photo, status):
    return ClothesParse.objects.create(
        account=Account.of(),
        model_image=photo,
        picture_sha256=photo.sha256,
        clothes_types="upper",
        status=status,
    )


class TestTasks:
    def test_pictures_to_review_are_counted_and_link_the_review_desk(self, site):
        make_try_on()
        make_try_on()
        make_try_on(review=Review.REJECTED)
        make_published()
        make_try_on(status=Status.FAILED)

        link = f'<a href="{address("tryonresult_review")}">2 pictures to review</a>'
        assert link in page_of(site)

    def test_unclear_try_ons_are_counted_and_linked(self, site):
        unclear = make_try_on(status=Status.NEEDS_ATTENTION)

        assert rows_behind(site, "1 try-on needs your decision") == [unclear]

    @pytest.mark.parametrize(
        ("status", "text"),
        [
            (Status.NEEDS_ATTENTION, "1 clothes parse needs your decision"),
            (Status.FAILED, "1 clothes parse failed"),
        ],
    )
    def test_unclear_and_failed_parses_are_counted_and_linked(self, site, status, text):
        parse = parse_of(make_model_image(), status)

        assert rows_behind(site, text) == [parse]

    def test_long_lists_are_counted_up_to_a_limit(self, site, monkeypatch):
        monkeypatch.setattr(today, "MOST_COUNTED", 2)
        for _number in range(3):
            make_try_on()

        assert "2+ pictures to review" in page_of(site)

    def test_nothing_to_do_is_said(self, site):
        page = page_of(site)

        assert "Nothing is waiting for you." in page
        assert "No picture is being made." in page
        assert "No picture has failed." in page


class TestFailures:
    def test_causes_are_counted_explained_and_linked(self, site):
        refused = [
            make_try_on(status=Status.FAILED, error_code="InvalidPerson", error_message="No body.")
            for _number in range(2)
        ]
        make_try_on(status=Status.FAILED, error_code="Other", error_message="Odd.")

        assert rows_behind(site, "2 pictures failed: No body.") == refused[::-1]
        assert "Who can fix it" in page_of(site)

    def test_only_the_newest_are_read(self, site, monkeypatch):
        monkeypatch.setattr(today, "NEWEST_FAILURES", 1)
        make_try_on(status=Status.FAILED, error_code="Old", error_message="Long ago.")
        make_try_on(status=Status.FAILED, error_code="New", error_message="Just now.")

        page = page_of(site)

        assert "1 picture failed: Just now." in page
        assert "Long ago." not in page


class TestBatches:
    def test_batch_with_unfinished_pictures_shows_its_progress(self, site):
        batch = uuid.uuid4()
        for number, status in enumerate([Status.SUCCEEDED, Status.FAILED, Status.QUEUED]):
            make_try_on(batch=batch, number=number, status=status)
        make_try_on()

        page = page_of(site)

        assert f'href="{address("tryonresult_batch", batch)}"' in page
        assert "2 of 3 done, 1 failed" in page
        assert '<progress max="3" value="2"' in page

    def test_newest_come_first_and_older_ones_are_left_out(self, site, monkeypatch):
        monkeypatch.setattr(today, "MOST_BATCHES", 2)
        old, newer, newest = [make_try_on(status=Status.QUEUED) for _number in range(3)]

        page = page_of(site)

        places = [page.find(address("tryonresult_batch", row.batch)) for row in (newest, newer)]
        assert -1 < places[0] < places[1]
        assert address("tryonresult_batch", old.batch) not in page


class TestSpending:
    def test_month_and_budget_are_shown(self, site, configure):
        configure(BUDGET_PER_DAY=2, BUDGET_PER_MONTH=20)
        make_charge(amount=Decimal("0.50"))
        make_published()

        page = page_of(site)

        assert "CNY 0.50 spent" in page
        assert "CNY 0.50 for 1 published picture" in page
        assert "CNY 1.50 of today's budget of CNY 2.00 is left" in page
        assert '<meter min="0" max="20" value="0.500000"' in page

    def test_sandbox_would_have_cost_it(self, site):
        make_charge(is_sandbox=True)

        assert "would have cost CNY 0.50" in page_of(site)

    def test_free_engine_shows_no_price(self, site, configure):
        configure(CURRENCY="")
        make_try_on(cost=Decimal(0))

        assert "Nothing was spent." in page_of(site)


class TestPermissions:
    def test_reviewers_see_no_money(self, site_with):
        make_charge()
        make_try_on()

        page = page_of(site_with("view_tryonresult"))

        assert "1 picture to review" in page
        assert "CNY" not in page

    def test_accountants_see_money_only(self, site_with):
        make_charge()
        make_try_on()

        page = page_of(site_with("view_charge"))

        assert "CNY 0.50 spent" in page
        assert "to review" not in page

    def test_who_may_see_neither_sees_no_panel(self, site_with):
        make_charge()
        make_try_on()

        assert "outfit-today" not in page_of(site_with("view_garment"))


def test_stopped_account__is_said_and_can_be_resumed(site, stopped_account):
    page = page_of(site)

    assert stopped_account.stopped_message in page
    assert address("account_resume", stopped_account.pk) in page


def test_queries__do_not_depend_on_the_rows(site):
    def keep_runner_active():
        Account.objects.update(runner_expires_at=timezone.now() + timedelta(hours=1))

    def count():
        with CaptureQueriesContext(connection) as queries:
            page_of(site)
        return len(queries)

    def fill():
        make_try_on()
        make_try_on(status=Status.QUEUED)
        make_try_on(status=Status.FAILED, error_code=f"Error{make_model_image().pk}")
        make_published()
        make_charge()
        parse_of(make_model_image(), Status.FAILED)

    fill()
    keep_runner_active()  # a page that wakes a worker sends more queries
    page_of(site)  # fills the caches of content types and permissions
    few = count()
    for _number in range(6):
        fill()

    assert count() <= few
