from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account
from tests.factories import make_charge, make_try_on

pytestmark = pytest.mark.django_db


def test_text__has_a_line_per_subject(configure, capsys):
    configure(BUDGET_PER_DAY=Decimal(3), FREE_IMAGES={"aitryon-parsing-v1": 400})
    make_try_on(status=Status.RUNNING)
    make_charge()
    call_command("outfitanyone_status")
    out = capsys.readouterr().out

    for text in (
        "default: working",
        "never seen",
        "1 running",
        "Blocked    nothing",
        "Overdue    nothing",
        "CNY 0.50 today",
        "CNY 2.00 left of CNY 3.00",  # 0.50 spent, 0.50 in flight
        "Free       400 of 400 pictures of aitryon-parsing-v1 left",
    ):
        assert text in out


def test_json(configure, capsys):
    configure(FREE_IMAGES={"aitryon-parsing-v1": 400})
    make_try_on()
    call_command("outfitanyone_status", "--json")
    (report,) = json.loads(capsys.readouterr().out)["accounts"]

    assert report["try_ons"]["succeeded"] == 1
    assert report["overdue"] == 0
    assert report["free_images"] == {"aitryon-parsing-v1": 400}


def test_overdue__has_an_exit_code(capsys):
    make_try_on(status=Status.RUNNING, due_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(CommandError, match="worker"):
        call_command("outfitanyone_status")

    assert "the oldest for 2\xa0hours" in capsys.readouterr().out


def test_blocked__is_not_overdue(capsys):
    make_try_on(status=Status.PREPARING, error_code="SearchNeedsAttention")
    call_command("outfitanyone_status")

    out = capsys.readouterr().out
    assert "Blocked    1, until a person decides about a clothes parse" in out
    assert "Overdue    nothing" in out


def test_stopped_account(capsys):
    Account.of()
    Account.objects.update(stopped_at=timezone.now(), stopped_code="Arrearage")
    call_command("outfitanyone_status")

    assert "stopped, Arrearage" in capsys.readouterr().out
