from __future__ import annotations

from datetime import datetime, timedelta
from datetime import timezone as zones
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from django_outfitanyone import wakeup
from django_outfitanyone.choices import Status
from django_outfitanyone.diagnostics import doctor
from django_outfitanyone.diagnostics.findings import Level
from django_outfitanyone.diagnostics.pictures import diagnose_picture_check
from django_outfitanyone.engines.dashscope import probe
from django_outfitanyone.models import Account, Charge
from tests.factories import make_charge, make_try_on

pytestmark = pytest.mark.django_db

OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM


@pytest.fixture
def at_work():
    """A runner was active just now."""
    Account.current()
    Account.objects.update(runner_expires_at=timezone.now())


def levels(diagnosis):
    return [(finding.subject, finding.level) for finding in diagnosis()]


def only(diagnosis):
    (finding,) = diagnosis()
    return finding


def test_diagnose__healthy_installation_has_only_ok_findings_and_costs_nothing(remote, at_work):
    findings = doctor.diagnose()

    assert [finding for finding in findings if finding.level is not OK] == []
    assert {finding.subject for finding in findings} == {
        *("settings", "key", "region", "clock", "storage", "delivery"),
        *("account", "worker", "queue", "budget"),
    }
    spent = ("submits", "parses", "uploads")
    assert [remote.stats[name] for name in spent] == [0, 0, 0]
    assert not Charge.objects.exists()


def test_settings__check_messages_become_findings_with_their_hints(remote, configure):
    configure(POLL_INTERVAL="often")
    finding = next(doctor.diagnose_settings())

    assert (finding.subject, finding.level) == ("settings", PROBLEM)
    assert "E002" in finding.text
    assert "POLL_INTERVAL" in finding.remedy


def test_key__wrong(remote, configure):
    configure(API_KEY="sk-another")
    finding = only(doctor.diagnose_key)

    assert (finding.subject, finding.level) == ("key", PROBLEM)
    assert "InvalidApiKey" in finding.text
    assert "sk-another" not in finding.text
    assert finding.remedy


def test_key__missing(remote, configure, monkeypatch):
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    configure(API_KEY="")

    assert only(doctor.diagnose_key).level is PROBLEM


def test_key__engine_unreachable(configure):
    configure(BASE_URL="http://127.0.0.1:9/api/v1")

    assert levels(doctor.diagnose_key) == [("api", PROBLEM)]
    assert levels(doctor.diagnose_clock) == []


@pytest.mark.parametrize(
    ("url", "level", "text"),
    [
        ("https://dashscope.aliyuncs.com/api/v1", OK, "cost money"),
        ("https://ws1.cn-beijing.maas.aliyuncs.com/api/v1", OK, "cost money"),
        ("https://dashscope-intl.aliyuncs.com/api/v1", PROBLEM, "Singapore"),
        ("http://127.0.0.1:9/api/v1", OK, "sandbox"),
        ("http://8.8.8.8/api/v1", OK, "not a host of the vendor"),
    ],
)
def test_region(configure, url, level, text):
    configure(BASE_URL=url, ALLOW_PRIVATE_ADDRESSES=True)
    finding = next(doctor.diagnose_region())

    assert finding.level is level
    assert text in finding.text


def test_region__sandbox_whose_downloads_are_not_allowed(configure):
    configure(BASE_URL="http://127.0.0.1:9/api/v1", ALLOW_PRIVATE_ADDRESSES=False)

    assert only(doctor.diagnose_region).level is PROBLEM


def test_region__warns_about_the_end_of_the_models(configure, monkeypatch):
    configure(BASE_URL="https://dashscope.aliyuncs.com/api/v1")
    monkeypatch.setattr(probe, "END_OF_MODELS", datetime(2020, 1, 1, tzinfo=zones.utc))

    assert levels(doctor.diagnose_region) == [("region", OK), ("models", WARNING)]


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("seconds", "level"), [(3600, PROBLEM), (40, PROBLEM), (20, WARNING)])
def test_clock__differs_so_much_that_a_task_list_proves_nothing(
    remote, monkeypatch, sign, seconds, level
):
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=sign * seconds))
    finding = only(doctor.diagnose_clock)

    assert finding.level is level
    assert "NTP" in finding.remedy


