"""The README's steps "Add it to your project", followed in a new project with both wheels."""

from __future__ import annotations

import re

import pytest

from tests.distributions import ROOT, clean_environment
from tests.distributions import run as run_command

pytestmark = [pytest.mark.package, pytest.mark.slow]

MODELS = """
from django.db import models

class Product(models.Model):
    title = models.CharField(max_length=100)
    is_visible = models.BooleanField(default=True)
"""
ADMIN = """
from django.contrib import admin
from django_outfitanyone.admin import GarmentInline
from shop.models import Product

@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    inlines = [GarmentInline]
"""
PAGE = """
from django.template import Context, Template
from django_outfitanyone.models import TryOnResult
from shop.models import Product

product = Product.objects.create(title="Sun hat")
results = TryOnResult.objects.public().for_product(product).with_hotspots()
print(Template({template!r}).render(Context({{"results": results}})))
"""


def blocks(language):
    readme = (ROOT / "README.md").read_text("utf-8")
    section = re.split(r"\n## (?:Add|Put) it (?:in)?to your project\n", readme)[1]
    section = section.partition("\n## ")[0]
    return re.findall(rf"```{re.escape(language)}\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def run(installed, tmp_path):
    """Run Python in a new project with the README's settings and an app named shop."""
    environment = {**clean_environment(), "DASHSCOPE_API_KEY": "sk-anything"}

    def run(*arguments):
        return run_command(installed.with_local, *arguments, cwd=tmp_path, env=environment)

    run("-m", "django", "startproject", "config", ".")
    run("-m", "django", "startapp", "shop")
    (tmp_path / "shop" / "models.py").write_text(MODELS, "utf-8")
    (tmp_path / "shop" / "admin.py").write_text(ADMIN, "utf-8")
    (pasted,) = blocks("python")
    with (tmp_path / "config" / "settings.py").open("a") as settings:
        settings.write('INSTALLED_APPS += ["shop"]\n' + pasted)
    run("manage.py", "makemigrations", "shop")
    return run


def test_readme__leads_to_a_project_that_passes_its_checks(run):
    _, commands = blocks("sh")
    first = commands.splitlines()[0].split(" && ")
    for command in first:
        run(*command.split()[1:])

    assert first == ["python manage.py check", "python manage.py migrate"]
    assert "no issues" in run("manage.py", "check", "--fail-level", "WARNING")
    run("manage.py", "outfitanyone_worker", "--once")


def test_readme__leads_to_a_page(run):
    (template,) = blocks("html+django")
    run("manage.py", "migrate")
    page = run("manage.py", "shell", "-c", PAGE.format(template=template))

    assert 'rel="stylesheet"' in page
