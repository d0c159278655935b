from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from django_outfitanyone.account import budgets
from django_outfitanyone.actions import cancel, parse_clothes, request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.models import Account, Charge, ClothesParse, DailyTotal, TryOnResult
from django_outfitanyone.signals import budget_spent
from django_outfitanyone.worker import queue, runner
from tests.events import received
from tests.factories import make_charge, make_model_image, make_try_on
from tests.work import REPLACE, new_request, queued_try_on, step, work

pytestmark = pytest.mark.django_db

PLUS, PARSING = "aitryon-plus", "aitryon-parsing-v1"


@pytest.fixture
def account(configure):
    configure(BUDGET_PER_DAY=Decimal("1.00"))
    return Account.of()


def run_until_blocked(most=30):
    """Let the runner advance all jobs until only those are left that wait for the budget."""
    for _time in range(most):
        for model in (TryOnResult, ClothesParse):
            model.objects.open().update(due_at=timezone.now())
        runner.run(Account.of(), budget=0)
        if queue.next_due_at(Account.of()) is None:
            return


def test_no_budget__is_no_limit(configure):
    assert budgets.budgets_of(Account.of()) == []
    assert budgets.left(Account.of()) is None
    budgets.check(Account.of(), PLUS)


def test_left__subtracts_charges_and_requests_in_flight(account):
    make_charge(amount=Decimal("0.20"))
    make_try_on(status=Status.RUNNING, remote_model="aitryon")
    ClothesParse.objects.create(
        account=account, model_image=make_model_image(), status=Status.SUBMITTING
    )

    (budget,) = budgets.budgets_of(account)
    assert (budget.spent, budget.committed) == (Decimal("0.20"), Decimal("0.204"))
    assert budgets.left(account) == Decimal("0.596")


def test_budgets_of__reads_charges_and_jobs_at_the_same_moment(
    account, configure, django_assert_num_queries
):
    """A job that is settled between two statements would count in neither of them."""
    configure(BUDGET_PER_MONTH=Decimal("9.00"))
    make_charge(amount=Decimal("0.20"))
    make_charge(amount=Decimal("5.00"), currency="USD")
    make_try_on(status=Status.RUNNING)
    make_try_on(status=Status.RUNNING, remote_model="a model without a price")

    with django_assert_num_queries(1):
        day, month = budgets.budgets_of(account)

    assert (day.spent, day.committed) == (Decimal("0.20"), Decimal("0.50"))
    assert (month.spent, month.committed) == (Decimal("0.20"), Decimal("0.50"))


def test_left__is_the_smallest_of_all_budgets(account, configure):
    configure(BUDGET_PER_MONTH=Decimal("0.30"))

    assert budgets.left(account) == Decimal("0.30")


def test_left__counts_an_unclear_request_in_the_period_in_which_it_was_sent(account):
    long_ago = timezone.now() - timedelta(days=40)
    make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
    make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=long_ago)

    assert budgets.left(account) == Decimal("0.50")


def test_left__is_nothing_when_more_was_spent_than_the_budget(account):
    """A budget may be lowered, and prices may rise while requests are in flight."""
    make_charge(amount=Decimal("3.00"))

    assert budgets.left(account) == 0


def test_left__of_an_account_without_a_row_is_the_whole_budget(configure):
    configure(BUDGET_PER_DAY=Decimal("1.00"))

    assert budgets.left(Account(name="default")) == Decimal("1.00")


def test_left__ignores_the_requests_of_other_accounts(account):
    other = Account.objects.create(name="other")
    make_try_on(status=Status.RUNNING, account=other)
    ClothesParse.objects.create(
        account=other, model_image=make_model_image(), status=Status.SUBMITTING
    )

    assert budgets.left(account) == Decimal("1.00")


def test_left__ignores_the_charges_of_other_accounts(account):
    make_charge(account=Account.objects.create(name="other"))

    assert budgets.left(account) == Decimal("1.00")


def test_check__ignores_the_charges_of_earlier_days(account):
    make_charge(amount=Decimal("1.00"), charged_on=date.today() - timedelta(days=3))

    budgets.check(account, PLUS)


def test_check__accepts_exactly_the_amount_that_is_left(account):
    make_charge(amount=Decimal("0.50"))
    budgets.check(account, PLUS)

    make_charge(amount=Decimal("0.000001"))
    with pytest.raises(BudgetSpent, match=r"CNY 0\.499999.*CNY 1\.00.*BUDGET_PER_DAY"):
        budgets.check(account, PLUS)


