"""The test project as a shop of its own: with budgets, its pictures in a folder, and a theme."""

import os

from tests.admin_themes.settings import *  # noqa: F403
from tests.engine_keys import shop

DEBUG = False
TIME_ZONE = "Europe/Berlin"
FOLDER = os.environ["PAGES_FOLDER"]
MEDIA_ROOT = f"{FOLDER}/media"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{FOLDER}/db.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
    }
}
OUTFITANYONE = shop(
    API_KEY="sk-for-tests",
    BASE_URL="http://127.0.0.1:9/api/v1",
    IS_SANDBOX=False,
    BUDGET_PER_DAY=40,
    BUDGET_PER_MONTH=400,
)
