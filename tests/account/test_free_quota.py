from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.account import budgets, free_quota, ledger
from django_outfitanyone.actions import cancel, parse_clothes, request_try_on, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import BudgetSpent, RequestRefused
from django_outfitanyone.models import Account, Charge, ClothesParse, ImageCount, TryOnResult
from django_outfitanyone.models.of_picture import picture_filter
from tests.factories import make_model_image, make_try_on
from tests.work import REPLACE, claimed, new_request, prepared_try_on, settle_unclear, step, work

pytestmark = pytest.mark.django_db

PLUS, PARSING = "aitryon-plus", "aitryon-parsing-v1"
HALF = Decimal("0.5")


@pytest.fixture
def account():
    return Account.of()


@pytest.fixture
def free(configure):
    """Return a function that sets how many images of the parsing and the Plus model are free."""

    def free(*, parses=0, try_ons=0, **keys):
        configure(FREE_IMAGES={PARSING: parses, PLUS: try_ons}, **keys)

    return free


def left(model=PARSING):
    quotas = free_quota.quotas_of(Account.of())
    return {quota.remote_model: quota.left for quota in quotas}[model]


def settled_try_on(*, images=1, task_id=None):
    row = claimed(make_try_on(status=Status.RUNNING))
    ledger.settle(row, remote_model=PLUS, images=images, task_id=task_id or f"t-{row.pk}")
    row.refresh_from_db()
    return row


def make_parse(**columns):
    photo = picture_filter(make_model_image())
    return ClothesParse.objects.create(account=Account.of(), **photo, **columns)


def free_and_paid():
    return list(Charge.objects.order_by("pk").values_list("free_images", "amount"))


def test_settle__first_images_are_free_and_say_so(free):
    free(try_ons=2)
    costs = [settled_try_on().cost for _number in range(3)]

    assert costs == [0, 0, HALF]
    assert free_and_paid() == [(1, 0), (1, 0), (0, HALF)]
    assert left(PLUS) == 0


def test_settle__task_with_more_images_than_are_left_is_paid_in_part(free):
    free(try_ons=2)

    assert settled_try_on(images=3).cost == HALF
    assert free_and_paid() == [(2, HALF)]


def test_settle__nothing_is_free_without_the_setting():
    assert settled_try_on().cost == HALF
    assert free_quota.quotas_of(Account.of()) == []


def test_settle__images_charged_before_the_setting_count_too(free):
    settled_try_on()
    free(try_ons=2)

    assert left(PLUS) == 1
    assert settled_try_on().cost == 0
    assert settled_try_on().cost == HALF


def test_settle__task_that_has_its_charge_uses_one_image(free):
    free(try_ons=5)
    for _answer in range(3):
        assert settled_try_on(task_id="t-1").cost == 0

    assert (left(PLUS), Charge.objects.count()) == (4, 1)


def test_settle__later_answer_that_names_fewer_images_costs_no_less_than_nothing(free):
    free(try_ons=2)
    settled_try_on(task_id="t-1", images=2)

    assert settled_try_on(task_id="t-1", images=1).cost == 0


def test_settle__failed_write_uses_no_image(free, monkeypatch):
    free(try_ons=1)

    def refuse(*_args, **_kwargs):
        raise RuntimeError("no charge can be written")

    with monkeypatch.context() as broken:
        broken.setattr(Charge.objects.__class__, "record", refuse)
        with pytest.raises(RuntimeError):
            settled_try_on()

    assert left(PLUS) == 0  # the row is still under way
    TryOnResult.objects.update(status=Status.FAILED)
    assert left(PLUS) == 1


def test_settle__models_and_accounts_have_images_of_their_own(free):
    free(parses=1, try_ons=1)
    ImageCount.objects.add(Account.objects.create(name="other").pk, PLUS, 9)
    settled_try_on()

    assert (left(PLUS), left(PARSING)) == (0, 1)


@pytest.mark.parametrize("status", [Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION])
def test_left__request_that_may_be_billed_holds_an_image(free, account, status):
    free(parses=3, try_ons=3)
    make_parse(status=status, submitted_at=timezone.now() - timedelta(days=90))
    make_try_on(status=status, submitted_at=timezone.now())
    make_try_on(status=status, remote_model="aitryon", submitted_at=timezone.now())

    assert (left(PARSING), left(PLUS)) == (2, 2)


def test_quotas_of__one_query_reads_requests_and_images_at_the_same_moment(
    free, account, django_assert_num_queries
):
    free(parses=3, try_ons=3)
    with django_assert_num_queries(1):
        assert [quota.left for quota in free_quota.quotas_of(account)] == [3, 3]


def test_quotas_of__account_without_a_row_has_all_images(free):
    free(parses=3)
    Account.objects.all().delete()

    assert [quota.left for quota in free_quota.quotas_of(Account(name="default"))] == [3]


