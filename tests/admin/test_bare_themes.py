"""Themes that keep as little as possible of Django's templates."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin.controls import Controls
from tests.admin.essentials import make_rows, missing_on, press_all
from tests.admin.pages import AdminSession, address, text_of
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

PAGE = (
    "<!DOCTYPE html><html lang=en><head><title>{{ title }}</title></head>"
    "<body>{% block content %}{% endblock %}</body></html>"
)
FORM = (
    '{% extends "admin/base_site.html" %}{% block content %}'
    '<form method="post" enctype="multipart/form-data">{% csrf_token %}BODY'
    '<button type="submit" name="_save">Save</button></form>{% endblock %}'
)
FIELDS = (
    "{% for fieldset in adminform %}{% for line in fieldset %}{% for field in line %}"
    "<p>{% if field.is_readonly %}{{ field.contents }}{% else %}{{ field.field }}{% endif %}</p>"
    "{% endfor %}{% endfor %}{% endfor %}"
)
INLINES = "{% for inline in inline_admin_formsets %}{{ inline.formset }}{% endfor %}"
BLOCK = "{% block after_field_sets %}{% endblock %}"
THEMES = {
    "fieldsets only": {"change_form.html": FORM.replace("BODY", FIELDS)},
    "the block after_field_sets only": {
        "change_form.html": FORM.replace("BODY", "{{ adminform.form.as_p }}" + BLOCK + INLINES)
    },
    "a base template with content only": {"base_site.html": PAGE},
    "both": {"base_site.html": PAGE, "change_form.html": FORM.replace("BODY", FIELDS + BLOCK)},
}


@pytest.fixture(params=THEMES)
def theme(request, settings):
    """Replace templates of the admin by those of the theme."""
    templates = {f"admin/{name}": html for name, html in THEMES[request.param].items()}
    (engine,) = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", templates),
        "django.template.loaders.app_directories.Loader",
    ]
    options = {**engine["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]


@pytest.mark.usefixtures("theme")
def test_theme__shows_pictures_editor_actions_and_notices(site):
    assert missing_on(site, make_rows()) == []


@pytest.mark.usefixtures("theme")
def test_theme__runs_the_actions(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    press_all(AdminSession(client, user=admin_user), make_rows())


@pytest.mark.slow
def test_default_theme__shows_pictures_editor_actions_and_notices(site):
    assert missing_on(site, make_rows()) == []


def test_default_theme__runs_the_actions(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    press_all(AdminSession(client, user=admin_user), make_rows())


@pytest.mark.usefixtures("theme")
def test_theme__shows_each_panel_once(site):
    page = text_of(site.get("tryonresult_change", make_try_on().pk))

    assert page.count('class="outfit-panel') == 1


@pytest.mark.parametrize("model", ["tryonresult", "modelimage"])
def test_enter_key__saves_instead_of_running_an_action(site, model):
    """The first button in a form is the one that the Enter key presses."""
    row = make_try_on() if model == "tryonresult" else make_model_image()
    make_garment()
    page = text_of(site.get(f"{model}_change", row.pk)).partition(f'id="{model}_form"')[2]

    first = page[page.index('type="submit"') :]
    assert first.startswith('type="submit" name="_save"')


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("model", ["garment", "modelimage"])
def test_theme__shows_the_picture_check(site, local_engine, model):
    row = make_garment() if model == "garment" else make_model_image()
    response = site.get(f"{model}_change", row.pk)
    button = Controls(response).button("picture_action", "check")

    assert button.target == address(f"{model}_picture", row.pk)
    assert text_of(response).count('class="outfit-check"') == 1


@pytest.mark.parametrize("model", ["garment", "modelimage"])
def test_enter_key__does_not_run_the_picture_check(site, local_engine, model):
    row = make_garment() if model == "garment" else make_model_image()
    page = text_of(site.get(f"{model}_change", row.pk)).partition(f'id="{model}_form"')[2]

    first = page[page.index('type="submit"') :]
    assert first.startswith('type="submit" name="_save"')
