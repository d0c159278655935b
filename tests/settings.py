"""Settings of the test project; ``DATABASE_URL`` and ``Q_BROKER`` choose its services."""

import os
import tempfile
from pathlib import Path

import dj_database_url
import django

from tests.engine_keys import shop

BASE_DIR = Path(__file__).resolve().parent

if os.environ.get("DATABASE_URL", "").startswith("mysql"):
    import pymysql

    pymysql.version_info = (2, 2, 7, "final", 0)  # the version that Django requires of mysqlclient
    pymysql.install_as_MySQLdb()

DATABASES = {"default": dj_database_url.config(default="sqlite://:memory:")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
    }
    # a file, because some tests start worker processes that share it
    test_file = Path(tempfile.gettempdir()) / f"outfitanyone-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(test_file)}
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # tests kill processes, never the server: nothing is gained by waiting for its disk
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = "for tests only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"
LANGUAGE_CODE = "en-us"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
ROOT_URLCONF = "tests.urls"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_q",
    "django_outfitanyone",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}

# One queue per pytest-xdist worker, shared with the processes that its tests start.
os.environ.setdefault("TEST_QUEUE", f"tests-{os.getpid()}")
Q_CLUSTER = {
    "name": os.environ["TEST_QUEUE"] + os.environ.get("PYTEST_XDIST_WORKER", ""),
    "workers": 1,
    "queue_limit": 1,
    "timeout": 180,
    "retry": 210,
    "max_attempts": 1,
    "catch_up": False,
}
if os.environ.get("Q_BROKER", "orm").startswith("redis"):
    Q_CLUSTER["redis"] = os.environ["Q_BROKER"]
else:
    Q_CLUSTER["orm"] = "default"

OUTFITANYONE = shop(
    API_KEY="sk-for-tests",
    BASE_URL="http://127.0.0.1:9/api/v1",
    IS_SANDBOX=False,  # most tests play a shop that pays
    CHECK_PICTURES=False,  # the pictures of most tests are noise
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if django.VERSION >= (6, 1):  # before, EMAIL_BACKEND names it
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
