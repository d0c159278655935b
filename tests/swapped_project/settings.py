"""A project whose products are its own model with a textual primary key."""

from tests.engine_keys import shop
from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.swapped_project.shop"]
OUTFITANYONE_PRODUCT_MODEL = "shop.Article"
OUTFITANYONE = shop(
    API_KEY="sk-for-tests",
    CATALOGUE="tests.swapped_project.shop.catalogue.ArticleCatalogue",
    CHECK_PICTURES=False,
)
