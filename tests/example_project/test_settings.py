from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from django_outfitanyone.conf import conf
from outfitanyone_local.sandbox.emulators import base_paths
from tests.example_project.conftest import EXAMPLE


def test_defaults__are_sqlite_for_two_processes_and_the_local_sandbox(read_settings, tmp_path):
    settings = read_settings()
    database = settings["DATABASES"]["default"]
    assert database["NAME"] == tmp_path / "shop.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "WAL" in database["OPTIONS"]["init_command"]
    assert settings["ENGINE"]["BASE_URL"] == "http://127.0.0.1:8321/api/v1"
    assert settings["OUTFITANYONE"]["ALLOW_PRIVATE_ADDRESSES"] is True
    assert settings["ENGINE"]["API_KEY"]
    assert settings["ENGINE"]["EXCLUSIVE"] is True
    assert settings["Q_CLUSTER"]["orm"] == "default"


def test_sandbox__is_found_where_the_demo_has_put_it(read_settings, tmp_path):
    (tmp_path / "sandbox.url").write_text("http://127.0.0.1:4711/api/v1")
    assert read_settings()["ENGINE"]["BASE_URL"] == "http://127.0.0.1:4711/api/v1"


def test_engines_of_the_sandbox__are_those_that_it_serves_and_all_previews(read_settings, tmp_path):
    (tmp_path / "sandbox.url").write_text("http://127.0.0.1:4711/api/v1")
    settings = read_settings()
    with override_settings(OUTFITANYONE=settings["OUTFITANYONE"]):
        engines = {alias: engine for alias, engine in conf.engines.items() if alias != "local"}
        served = {f"http://127.0.0.1:4711{path}" for path in base_paths().values()}
        assert {engine.base_url for engine in engines.values()} == served
        assert len(engines) == len(base_paths())
        assert all(engine.is_sandbox and engine.api_key() for engine in engines.values())
        assert all(engine.knows_price(engine.default_model) for engine in engines.values())


def test_address_in_the_environment__leaves_only_its_own_engine(read_settings):
    for address in ("https://dashscope.aliyuncs.com/api/v1", "http://127.0.0.1:4711/api/v1"):
        engines = read_settings(OUTFITANYONE_BASE_URL=address)["OUTFITANYONE"]["ENGINES"]
        assert [engine["BASE_URL"] for engine in engines.values()] == [address]


def test_real_api__gets_no_invented_key_and_no_private_addresses(read_settings):
    settings = read_settings(OUTFITANYONE_BASE_URL="https://dashscope.aliyuncs.com/api/v1")
    assert settings["ENGINE"]["API_KEY"] == ""
    assert "EXCLUSIVE" not in settings["ENGINE"]
    assert settings["OUTFITANYONE"]["ALLOW_PRIVATE_ADDRESSES"] is False
    assert settings["IS_SANDBOX"] is False


def test_key__comes_from_the_environment(read_settings):
    assert read_settings(DASHSCOPE_API_KEY="sk-mine")["ENGINE"]["API_KEY"] == "sk-mine"


def test_language__is_english_unless_the_environment_names_another(read_settings):
    assert read_settings()["LANGUAGE_CODE"] == "en"
    assert read_settings(DEMO_LANGUAGE="ja")["LANGUAGE_CODE"] == "ja"


def test_database_url__chooses_the_database(read_settings):
    database = read_settings(DATABASE_URL="postgres://me@db.test/shop")["DATABASES"]["default"]
    assert database["ENGINE"].endswith("postgresql")
    assert database["HOST"] == "db.test"


def test_database_url__without_its_package_says_what_to_install(read_settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "dj_database_url", None)
    with pytest.raises(ImproperlyConfigured, match="pip install dj-database-url"):
        read_settings(DATABASE_URL="postgres://me@db.test/shop")


def test_broker__may_be_redis(read_settings):
    cluster = read_settings(Q_BROKER="redis://127.0.0.1:6379/3")["Q_CLUSTER"]
    assert cluster["redis"] == "redis://127.0.0.1:6379/3"
    assert "orm" not in cluster


def test_system_checks__find_nothing_to_complain_about(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_DIR", str(tmp_path))
    for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "Q_BROKER"):
        monkeypatch.delenv(name, raising=False)
    command = [sys.executable, EXAMPLE / "manage.py", "check", "--fail-level", "WARNING"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
