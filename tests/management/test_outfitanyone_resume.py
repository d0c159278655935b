from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from django_outfitanyone.account import rate_limits
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account

pytestmark = pytest.mark.django_db


def test_resume__resumes_a_stopped_account_and_repeats_the_reason(capsys):
    rate_limits.stop(Account.of(), AccountProblem("Please pay.", code="Arrearage"))
    call_command("outfitanyone_resume")

    assert not Account.of().is_stopped
    assert "Arrearage: Please pay." in capsys.readouterr().out


def test_resume__of_one_account_leaves_the_others(settings, configure, capsys):
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    configure(ENGINES={"default": own, "second": own})
    for alias in ("default", "second"):
        rate_limits.stop(Account.of(alias), AccountProblem("Please pay.", code="Arrearage"))
    call_command("outfitanyone_resume", "second")

    assert not Account.of("second").is_stopped
    assert Account.of().is_stopped
    call_command("outfitanyone_resume")
    assert not Account.of().is_stopped


def test_resume__unknown_account_is_an_error_that_names_the_others():
    Account.of()
    with pytest.raises(CommandError, match="no account nowhere"):
        call_command("outfitanyone_resume", "nowhere")


def test_resume__says_when_the_account_is_not_stopped(capsys):
    call_command("outfitanyone_resume")

    assert "neither stopped nor paused" in capsys.readouterr().out
