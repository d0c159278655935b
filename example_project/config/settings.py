"""Settings of a small shop. All environment variables are optional: DEMO_DIR, DEMO_LANGUAGE,
DATABASE_URL, Q_BROKER, OUTFITANYONE_BASE_URL, DASHSCOPE_API_KEY and SECRET_KEY.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.sandbox_engines import API_PATH, KEY, sandbox_engines

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO_DIR = Path(os.environ.get("DEMO_DIR") or REPOSITORY / ".demo").resolve()
"""Holds database, pictures, logs and the sandbox's state; delete it to start from scratch."""

SECRET_KEY = os.environ.get("SECRET_KEY", "not secret: the demo listens on this machine only")
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "shop",
    "django_outfitanyone",
    "django_q",
    "rest_framework",
    "drf_spectacular",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a server in front of the shop may do this instead
    "config.csp.content_security_policy",
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
                "shop.cart.bag",
            ],
        },
    },
]

# Database: with these two options SQLite serves a web process and a worker
if database_url := os.environ.get("DATABASE_URL"):
    try:
        import dj_database_url
    except ImportError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL is set: pip install dj-database-url and the driver of the database."
        ) from error
    if database_url.startswith("mysql"):
        import pymysql

        pymysql.version_info = (
            2,
            2,
            7,
            "final",
            0,
        )  # the version of mysqlclient that Django requires
        pymysql.install_as_MySQLdb()
    DATABASES = {"default": dj_database_url.parse(database_url)}
else:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DEMO_DIR / "shop.sqlite3"}
    }
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Queue: one worker handles any number of try-ons
Q_CLUSTER = {
    "name": "shop",
    "workers": 1,
    "queue_limit": 1,
    "timeout": 300,
    "retry": 330,
    "max_attempts": 1,
    "catch_up": False,
}
if os.environ.get("Q_BROKER", "orm").startswith("redis"):
    Q_CLUSTER["redis"] = os.environ["Q_BROKER"]
else:
    Q_CLUSTER["orm"] = "default"

# Engines: those of the local sandbox, unless the environment names another base URL
SANDBOX_ADDRESS = DEMO_DIR / "sandbox.url"
"""The file with the base URL of the demo's sandbox, read by every other command."""
IS_SANDBOX = not os.environ.get("OUTFITANYONE_BASE_URL")
if not IS_SANDBOX:
    BASE_URL = os.environ["OUTFITANYONE_BASE_URL"]
elif SANDBOX_ADDRESS.exists():
    BASE_URL = SANDBOX_ADDRESS.read_text()
else:
    BASE_URL = f"http://127.0.0.1:8321{API_PATH}"
IS_LOCAL = urlsplit(BASE_URL).hostname in {"127.0.0.1", "localhost", "::1"}
ENGINE = {
    "BACKEND": "django_outfitanyone.engines.dashscope.OutfitAnyone",
    "BASE_URL": BASE_URL,
    "API_KEY": os.environ.get("DASHSCOPE_API_KEY") or (KEY if IS_LOCAL else ""),
}
if IS_LOCAL:
    ENGINE |= {
        "POLL_INTERVAL": 1,
        # Only this shop uses the sandbox, and it is free, so the worker may settle unclear
        # requests of a killed worker without asking a person.
        "EXCLUSIVE": True,
        "UNCLEAR_DELAY": 5,
    }
ENGINES = {"default": ENGINE}
if IS_SANDBOX:
    ENGINES |= sandbox_engines(BASE_URL)
OUTFITANYONE = {
    "ENGINES": ENGINES,
    "PARSER": "default",
    "ALLOW_PRIVATE_ADDRESSES": IS_LOCAL,
    "CATALOGUE": "shop.catalogue.ShopCatalogue",
    "RUN_BUDGET": 5,  # seconds that the worker may need to stop
}
if IS_LOCAL:
    OUTFITANYONE["READ_TIMEOUT"] = 60  # the sandbox computes on this machine, which may be busy

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

LANGUAGE_CODE = os.environ.get("DEMO_LANGUAGE") or "en"
"""Language of those whose browser asks for none of ``LANGUAGES``, for example ``ja``."""
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
    ("ja", "日本語"),
]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
MEDIA_URL = "media/"
MEDIA_ROOT = DEMO_DIR / "media"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django_outfitanyone": {"handlers": ["console"], "level": "INFO"}},
}
