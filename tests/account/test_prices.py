from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.account import budgets, ledger, rate_limits
from django_outfitanyone.account.prices import order_size, price_of
from django_outfitanyone.actions import cancel
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.models import Account, Charge, ClothesParse
from tests.factories import make_charge, make_garment, make_model_image, make_try_on
from tests.work import claimed

pytestmark = pytest.mark.django_db


@pytest.fixture
def toy(configure):
    """A toy engine whose price grows with the garments: 1.00, and 0.50 for each more."""

    def change(**keys):
        entry = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k", **keys}
        configure(ENGINES={"default": entry}, PARSER="local")

    change()
    return change


@pytest.fixture
def outfit():
    """A top and a bottom that are about to be tried on."""
    garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]
    return claimed(make_try_on(status=Status.PREPARING, garments=garments, remote_model="toy-1"))


def test_order_size__has_the_garments_and_the_size_of_the_photo(outfit):
    size = order_size(outfit)

    assert (size.garments, size.resolution) == (2, -1)
    assert (size.width, size.height) == (outfit.model_image.width, outfit.model_image.height)


def test_price_of__depends_on_the_garments_and_pictures(toy, outfit):
    assert price_of(outfit, remote_model="toy-1") == Decimal("1.50")
    assert price_of(outfit, remote_model="toy-1", images=3) == Decimal("4.50")
    assert price_of(outfit, remote_model="toy-1", garments=1) == Decimal("1.00")
    assert price_of(outfit, remote_model="toy-1", images=0) == 0


def test_price_of__counts_the_garments_of_the_next_call_only(toy, outfit):
    """The model wears one garment in a call, so the outfit takes two calls of 1.00."""
    assert price_of(outfit, remote_model="toy-2") == Decimal("1.00")
    outfit.stage = 1
    assert price_of(outfit, remote_model="toy-2") == Decimal("1.00")


def test_admit__budget_holds_the_price_of_the_next_call_only(toy, outfit):
    outfit.remote_model = "toy-2"
    toy(BUDGET_PER_DAY=Decimal("1.00"))

    assert rate_limits.admit(outfit, remote_model="toy-2", slot=1) is None
    outfit.refresh_from_db()
    assert outfit.expected_cost == Decimal("1.00")


def test_price_of__job_of_an_engine_that_is_gone_is_unknown(outfit, configure):
    configure(ENGINES={"other": {"BACKEND": "tests.toy_engine.ToyEngine"}})

    assert price_of(outfit, remote_model="toy-1") == 0


def test_admit__budget_holds_the_price_of_the_order(toy, outfit):
    toy(BUDGET_PER_DAY=Decimal("2.00"))
    assert rate_limits.admit(outfit, remote_model="toy-1", slot=1) is None
    outfit.refresh_from_db()
    (budget,) = budgets.budgets_of(Account.of())

    assert (outfit.expected_cost, outfit.currency) == (Decimal("1.50"), "USD")
    assert (budget.committed, budget.left, budget.currency) == (
        Decimal("1.50"),
        Decimal("0.50"),
        "USD",
    )


def test_admit__refuses_an_order_that_costs_more_than_one_garment(toy, outfit):
    toy(BUDGET_PER_DAY=Decimal("1.20"))
    with pytest.raises(BudgetSpent):
        rate_limits.admit(outfit, remote_model="toy-1", slot=1)

    outfit.refresh_from_db()
    assert outfit.status == Status.PREPARING


def test_budget__request_of_an_older_version_counts_with_the_listed_price(toy):
    toy(BUDGET_PER_DAY=Decimal(9))
    make_try_on(status=Status.RUNNING, remote_model="toy-1")
    (budget,) = budgets.budgets_of(Account.of())

    assert budget.committed == Decimal("1.00")


@pytest.mark.parametrize(
    ("reported", "cost"), [(None, Decimal("1.50")), (Decimal("0.80"), Decimal("0.80"))]
)
def test_settle__what_the_engine_reports_counts_more_than_the_price(toy, outfit, reported, cost):
    rate_limits.admit(outfit, remote_model="toy-1", slot=1)
    outfit.mark_running(remote_task_id="t-1")
    ledger.settle(outfit, remote_model="toy-1", images=1, task_id="t-1", cost=reported, slot=None)

    charge = Charge.objects.get()
    assert (charge.amount, charge.currency, charge.is_sandbox) == (cost, "USD", False)


class TestSandbox:
    @pytest.mark.parametrize("is_sandbox", [True, False])
    def test_charge_says_whether_it_is_paid(self, toy, outfit, is_sandbox):
        toy(IS_SANDBOX=is_sandbox)
        rate_limits.admit(outfit, remote_model="toy-1", slot=1)
        ledger.settle(outfit, remote_model="toy-1", images=1, task_id="t", slot=None)

        assert Charge.objects.real().exists() is not is_sandbox
        assert Charge.objects.of_sandboxes().exists() is is_sandbox

    def test_budget_of_a_real_account_ignores_what_its_sandbox_would_have_cost(self, toy):
        make_charge(currency="USD", is_sandbox=True)
        make_charge(currency="USD", amount=Decimal("0.20"))
        toy(BUDGET_PER_DAY=Decimal(2))
        (real,) = budgets.budgets_of(Account.of())
        toy(BUDGET_PER_DAY=Decimal(2), IS_SANDBOX=True)
        (sandbox,) = budgets.budgets_of(Account.of())

        assert (real.spent, sandbox.spent) == (Decimal("0.20"), Decimal("0.50"))


def test_budget__ignores_charges_in_another_currency(toy):
    toy(BUDGET_PER_DAY=Decimal(2))
    make_charge(currency="CNY", amount=Decimal("1.90"))
    (budget,) = budgets.budgets_of(Account.of())

    assert budget.left == 2


def test_budgets__are_those_of_each_account(configure, settings):
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    configure(
        ENGINES={
            "default": {**own, "BUDGET_PER_DAY": Decimal(1)},
            "second": {**own, "BUDGET_PER_DAY": Decimal(2)},
        }
    )
    make_charge(account=Account.of("second"), amount=Decimal("0.30"))

    assert budgets.left(Account.of()) == 1
    assert budgets.left(Account.of("second")) == Decimal("1.70")


class TestEngineThatIsGone:
    @pytest.fixture
    def gone(self):
        return Account.objects.create(name="gone")

    def test_budgets_and_obstacle_are_readable(self, gone):
        assert budgets.budgets_of(gone) == []
        assert budgets.notice(gone) == ""
        assert "gone" in rate_limits.obstacle(gone)

    def test_unclear_parse_is_charged_as_it_was_expected(self, gone):
        parse = ClothesParse.objects.create(
            account=gone,
            model_image=make_model_image(),
            clothes_types="upper",
            status=Status.NEEDS_ATTENTION,
            submitted_at=timezone.now() - timedelta(hours=1),
            expected_cost=Decimal("0.03"),
            currency="USD",
        )
        cancel(parse)

        charge = Charge.objects.get()
        assert (charge.amount, charge.currency, charge.is_unclear) == (Decimal("0.03"), "USD", True)
