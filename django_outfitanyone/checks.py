"""System checks: what is wrong with the settings, and the line to paste."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from functools import wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connections, router
from django.utils.module_loading import import_string

from django_outfitanyone import wakeup
from django_outfitanyone.catalogue import catalogue, product_model
from django_outfitanyone.conf import (
    ConfigurationError,
    conf,
    given,
    known_settings,
    product_model_name,
)
from django_outfitanyone.models import Account

Messages = list[checks.CheckMessage]
Check = Callable[..., Messages]

IDS = {
    "E001": "OUTFITANYONE is not a dict, or has an unknown key",
    "E002": "a setting has a wrong value",
    "E003": "OUTFITANYONE_PRODUCT_MODEL names no model",
    "E004": "a dotted path in the settings cannot be imported",
    "E005": "Q_CLUSTER_NAME names no cluster of django-q2",
    "E006": "the catalogue cannot tell which products visitors may see",
    "E007": "USE_TZ is off",
    "W001": "there is no API key",
    "W002": "django-q2 may kill a task before it is done",
    "W003": "django-q2 hands work out again while it is still being done",
    "W004": "django-q2 fetches more work ahead than it can do",
    "W005": "SQLite is not set up for several processes",
    "W006": "nothing rings the runner",
    "W007": "uploaded pictures have no folder of their own",
    "W008": "django-q2 does the work inside the request that asks for it",
    "W009": "django-q2 makes up for every minute that it was down",
    "W010": "a model has no price",
    "W011": "a budget does not cover a single picture",
}
"""Every id, for the documentation; each names one fault only."""


def register_all() -> None:
    """Bind the checks; called once, when the app is ready."""
    checks.register(check_settings, "outfitanyone")
    for check in (
        check_time_zone,
        check_product_model,
        check_paths,
        check_catalogue,
        check_media,
        check_key,
        check_queue,
        check_sqlite,
        check_money,
    ):
        checks.register(_if_settings_are_valid(check), "outfitanyone")


def _if_settings_are_valid(check: Check) -> Check:
    """Values that are wrong are reported once, and nothing is concluded from them."""

    @wraps(check)
    def guarded(**kwargs: Any) -> Messages:
        return [] if check_settings() else check(**kwargs)

    return guarded


def check_settings(**_kwargs: Any) -> Messages:
    """Unknown keys and wrong values in ``OUTFITANYONE``."""
    try:
        values = given()
    except ConfigurationError as error:
        return [_error("E001", str(error), "OUTFITANYONE = {}")]
    known = known_settings()
    messages: Messages = []
    for name, value in values.items():
        if name not in known:
            near = get_close_matches(str(name).upper(), known, n=1, cutoff=0)[0]
            messages.append(
                _error(
                    "E001",
                    f"OUTFITANYONE has no setting {name!r}.",
                    f'Did you mean OUTFITANYONE = {{"{near}": {value!r}}}?',
                )
            )
        elif not known[name].accepts(value):
            expects, default = known[name].expects, known[name].default
            messages.append(
                _error(
                    "E002",
                    f"OUTFITANYONE[{name!r}] must be {expects}.",
                    f'OUTFITANYONE = {{"{name}": {default!r}}}',
                )
            )
    return messages


def check_time_zone(**_kwargs: Any) -> Messages:
    """Leases, deadlines and budgets compare moments of several hosts."""
    if settings.USE_TZ:
        return []
    return [_error("E007", "USE_TZ is off, but all times here have a zone.", "USE_TZ = True")]


def check_money(**_kwargs: Any) -> Messages:
    """Without a price a picture costs nothing, so that no budget could stop it."""
    used = {
        name: getattr(conf, name) for name in ("TRY_ON_MODEL", "PARSING_MODEL", "REFINER_MODEL")
    }
    messages = [
        _warning(
            "W010",
            f"OUTFITANYONE['{name}'] = {model!r} has no price: estimates, the ledger and budgets "
            "take it for free.",
            f'OUTFITANYONE = {{"PRICES": {{..., {model!r}: Decimal("0.50")}}}}',
        )
        for name, model in used.items()
        if model not in conf.PRICES
    ]
    price = conf.price(conf.TRY_ON_MODEL)
    for name, budget in _budgets().items():
        if 0 < budget < price:
            messages.append(
                _warning(
                    "W011",
                    f"OUTFITANYONE['{name}'] = {budget} is less than one picture costs ({price}).",
                    f'OUTFITANYONE = {{"{name}": Decimal("{20 * price}")}}',
                )
            )
    return messages


def _budgets() -> dict[str, Decimal]:
    given = {name: getattr(conf, name) for name in ("BUDGET_PER_DAY", "BUDGET_PER_MONTH")}
    return {name: budget for name, budget in given.items() if budget is not None}


def check_product_model(**_kwargs: Any) -> Messages:
    """``OUTFITANYONE_PRODUCT_MODEL`` must name an installed model."""
    try:
        apps.get_model(product_model_name())
    except (LookupError, ValueError):
        return [
            _error(
                "E003",
                f"OUTFITANYONE_PRODUCT_MODEL = {product_model_name()!r} names no installed model.",
                'OUTFITANYONE_PRODUCT_MODEL = "catalogue.Product"  # app_label.ModelName',
            )
        ]
    return []


def check_paths(**_kwargs: Any) -> Messages:
    """Dotted paths must lead somewhere."""
    messages: Messages = []
    for name in ("PROVIDER", "CATALOGUE"):
        path = getattr(conf, name)
        try:
            import_string(path)
        except ImportError as error:
            messages.append(
                _error(
                    "E004",
                    f"OUTFITANYONE[{name!r}] = {path!r} cannot be imported: {error}",
                    f'OUTFITANYONE = {{"{name}": "{known_settings()[name].default}"}}',
                )
            )
    return messages


def check_catalogue(**_kwargs: Any) -> Messages:
    """A product model without the shipped one's ``is_visible`` needs an adapter that knows."""
    try:
        products = product_model()._default_manager.all()
        catalogue().visible(products)
    except (ImportError, LookupError, ValueError):
        return []  # the two checks above say it
    except FieldError as error:
        return [
            _error(
                "E006",
                f"{conf.CATALOGUE} cannot tell which products visitors may see: {error}",
                "A subclass of CatalogueAdapter with visible() and is_visible(), named in "
                'OUTFITANYONE = {"CATALOGUE": "shop.catalogue.ShopCatalogue"}',
            )
        ]
    return []


