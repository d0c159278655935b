"""The page “Spending”: what a person chooses, sees and downloads."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_outfitanyone.account import spending_report
from django_outfitanyone.account.spending_report import Grouping
from django_outfitanyone.admin import spending_choices
from django_outfitanyone.admin.csv_files import harmless
from django_outfitanyone.choices import Status
from django_outfitanyone.models.amounts import shop_day
from tests.admin.pages import address, text_of
from tests.factories import (
    make_charge,
    make_garment,
    make_product,
    make_published,
    make_staff,
    make_try_on,
)
from tests.query_plans import needs_sqlite, only_bounded_reads

pytestmark = pytest.mark.django_db

MARCH = {"first": "2026-03-01", "last": "2026-03-31"}
LAST_DAY = date(2026, 3, 31)


def page_of(site, **query):
    response = site.get("charge_spending", **query)
    assert response.status_code == 200
    return text_of(response)


def rows_of(site, **query):
    """Return the rows of the CSV file."""
    response = site.get("charge_spending_csv", **query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def rows_on(page):
    """Return the cells of the first table of amounts."""
    body = page.partition('class="outfit-spending-block"')[2].partition("<tbody>")[2]
    rows = body.partition("</tbody>")[0].split("</tr>")[:-1]
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in rows]


class TestPeriods:
    @pytest.fixture(autouse=True)
    def _set_today(self, monkeypatch):
        monkeypatch.setattr(spending_choices, "shop_day", lambda _moment: date(2026, 3, 15))

    @pytest.mark.parametrize(
        ("preset", "first", "last"),
        [
            ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
            ("30_days", date(2026, 2, 14), date(2026, 3, 15)),
            ("12_months", date(2025, 4, 1), date(2026, 3, 15)),
        ],
    )
    def test_preset(self, site, preset, first, last):
        make_charge(charged_on=first - timedelta(days=1), amount=Decimal(100))
        make_charge(charged_on=first, amount=Decimal(1))
        make_charge(charged_on=last, amount=Decimal(2))
        make_charge(charged_on=last + timedelta(days=1), amount=Decimal(100))

        page = page_of(site, period=preset)
        assert "Spent: CNY 3.00" in page
        assert f'value="{first}"' in page
        assert f'value="{last}"' in page
        assert re.search(rf'period={preset}[^>]*aria-current="true"', page)


def test_this_month__is_shown_at_first(site):
    today = shop_day(timezone.now())
    make_charge(charged_on=today)
    make_charge(charged_on=today.replace(day=1) - timedelta(days=1), amount=Decimal(9))

    assert "Spent: CNY 0.50" in page_of(site)


def test_days__are_chosen_from_and_to(site):
    make_charge(charged_on=LAST_DAY)
    make_charge(charged_on=date(2026, 4, 1), amount=Decimal(9))

    page = page_of(site, **MARCH)
    assert "Spent: CNY 0.50" in page
    assert "March 1, 2026 to March 31, 2026" in page


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"first": "2026-03-31", "last": "2026-03-01"}, "The first day is after the last day."),
        ({"first": "1900-01-01", "last": "2026-03-31"}, "Choose at most three years."),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "Choose at most three years."),
        ({"first": "0001-01-01", "last": "0001-01-01"}, "Choose at most three years."),
        ({"first": "junk", "last": "2026-03-01"}, "Enter a valid date."),
        ({"first": "2026-03-01"}, "This field is required."),
        ({"period": "junk", "by": "junk"}, ""),
    ],
)
def test_days_that_cannot_be_shown__are_answered_with_this_month(site, query, error):
    make_charge()
    page = page_of(site, **query)

    assert error in page
    assert "Spent: CNY 0.50" in page


class TestGroupings:
    def test_each_has_its_lines(self, site):
        jeans = make_product(title="Jeans")
        ann = make_staff(username="ann")
        try_on = make_try_on(garments=[make_garment(product=jeans)])
        make_charge(charged_on=LAST_DAY, try_on=try_on, requested_by=ann)

        names = {by: rows_on(page_of(site, by=by, **MARCH)) for by in Grouping.values}
        amounts = ["1", "CNY 0.50"]
        assert names == {
            "day": [["03/31/2026", *amounts]],
            "month": [["March 2026", *amounts]],
            "engine": [["default: aitryon-plus", *amounts]],
            "product": [["Jeans", *amounts]],
            "person": [["ann", *amounts]],
        }

    def test_links_keep_the_days(self, site):
        page = page_of(site, **MARCH)

        assert "?first=2026-03-01&amp;last=2026-03-31&amp;by=person" in page

    def test_lines_without_a_product_or_person_say_so(self, site):
        make_charge(charged_on=LAST_DAY)

        for by in ("product", "person"):
            assert rows_on(page_of(site, by=by, **MARCH))[0][0] == "none, or deleted"

    def test_too_many_charges_are_said(self, site, monkeypatch):
        monkeypatch.setitem(spending_report.MOST_CHARGES, Grouping.PRODUCT, 1)
        make_charge(charged_on=LAST_DAY)
        make_charge(charged_on=LAST_DAY)
        page = page_of(site, by="product", **MARCH)

        assert "This period has more than 1 charges." in page
        assert "Spent: CNY 1.00" in page
        assert "Download CSV" not in page


class TestBlocks:
    def test_currencies_and_sandboxes_are_never_added_up(self, site):
        make_charge(charged_on=LAST_DAY)
        make_charge(charged_on=LAST_DAY, currency="USD", amount=Decimal(2))
        make_charge(charged_on=LAST_DAY, is_sandbox=True, amount=Decimal(9))
        titles = re.findall(r'<h2 id="outfit-spending-\d">([^<]*)<', page_of(site, **MARCH))

        assert titles == ["Spent: CNY 0.50", "Spent: USD 2.00", "Would have cost: CNY 9.00"]

    def test_free_engine_has_no_price(self, site, configure):
        configure(CURRENCY="")
        make_try_on(cost=Decimal(0))
        page = page_of(site)

        assert "Nothing was spent." in page
        assert "Free, so without charges: " in page
        assert "0.00" not in page


class TestChart:
    def bars(self, page):
        names = ("x", "y", "width", "height")
        tags = re.findall(r"<rect ([^>]*)>", page)
        return [dict(re.findall(r'(\w+)="([\d.]+)%?"', tag)) for tag in tags], names

    def test_columns_are_at_their_days_and_as_high_as_their_amounts(self, site):
        make_charge(charged_on=date(2026, 3, 1), amount=Decimal(1))
        make_charge(charged_on=LAST_DAY, amount=Decimal(2))
        (first, last), _names = self.bars(page_of(site, **MARCH))

        assert float(first["x"]) < 1
        assert float(last["x"]) > 96
        assert float(last["height"]) == 2 * float(first["height"]) > 0
        assert float(first["y"]) + float(first["height"]) == pytest.approx(
            float(last["y"]) + float(last["height"])
        )

    def test_rows_are_as_wide_as_their_amounts(self, site):
        make_charge(charged_on=LAST_DAY, amount=Decimal(1))
        make_charge(charged_on=LAST_DAY, amount=Decimal(4), remote_model="aitryon")
        (large, small), _names = self.bars(page_of(site, by="engine", **MARCH))

        assert (float(large["width"]), float(small["width"])) == (100, 25)

    def test_numbers_are_plain_in_any_language(self, site, settings):
        settings.LANGUAGE_CODE = "de"
        make_charge(charged_on=LAST_DAY, amount=Decimal("1.25"))
        page = page_of(site, **MARCH)
        attributes = re.findall(r'<rect x="([^"]*)" y="([^"]*)"', page)

        assert "CNY 1,25" in page
        assert "," not in "".join(attributes[0])

    def test_has_a_name_and_a_description(self, site):
        make_charge(charged_on=LAST_DAY)
        page = page_of(site, **MARCH)

        assert 'role="img" aria-labelledby="outfit-chart-1-title outfit-chart-1-text"' in page
        assert "The largest amount is CNY 0.50: 03/31/2026." in page

    def test_is_left_out_where_nothing_was_paid(self, site):
        make_charge(charged_on=LAST_DAY, amount=Decimal(0), free_images=1)
        page = page_of(site, **MARCH)

        assert "outfit-chart" not in page
        assert rows_on(page) == [["03/31/2026", "1", "CNY 0.00"]]

    def test_names_are_escaped(self, site):
        product = make_product(title="<script>alert(1)</script>")
        try_on = make_try_on(garments=[make_garment(product=product)])
        make_charge(charged_on=LAST_DAY, try_on=try_on)

        assert "<script>alert" not in page_of(site, by="product", **MARCH)


class TestCSV:
    def test_has_the_rows_of_the_page(self, site):
        make_charge(charged_on=LAST_DAY, amount=Decimal("1234.50"))
        make_charge(charged_on=LAST_DAY, is_sandbox=True, amount=Decimal("0.004"))

        assert rows_of(site, by="engine", **MARCH) == [
            ["Engine and model", "Charges", "Amount", "Currency", "Billed"],
            ["default: aitryon-plus", "1", "1234.5", "CNY", "spent"],
            ["default: aitryon-plus", "1", "0.004", "CNY", "would have cost"],
        ]

    @pytest.mark.parametrize(("by", "name"), [("day", "2026-03-31"), ("month", "2026-03-01")])
    def test_days_are_written_for_programs(self, site, by, name):
        make_charge(charged_on=LAST_DAY)

        assert rows_of(site, by=by, **MARCH)[1][0] == name

    def test_is_a_named_download_that_excel_reads_as_utf_8(self, site):
        response = site.get("charge_spending_csv", **MARCH)

        assert response["Content-Type"] == "text/csv; charset=utf-8"
        content = b"".join(response.streaming_content)
        lines = content.decode("utf-8-sig").splitlines()
        assert all(line.startswith('"') for line in lines)  # some spreadsheets split text at ";"
        name = "spending-2026-03-01-2026-03-31-day.csv"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert content.startswith(b"\xef\xbb\xbf")

    def test_is_linked_with_the_same_choices(self, site):
        make_charge(charged_on=LAST_DAY)
        url = f"{address('charge_spending_csv')}?first=2026-03-01&amp;last=2026-03-31&amp;by=person"

        assert f'href="{url}"' in page_of(site, by="person", **MARCH)

    def test_title_that_begins_like_a_formula_is_a_text(self, site):
        product = make_product(title='=HYPERLINK("http://evil.test")')
        try_on = make_try_on(garments=[make_garment(product=product)])
        make_charge(charged_on=LAST_DAY, try_on=try_on)

        assert rows_of(site, by="product", **MARCH)[1][0] == '\'=HYPERLINK("http://evil.test")'

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\r=1", "  =1"])
    def test_harmless__begins_with_a_quotation_mark(self, text):
        assert harmless(text) == f"'{text}"

    @pytest.mark.parametrize("cell", ["Jeans", "a=b", "", 7, -7])
    def test_harmless__leaves_others_alone(self, cell):
        assert harmless(cell) == cell


class TestEngines:
    def test_budget_and_cost_of_a_published_picture_are_shown(self, site, configure):
        configure(BUDGET_PER_MONTH=20)
        make_charge(amount=Decimal("0.50"))
        make_published()
        make_published()
        page = page_of(site)

        assert "CNY 0.25 for each of 2 published pictures" in page
        assert '<meter min="0" max="20" value="0.500000"' in page
        assert "CNY 19.50 of this month" in page


class TestFailures:
    def test_cause_has_number_lost_money_and_remedy(self, site):
        row = make_try_on(
            status=Status.FAILED, error_code="InvalidPerson", error_message="No body."
        )
        make_charge(try_on=row)
        response = site.get("charge_spending")
        table = text_of(response).partition('id="outfit-spending-failures"')[2]

        assert "No body." in table
        assert "Who can fix it" in table
        assert '<td class="outfit-number">1</td>' in table
        assert "CNY 0.50" in table
        url = re.search(r'href="([^"]*status__exact[^"]*)"', table)[1].replace("&amp;", "&")
        assert list(site.client.get(url).context["cl"].result_list) == [row]

    def test_cause_is_no_link_without_permission_for_its_list(self, site_with):
        make_try_on(status=Status.FAILED, error_code="Odd", error_message="Odd.")
        page = page_of(site_with("view_charge", "see_costs"))

        assert "Odd." in page
        assert "status__exact" not in page

    def test_none_is_said(self, site):
        assert "No picture of these days has failed." in page_of(site)


class TestPermissions:
    PAGES = ("charge_spending", "charge_spending_csv")

    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize(
        ("permissions", "status"),
        [
            (["view_charge", "see_costs"], 200),
            (["view_charge"], 403),
            (["see_costs"], 403),
            (["view_tryonresult", "see_costs"], 403),
        ],
    )
    def test_needs_both(self, site_with_only, page, permissions, status):
        assert site_with_only(*permissions).get(page).status_code == status

    @pytest.mark.parametrize("page", PAGES)
    def test_is_not_for_visitors(self, client, page):
        assert client.get(address(page)).status_code == 302

    @pytest.mark.parametrize("page", PAGES)
    def test_changes_nothing(self, site, page):
        assert site.post(page).status_code == 405

    @pytest.mark.parametrize("is_linked", [True, False])
    def test_links_are_for_those_who_may_open_it(self, site_with_only, is_linked):
        site = site_with_only("view_charge", *(["see_costs"] if is_linked else []))
        today = site.client.get(reverse("admin:app_list", args=["django_outfitanyone"]))
        for response in (today, site.get("charge_changelist")):
            assert (f'href="{address("charge_spending")}"' in text_of(response)) is is_linked


class TestReads:
    def fill(self, number):
        for _row in range(number):
            make_charge(
                charged_on=LAST_DAY,
                try_on=make_try_on(status=Status.FAILED, error_code="Odd", error_message="Odd."),
                requested_by=make_staff(),
            )

    @pytest.mark.parametrize("by", Grouping.values)
    def test_queries_do_not_depend_on_the_charges(self, site, by):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                page_of(site, by=by, **MARCH)
            return len(captured)

        self.fill(1)
        page_of(site, by=by, **MARCH)  # fills the caches
        few = queries()
        self.fill(4)

        assert queries() == few

    @needs_sqlite
    @pytest.mark.parametrize("by", Grouping.values)
    def test_growing_tables_are_read_by_index(self, site, by):
        self.fill(2)
        with only_bounded_reads():
            page_of(site, by=by, **MARCH)
