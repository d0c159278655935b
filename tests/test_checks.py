from __future__ import annotations

import re
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections

from django_outfitanyone import checks, wakers
from django_outfitanyone.conf import known_settings


def ids(messages):
    return [message.id.removeprefix("django_outfitanyone.") for message in messages]


def all_ids():
    return ids(
        message
        for check in (
            checks.check_settings,
            checks.check_product_model,
            checks.check_paths,
            checks.check_catalogue,
            checks.check_media,
            checks.check_engines,
            checks.check_keys,
            checks.check_local_parser,
            checks.check_end_dates,
            checks.check_queue,
            checks.check_sqlite,
            checks.check_money,
            checks.check_review,
            checks.check_signing,
            checks.check_label,
            checks.check_time_zone,
        )
        for message in check()
    )


def test_settings_of_the_test_project__have_no_messages():
    assert all_ids() == []


@pytest.mark.django_db
def test_checks__are_registered(settings):
    settings.OUTFITANYONE = {"RUN_BUDGETT": 5}
    with pytest.raises(SystemCheckError, match=r"django_outfitanyone\.E001"):
        call_command("check")


def test_unknown_key__names_the_nearest_one(settings):
    settings.OUTFITANYONE = {"RUN_BUDGETT": 3}
    (message,) = checks.check_settings()

    assert ids([message]) == ["E001"]
    assert '"RUN_BUDGET": 3' in message.hint


def test_unknown_key__hint_has_a_value_that_the_nearest_one_accepts(settings):
    settings.OUTFITANYONE = {"RUN_BUDGETS": True}
    (message,) = checks.check_settings()

    assert '{"RUN_BUDGET": 20}' in message.hint


def test_settings__must_be_a_dict(settings):
    settings.OUTFITANYONE = "sk-key"

    assert ids(checks.check_settings()) == ["E001"]


def test_invalid_value__has_a_hint_to_paste(settings):
    settings.OUTFITANYONE = {"RUN_BUDGET": "five"}
    (message,) = checks.check_settings()

    assert ids([message]) == ["E002"]
    assert message.hint == 'OUTFITANYONE = {"RUN_BUDGET": 20}'


@pytest.mark.parametrize("name", ["shop.Nothing", "nothing"])
def test_product_model__must_exist(settings, name):
    settings.OUTFITANYONE_PRODUCT_MODEL = name

    assert ids(checks.check_product_model()) == ["E003"]


def test_catalogue__must_be_importable(settings):
    settings.OUTFITANYONE = {"CATALOGUE": "shop.catalogue.Missing"}

    assert ids(checks.check_paths()) == ["E004"]


def test_catalogue__must_know_which_products_are_visible(settings):
    settings.OUTFITANYONE_PRODUCT_MODEL = "auth.Group"
    (message,) = checks.check_catalogue()

    assert ids([message]) == ["E006"]
    assert "is_visible" in message.msg
    assert '"CATALOGUE":' in message.hint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("API_AUTHENTICATION_CLASSES", ["shop.api.Missing"]),
        ("API_PERMISSION_CLASSES", ["shop.api.Missing"]),
        ("API_THROTTLE_CLASSES", ["shop.api.Missing"]),
        ("API_VIEWS", {"try-ons": "shop.api.Missing"}),
    ],
)
def test_class_of_the_api__that_cannot_be_imported(settings, key, value):
    settings.OUTFITANYONE = {key: value}

    (message,) = checks.check_paths()

    assert message.id == "django_outfitanyone.E004"
    assert key in message.msg
    assert key in message.hint


@pytest.mark.parametrize(
    "wrong", [{"OUTFITANYONE_PRODUCT_MODEL": "no.Model"}, {"OUTFITANYONE": {"CATALOGUE": "no.C"}}]
)
def test_catalogue__does_not_repeat_faults_of_other_checks(settings, wrong):
    for name, value in wrong.items():
        setattr(settings, name, value)

    assert checks.check_catalogue() == []


def test_media__file_system_storage_needs_a_root(settings):
    settings.MEDIA_ROOT = ""

    assert ids(checks.check_media()) == ["W007"]


def test_media__other_storage_needs_no_root(settings):
    settings.MEDIA_ROOT = ""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }

    assert checks.check_media() == []


