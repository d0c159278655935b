from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work():
    Account.of()
    Account.objects.update(runner_expires_at=timezone.now())


def test_healthy_installation__has_only_ok_findings(remote, capsys):
    call_command("outfitanyone_doctor")

    findings, _title, links = capsys.readouterr().out.partition("\nLinks\n")
    assert all(line.startswith("ok") for line in findings.splitlines())
    assert "API keys: https://bailian.console.aliyun.com/" in links


def test_problem__has_a_remedy_and_an_exit_code(remote, configure, capsys):
    configure(API_KEY="sk-another")
    with pytest.raises(CommandError, match="1"):
        call_command("outfitanyone_doctor")

    lines = capsys.readouterr().out.splitlines()
    (index,) = (index for index, line in enumerate(lines) if line.startswith("problem"))
    assert "-> " in lines[index + 1]


def test_json__is_one_object(remote, configure, capsys):
    configure(API_KEY="sk-another")
    with pytest.raises(CommandError):
        call_command("outfitanyone_doctor", "--json")
    report = json.loads(capsys.readouterr().out)

    assert report["ok"] is False
    assert {"name", "title", "url"} == set(report["links"][0])
    assert "free_quota" in [link["name"] for link in report["links"]]
    assert {"subject", "level", "text", "remedy"} == set(report["findings"][0])
    assert [found["subject"] for found in report["findings"] if found["level"] == "problem"] == [
        "key"
    ]


def test_invalid_settings__are_reported_as_findings(remote, configure, capsys):
    configure(POLL_INTERVALL=3)
    with pytest.raises(CommandError):
        call_command("outfitanyone_doctor")

    assert "E001" in capsys.readouterr().out


def test_links__engine_without_any_has_no_such_part(remote, monkeypatch, capsys):
    monkeypatch.setattr(OutfitAnyone, "LINKS", ())
    call_command("outfitanyone_doctor")

    assert "Links" not in capsys.readouterr().out
