"""The page “Spending” in a browser: at any width, by mouse and by keyboard, without script."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from django_outfitanyone.account.spending_report import Grouping
from django_outfitanyone.choices import Status
from django_outfitanyone.models.amounts import shop_day
from tests.factories import (
    make_charge,
    make_garment,
    make_product,
    make_published,
    make_staff,
    make_try_on,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

FOCUSED = """() => {
  const one = document.activeElement;
  const isChoice = one.matches(".outfit-spending :is(a, button)");
  return [one.textContent.trim(), getComputedStyle(one).outlineStyle, isChoice];
}"""
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def url():
    return reverse("admin:django_outfitanyone_charge_spending")


@pytest.fixture(autouse=True)
def _spend(configure):
    """Charges of some days in two currencies and of a sandbox, a failure, and a budget."""
    configure(BUDGET_PER_DAY=1, BUDGET_PER_MONTH=20)
    make_published()
    failed = make_try_on(status=Status.FAILED, error_code="Odd", error_message="x" * 90)
    make_charge(try_on=failed)
    today = shop_day(timezone.now())
    for number in range(6):
        product = make_product(title=f"A dress with a long name, number {number}")
        make_charge(
            charged_on=today - timedelta(days=number),
            amount=Decimal(number + 1) / 4,
            try_on=make_try_on(garments=[make_garment(product=product)]),
            requested_by=make_staff(username=f"ann.{number}"),
        )
    make_charge(currency="USD", amount=Decimal(2))
    make_charge(is_sandbox=True, charged_on=today)
    make_charge(charged_on=NEW_YEAR, amount=Decimal(77))


@pytest.mark.parametrize("by", [Grouping.DAY, Grouping.PRODUCT])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_page__fits_and_is_accessible(visit, barriers, admin_client, url, width, scheme, by):
    page = visit(
        f"{url}?period=30_days&by={by.value}", client=admin_client, width=width, color_scheme=scheme
    )

    assert page.is_visible("svg.outfit-chart >> nth=0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(page, within=".outfit-spending") == []
    assert page.complaints == []


@pytest.mark.parametrize("by", [Grouping.DAY, Grouping.PRODUCT])
@pytest.mark.parametrize("width", [375, 1280])
def test_chart__is_inside_the_page_and_its_texts_do_not_overlap(
    visit, admin_client, url, width, by
):
    page = visit(f"{url}?period=30_days&by={by.value}", client=admin_client, width=width)
    chart = page.locator("svg.outfit-chart").first
    frame = chart.bounding_box()
    boxes = [one.bounding_box() for one in chart.locator("rect, text").all()]
    texts = [one.bounding_box() for one in chart.locator("text").all()]

    assert all(box["x"] >= frame["x"] - 1 for box in boxes)
    assert all(box["x"] + box["width"] <= frame["x"] + frame["width"] + 1 for box in boxes)
    assert all(box["width"] and box["height"] for box in boxes)
    assert [pair for pair in _pairs(texts) if _overlap(*pair)] == []


@pytest.mark.parametrize("has_script", [True, False])
def test_mouse__chooses_period_and_grouping(visit, admin_client, url, has_script):
    page = visit(url, client=admin_client, width=1280, java_script_enabled=has_script)

    page.click("text=Last 12 months")
    page.click("nav >> text=person")

    assert page.locator("[aria-current=true]").all_inner_texts() == ["Last 12 months", "person"]
    assert page.is_visible("th >> text=ann.3")


@pytest.mark.parametrize("has_script", [True, False])
def test_keyboard__chooses_days(visit, admin_client, url, has_script):
    page = visit(url, client=admin_client, width=375, java_script_enabled=has_script)

    page.fill("#id_first", "2026-01-01")
    page.fill("#id_last", "2026-01-02")
    page.focus("text=Show")
    page.keyboard.press("Enter")
    page.wait_for_url("**first=2026-01-01**")

    assert page.is_visible("h2 >> text=Spent: CNY 77.00")
    assert page.input_value("#id_first") == "2026-01-01"


def test_keyboard__reaches_every_choice_and_the_file_and_shows_the_focus(visit, admin_client, url):
    page = visit(url, client=admin_client, width=1280)
    choices = page.locator(".outfit-spending a, .outfit-spending button")

    choices.first.focus()
    reached = set()
    for _step in range(40):
        text, outline, is_choice = page.evaluate(FOCUSED)
        if is_choice:
            assert outline != "none", text
            reached.add(text)
        page.keyboard.press("Tab")
    assert {text.strip() for text in choices.all_inner_texts()} <= reached


def test_first_page_and_ledger__lead_here(visit, admin_client):
    page = visit(reverse("admin:app_list", args=["django_outfitanyone"]), client=admin_client)
    page.click("text=See spending by day")
    page.wait_for_selector("h1 >> text=Spending")

    page.click(".breadcrumbs >> text=Charges")
    page.click("#outfit-spending-link")
    page.wait_for_selector("h1 >> text=Spending")


def _pairs(boxes):
    return [(one, other) for number, one in enumerate(boxes) for other in boxes[:number]]


def _overlap(one, other):
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    down = one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
    return across and down