def check_media(**_kwargs: Any) -> Messages:
    """Without a folder, Django stores uploads wherever the server was started."""
    if isinstance(default_storage, FileSystemStorage) and not default_storage.base_location:
        return [
            _warning(
                "W007",
                "MEDIA_ROOT is not set: pictures would be stored where the server is started.",
                'MEDIA_ROOT = BASE_DIR / "media"; MEDIA_URL = "media/"',
            )
        ]
    return []


def check_key(**_kwargs: Any) -> Messages:
    """Without a key nothing can be submitted; everything else works."""
    try:
        _key = conf.require_api_key()
    except ConfigurationError as error:
        return [_warning("W001", str(error), "export DASHSCOPE_API_KEY=sk-...")]
    return []


def check_queue(**_kwargs: Any) -> Messages:
    """Settings of django-q2 that would kill, double or hold up work."""
    if not wakeup.is_installed():
        return [
            _warning(
                "W006",
                "django_q is not in INSTALLED_APPS, so nothing rings the runner.",
                "Keep `manage.py outfitanyone_poll` running, or add django_q.",
            )
        ]
    try:
        cluster = wakeup.cluster_settings()
    except KeyError:
        return [
            _error(
                "E005",
                f"OUTFITANYONE['Q_CLUSTER_NAME'] = {conf.Q_CLUSTER_NAME!r} is neither the name in "
                "Q_CLUSTER nor one of its ALT_CLUSTERS.",
                'OUTFITANYONE = {"Q_CLUSTER_NAME": ""}',
            )
        ]
    return list(_queue_warnings(cluster))


def _queue_warnings(cluster: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    least = round(2 * conf.RUN_BUDGET)
    timeout = _number(cluster, "timeout", 0)
    longest = round(max(timeout, 3 * conf.RUN_BUDGET))  # the second is what each ring asks for
    retry = _number(cluster, "retry", 60)
    workers = _number(cluster, "workers", os.cpu_count() or 1)
    if timeout < least:
        yield _warning(
            "W002",
            f"Q_CLUSTER['timeout'] should be at least {least} s, twice RUN_BUDGET.",
            f'Q_CLUSTER = {{"timeout": {3 * least // 2}, "retry": {2 * least}}}',
        )
    if retry <= longest:
        yield _warning(
            "W003",
            f"Q_CLUSTER['retry'] ({retry}) must be longer than a task may take ({longest} s).",
            f'Q_CLUSTER = {{"retry": {longest + 30}}}',
        )
    if _number(cluster, "queue_limit", workers**2) > 2 * workers:
        yield _warning(
            "W004",
            f"Q_CLUSTER['queue_limit'] should be at most {2 * workers}, twice the workers: what a "
            "process has fetched ahead is stuck or lost when it dies.",
            f'Q_CLUSTER = {{"queue_limit": {workers}}}',
        )
    if cluster.get("sync"):
        yield _warning(
            "W008",
            "Q_CLUSTER['sync'] is for tests: pages wait for uploads and API calls.",
            'Q_CLUSTER = {"sync": False}',
        )
    if cluster.get("catch_up", True):
        yield _warning(
            "W009",
            "Q_CLUSTER['catch_up'] queues one task for each minute that the cluster was down.",
            'Q_CLUSTER = {"catch_up": False}',
        )


def _number(cluster: Mapping[str, Any], name: str, default: int) -> int:
    """What django-q2 takes; nonsense is left for it to complain about."""
    value = cluster.get(name) or default
    return value if isinstance(value, int) else default


def check_sqlite(**_kwargs: Any) -> Messages:
    """SQLite serves a web process and a worker well, but only in these modes."""
    database = connections[router.db_for_write(Account)].settings_dict
    options = database.get("OPTIONS", {})
    is_file = "sqlite3" in database["ENGINE"] and ":memory:" not in str(database["NAME"])
    if not is_file or (
        options.get("transaction_mode") == "IMMEDIATE"
        and "wal" in str(options.get("init_command", "")).lower()
    ):
        return []
    return [
        _warning(
            "W005",
            "SQLite answers 'database is locked' when several processes write.",
            'DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", '
            '"init_command": "PRAGMA journal_mode=WAL;"}',
        )
    ]


def _error(number: str, message: str, hint: str) -> checks.CheckMessage:
    return checks.Error(message, hint=hint, id=f"django_outfitanyone.{number}")


def _warning(number: str, message: str, hint: str) -> checks.CheckMessage:
    return checks.Warning(message, hint=hint, id=f"django_outfitanyone.{number}")
