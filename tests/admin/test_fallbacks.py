"""Where the admin says to which engine try-ons move by themselves, and why some wait."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account
from tests.admin.batches import batch_page, make_batch
from tests.admin.pages import text_of
from tests.admin.test_failures import problems_on

pytestmark = pytest.mark.django_db

REASON = "because Toy, toy-1 (second) would be dearer (USD 0.50 instead of USD 0.40)."


def toy(price):
    prices = {"toy-1": Decimal(price), "toy-2": Decimal(price)}
    return {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "toy-key", "PRICES": prices}


@pytest.fixture
def batch(configure):
    """Five pictures that wait at a stopped engine; the next one of the order is dearer."""
    configure(ENGINES={"default": toy("0.40"), "second": toy("0.50")}, FALLBACKS=["second"])
    account = Account.of()
    rate_limits.stop(account, AccountProblem("Pay.", code="PaymentRequired"))
    return make_batch(*[Status.QUEUED] * 5, account=account, keep="lower", remote_model="toy-1")


def test_batch__says_why_its_pictures_wait_and_offers_to_move_them(site, batch):
    problems = problems_on(batch_page(site))

    assert f"5 pictures wait, {REASON}" in problems
    assert 'id="outfit-move"' in problems


def test_batch__without_an_order_says_nothing_of_it(site, batch, configure):
    configure(FALLBACKS=[])

    assert "because" not in problems_on(batch_page(site))


def test_batch__whose_pictures_are_about_to_move_says_nothing_of_it(site, batch, configure):
    configure(ENGINES={"default": toy("0.40"), "second": toy("0.40")})

    assert "because" not in problems_on(batch_page(site))


def test_batch__of_an_engine_that_is_gone(site, batch, configure):
    configure(ENGINES={"second": toy("0.50")})

    assert "because what default charges is not known" in problems_on(batch_page(site))


def test_batch__order_without_another_engine(site, batch, configure):
    configure(FALLBACKS=["default"])

    assert "because FALLBACKS names no other engine" in problems_on(batch_page(site))


def test_account__names_the_order_and_why_its_pictures_wait(site, batch):
    page = text_of(site.get("account_change", "default"))

    assert "waiting try-ons move automatically to Toy, toy-1 (second)" in page
    assert f"5 pictures wait, {REASON}" in page


def test_account__without_an_order(site, batch, configure):
    configure(FALLBACKS=[])

    page = text_of(site.get("account_change", "default"))
    assert "waiting try-ons stay until a person moves them (FALLBACKS)" in page