def test_parse__failed_call_uses_no_image(free, remote):
    free(parses=2)
    remote.faults.add("error", endpoint="parse", code="InvalidPerson")
    work(parse_clothes(make_model_image()))

    assert (left(), Charge.objects.count()) == (2, 0)


def test_parse__free_one_is_a_charge_of_nothing(free, remote):
    free(parses=1)
    for _photo in range(2):
        work(parse_clothes(make_model_image()))

    assert free_and_paid() == [(1, 0), (0, Decimal("0.004"))]


def test_parse__repeated_unclear_call_and_its_answer_use_an_image_each(free, remote):
    """The vendor may have counted the call that got no answer."""
    free(parses=5)
    remote.faults.add("drop-after", endpoint="parse")
    parse = parse_clothes(make_model_image())
    step(parse)
    assert (left(), free_and_paid()) == (4, [(1, 0)])
    ClothesParse.objects.update(due_at=timezone.now())
    work(parse)

    assert parse.status == Status.SUCCEEDED
    assert (left(), free_and_paid()) == (3, [(1, 0), (1, 0)])


@pytest.mark.parametrize("decide", [retry, cancel])
def test_parse__decision_about_an_unclear_call_uses_its_image_once(free, decide):
    free(parses=5)
    parse = make_parse(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
    assert left() == 4
    decide(parse)
    assert (left(), free_and_paid()) == (4, [(1, 0)])
    with suppress(RequestRefused):  # it may be canceled already
        cancel(parse)

    assert (left(), Charge.objects.count()) == (4, 1)


def test_try_on__unclear_submit_that_never_arrived_gives_its_image_back(free, remote):
    free(try_ons=3)
    remote.faults.add("drop-before", endpoint="submit")
    try_on = prepared_try_on()
    step(try_on)
    assert (try_on.status, left(PLUS)) == (Status.SUBMITTING, 2)
    settle_unclear(try_on)
    step(try_on)

    assert (try_on.status, left(PLUS)) == (Status.PREPARING, 3)
    work(try_on)
    assert (try_on.cost, left(PLUS)) == (0, 2)


def test_cost__subtracts_what_is_left(free, account):
    free(parses=3, try_ons=1)
    make_parse(status=Status.SUBMITTING, submitted_at=timezone.now())

    prices = {PARSING: [Decimal("0.004")] * 5, PLUS: [HALF] * 3, "aitryon": [Decimal("0.20")]}
    cost = free_quota.cost(account, prices)
    assert cost == 3 * Decimal("0.004") + 2 * HALF + Decimal("0.20")


class TestBudget:
    def test_counts_free_requests_as_nothing(self, free, account, django_assert_num_queries):
        free(try_ons=2, BUDGET_PER_DAY=Decimal(9), BUDGET_PER_MONTH=Decimal(9))
        for _number in range(3):
            make_try_on(status=Status.RUNNING)

        with django_assert_num_queries(1):
            day, month = budgets.budgets_of(account)
        assert (day.committed, month.committed) == (HALF, HALF)

    def test_free_images_go_first_to_requests_of_earlier_periods(self, free, account):
        free(try_ons=1, BUDGET_PER_DAY=Decimal(9))
        long_ago = timezone.now() - timedelta(days=40)
        make_try_on(status=Status.NEEDS_ATTENTION, submitted_at=long_ago)
        make_try_on(status=Status.RUNNING)

        (day,) = budgets.budgets_of(account)
        assert day.committed == HALF

    def test_admits_free_images_and_no_more(self, free, account):
        free(try_ons=2, BUDGET_PER_DAY=Decimal("0.10"))
        make_try_on(status=Status.RUNNING)
        budgets.check(account, PLUS)

        make_try_on(status=Status.RUNNING)
        with pytest.raises(BudgetSpent):
            budgets.check(account, PLUS)

    def test_spent_budget_still_leaves_the_models_with_free_images(self, free, account):
        free(parses=1, BUDGET_PER_DAY=Decimal(0))
        Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=5))
        account.refresh_from_db()
        assert budgets.unaffordable(account) == {PLUS, "aitryon", "aitryon-refiner"}

        make_parse(status=Status.SUBMITTING, submitted_at=timezone.now())
        assert PARSING in budgets.unaffordable(account)

    def test_worker_makes_as_many_free_pictures_as_there_are(self, free, remote):
        free(try_ons=1, BUDGET_PER_DAY=Decimal(0), PARSE_RESULTS=False)
        first, second = (request_try_on(new_request(), options=REPLACE) for _number in range(2))
        work(first)
        for _time in range(4):
            second.refresh_from_db()
            if second.error_code:
                break
            step(second)

        assert (first.status, first.cost) == (Status.SUCCEEDED, 0)
        assert second.error_code == "BudgetSpent"
        assert remote.stats["submits"] == 1
