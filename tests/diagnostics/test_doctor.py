from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics import doctor
from django_outfitanyone.diagnostics.findings import Level
from django_outfitanyone.diagnostics.pictures import diagnose_picture_check
from django_outfitanyone.engines.base import CheckResult
from django_outfitanyone.models import Account, Charge, DailyTotal
from django_outfitanyone.models.amounts import shop_day
from django_outfitanyone.wakers.base import WATCH
from tests.factories import make_charge, make_try_on
from tests.toy_engine import ToyEngine

pytestmark = pytest.mark.django_db

PREVIEW = {"BACKEND": "tests.toy_engine.PreviewToy"}
OK, WARNING, PROBLEM = Level.OK, Level.WARNING, Level.PROBLEM


@pytest.fixture
def at_work():
    """A runner was active just now."""
    Account.of()
    Account.objects.update(runner_expires_at=timezone.now())


def levels(diagnosis):
    return [(finding.subject, finding.level) for finding in diagnosis()]


def only(subject):
    (finding,) = about(subject)
    return finding


def about(subject):
    """Return what is found about one subject of the connection."""
    return [finding for finding in doctor.diagnose_engine() if finding.subject == subject]


def test_diagnose__healthy_installation_has_only_ok_findings_and_costs_nothing(remote, at_work):
    findings = doctor.diagnose()

    assert [finding for finding in findings if finding.level is not OK] == []
    assert {finding.subject for finding in findings} == {
        *("settings", "key", "region", "clock", "storage", "delivery"),
        *("account", "worker", "queue", "budget", "totals"),
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
    finding = only("key")

    assert (finding.subject, finding.level) == ("key", PROBLEM)
    assert "InvalidApiKey" in finding.text
    assert "sk-another" not in finding.text
    assert finding.remedy


def test_key__missing(remote, configure, monkeypatch):
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    configure(API_KEY="")

    assert only("key").level is PROBLEM


def test_key__engine_unreachable(configure):
    configure(BASE_URL="http://127.0.0.1:9/api/v1")

    assert [found.level for found in about("api")] == [PROBLEM]
    assert about("clock") == []


def test_region__sandbox_whose_downloads_are_not_allowed(configure):
    configure(BASE_URL="http://127.0.0.1:9/api/v1", ALLOW_PRIVATE_ADDRESSES=False)

    assert only("region").level is PROBLEM


def test_end__is_announced(configure):
    configure(BASE_URL="https://dashscope.aliyuncs.com/api/v1")

    assert levels(doctor.diagnose_end) == [("models", WARNING)] * 2  # both models end
    assert "2026" in next(doctor.diagnose_end()).text


def test_end__of_a_sandbox_is_none(remote):
    assert levels(doctor.diagnose_end) == []


def test_fallbacks__order_is_named_and_what_waits_in_spite_of_it(configure):
    toy = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k"}
    engines = {"default": {**toy, "PRICES": {"toy-1": Decimal("0.40")}}, "second": toy}
    configure(ENGINES=engines, FALLBACKS=["second"])
    stopped = Account.of()
    Account.objects.update(stopped_at=timezone.now(), stopped_code="PaymentRequired")
    make_try_on(status=Status.QUEUED, account=stopped, remote_model="toy-1")
    order, waiting = doctor.diagnose_fallbacks()

    assert (order.level, waiting.level) == (OK, WARNING)
    assert "second/toy-1" in order.text
    assert "1 picture waits, because" in waiting.text
    assert "would be dearer" in waiting.text
    assert "outfitanyone_move" in waiting.remedy


def test_diagnoses__of_several_engines_say_which(remote, configure, settings):
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    configure(ENGINES={"default": own, "second": {**own, "API_KEY": "sk-another"}})
    good, bad = about("key")

    assert (good.level, good.text[:9]) == (OK, "default: ")
    assert (bad.level, bad.text[:8]) == (PROBLEM, "second: ")


def test_key__is_checked_by_the_free_calls_of_the_engine(configure, monkeypatch):
    results = [
        CheckResult(is_good=True, message="The key works."),
        CheckResult(is_good=False, message="No credits.", remedy="Buy some."),
    ]
    monkeypatch.setattr(ToyEngine, "check", lambda self: results)
    configure(ENGINES={"default": {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k"}})
    configure(PARSER="local", ENGINES={**conf.ENGINES, "local": {**PREVIEW}})
    found = about("engine")

    assert [finding.level for finding in found] == [OK, PROBLEM] * 2
    assert found[1].remedy == "Buy some."


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

    Schedule.objects.filter(func=WATCH).delete()

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
        finding = next(doctor.diagnose_work())
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Account, "elsewhere", Account._meta.db_table)

    assert (finding.subject, finding.level) == ("database", PROBLEM)
    assert "migrate" in finding.remedy


def test_pictures__are_checked_by_the_local_engine(local_engine):
    assert levels(diagnose_picture_check) == [("pictures", OK)]


def test_pictures__without_the_local_engine(local_engine):
    local_engine.is_missing = True
    finding = next(diagnose_picture_check())

    assert (finding.subject, finding.level) == ("pictures", WARNING)
    assert "django-outfitanyone[local]" in finding.remedy


def test_pictures__switched_off():
    assert levels(diagnose_picture_check) == []


def test_totals__that_differ_from_the_charges_are_a_warning():
    yesterday = shop_day(timezone.now()) - timedelta(days=1)
    make_charge(charged_on=yesterday)
    assert levels(doctor.diagnose_totals) == [("totals", OK)]

    DailyTotal.objects.update(charges=9)

    (finding,) = doctor.diagnose_totals()
    assert finding.level is WARNING
    assert finding.text.startswith("1 daily total differs")
    assert "outfitanyone_clean" in finding.remedy
