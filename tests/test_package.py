"""The wheel that people install: complete, and working in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "django_outfitanyone"
NOT_SHIPPED = {".pyc"}

pytestmark = pytest.mark.package

PROJECT = """
from pathlib import Path
SECRET_KEY = "x"
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": Path(__file__).with_name("db.sqlite3"),
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"},
}}
USE_TZ = True
STATIC_URL = "static/"
MEDIA_ROOT = Path(__file__).with_name("media")
STATIC_ROOT = Path(__file__).with_name("static")
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.messages", "django.contrib.sessions", "django.contrib.staticfiles",
    "rest_framework", "django_q", "django_outfitanyone"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}]
Q_CLUSTER = {
    "name": "shop", "orm": "default", "workers": 1, "queue_limit": 1, "timeout": 60, "retry": 90,
    "catch_up": False,
}
OUTFITANYONE = {"API_KEY": "sk-x"}
"""


def run(*command, cwd=ROOT, **options):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built as a release is: the source distribution first, the wheel from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel__holds_every_file_of_the_package(wheel):
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(PACKAGE.name)}
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in NOT_SHIPPED and "__pycache__" not in path.parts
    }

    assert ours - shipped == set()
    for suffix in (".html", ".css", ".tflite", ".mo", "py.typed", "0001_initial.py"):
        assert any(name.endswith(suffix) for name in shipped), suffix


def test_wheel__carries_both_licences(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("LICENSE-APACHE-2.0.txt") for name in names)


def test_wheel__works_in_a_fresh_environment(wheel, tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    (tmp_path / "project.py").write_text(PROJECT, "utf-8")
    environment = {"DJANGO_SETTINGS_MODULE": "project", "PATH": "/usr/bin:/bin"}

    def manage(*arguments):
        return run(python, "-W", "error", "-m", "django", *arguments, cwd=tmp_path, env=environment)

    assert "no issues" in manage("check", "--fail-level", "WARNING")
    assert "django_outfitanyone.0001_initial... OK" in manage("migrate")
    assert "No changes" in manage("makemigrations", "--check")
    assert "static files copied" in manage("collectstatic", "--no-input")
    missing = subprocess.run(
        [python, "-m", "outfitanyone_local.sandbox"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert missing.returncode == 2
    assert "django-outfitanyone[sandbox]" in missing.stderr
