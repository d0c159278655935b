from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.diagnostics import status
from django_outfitanyone.models import Account, ClothesParse
from tests.factories import make_charge, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def long_ago(minutes=30):
    return timezone.now() - timedelta(minutes=minutes)


def test_of__counts_every_status():
    make_try_on(status=Status.RUNNING)
    make_try_on()
    ClothesParse.objects.create(account=Account.of(), model_image=make_model_image())
    state = status.of(Account.of())

    assert {status: count for status, count in state.try_ons.items() if count} == {
        "running": 1,
        "succeeded": 1,
    }
    assert set(state.try_ons) == set(Status.values)
    assert state.parses["queued"] == 1
    assert (state.open, state.unclear) == (2, 0)


def test_of__sums_spending_of_day_and_month():
    today = timezone.localtime(timezone.now(), timezone.get_default_timezone()).date()
    make_charge()
    make_charge(charged_on=today.replace(day=1), amount=Decimal("0.20"))
    make_charge(charged_on=today.replace(day=1) - timedelta(days=1))
    state = status.of(Account.of())

    this_month = Decimal("0.70")
    assert state.spent_this_month == this_month
    assert state.spent_today == (this_month if today.day == 1 else Decimal("0.50"))


def test_of__task_that_is_not_polled_is_overdue():
    since = long_ago()
    make_try_on(status=Status.RUNNING, due_at=since)
    make_try_on(status=Status.RUNNING)
    state = status.of(Account.of())

    assert (state.overdue, state.overdue_since) == (1, since)


def test_of__waiting_for_a_slot_is_not_overdue(configure):
    configure(CONCURRENT_TASKS=1)
    make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.QUEUED, due_at=long_ago())

    assert status.of(Account.of()).overdue == 0


def test_of__unblocked_queued_row_is_overdue():
    make_try_on(status=Status.QUEUED, due_at=long_ago())

    assert status.of(Account.of()).overdue == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"stopped_at": timezone.now()},
        {"next_submission_at": timezone.now() + timedelta(hours=1)},
    ],
)
def test_of__work_of_a_stopped_or_paused_account_is_not_overdue_but_its_tasks_are(columns):
    make_try_on(status=Status.QUEUED, due_at=long_ago())
    ClothesParse.objects.create(
        account=Account.of(), model_image=make_model_image(), due_at=long_ago()
    )
    Account.objects.update(**columns)
    assert status.of(Account.of()).overdue == 0

    make_try_on(status=Status.RUNNING, due_at=long_ago())
    assert status.of(Account.of()).overdue == 1


def test_of__work_over_budget_is_not_overdue(configure):
    configure(BUDGET_PER_DAY=Decimal(0))
    make_try_on(status=Status.PREPARING, due_at=long_ago())
    Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=1))

    assert status.of(Account.of()).overdue == 0


def test_of__blocked_row_is_not_overdue():
    columns = {"keep": "lower", "error_code": "SearchNeedsAttention", "due_at": long_ago()}
    make_try_on(status=Status.PREPARING, **columns)
    state = status.of(Account.of())

    assert (state.blocked, state.overdue) == (1, 0)
    assert state.as_dict()["blocked"] == 1


def test_of__leased_row_is_not_overdue():
    make_try_on(
        status=Status.RUNNING,
        due_at=long_ago(),
        lease_expires_at=timezone.now() + timedelta(minutes=1),
    )

    assert status.of(Account.of()).overdue == 0


def test_runner_seen_at__is_none_or_in_the_past():
    Account.of()
    assert status.of(Account.of()).runner_seen_at is None
    assert status.of(Account.of()).is_runner_missing

    Account.objects.update(runner_expires_at=timezone.now() + timedelta(seconds=10))
    state = status.of(Account.of())
    assert state.runner_seen_at <= timezone.now()
    assert not state.is_runner_missing


def test_of__number_of_queries_is_limited(
    django_assert_max_num_queries,
):
    for _number in range(5):
        make_try_on(status=Status.RUNNING)
    Account.of()
    with django_assert_max_num_queries(12):
        status.of(Account.of())


def test_as_dict__is_json_without_the_api_key(configure):
    configure(BUDGET_PER_MONTH=Decimal(10), API_KEY="sk-secret-of-this-test")
    make_charge()
    Account.objects.update(stopped_at=timezone.now(), stopped_code="InvalidApiKey")
    text = json.dumps(status.of(Account.of()).as_dict())

    assert '"left": "9.5"' in text
    assert '"today": "0.5"' in text
    assert '"code": "InvalidApiKey"' in text
    assert "sk-secret" not in text


def test_of__sandbox_has_its_spending_apart(configure):
    make_charge(is_sandbox=True)
    make_charge(amount=Decimal("0.20"))
    paid = status.of(Account.of())
    configure(IS_SANDBOX=True)
    would_cost = status.of(Account.of())

    assert (paid.is_sandbox, paid.spent_today) == (False, Decimal("0.20"))
    assert (would_cost.is_sandbox, would_cost.spent_today) == (True, Decimal("0.50"))


def test_accounts__one_whose_engine_is_gone_stays_readable():
    gone = Account.objects.create(name="gone")
    make_try_on(status=Status.QUEUED, account=gone, due_at=long_ago())
    make_charge(account=gone, amount=Decimal("0.30"), currency="USD")
    first, second = status.accounts()

    assert (first.account.pk, first.engine) == ("default", "OutfitAnyone")
    assert (second.account.pk, second.engine, second.open) == ("gone", "", 1)
    assert (second.overdue, second.spent_today, second.currency) == (0, Decimal("0.30"), "USD")
    assert second.as_dict()["engine"] is None
