from __future__ import annotations

import pytest
from django.core.management import call_command

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.management.commands import outfitanyone_poll
from tests.factories import make_garment, make_model_image

pytestmark = pytest.mark.django_db


def test_once__stops_when_nothing_is_due(remote):
    try_on = request_try_on(TryOnRequest(make_model_image(), [make_garment()]))
    call_command("outfitanyone_poll", "--once")
    try_on.refresh_from_db()

    assert try_on.status == Status.SUCCEEDED


def test_forever__continues_when_idle_and_ends_with_ctrl_c(monkeypatch, capsys):
    runs = iter([False, True, False])

    def run(**_budget):
        try:
            return next(runs)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(outfitanyone_poll, "take_turns", run)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    call_command("outfitanyone_poll")

    assert "Stopped" in capsys.readouterr().err
