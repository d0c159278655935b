from __future__ import annotations

import pytest

from django_outfitanyone.models import Account, KnownTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return Account.of()


def test_remember__the_same_task_twice_is_one_row(account):
    KnownTask.objects.remember(account.pk, "t-1")
    KnownTask.objects.remember(account.pk, "t-1")

    assert KnownTask.objects.get().task_id == "t-1"


def test_among__returns_only_the_known_ones(account):
    KnownTask.objects.remember(account.pk, "t-1")
    KnownTask.objects.remember(account.pk, "t-2")

    assert KnownTask.objects.among(account.pk, ["t-2", "t-3"]) == {"t-2"}


def test_among__does_not_know_the_tasks_of_another_account(account):
    """Ids are unique within one account of the engine only."""
    other = Account.objects.create(name="other")
    KnownTask.objects.remember(other.pk, "t-1")

    assert KnownTask.objects.among(account.pk, ["t-1"]) == set()
    KnownTask.objects.remember(account.pk, "t-1")
    assert KnownTask.objects.among(account.pk, ["t-1"]) == {"t-1"}
