from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db

TOY = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k"}


@pytest.fixture(autouse=True)
def _toy(settings):
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": TOY}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines, "PARSE_RESULTS": False}


@pytest.fixture
def rows():
    """A try-on of each status that matters, of an engine that is gone from the settings."""
    sold = Account.objects.create(name="sold")
    statuses = (Status.QUEUED, Status.FAILED, Status.RUNNING, Status.CANCELED)
    return {status: make_try_on(account=sold, status=status) for status in statuses}


def run(capsys, *arguments):
    call_command("outfitanyone_move", "--from", "sold", *arguments)
    return capsys.readouterr().out


def moved():
    return set(TryOnResult.objects.filter(account="toy").values_list("pk", flat=True))


def test_move__shows_price_and_what_stays(rows, capsys):
    printed = run(capsys, "--to", "toy/toy-2", "--yes")

    assert "2 try-ons can move to toy/toy-2." in printed
    assert "Price there: USD 2.00." in printed
    assert "1 stay: The engine works on it, and may bill it." in printed
    assert "2 try-ons moved to toy/toy-2." in printed
    assert moved() == {rows[Status.QUEUED].pk, rows[Status.FAILED].pk}
    assert set(
        TryOnResult.objects.filter(account="toy").values_list("remote_model", flat=True)
    ) == {"toy-2"}


@pytest.mark.parametrize(
    ("status", "expected"), [("waiting", Status.QUEUED), ("failed", Status.FAILED)]
)
def test_status__chooses_the_rows(rows, capsys, status, expected):
    run(capsys, "--to", "toy", "--status", status, "--yes")

    assert moved() == {rows[expected].pk}


@pytest.mark.parametrize(("answer", "count"), [("y", 2), ("", 0), ("no", 0)])
def test_move__asks_first(rows, capsys, monkeypatch, answer, count):
    monkeypatch.setattr("builtins.input", lambda _question: answer)

    run(capsys, "--to", "toy")

    assert len(moved()) == count


def test_unknown_engines__are_named(rows):
    with pytest.raises(CommandError, match="toy/toy-1"):
        call_command("outfitanyone_move", "--from", "sold", "--to", "nowhere", "--yes")
    with pytest.raises(CommandError, match="Accounts: default, sold"):
        call_command("outfitanyone_move", "--from", "nowhere", "--to", "toy", "--yes")


def test_missing_key__moves_nothing(rows, settings, monkeypatch):
    monkeypatch.delenv("TOY_KEY", raising=False)
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": {**TOY, "API_KEY": ""}}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}

    with pytest.raises(CommandError, match="no API key"):
        call_command("outfitanyone_move", "--from", "sold", "--to", "toy", "--yes")
    assert moved() == set()
