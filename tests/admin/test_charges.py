from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone.admin.charge import totals_of
from django_outfitanyone.models import Account, Charge
from django_outfitanyone.models.charge import shop_day
from tests.account.test_ledger import make_charge
from tests.admin.pages import text_of
from tests.factories import make_garment, make_product, make_staff, make_try_on

pytestmark = pytest.mark.django_db


def lines(total):
    return {str(found.title): dict(found.lines) for found in total}


def test_totals__by_all_four():
    jeans = make_product(title="Jeans")
    user = make_staff(username="ann")
    try_on = make_try_on(garments=[make_garment(product=jeans)])
    make_charge(try_on=try_on, requested_by=user, charged_on=date(2026, 3, 31))
    make_charge(remote_model="aitryon-parsing-v1", amount=Decimal("0.004"))
    found = lines(totals_of(Charge.objects.all()))

    assert found["By model"] == {"aitryon-plus": "CNY 0.50", "aitryon-parsing-v1": "CNY 0.004"}
    assert found["By product"] == {"Jeans": "CNY 0.50", "nobody, or deleted": "CNY 0.004"}
    assert found["By person"] == {"ann": "CNY 0.50", "nobody, or deleted": "CNY 0.004"}
    assert list(found["By day"])[-1] == "03/31/2026"


def test_totals__the_rest_is_one_line():
    for number in range(10):
        make_charge(remote_model=f"model-{number}", amount=Decimal(10 - number))
    found = lines(totals_of(Charge.objects.all()))["By model"]

    assert len(found) == 6
    assert found["all others"] == "CNY 15.00"


def test_list__starts_with_this_month(site):
    make_charge()
    make_charge(charged_on=shop_day(timezone.now()).replace(day=1) - timedelta(days=1))
    text = text_of(site.get("charge_changelist"))

    assert "Spent this month: CNY 0.50" in text
    assert "2 charges" in text


def test_list__totals_of_the_period_chosen(site):
    make_charge()
    make_charge(charged_on=date(2025, 3, 31), amount=Decimal(7))
    text = text_of(site.get("charge_changelist", charged_on__year=2025))

    assert "Spent in the period chosen: CNY 7.00" in text


def test_list__same_number_of_queries_for_many(site):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            site.get("charge_changelist")
        return len(captured)

    make_charge(try_on=make_try_on(), requested_by=make_staff())
    site.get("charge_changelist")
    few = queries()
    for _number in range(8):
        make_charge(try_on=make_try_on(), requested_by=make_staff())

    assert queries() <= few + 1  # a second product kind of none


def test_list__nothing_yet(site):
    text = text_of(site.get("charge_changelist"))

    assert "Spent this month: CNY 0.00" in text


def test_ledger__is_read_only(site):
    charge = make_charge()

    assert site.get("charge_add").status_code == 403
    assert "_save" not in text_of(site.get("charge_change", charge.pk))
    assert site.post("charge_delete", charge.pk, post="yes").status_code == 403
    assert site.offered_actions("charge") == set()


def test_ledger__needs_the_right_to_look(site_of):
    assert site_of("view_charge").get("charge_changelist").status_code == 200
    assert site_of("view_tryonresult").get("charge_changelist").status_code == 403


def test_detail__links_to_what_was_paid_for(site):
    try_on = make_try_on()
    charge = make_charge(try_on=try_on)

    assert f"/tryonresult/{try_on.pk}/change/" in text_of(site.get("charge_change", charge.pk))


def test_account__says_what_was_spent_and_what_is_left(site, configure):
    configure(BUDGET_PER_MONTH=Decimal(10))
    make_charge()
    text = text_of(site.get("account_change", Account.current().pk))

    assert "CNY 0.50 today, CNY 0.50 this month" in text
    assert "CNY 9.50 left of CNY 10.00 (BUDGET_PER_MONTH)" in text


class TestSpentBudget:
    @pytest.fixture(autouse=True)
    def _spent(self, configure):
        configure(BUDGET_PER_DAY=Decimal("0.50"))
        make_charge()
        Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=1))

    @pytest.mark.parametrize(
        "page", ["tryonresult_changelist", "garment_changelist", "tryonresult_add"]
    )
    def test_banner__on_every_page(self, site, page):
        text = text_of(site.get(page))

        assert "The budget does not cover another picture." in text
        assert "when BUDGET_PER_DAY is raised" in text

    def test_batch__says_what_it_waits_for(self, site):
        try_on = make_try_on(status="queued")
        text = text_of(site.get("tryonresult_batch", try_on.batch))

        assert "waiting until there is budget again" in text