def test_review__that_is_switched_off_is_explained(settings):
    settings.OUTFITANYONE = {"REQUIRE_REVIEW": False}
    (message,) = checks.check_review()

    assert ids([message]) == ["W012"]
    assert "visitors see every finished picture" in message.msg
    assert "SILENCED_SYSTEM_CHECKS" in message.hint


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        ({}, []),
        ({"timeout": None}, ["W002"]),
        ({"timeout": 159}, ["W002"]),
        ({"timeout": 160, "retry": 161}, []),
        ({"timeout": 220, "retry": 220}, ["W003"]),
        ({"retry": None}, ["W003"]),  # the default of django-q2 is 60
        ({"timeout": None, "retry": 160}, ["W002", "W003"]),  # a wakeup asks for 160 s
        ({"workers": 4, "queue_limit": 16}, ["W004"]),
        ({"sync": True}, ["W008"]),
        ({"catch_up": True}, ["W009"]),
        ({"catch_up": None}, ["W009"]),  # the default of django-q2 is True
        ({"workers": "many", "queue_limit": 1}, []),  # django-q2 reports that
        ({"workers": 4, "queue_limit": None}, ["W004"]),  # the default is workers squared
    ],
)
def test_queue_settings(settings, cluster, expected):
    merged = {**settings.Q_CLUSTER, **cluster}
    settings.Q_CLUSTER = {name: value for name, value in merged.items() if value is not None}

    assert ids(checks.check_queue()) == expected


@pytest.mark.parametrize("keys", [{}, {"READ_TIMEOUT": 300}, {"RUN_BUDGET": 60}])
def test_queue_settings__line_to_paste_is_enough(settings, configure, keys):
    configure(**keys)
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "timeout": 60, "retry": 90}
    first, second = checks.check_queue()
    assert ids([first, second]) == ["W002", "W003"]

    pasted = {}
    exec(first.hint, pasted)
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, **pasted["Q_CLUSTER"]}
    assert checks.check_queue() == []


def test_time_zone(settings):
    settings.USE_TZ = False

    assert ids(checks.check_time_zone()) == ["E007"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "options"), [("check", {}), ("migrate", {"plan": True, "skip_checks": False})]
)
def test_time_zone__is_the_only_fault_without_aware_times(settings, command, options):
    """Other checks compare times, so that they would fail without a reason."""
    settings.USE_TZ = False
    with pytest.raises(SystemCheckError) as refusal:
        call_command(command, **options)

    assert set(re.findall(r"django_outfitanyone\.\w+", str(refusal.value))) == {
        "django_outfitanyone.E007"
    }
    assert "USE_TZ = True" in str(refusal.value)


@pytest.mark.parametrize("name", sorted(known_settings()))
def test_every_setting__invalid_value_is_one_error_with_a_hint_to_paste(configure, name):
    """No other check fails or reports anything because of it."""
    configure(**{name: object()})
    messages = run_checks(tags=["outfitanyone"])

    assert ids(messages) == ["E002"]
    assert messages[0].hint.startswith(f'OUTFITANYONE = {{"{name}": ')


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CURRENCY", "yuan"),
        ("BUDGET_PER_DAY", 5.0),
        ("BUDGET_PER_DAY", Decimal(-1)),
        ("KEEP_ORPHANS_DAYS", 0),
        ("KEEP_DRAFTS_DAYS", 0),
        ("KEEP_FAILED_DAYS", True),
        ("POLL_INTERVAL", 0),
        ("POLL_INTERVAL", "3"),
        ("CONCURRENT_TASKS", 0),
        ("PRICES", {"aitryon": 0.2}),
        ("BASE_URL", "dashscope.aliyuncs.com"),
        ("DELIVERY", "mail"),
        ("MAX_UPLOAD_BYTES", -1),
    ],
)
def test_setting__refuses_the_value(configure, name, value):
    configure(**{name: value})

    assert ids(checks.check_settings() + checks.check_engines()) == ["E002"]


def test_queue__uses_the_settings_of_the_named_cluster(settings):
    settings.Q_CLUSTER = {
        **settings.Q_CLUSTER,
        "ALT_CLUSTERS": {"pictures": {"timeout": 10}},
    }
    settings.OUTFITANYONE = {"Q_CLUSTER_NAME": "pictures"}

    assert ids(checks.check_queue()) == ["W002"]


def test_queue__unknown_cluster(settings):
    settings.OUTFITANYONE = {"Q_CLUSTER_NAME": "nowhere"}

    assert ids(checks.check_queue()) == ["E005"]


def test_queue__not_installed(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]

    assert ids(checks.check_queue()) == ["W006"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["W005"]),
        ({"transaction_mode": "IMMEDIATE"}, ["W005"]),
        (
            {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=wal;"},
            [],
        ),
    ],
)
def test_sqlite__modes(monkeypatch, options, expected):
    database = deepcopy(connections["default"].settings_dict)
    database |= {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "shop.sqlite3",
        "OPTIONS": options,
    }
    monkeypatch.setattr(connections["default"], "settings_dict", database)

    assert ids(checks.check_sqlite()) == expected


def test_ids__each_has_one_meaning_and_is_used():
    folders = (Path(checks.__file__).parent, Path(wakers.__file__).parent)
    modules = sorted(module for folder in folders for module in folder.glob("*.py"))
    source = "".join(module.read_text("utf-8") for module in modules)
    used = re.findall(r'(?:error|warning)\(\s*"([EW]\d{3})"', source)

    assert set(used) == set(checks.IDS)
