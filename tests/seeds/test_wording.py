"""Where the documents say that something is random, every door says so too."""

from __future__ import annotations

import argparse
import re

import pytest
from django.core.management import load_command_class

from tests.admin.pages import AdminSession, text_of
from tests.api import contract
from tests.factories import make_garment, make_model_image

pytestmark = pytest.mark.django_db
OPTIONS = {
    "other half": ("other_half", "keep_other_half", "--new-other-half"),
    "face": ("face", "restore_face", "--new-face"),
}
"""The name of each option in the admin's form, in the API and in the command."""
EACH = pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)


@EACH
def test_admin__says_random(admin_client, option):
    garment, photo = make_garment(), make_model_image()
    session = AdminSession(admin_client)

    page = text_of(session.get("tryonresult_add", garments=garment.pk, photos=photo.pk))

    choice = rf'name="{option[0]}" value="replace"[^>]*>([^<]*)<'
    assert "random" in re.search(choice, page)[1]


@EACH
def test_api__says_random(option):
    components = contract.schema()["components"]["schemas"].values()
    texts = [
        component["properties"][option[1]].get("description", "")
        for component in components
        if option[1] in component.get("properties", {})
    ]

    assert any("random" in text for text in texts)


@EACH
def test_command__says_random(option):
    command = load_command_class("django_outfitanyone", "outfitanyone_tryon")
    parser = command.create_parser("manage.py", "outfitanyone_tryon")
    assert isinstance(parser, argparse.ArgumentParser)
    found = [action for action in parser._actions if option[2] in action.option_strings]

    assert [bool(re.search(r"\brandom\b", action.help)) for action in found] == [True]
