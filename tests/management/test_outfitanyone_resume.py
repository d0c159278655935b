from __future__ import annotations

import pytest
from django.core.management import call_command

from django_outfitanyone.account import rate_limits
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account

pytestmark = pytest.mark.django_db


def test_resume__resumes_a_stopped_account_and_repeats_the_reason(capsys):
    rate_limits.stop(Account.current(), AccountProblem("Please pay.", code="Arrearage"))
    call_command("outfitanyone_resume")

    assert not Account.current().is_stopped
    assert "Arrearage: Please pay." in capsys.readouterr().out


def test_resume__says_when_the_account_is_not_stopped(capsys):
    call_command("outfitanyone_resume")

    assert "neither stopped nor paused" in capsys.readouterr().out
