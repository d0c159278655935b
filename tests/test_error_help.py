from __future__ import annotations

import re
from pathlib import Path

import pytest

import django_outfitanyone
from django_outfitanyone.engines.dashscope.error_table import ERRORS
from django_outfitanyone.error_help import FIXED_BY, OWN, error_help_for, is_temporary


def test_every_row_of_the_api_table__names_a_person():
    assert {kind.fixed_by for kind in ERRORS} <= set(FIXED_BY)


@pytest.mark.parametrize("code", [*OWN, "InvalidPerson", "Arrearage", "Something.New"])
def test_advice__for_every_code(code):
    advice = error_help_for(code)

    assert advice.text
    assert advice.person


def test_advice__without_an_error_there_is_none():
    assert error_help_for("") is None


def test_is_passing__waiting_helps_or_not():
    assert is_temporary("InternalError.Timeout")
    assert not is_temporary("InvalidPerson")


def test_own_codes__all_that_the_code_raises_have_advice():
    """Codes that end up on a row; those that a door refuses at once explain themselves."""
    folder = Path(django_outfitanyone.__file__).parent
    source = "".join(
        (folder / name).read_text("utf-8")
        for name in ("images.py", "delivery.py", "submitting.py", "downloads.py")
    )

    assert set(re.findall(r'code="(\w+)"', source)) <= set(OWN)
