from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.conf import EngineNotConfigured
from django_outfitanyone.models import Account
from tests.toy_engine import ToyEngine

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(configure, settings):
    """A second engine, with the alias ``second``."""
    own = settings.OUTFITANYONE["ENGINES"]
    configure(ENGINES={**own, "second": {"BACKEND": "tests.toy_engine.ToyEngine"}})


def test_of__is_created_once_for_each_alias(second):
    account = Account.of("second")

    assert Account.of("second") == account
    assert account.name == "second"
    assert account.engine_class is ToyEngine
    assert Account.of() != account


def test_of__alias_that_is_not_configured_gets_no_account():
    with pytest.raises(EngineNotConfigured, match="second"):
        Account.of("second")

    assert not Account.objects.exists()


def test_account_of_an_engine_that_is_gone__stays_readable(second, configure):
    account = Account.of("second")
    configure(ENGINES={"default": {"BACKEND": "tests.toy_engine.ToyEngine"}})

    assert not account.is_configured
    assert account.paused_until is None
    assert list(Account.objects.configured()) == []
    with pytest.raises(EngineNotConfigured):
        _ = account.settings


def test_is_stopped():
    assert not Account().is_stopped
    assert Account(stopped_at=timezone.now()).is_stopped


def test_paused_until__is_over_once_it_has_passed():
    now = timezone.now()
    past, future = now - timedelta(seconds=1), now + timedelta(minutes=1)

    assert Account(name="default", next_submission_at=past).paused_until is None
    assert Account(name="default", next_submission_at=future).paused_until == future


def test_paused_until__none_for_a_new_account():
    assert Account.of().paused_until is None


def test_error_help__is_the_error_help_for_the_stop():
    assert Account().error_help is None
    assert Account(stopped_code="Arrearage").error_help.fixed_by == "account"
