from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _failed_long_ago():
    make_try_on(status=Status.FAILED, finished_at=timezone.now() - timedelta(days=400))


def test_no_rules__are_reported(capsys):
    call_command("outfitanyone_clean")

    assert "failed or canceled      no rule, all kept" in capsys.readouterr().out
    assert TryOnResult.objects.exists()


def test_dry_run(capsys, configure):
    configure(KEEP_FAILED_DAYS=90)
    call_command("outfitanyone_clean", "--dry-run")
    out = capsys.readouterr().out

    assert out.startswith("Would be removed:")
    assert "failed or canceled      1 older than 90 days" in out
    assert TryOnResult.objects.exists()


def test_json(capsys, configure):
    configure(KEEP_FAILED_DAYS=90)
    call_command("outfitanyone_clean", "--json")

    assert json.loads(capsys.readouterr().out) == {
        "dry_run": False,
        "failed": 1,
        "unpublished": 0,
        "drafts": 0,
        "uploads": 0,
        "known_tasks": 0,
        "batches": 0,
        "orphans": 0,
        "orphaned_bytes": 0,
        "daily_totals": 0,
    }
    assert not TryOnResult.objects.exists()
