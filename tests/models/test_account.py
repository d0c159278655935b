from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.models import Account
from django_outfitanyone.models.account import SHORTEST_PAUSE

pytestmark = pytest.mark.django_db


def test_current__is_created_once_and_named_by_the_settings(configure):
    configure(ACCOUNT="second shop")
    account = Account.current()

    assert Account.current() == account
    assert account.name == "second shop"


def test_is_stopped():
    assert not Account().is_stopped
    assert Account(stopped_at=timezone.now()).is_stopped


@pytest.mark.parametrize("seconds", [-3600, 0, 0.9])
def test_paused_until__short_wait_only_spaces_submits(seconds):
    at = timezone.now() + timedelta(seconds=seconds)

    assert Account(next_submission_at=at).paused_until is None


@pytest.mark.parametrize("seconds", [1.5, 3600])
def test_paused_until__longer_wait_is_a_pause(seconds):
    at = timezone.now() + timedelta(seconds=seconds)

    assert timedelta(seconds=1) == SHORTEST_PAUSE
    assert Account(next_submission_at=at).paused_until == at


def test_paused_until__none_for_a_new_account():
    assert Account.current().paused_until is None


def test_error_help__is_the_error_help_for_the_stop():
    assert Account().error_help is None
    assert Account(stopped_code="Arrearage").error_help.fixed_by == "account"