def test_check__error_says_when_the_shops_day_ends(account):
    make_charge(amount=Decimal("1.00"))
    with pytest.raises(BudgetSpent) as raised:
        budgets.check(account, PLUS)

    shop = ZoneInfo("Asia/Tokyo")
    tomorrow = datetime.now(shop).date() + timedelta(days=1)
    assert raised.value.until == datetime.combine(tomorrow, datetime.min.time(), shop)


def test_check__error_says_when_the_shops_month_ends(configure):
    configure(BUDGET_PER_MONTH=Decimal("0.10"))
    with pytest.raises(BudgetSpent, match="BUDGET_PER_MONTH") as raised:
        budgets.check(Account.of(), PLUS)

    shop = ZoneInfo("Asia/Tokyo")
    until = raised.value.until.astimezone(shop)
    today = datetime.now(shop).date()
    assert (until.day, until.hour, until.minute) == (1, 0, 0)
    assert timedelta(0) < until.date() - today <= timedelta(days=31)


def test_budget__is_explained_in_the_time_zone_of_the_shop(account):
    (budget,) = budgets.budgets_of(account)
    shop = ZoneInfo("Asia/Tokyo")
    day = (datetime.now(shop) + timedelta(days=1)).replace(hour=0, minute=0)
    with timezone.override("America/New_York"):
        text = str(budget)

    assert text == (
        "Only CNY 1.00 is left of today's budget of CNY 1.00. Work resumes at "
        f"{date_format(day, 'DATETIME_FORMAT')}, or when you raise BUDGET_PER_DAY."
    )
    assert "midnight" in text


def test_check__of_a_free_model_reads_nothing(account, configure, django_assert_num_queries):
    configure(PRICES={PLUS: Decimal(0)})
    with django_assert_num_queries(0):
        budgets.check(account, PLUS)


def test_check__budget_of_zero_refuses_every_paid_request(configure):
    configure(BUDGET_PER_MONTH=Decimal(0))
    with pytest.raises(BudgetSpent, match="month"):
        budgets.check(Account.of(), PARSING)


def test_runner__submits_as_many_try_ons_as_the_budget_covers(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("1.10"), PARSE_RESULTS=False)
    rows = [queued_try_on() for _ in range(4)]
    run_until_blocked()

    statuses = [TryOnResult.objects.get(pk=row.pk).status for row in rows]
    assert statuses.count(Status.SUCCEEDED) == remote.stats["submits"] == 2
    assert Charge.objects.total("CNY") == Decimal("1.00")
    waiting = TryOnResult.objects.open()
    assert set(waiting.values_list("slot", flat=True)) == {None}
    assert "BudgetSpent" in waiting.values_list("error_code", flat=True)


