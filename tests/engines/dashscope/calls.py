"""Every call of the engine, and marks that run a test with each of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from django_outfitanyone.engines.base import Picture
from tests.engines.dashscope.conftest import ORDER

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)

PAID = {
    "submit": lambda client: client.submit(ORDER),
    "parse": lambda client: client.parse(
        Picture(url="https://shop.example/p.jpg"), ["upper"], model="aitryon-parsing-v1"
    ),
}
FREE = {
    "query": lambda client: client.query("t-1"),
    "cancel": lambda client: client.cancel("t-1"),
    "list_tasks": lambda client: client.list_tasks(start=NOW, end=NOW + timedelta(minutes=1)),
    "upload": lambda client: client.upload(b"picture", filename="a.jpg", model="aitryon-plus"),
}
paid = pytest.mark.parametrize("call", PAID.values(), ids=PAID)
free = pytest.mark.parametrize("call", FREE.values(), ids=FREE)
any_call = pytest.mark.parametrize("call", [*PAID.values(), *FREE.values()], ids=[*PAID, *FREE])