def test_storage__removes_its_test_file(settings):
    list(doctor.diagnose_storage())

    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_storage__not_writable(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "file"

    assert levels(doctor.diagnose_storage) == [("storage", PROBLEM)]


def test_delivery__url_without_a_host(configure):
    configure(DELIVERY="url")
    findings = dict(levels(doctor.diagnose_storage))

    assert findings == {"delivery": PROBLEM, "storage": OK}


@pytest.mark.parametrize(
    ("media_url", "base_url", "level"),
    [
        ("http://127.0.0.1/media/", "https://dashscope.aliyuncs.com/api/v1", PROBLEM),
        ("http://127.0.0.1/media/", "http://127.0.0.1:9/api/v1", OK),
        ("https://8.8.8.8/media/", "https://dashscope.aliyuncs.com/api/v1", OK),
    ],
)
def test_delivery__by_url(configure, settings, media_url, base_url, level):
    settings.MEDIA_URL = media_url
    configure(DELIVERY="url", BASE_URL=base_url)

    assert dict(levels(doctor.diagnose_storage))["delivery"] is level


def test_work__stopped_account_has_a_reason_and_a_remedy(at_work):
    Account.objects.update(
        stopped_at=timezone.now(), stopped_code="Arrearage", stopped_message="Pay first."
    )
    finding = next(doctor.diagnose_work())

    assert (finding.subject, finding.level) == ("account", PROBLEM)
    assert "Arrearage" in finding.text
    assert "outfitanyone_resume" in finding.remedy


def test_work__paused_account(at_work):
    Account.objects.update(next_submission_at=timezone.now() + timedelta(minutes=1))

    assert levels(doctor.diagnose_work)[0] == ("account", WARNING)


def test_work__missing_worker_with_overdue_work():
    make_try_on(status=Status.RUNNING, due_at=timezone.now() - timedelta(minutes=10))
    finding = {finding.subject: finding for finding in doctor.diagnose_work()}["worker"]

    assert finding.level is PROBLEM
    assert "qcluster" in finding.remedy


def test_work__missing_worker_without_work_is_a_warning():
    assert dict(levels(doctor.diagnose_work))["worker"] is WARNING


def test_work__no_watchdog(at_work):
    from django_q.models import Schedule

    Schedule.objects.filter(func=wakeup.POLL).delete()

    assert ("queue", WARNING) in levels(doctor.diagnose_work)


@pytest.mark.parametrize("broken", [ConnectionError("refused"), None])
def test_work__broker_unreachable(at_work, monkeypatch, broken):
    class Broker:
        def ping(self):
            if broken:
                raise broken
            return False

    monkeypatch.setattr("django_q.brokers.get_broker", Broker)
    finding = {finding.subject: finding for finding in doctor.diagnose_work()}["queue"]

    assert finding.level is PROBLEM
    assert ("refused" if broken else "no answer") in finding.text


def test_work__spent_budget(configure, at_work):
    configure(BUDGET_PER_DAY=Decimal("0.50"))
    make_charge()
    Account.objects.update(budget_spent_until=timezone.now() + timedelta(hours=1))
    finding = {finding.subject: finding for finding in doctor.diagnose_work()}["budget"]

    assert finding.level is WARNING
    assert "BUDGET_PER_DAY" in finding.text


def test_work__unclear_request_needs_attention(at_work):
    make_try_on(status=Status.NEEDS_ATTENTION)

    assert ("attention", WARNING) in levels(doctor.diagnose_work)


@pytest.mark.django_db(transaction=True)
def test_work__missing_tables():
    with connection.schema_editor() as editor:
        editor.alter_db_table(Account, Account._meta.db_table, "elsewhere")
    try:
        finding = only(doctor.diagnose_work)
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Account, "elsewhere", Account._meta.db_table)

    assert (finding.subject, finding.level) == ("database", PROBLEM)
    assert "migrate" in finding.remedy


def test_pictures__are_checked_by_the_local_engine(local_engine):
    assert levels(diagnose_picture_check) == [("pictures", OK)]


def test_pictures__without_the_local_engine(local_engine):
    local_engine.is_missing = True
    finding = only(diagnose_picture_check)

    assert (finding.subject, finding.level) == ("pictures", WARNING)
    assert "django-outfitanyone[local]" in finding.remedy


def test_pictures__switched_off():
    assert levels(diagnose_picture_check) == []
