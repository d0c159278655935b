"""A project whose router gives the app a database of its own, on the server that is tested.

``TEST_DATABASES`` is the folder of the two databases, or on a server the start of their names.
"""

import os
from pathlib import Path

from tests.engine_keys import shop
from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

place = os.environ["TEST_DATABASES"]
on_server = not DATABASES["default"]["ENGINE"].endswith("sqlite3")

DATABASES = {
    alias: {
        **DATABASES["default"],
        "TEST": {
            "NAME": f"{place}_{alias}" if on_server else str(Path(place) / f"{alias}.sqlite3")
        },
    }
    for alias in ("default", "shop")
}
DATABASE_ROUTERS = ["tests.second_database.router.ShopRouter"]
OUTFITANYONE = shop(API_KEY="sk-for-tests", CHECK_PICTURES=False)
