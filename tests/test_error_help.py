from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

import django_outfitanyone
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.dashscope.error_table import ERRORS
from django_outfitanyone.error_help import (
    FIXED_BY,
    OWN,
    error_help_for,
    is_about_person,
    is_temporary,
)
from django_outfitanyone.models import Account, TryOnResult

CODES = [*OWN, "InvalidPerson", "Arrearage", "Something.New"]


def test_engine_errors__name_who_can_fix_them():
    assert {kind.fixed_by for kind in ERRORS} <= set(FIXED_BY)


@pytest.mark.parametrize("code", CODES)
def test_error_help_for__every_code_has_a_text_and_a_person(code):
    found = error_help_for(code)

    assert found.text
    assert found.fixed_by in FIXED_BY
    assert found.person


def test_error_help_for__no_error_needs_no_help():
    assert error_help_for("") is None


def test_error_help_for__is_in_the_language_of_the_reader():
    english = error_help_for("PictureTooLarge")
    with translation.override("de"):
        german = error_help_for("PictureTooLarge")

    assert german.fixed_by == english.fixed_by
    assert german.text != english.text


def test_is_temporary__only_if_the_same_request_may_succeed_later():
    assert is_temporary("InternalError.Timeout")
    assert not is_temporary("InvalidPerson")


def test_is_about_person__names_the_photo_as_the_cause():
    assert is_about_person("InvalidPerson")
    assert is_about_person("InvalidPerson.TooFar", "…")
    assert not is_about_person("InvalidGarment")
    assert not is_about_person("NothingToKeep")
    assert not is_about_person("")


class TestOtherEngine:
    """The engine that ``PROVIDER`` names explains its own codes."""

    @pytest.fixture(autouse=True)
    def _toy_engine(self, configure):
        configure(BACKEND="tests.toy_engine.ToyEngine")

    def test_engine_explains_its_codes(self):
        found = error_help_for("PaintIsWet", "two hours")

        assert (found.fixed_by, found.text) == ("nobody", "Wait until it is dry: two hours")
        assert found.person == str(FIXED_BY["nobody"])
        assert is_temporary("PaintIsWet")

    def test_codes_of_another_engine_mean_nothing(self):
        assert error_help_for("InternalError.Timeout").text == "Paint it again."
        assert not is_temporary("InternalError.Timeout")

    def test_own_codes_do_not_reach_the_engine(self):
        assert error_help_for("PictureTooLarge").text == str(OWN["PictureTooLarge"][1])

    def test_rows_and_accounts_ask_the_engine(self):
        row = TryOnResult(status=Status.FAILED, error_code="PaintIsWet", error_message="one day")

        assert row.error_help.text == "Wait until it is dry: one day"
        assert Account(stopped_code="Frame", stopped_message="").error_help.fixed_by == "shop"


def test_own_codes__every_code_that_the_worker_stores_has_help():
    """Codes that end on a row; requests that are refused at once explain themselves."""
    folder = Path(django_outfitanyone.__file__).parent
    modules = [*folder.glob("worker/*.py"), *folder.glob("pictures/*.py")]
    source = "".join(path.read_text("utf-8") for path in modules)
    codes = set(re.findall(r'(?:error_)?code="(\w+)"', source)) - {"TaskGone"}

    assert {"InputChanged", "NothingToKeep", "PictureTooLarge"} <= codes
    assert codes <= set(OWN)
