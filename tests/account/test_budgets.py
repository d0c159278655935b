from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from django_outfitanyone.account import budgets
from django_outfitanyone.actions import cancel, parse_clothes, request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import BudgetSpent
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from django_outfitanyone.signals import budget_spent
from django_outfitanyone.worker import queue, runner
from tests.account.test_ledger import make_charge
from tests.factories import make_garment, make_model_image, make_try_on
from tests.work import step, work

pytestmark = pytest.mark.django_db

REPLACE = TryOnOptions(keep_other_half=False)
PLUS, PARSING = "aitryon-plus", "aitryon-parsing-v1"


@pytest.fixture
def account(configure):
    configure(BUDGET_PER_DAY=Decimal("1.00"))
    return Account.current()


def ask(**options):
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    return request_try_on(wish, options=TryOnOptions(keep_other_half=False, **options))


def run_dry(times=30):
    """Let the runner do all that it finds to do."""
    for _time in range(times):
        TryOnResult.objects.open().update(due_at=timezone.now())
        ClothesParse.objects.open().update(due_at=timezone.now())
        runner.run(budget=0)


def test_no_budget__no_limit(configure):
    assert budgets.budgets_of(Account.current()) == []
    assert budgets.left(Account.current()) is None
    budgets.check(Account.current(), PLUS)


def test_left__is_what_ledger_and_requests_under_way_leave(account):
    make_charge(amount=Decimal("0.20"))
    make_try_on(status=Status.RUNNING, remote_model="aitryon")
    ClothesParse.objects.create(
        account=account, model_image=make_model_image(), status=Status.SUBMITTING
    )

    (budget,) = budgets.budgets_of(account)
    assert (budget.spent, budget.committed) == (Decimal("0.20"), Decimal("0.204"))
    assert budgets.left(account) == Decimal("0.596")


def test_left__is_that_of_the_tightest_budget(account, configure):
    configure(BUDGET_PER_MONTH=Decimal("0.30"))

    assert budgets.left(account) == Decimal("0.30")


def test_left__counts_an_unclear_request_in_the_period_that_it_was_sent_in(account):
    long_ago = timezone.now() - timedelta(days=40)
    make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
    make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=long_ago)

    assert budgets.left(account) == Decimal("0.50")


def test_left__other_accounts_spend_their_own(account):
    make_charge(account=Account.objects.create(name="other"))

    assert budgets.left(account) == Decimal("1.00")


def test_check__yesterday_is_over(account):
    make_charge(amount=Decimal("1.00"), charged_on=date.today() - timedelta(days=3))

    budgets.check(account, PLUS)


def test_check__exactly_the_amount_fits(account):
    make_charge(amount=Decimal("0.50"))
    budgets.check(account, PLUS)

    make_charge(amount=Decimal("0.000001"))
    with pytest.raises(BudgetSpent, match=r"CNY 0\.499999.*CNY 1\.00.*BUDGET_PER_DAY"):
        budgets.check(account, PLUS)


def test_check__says_when_it_goes_on_by_the_shops_calendar(account):
    make_charge(amount=Decimal("1.00"))
    with pytest.raises(BudgetSpent) as raised:
        budgets.check(account, PLUS)

    shop = ZoneInfo("Asia/Tokyo")
    tomorrow = datetime.now(shop).date() + timedelta(days=1)
    assert raised.value.until == datetime.combine(tomorrow, datetime.min.time(), shop)


def test_check__budget_of_nothing_stops_all(configure):
    configure(BUDGET_PER_MONTH=Decimal(0))
    with pytest.raises(BudgetSpent, match="month"):
        budgets.check(Account.current(), PARSING)


def test_runner__sends_as_many_as_fit_and_not_one_more(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("1.10"), PARSE_RESULTS=False)
    rows = [ask() for _ in range(4)]
    run_dry()

    statuses = [TryOnResult.objects.get(pk=row.pk).status for row in rows]
    assert statuses.count(Status.SUCCEEDED) == remote.stats["submits"] == 2
    assert Charge.objects.total() == Decimal("1.00")
    waiting = TryOnResult.objects.open()
    assert set(waiting.values_list("slot", flat=True)) == {None}
    assert "BudgetSpent" in waiting.values_list("error_code", flat=True)


