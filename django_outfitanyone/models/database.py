"""The database that the project's router gives to this app, and transactions on it.

``transaction.atomic()`` alone means the database ``default``, which may be another one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from django_outfitanyone.models.account import Account


def alias() -> str:
    """Return the alias of the database that holds the app's rows."""
    return router.db_for_write(Account)


def connection() -> BaseDatabaseWrapper:
    """Return this thread's connection to that database."""
    return connections[alias()]


def atomic() -> AbstractContextManager[Any]:
    """Return a transaction on that database, as ``transaction.atomic`` does."""
    return transaction.atomic(using=alias())


def on_commit(function: Callable[[], object]) -> None:
    """Call the function once the transaction on that database is committed."""
    transaction.on_commit(function, using=alias())
