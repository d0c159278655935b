"""A project whose router gives the app a database of its own."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES = {
    "default": {**DATABASES["default"], "NAME": os.environ["TEST_DEFAULT_DATABASE"]},
    "shop": {**DATABASES["default"], "NAME": os.environ["TEST_SHOP_DATABASE"]},
}
DATABASE_ROUTERS = ["tests.second_database.router.ShopRouter"]
OUTFITANYONE = {"API_KEY": "sk-for-tests"}