def test_runner__goes_on_by_itself_when_the_budget_is_raised(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"), PARSE_RESULTS=False)
    try_on = ask()
    run_dry(10)
    assert budgets.notice(Account.current())
    configure(BUDGET_PER_DAY=Decimal("0.50"))
    work(try_on)

    assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")


def test_runner__goes_on_by_itself_on_the_next_day(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.50"), PARSE_RESULTS=False)
    make_charge()
    try_on = ask()
    run_dry(10)
    assert try_on.__class__.objects.get().is_open
    Charge.objects.update(charged_on=date.today() - timedelta(days=2))
    Account.objects.update(budget_spent_until=timezone.now())
    work(try_on)

    assert try_on.status == Status.SUCCEEDED


def test_runner__has_nothing_to_do_while_all_waits_for_money(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"), PARSE_RESULTS=False)
    ask()
    run_dry(10)
    TryOnResult.objects.open().update(due_at=timezone.now())

    assert queue.next_due_at(Account.current()) is None


def test_runner__cheaper_model_still_fits(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.30"), PARSE_RESULTS=False)
    dear, cheap = ask(), ask(model="aitryon")
    run_dry()

    dear.refresh_from_db()
    cheap.refresh_from_db()
    assert (dear.status, dear.slot) == (Status.PREPARING, None)
    assert cheap.status == Status.SUCCEEDED


def test_runner__what_exists_is_reused_all_the_same(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.50"), PARSE_RESULTS=False)
    wish = TryOnRequest(person=make_model_image(), top=make_garment())
    request_try_on(wish, options=REPLACE)
    run_dry(10)
    for _ in range(12):  # more than are made ready ahead
        ask()
    run_dry()
    again = request_try_on(wish, options=REPLACE)
    work(again)

    assert (again.status, again.cost) == (Status.SUCCEEDED, 0)


def test_collect__picture_does_not_wait_for_a_search_without_money(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.50"))
    try_on = ask()
    run_dry()
    try_on.refresh_from_db()

    assert try_on.status == Status.SUCCEEDED
    assert try_on.clothesparses.get().is_open
    configure(BUDGET_PER_DAY=Decimal("0.60"))
    work()
    assert try_on.hotspots.exists()


def test_search__waits_for_money_too(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.003"))
    parse = parse_clothes(make_model_image())
    run_dry(5)
    parse.refresh_from_db()

    assert (parse.status, parse.error_code) == (Status.PREPARING, "BudgetSpent")
    assert remote.stats["parses"] == 0


def test_close__is_announced_once_a_period(account, django_capture_on_commit_callbacks):
    heard = []

    def listen(account, error, **_kwargs):
        heard.append(error.code)

    budget_spent.connect(listen)
    try:
        error = BudgetSpent("spent", until=timezone.now() + timedelta(hours=1))
        with django_capture_on_commit_callbacks(execute=True):
            for _time in range(2):
                budgets.close(account, error)
    finally:
        budget_spent.disconnect(listen)

    assert heard == ["BudgetSpent"]


def test_unaffordable__asks_no_question_until_a_request_was_turned_away(
    account, django_assert_num_queries
):
    make_charge(amount=Decimal("1.00"))
    with django_assert_num_queries(0):
        assert budgets.unaffordable(account) == set()


def test_unaffordable__reopens_when_an_unclear_request_was_given_up(account):
    make_charge(amount=Decimal("0.50"))
    unclear = make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
    Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=5))
    account.refresh_from_db()
    assert PLUS in budgets.unaffordable(account)
    cancel(unclear)

    assert budgets.unaffordable(account) == set()
    assert Account.current().budget_spent_until < timezone.now()


def test_step__says_on_the_row_why_it_waits(remote, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"))
    try_on = ask()
    while not try_on.error_code:
        step(try_on)

    assert try_on.error_code == "BudgetSpent"
    assert "BUDGET_PER_DAY" in try_on.error_message
    assert try_on.error_help.fixed_by == "developer"
    assert remote.stats["submits"] == 0
