"""Settings of every process that a benchmark starts; `environment` sets the variables read here."""

import json
import os

import dj_database_url

from tests.engine_keys import changed, shop

DATABASE_URL = os.environ["DATABASE_URL"]
if DATABASE_URL.startswith("mysql"):
    import pymysql

    pymysql.version_info = (2, 2, 7, "final", 0)  # the mysqlclient version that Django requires
    pymysql.install_as_MySQLdb()

DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASE_URL.startswith("sqlite"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = "for benchmarks only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = os.environ["BENCH_MEDIA_ROOT"]
STORAGES = {
    "default": {"BACKEND": os.environ["BENCH_STORAGE"]},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ROOT_URLCONF = os.environ.get("BENCH_URLS", "benchmarks.urls")

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
    "benchmarks.event_log.EventLog",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
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

Q_CLUSTER = {
    "name": "bench",
    "workers": 1,
    "queue_limit": 2,
    "timeout": 180,
    "retry": 210,
    "max_attempts": 1,
    "catch_up": False,
    **json.loads(os.environ.get("BENCH_Q_CLUSTER", "{}")),
}
if os.environ.get("Q_BROKER", "orm").startswith("redis"):
    Q_CLUSTER["redis"] = os.environ["Q_BROKER"]
else:
    Q_CLUSTER["orm"] = "default"

OUTFITANYONE = changed(
    shop(
        BASE_URL=os.environ["OUTFITANYONE_BASE_URL"],
        ALLOW_PRIVATE_ADDRESSES=True,
    ),
    **json.loads(os.environ.get("BENCH_OUTFITANYONE", "{}")),
)
OUTFITANYONE["ENGINES"] = {
    alias: {**OUTFITANYONE["ENGINES"]["default"], "API_KEY": f"sk-of-{alias}"}
    for alias in json.loads(os.environ.get("BENCH_ACCOUNTS", '["default"]'))
}
