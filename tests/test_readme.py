"""The README's way into an own project, walked in a new one."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.test_docs import ROOT

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
    section = (ROOT / "README.md").read_text("utf-8").partition("## Put it into your project")[2]
    section = section.partition("\n## ")[0]
    return re.findall(rf"```{re.escape(language)}\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def run(tmp_path):
    """Run Python in a new project with the README's settings and an app named shop."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO")},
        "PYTHONPATH": str(ROOT),
        "DASHSCOPE_API_KEY": "sk-anything",
    }

    def run(*arguments, **options):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "django", "startproject", "config", ".")
    run("-m", "django", "startapp", "shop")
    (tmp_path / "shop" / "models.py").write_text(MODELS, "utf-8")
    (tmp_path / "shop" / "admin.py").write_text(ADMIN, "utf-8")
    (pasted,) = blocks("python")
    with (tmp_path / "config" / "settings.py").open("a") as settings:
        settings.write('INSTALLED_APPS += ["shop"]\n' + pasted)
    run("manage.py", "makemigrations", "shop")
    return run


def test_readme__leads_to_a_project_without_complaints(run):
    _, commands = blocks("sh")
    first = commands.splitlines()[0].split(" && ")
    for command in first:
        run(*command.split()[1:])

    assert first == ["python manage.py check", "python manage.py migrate"]
    assert "no issues" in run("manage.py", "check", "--fail-level", "WARNING")
    run("manage.py", "outfitanyone_poll", "--once")


def test_readme__leads_to_a_page(run):
    (template,) = blocks("html+django")
    run("manage.py", "migrate")
    page = run("manage.py", "shell", "-c", PAGE.format(template=template))

    assert 'rel="stylesheet"' in page
