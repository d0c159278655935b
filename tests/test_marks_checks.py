"""Checks of the visible label and of the certificate."""

from __future__ import annotations

import io

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from django_outfitanyone import checks
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.pictures import content_credentials
from tests.factories import make_published, make_try_on
from tests.pictures.credentials import make_chain
from tests.test_checks import ids


@pytest.mark.django_db
class TestLabel:
    def test_public_pictures_without_it_are_reported(self, configure):
        configure(SHOW_LABEL=False)
        make_published()
        (message,) = checks.check_label(databases=["default"])

        assert ids([message]) == ["W050"]
        assert '"SHOW_LABEL": True' in message.hint
        assert "SILENCED_SYSTEM_CHECKS" in message.hint

    def test_label_that_is_on_is_fine(self):
        make_published()
        assert checks.check_label(databases=["default"]) == []

    def test_pictures_that_visitors_do_not_see_are_fine(self, configure):
        configure(SHOW_LABEL=False)
        make_try_on()
        assert checks.check_label(databases=["default"]) == []

        configure(REQUIRE_REVIEW=False)
        assert ids(checks.check_label(databases=["default"])) == ["W050"]

    def test_plain_check_runs_no_query(self, configure, django_assert_num_queries):
        configure(SHOW_LABEL=False)
        make_published()
        with django_assert_num_queries(0):
            assert checks.check_label() == []
            assert checks.check_label(databases=[]) == []

    def test_other_database_is_not_asked(self, configure, django_assert_num_queries):
        configure(SHOW_LABEL=False)
        make_published()
        with django_assert_num_queries(0):
            assert checks.check_label(databases=["replica"]) == []

    def test_check_command_reports_it_for_a_database(self, configure):
        configure(SHOW_LABEL=False)
        make_published()
        assert "W050" in ids(run_checks(databases=["default"]))
        output = io.StringIO()
        call_command("check", databases=["default"], stderr=output)
        assert "W050" in output.getvalue()

    def test_database_before_its_first_migrate_is_fine(self, configure, monkeypatch):
        configure(SHOW_LABEL=False)
        monkeypatch.setattr(TryOnResult._meta, "db_table", "not_there_yet")
        assert checks.check_label(databases=["default"]) == []

    def test_database_that_fails_is_fine_and_stays_usable(self, configure, monkeypatch):
        configure(SHOW_LABEL=False)
        tables = connection.introspection.table_names()
        monkeypatch.setattr(TryOnResult._meta, "db_table", "not_there_yet")
        monkeypatch.setattr(
            type(connection.introspection), "table_names", lambda _self: [*tables, "not_there_yet"]
        )
        assert checks.check_label(databases=["default"]) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


class TestSigning:
    def test_no_certificate_is_fine(self):
        assert checks.check_signing() == []

    def test_certificate_that_signs_is_fine(self, configure, tmp_path):
        configure(**make_chain(tmp_path))
        assert checks.check_signing() == []

    def test_missing_extra_has_the_line_to_paste(self, configure, tmp_path, monkeypatch):
        configure(**make_chain(tmp_path))
        monkeypatch.setattr(content_credentials, "is_installed", lambda: False)
        (message,) = checks.check_signing()

        assert ids([message]) == ["W051"]
        assert message.hint == 'pip install "django-outfitanyone[c2pa]"'

    @pytest.mark.parametrize("name", ["C2PA_CERTIFICATE", "C2PA_KEY"])
    @pytest.mark.parametrize("path", ["", "/nowhere/file.pem"])
    def test_unreadable_file_is_named(self, configure, tmp_path, name, path):
        configure(**{**make_chain(tmp_path), name: path})
        (message,) = checks.check_signing()

        assert ids([message]) == ["W052"]
        assert name in message.msg
        assert '"C2PA_CERTIFICATE": ' in message.hint
