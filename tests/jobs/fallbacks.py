"""Shops with an order of engines, and try-ons that wait at one that cannot go on."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.fallback import FallbackOrder
from django_outfitanyone.models import Account, TryOnResult
from tests.factories import make_try_on

TOY = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "toy-key"}
PREVIEW = {"BACKEND": "tests.toy_engine.PreviewToy"}


def toy(price="1.00", **keys):
    """Return a toy engine that charges this for a picture."""
    prices = {} if price is None else {"toy-1": Decimal(price), "toy-2": Decimal(price)}
    return {**TOY, "PRICES": prices, **keys}


def stop(alias):
    account, _new = Account.objects.get_or_create(name=alias)
    Account.objects.filter(pk=account.pk).update(
        stopped_at=timezone.now(), stopped_code="PaymentRequired"
    )
    return account


def waiting(**columns):
    """Return a try-on that waits at ``first``."""
    columns = {"status": Status.QUEUED, "account_id": "first", "remote_model": "toy-1", **columns}
    account = Account.objects.get(pk=columns.pop("account_id"))
    return make_try_on(account=account, **columns)


def choice(row):
    return FallbackOrder.read().choose(TryOnResult.objects.with_inputs().get(pk=row.pk))


def chosen(row):
    target = choice(row).target
    return target and str(target)


def only_reason(row):
    target, reasons = choice(row)
    assert target is None
    (reason,) = reasons
    return reason
