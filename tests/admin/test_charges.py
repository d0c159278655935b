from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone.admin import large_table
from django_outfitanyone.admin.charge import totals_of
from django_outfitanyone.models import Account, Charge
from django_outfitanyone.models.charge import shop_day
from tests.admin.pages import text_of
from tests.factories import make_charge, make_garment, make_product, make_staff, make_try_on

pytestmark = pytest.mark.django_db


def lines_by_table(tables):
    return {str(table.title): dict(table.lines) for table in tables}


def test_totals__are_by_day_model_product_and_user():
    jeans = make_product(title="Jeans")
    user = make_staff(username="ann")
    try_on = make_try_on(garments=[make_garment(product=jeans)])
    make_charge(try_on=try_on, requested_by=user, charged_on=date(2026, 3, 31))
    make_charge(remote_model="aitryon-parsing-v1", amount=Decimal("0.004"))
    lines = lines_by_table(totals_of(Charge.objects.all(), "CNY"))

    assert lines["By model"] == {"aitryon-plus": "CNY 0.50", "aitryon-parsing-v1": "CNY 0.004"}
    assert lines["By product"] == {"Jeans": "CNY 0.50", "none, or deleted": "CNY 0.004"}
    assert lines["By user"] == {"ann": "CNY 0.50", "none, or deleted": "CNY 0.004"}
    assert list(lines["By day"])[-1] == "03/31/2026"


def test_totals__sum_up_the_smallest_lines_in_one():
    for number in range(10):
        make_charge(remote_model=f"model-{number}", amount=Decimal(10 - number))
    lines = lines_by_table(totals_of(Charge.objects.all(), "CNY"))["By model"]

    assert len(lines) == 6
    assert lines["all others"] == "CNY 15.00"


def test_charge__of_an_unclear_call_is_an_upper_limit(site):
    line = make_charge(amount=Decimal("0.004"), is_unclear=True)

    assert "CNY 0.004 at most" in text_of(site.get("charge_changelist"))
    page = text_of(site.get("charge_change", line.pk))
    assert "CNY 0.004 at most" in page
    assert "the engine may not have billed it" in page


def test_charge__of_a_free_image_says_so(site):
    line = make_charge(amount=Decimal(0), free_images=1)

    assert "CNY 0.00, free quota" in text_of(site.get("charge_changelist"))
    page = text_of(site.get("charge_change", line.pk))
    assert "CNY 0.00, free quota" in page
    assert "Covered by the free quota" in page


def test_changelist__shows_the_total_of_this_month(site):
    make_charge()
    make_charge(charged_on=shop_day(timezone.now()).replace(day=1) - timedelta(days=1))
    text = text_of(site.get("charge_changelist"))

    assert "Spent this month: CNY 0.50" in text
    assert "2 charges" in text


def test_changelist__shows_the_total_of_the_selected_period(site):
    make_charge()
    make_charge(charged_on=date(2025, 3, 31), amount=Decimal(7))
    text = text_of(site.get("charge_changelist", charged_on__year=2025))

    assert "Spent in the selected period: CNY 7.00" in text


def test_month__is_a_period_to_select(site):
    day = shop_day(timezone.now()).replace(day=1) - timedelta(days=1)
    make_charge(charged_on=day, amount=Decimal(7))
    make_charge(amount=Decimal(2))
    text = text_of(site.get("charge_changelist", month=f"{day:%Y-%m}"))

    assert f'<a href="?month={day:%Y-%m}"' in text
    assert "Spent in the selected period: CNY 7.00" in text


@pytest.mark.parametrize("month", ["1999-01", "junk", "2026-13"])
def test_month_without_charges__selects_nothing(site, month):
    make_charge(amount=Decimal(2))

    text = text_of(site.get("charge_changelist", month=month))
    assert "1 charge" in text
    assert "Spent this month: CNY 2.00" in text


