"""Settings of the processes that a test starts."""

import json
import os

from tests.engine_keys import changed, shop
from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, Q_CLUSTER

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]
MEDIA_ROOT = os.environ["TEST_MEDIA_ROOT"]
OUTFITANYONE = shop(
    API_KEY="sk-for-tests",
    BASE_URL=os.environ["TEST_BASE_URL"],
    ALLOW_PRIVATE_ADDRESSES=True,
    CONNECT_TIMEOUT=1,
    READ_TIMEOUT=1,  # short leases: rows of a killed worker are free again soon
    POLL_INTERVAL=0.2,
    UNCLEAR_DELAY=1,
    EXCLUSIVE=True,
    RUN_BUDGET=3,
)
OUTFITANYONE = changed(OUTFITANYONE, **json.loads(os.environ.get("TEST_OUTFITANYONE", "{}")))
Q_CLUSTER |= {"guard_cycle": 1, "timeout": 30, "retry": 40}
if "TEST_STORAGES" in os.environ:
    STORAGES = json.loads(os.environ["TEST_STORAGES"])