def test_runner__continues_when_the_budget_is_raised(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"), PARSE_RESULTS=False)
    try_on = queued_try_on()
    run_until_blocked()
    assert budgets.notice(Account.of())
    configure(BUDGET_PER_DAY=Decimal("0.50"))
    TryOnResult.objects.update(due_at=timezone.now())  # instead of after the retry delay
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")


def test_runner__continues_on_the_next_day(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.50"), PARSE_RESULTS=False)
    make_charge()
    try_on = queued_try_on()
    run_until_blocked()
    try_on.refresh_from_db()
    assert try_on.is_open
    Charge.objects.update(charged_on=date.today() - timedelta(days=2))
    DailyTotal.objects.recount(date.today() - timedelta(days=2))
    Account.objects.update(budget_spent_until=timezone.now())
    TryOnResult.objects.update(due_at=timezone.now())  # instead of after the retry delay
    work(try_on)

    assert try_on.status == Status.SUCCEEDED


def test_runner__has_no_due_job_while_all_wait_for_the_budget(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"), PARSE_RESULTS=False)
    queued_try_on()
    run_until_blocked()
    TryOnResult.objects.open().update(due_at=timezone.now())

    assert queue.next_due_at(Account.of()) is None


def test_runner__submits_a_cheaper_model_that_still_fits(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.30"), PARSE_RESULTS=False)
    dear, cheap = queued_try_on(), queued_try_on(model="aitryon")
    run_until_blocked()

    dear.refresh_from_db()
    cheap.refresh_from_db()
    assert (dear.status, dear.slot) == (Status.PREPARING, None)
    assert cheap.status == Status.SUCCEEDED


def test_runner__reuses_finished_results_without_a_budget(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.50"), PARSE_RESULTS=False, CONCURRENT_TASKS=1)
    request = new_request()
    request_try_on(request, options=REPLACE)
    run_until_blocked()
    for _ in range(3):  # more than are prepared ahead
        queued_try_on()
    run_until_blocked()
    again = request_try_on(request, options=REPLACE)
    work(again)

    assert (again.status, again.cost) == (Status.SUCCEEDED, 0)


def test_collect__picture_does_not_wait_for_a_parse_that_waits_for_the_budget(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.50"))
    try_on = queued_try_on()
    run_until_blocked()
    try_on.refresh_from_db()

    assert try_on.status == Status.SUCCEEDED
    assert try_on.clothesparses.get().is_open
    configure(BUDGET_PER_DAY=Decimal("0.60"))
    work()
    assert try_on.hotspots.exists()


def test_parse__waits_for_the_budget_too(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.003"))
    parse = parse_clothes(make_model_image())
    run_until_blocked()
    parse.refresh_from_db()

    assert (parse.status, parse.error_code) == (Status.QUEUED, "BudgetSpent")
    assert remote.stats["parses"] == 0


def test_close__is_announced_once_in_a_period(account, django_capture_on_commit_callbacks):
    error = BudgetSpent("spent", until=timezone.now() + timedelta(hours=1))
    with received(budget_spent) as calls, django_capture_on_commit_callbacks(execute=True):
        for _time in range(2):
            budgets.close(account, error)

    assert [(call["sender"], call["account"], call["error"]) for call in calls] == [
        (Account, account, error)
    ]


def test_close__leaves_another_account_open(account):
    Account.objects.create(name="other")
    budgets.close(account, BudgetSpent("spent", until=timezone.now() + timedelta(hours=1)))

    assert not budgets.unaffordable(Account.objects.get(name="other"))
    assert Account.objects.get(name="other").budget_spent_until < timezone.now()


def closed(account, *, hours=5):
    """Return the account after a request that its budget did not cover."""
    Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=hours))
    account.refresh_from_db()
    return account


def test_unaffordable__is_what_costs_more_than_is_left(account):
    make_charge(amount=Decimal("0.70"))

    assert budgets.unaffordable(closed(account)) == {PLUS}  # 0.30 is left for the refiner


def test_unaffordable__reopens_the_account_when_no_budget_is_set_any_more(account, configure):
    configure(BUDGET_PER_DAY=None)
    other = closed(Account.objects.create(name="other"))

    assert budgets.unaffordable(closed(account)) == set()
    account.refresh_from_db()
    other.refresh_from_db()
    assert account.budget_spent_until < timezone.now()
    assert other.budget_spent_until > timezone.now()


@pytest.mark.parametrize("setting", ["REMOTE_MODELS", "REFINER_MODEL", "PARSING_MODEL"])
def test_notice__tells_when_a_model_that_the_shop_uses_does_not_fit(account, configure, setting):
    models = {"REMOTE_MODELS": ["aitryon"], "REFINER_MODEL": "free", "PARSING_MODEL": "free"}
    configure(**models, PRICES={"aitryon": Decimal("0.20"), "dear": Decimal("9.00")})
    assert budgets.notice(closed(account)) == ""

    configure(**{setting: ["dear"] if setting == "REMOTE_MODELS" else "dear"})
    assert "BUDGET_PER_DAY" in budgets.notice(closed(account))


def test_notice__names_the_budget_of_which_the_least_is_left(account, configure):
    configure(BUDGET_PER_MONTH=Decimal("0.10"))

    assert "BUDGET_PER_MONTH" in budgets.notice(closed(account))


def test_unaffordable__runs_no_query_until_a_request_was_refused(
    account, django_assert_num_queries
):
    make_charge(amount=Decimal("1.00"))
    with django_assert_num_queries(0):
        assert budgets.unaffordable(account) == set()


def test_unaffordable__reopens_the_account_when_an_unclear_request_was_canceled(account):
    make_charge(amount=Decimal("0.50"))
    unclear = make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
    Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=5))
    account.refresh_from_db()
    assert PLUS in budgets.unaffordable(account)
    cancel(unclear)

    assert budgets.unaffordable(account) == set()
    assert Account.of().budget_spent_until < timezone.now()


def test_step__stores_on_the_row_why_it_waits_without_amounts(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"))
    try_on = queued_try_on()
    while not try_on.error_code:
        step(try_on)

    assert try_on.error_code == "BudgetSpent"
    assert "The budget does not cover another picture." in try_on.error_message
    assert "BUDGET_PER_DAY" in try_on.error_message
    assert "0.10" not in try_on.error_message
    assert try_on.error_help.fixed_by == "developer"
    assert remote.stats["submits"] == 0