def test_changelist__takes_as_many_queries_for_9_charges_as_for_1(site):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            site.get("charge_changelist")
        return len(captured)

    make_charge(try_on=make_try_on(), requested_by=make_staff())
    site.get("charge_changelist")
    few = queries()
    for _ in range(8):
        make_charge(try_on=make_try_on(), requested_by=make_staff())

    assert queries() <= few + 1  # the products, once there are any


def test_changelist__of_many_charges_shows_no_totals_by_product(site, monkeypatch):
    monkeypatch.setattr(large_table, "MAX_COUNT", 2)
    make_charge()
    few = text_of(site.get("charge_changelist"))
    make_charge()
    many = text_of(site.get("charge_changelist"))

    assert "By product" in few
    assert "Select a shorter period" not in few
    assert "By product" not in many
    assert "By model" in many
    assert "Select a shorter period to see the totals by product." in many


def test_changelist__of_an_empty_ledger_shows_zero(site):
    text = text_of(site.get("charge_changelist"))

    assert "Spent this month: CNY 0.00" in text


def test_list__sums_up_each_currency_alone_and_sandboxes_apart(site):
    make_charge()
    make_charge(amount=Decimal("0.25"), currency="USD")
    make_charge(amount=Decimal("9.00"), is_sandbox=True)
    text = text_of(site.get("charge_changelist"))

    assert "Spent this month: CNY 0.50" in text
    assert "Spent this month: USD 0.25" in text
    assert "Would have cost this month: CNY 9.00" in text
    assert "would cost CNY 9.00" in text


def test_account__of_a_sandbox_says_what_pictures_would_cost(site, configure):
    configure(IS_SANDBOX=True)
    make_charge(is_sandbox=True)
    text = text_of(site.get("account_change", Account.of().pk))

    assert "would cost CNY 0.50 today" in text
    assert "OutfitAnyone, sandbox" in text


def test_charges__are_read_only(site):
    charge = make_charge()

    assert site.get("charge_add").status_code == 403
    assert "_save" not in text_of(site.get("charge_change", charge.pk))
    assert site.post("charge_delete", charge.pk, post="yes").status_code == 403
    assert site.offered_actions("charge") == set()


def test_charges__need_the_view_permission(site_with):
    assert site_with("view_charge").get("charge_changelist").status_code == 200
    assert site_with("view_tryonresult").get("charge_changelist").status_code == 403


def test_detail__links_to_the_charged_try_on(site):
    try_on = make_try_on()
    charge = make_charge(try_on=try_on)

    assert f"/tryonresult/{try_on.pk}/change/" in text_of(site.get("charge_change", charge.pk))


def test_account__shows_the_amounts_spent_and_left(site, configure):
    configure(BUDGET_PER_MONTH=Decimal(10))
    make_charge()
    text = text_of(site.get("account_change", Account.of().pk))

    assert "CNY 0.50 today, CNY 0.50 this month" in text
    assert "CNY 9.50 left of CNY 10.00 (BUDGET_PER_MONTH)" in text


def test_account__that_has_spent_nothing_today_has_an_amount_and_is_not_free(site):
    make_charge(charged_on=shop_day(timezone.now()) - timedelta(days=40))
    text = text_of(site.get("account_change", Account.of().pk))

    assert "CNY 0.00 today, CNY 0.00 this month" in text


class TestSpentBudget:
    @pytest.fixture(autouse=True)
    def _spend_budget(self, configure):
        configure(BUDGET_PER_DAY=Decimal("0.50"))
        make_charge()
        Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=1))

    @pytest.mark.parametrize(
        "page", ["tryonresult_changelist", "garment_changelist", "tryonresult_add"]
    )
    def test_account_notice__is_on_every_page(self, site, page):
        text = text_of(site.get(page))

        assert "The budget does not cover another picture." in text
        assert "when you raise BUDGET_PER_DAY" in text

    def test_batch__shows_that_it_waits_for_the_budget(self, site):
        try_on = make_try_on(status="queued")
        text = text_of(site.get("tryonresult_batch", try_on.batch))

        assert "waiting until there is budget again" in text
