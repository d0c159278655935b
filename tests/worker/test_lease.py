from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.models import Account
from django_outfitanyone.worker import lease

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return Account.of()


@pytest.fixture
def other():
    """Another account, with a runner of its own."""
    other = Account.objects.create(name="other")
    return other, lease.take(other)


def test_accounts__have_one_runner_each(account, other):
    """Neither taking, renewing nor releasing a lease touches the one of another account."""
    account_of_other, token_of_other = other
    token = lease.take(account)
    assert lease.renew(account_of_other, token_of_other)

    assert not lease.renew(account_of_other, token)
    lease.release(account_of_other, token)
    assert lease.take(account_of_other) == ""
    assert lease.renew(account, token)
    lease.release(account, token)
    assert lease.renew(account_of_other, token_of_other)


def test_take__lasts_for_some_seconds(account):
    before = timezone.now()
    lease.take(account)
    account.refresh_from_db()

    ends_at = account.runner_expires_at
    assert before + lease.DURATION <= ends_at <= timezone.now() + lease.DURATION


@pytest.mark.parametrize("act", ["take", "renew", "release"])
def test_runner_that_shows_itself__answers_the_wakeups(account, act):
    token = "" if act == "take" else lease.take(account)
    Account.objects.update(unanswered_wakeups=7)
    lease.take(account) if act == "take" else getattr(lease, act)(account, token)
    account.refresh_from_db()

    assert account.unanswered_wakeups == 0


def test_release__forgets_the_token(account):
    token = lease.take(account)
    lease.release(account, token)
    account.refresh_from_db()

    assert account.runner_token == ""
    assert not lease.renew(account, token)


def test_take__only_one_runner_holds_the_lease(account):
    token = lease.take(account)

    assert token
    assert lease.take(account) == ""
    assert lease.renew(account, token)


def test_take__condition_and_lease_are_one_statement(account, django_assert_num_queries):
    """Another runner may take the lease after any earlier statement."""
    with django_assert_num_queries(1) as queries:
        lease.take(account)

    assert "runner_expires_at" in queries[0]["sql"].partition("WHERE")[2]


def test_take__works_again_after_a_release(account):
    lease.release(account, lease.take(account))

    assert lease.take(account)


def test_take__works_again_when_the_lease_has_expired(account):
    token = lease.take(account)
    Account.objects.update(runner_expires_at=timezone.now() - timedelta(seconds=1))

    assert lease.take(account)
    assert not lease.renew(account, token)


def test_renew__extends_the_lease(account):
    token = lease.take(account)
    Account.objects.update(runner_expires_at=timezone.now() + timedelta(seconds=1))
    lease.renew(account, token)
    account.refresh_from_db()

    assert account.runner_expires_at > timezone.now() + lease.DURATION / 2


def test_release__leaves_the_lease_of_another_runner_alone(account):
    lease.take(account)
    lease.release(account, "not mine")

    assert lease.take(account) == ""
