"""The two wheels: complete, separate, and working in a fresh environment."""

from __future__ import annotations

import json
import subprocess
import tarfile
import zipfile
from email.parser import HeaderParser

import pytest

from outfitanyone_local import samples
from tests.distributions import SOURCES, clean_environment, run

KILOBYTE = 1000
PHOTO = samples.MODELS[0].path
LICENCES = {"django_outfitanyone": "MIT", "outfitanyone_local": "MIT AND Apache-2.0 AND CC0-1.0"}

pytestmark = [pytest.mark.package, pytest.mark.slow]
each_package = pytest.mark.parametrize("package", SOURCES)

PROJECT = """
import os
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
    "name": "shop", "orm": "default", "workers": 1, "queue_limit": 1, "timeout": 180, "retry": 210,
    "catch_up": False,
}
OUTFITANYONE = {
    "ENGINES": {
        "default": {
            "BACKEND": "django_outfitanyone.engines.dashscope.OutfitAnyone",
            "API_KEY": "sk-x",
            "BASE_URL": os.environ.get("SANDBOX_URL", "http://127.0.0.1:9/api/v1"),
        }
    },
    "PARSER": "default",
    "ALLOW_PRIVATE_ADDRESSES": "SANDBOX_URL" in os.environ,
}
"""


def names_in(wheel):
    return zipfile.ZipFile(wheel).namelist()


def metadata_of(wheel):
    (name,) = (name for name in names_in(wheel) if name.endswith(".dist-info/METADATA"))
    return HeaderParser().parsestr(zipfile.ZipFile(wheel).read(name).decode())


@each_package
def test_wheel__holds_every_file_of_its_package_and_nothing_else(wheels, package):
    folder = SOURCES[package] / package
    shipped = {name for name in names_in(wheels[package]) if ".dist-info/" not in name}
    ours = {
        path.relative_to(SOURCES[package]).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.suffix != ".po"  # the source of the compiled .mo
    }

    assert shipped == ours
    assert f"{package}/py.typed" in shipped


@each_package
def test_wheel__states_its_licence_and_carries_the_texts(wheels, package):
    texts = [name for name in names_in(wheels[package]) if ".dist-info/licenses/" in name]
    has_apache = any(name.endswith("LICENSE-APACHE-2.0.txt") for name in texts)

    assert metadata_of(wheels[package])["License-Expression"] == LICENCES[package]
    assert any(name.endswith("licenses/LICENSE") for name in texts)
    assert has_apache is ("Apache" in LICENCES[package])


@each_package
def test_sdist__holds_no_tests_of_the_other_distribution(built, package):
    (archive,) = built.glob(f"{package}-*.tar.gz")
    with tarfile.open(archive) as opened:
        inside = {name.partition("/")[2].partition("/")[0] for name in opened.getnames()}

    assert inside.isdisjoint(set(SOURCES) - {package})


def test_both__have_the_same_version(wheels):
    assert len({metadata_of(wheel)["Version"] for wheel in wheels.values()}) == 1


def test_app_wheel__is_small_and_free_of_the_local_engine(wheels):
    wheel = wheels["django_outfitanyone"]
    names = names_in(wheel)
    sizes = {info.filename: info.compress_size for info in zipfile.ZipFile(wheel).infolist()}
    extras = {name for name in names if name.endswith((".mo", ".webp"))}

    assert sum(sizes[name] for name in names if name not in extras) < 800 * KILOBYTE
    assert sum(sizes[name] for name in extras) < 250 * KILOBYTE  # 4 languages, the guide
    assert not any("outfitanyone_local" in name or name.endswith(".tflite") for name in names)
    for suffix in (".html", ".css", ".js", ".mo", ".webp", "0001_initial.py"):
        assert any(name.endswith(suffix) for name in names), suffix


def test_local_wheel__brings_weights_and_pytest_plugin(wheels):
    names = names_in(wheels["outfitanyone_local"])

    assert sum(name.endswith(".tflite") for name in names) == 2
    assert "outfitanyone_local/pytest_plugin.py" in names
    assert not any(name.startswith("tests/") for name in names)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project.py").write_text(PROJECT, "utf-8")
    return tmp_path


@pytest.fixture
def manage(project):
    """Run a Django command of a new project in one of the environments."""

    def manage(python, *arguments, **environment):
        environment |= {"DJANGO_SETTINGS_MODULE": "project", "PATH": "/usr/bin:/bin"}
        command = (python, "-W", "error", "-m", "django", *arguments)
        return run(*command, cwd=project, env=environment)

    return manage


def test_app__works_without_the_local_engine(installed, manage):
    python = installed.app_only

    assert "no issues" in manage(python, "check", "--fail-level", "WARNING")
    assert "django_outfitanyone.0001_initial... OK" in manage(python, "migrate")
    assert "No changes" in manage(python, "makemigrations", "--check")
    assert "static files copied" in manage(python, "collectstatic", "--no-input")


def test_sandbox_alias__without_the_local_engine_says_what_to_install(installed, tmp_path):
    done = subprocess.run(
        [installed.app_only, "-m", "django_outfitanyone.sandbox"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert 'pip install "django-outfitanyone[sandbox]"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("module", ["outfitanyone_local.sandbox", "django_outfitanyone.sandbox"])
def test_sandbox__explains_itself(installed, tmp_path, module):
    assert "--state-dir" in run(installed.with_local, "-m", module, "--help", cwd=tmp_path)


def test_local_extra__reads_heic(installed, manage):
    code = "from django_outfitanyone.pictures.decoding import readable_names as n; print(n())"

    assert "HEIC" in manage(installed.with_local, "shell", "-c", code)
    assert "HEIC" not in manage(installed.app_only, "shell", "-c", code)


@pytest.fixture
def sandbox_url(installed, tmp_path):
    """The base URL of a sandbox that was started from the installed wheels."""
    process = subprocess.Popen(
        [installed.with_local, "-m", "django_outfitanyone.sandbox", "--port", "0"],
        cwd=tmp_path,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process.stdout.readline().strip()
        process.terminate()


def test_both__parse_a_picture_together(installed, manage, sandbox_url):
    python = installed.with_local
    manage(python, "migrate", SANDBOX_URL=sandbox_url)
    command = ["outfitanyone_parse", "--image", PHOTO, "--clothes", "upper", "lower", "--json"]
    report = json.loads(manage(python, *command, SANDBOX_URL=sandbox_url))

    assert report["status"] == "succeeded"
    assert all(area["bbox"] for area in report["areas"])
