"""What speaks against a move that no person decides about, each as a part of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext as _

from django_outfitanyone.account.money import money
from django_outfitanyone.account.prices import order_size
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.engines.capabilities import Capabilities, Keeps, OrderSize
from django_outfitanyone.jobs.engine_target import Target
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Account, ModelImage, TryOnResult


def unusable(target: Target, account: Account | None) -> str:
    """Return why an engine can make nothing now, or ``""``."""
    if account is not None and account.is_stopped:
        return _("%(engine)s is stopped") % {"engine": target.title}
    if target.has_ended:
        return _("%(engine)s has ended") % {"engine": target.title}
    try:
        _key = target.engine.api_key()
    except ConfigurationError:
        return _("%(engine)s has no API key") % {"engine": target.title}
    return ""


def cannot_make(target: Target) -> str:
    """Return that the engine does not take the garments or pictures."""
    return _("%(engine)s cannot try on these pictures") % {"engine": target.title}


def sandbox_mismatch(target: Target, present: Target | None) -> str:
    """Return that previews would become real pictures or the other way round, or ``""``.

    ``present`` is ``None`` for an engine that is gone; it is taken for a real one.
    """
    was_sandbox = present is not None and present.engine.is_sandbox
    if target.engine.is_sandbox == was_sandbox:
        return ""
    if was_sandbox:
        return _("%(engine)s is no sandbox: pictures are paid for") % {"engine": target.title}
    return _("%(engine)s makes previews only") % {"engine": target.title}


def other_options(
    row: TryOnResult, target: Target, present: Target | None, *, changes: Sequence[str]
) -> str:
    """Return that the engine lacks an option of the row, or ``""``.

    ``changes`` are those that ``move.adapt`` makes.
    """
    before = present.capabilities if present else None
    after = target.capabilities
    loses_seed = row.seed is not None and _has_seed(before) and not after.has_seed
    is_other = loses_seed or _replaces_rest(row, before) != _replaces_rest(row, after)
    if not changes and not is_other:
        return ""
    return _("%(engine)s does not offer all the options") % {"engine": target.title}


def dearer(
    row: TryOnResult,
    target: Target,
    present: Target | None,
    *,
    is_free: bool = False,
    shows_prices: bool = True,
) -> str:
    """Return that the engine would or might cost more, or ``""``.

    ``is_free`` says that the vendor's free quota covers the picture at the present engine.
    """
    if _needs_paid_parse(row, target, present):
        text = _("%(engine)s needs a clothes parse of the model photo, which is paid for")
        return text % {"engine": target.title}
    return dearer_size(
        order_size(row),
        target,
        present,
        alias=row.account_id,
        is_free=is_free,
        shows_prices=shows_prices,
    )


def dearer_size(
    size: OrderSize,
    target: Target,
    present: Target | None,
    *,
    alias: str,
    is_free: bool = False,
    shows_prices: bool = True,
) -> str:
    """Return what ``dearer`` returns for a picture of this size, by the price lists alone."""
    price = target.outfit_price(size)
    if price is None:
        return _("the price of %(engine)s is not known") % {"engine": target.title}
    if not price:
        return ""
    before = present.outfit_price(size) if present else None
    if present is None or before is None:
        return _("what %(engine)s charges is not known") % {"engine": alias}
    before = Decimal(0) if is_free else before
    currency, old_currency = target.engine.currency, present.engine.currency
    if before and currency != old_currency:
        values = {"engine": target.title, "currency": currency}
        return _("%(engine)s charges in another currency, %(currency)s") % values
    if price <= before:
        return ""
    if not shows_prices:
        return _("%(engine)s would be dearer") % {"engine": target.title}
    return _("%(engine)s would be dearer (%(price)s instead of %(before)s)") % {
        "engine": target.title,
        "price": money(price, currency),
        "before": money(before, old_currency),
    }


def _has_seed(capabilities: Capabilities | None) -> bool:
    return capabilities is None or capabilities.has_seed


def _replaces_rest(row: TryOnResult, capabilities: Capabilities | None) -> bool:
    """Whether an engine makes up the half that the garments leave: most keep it."""
    if row.keep or not (capabilities is None or capabilities.keeps_rest is Keeps.AS_GARMENT):
        return False
    request = TryOnRequest(cast("ModelImage", row.model_image), row.garments)
    return bool(request.keep(TryOnOptions(keep_other_half=True)))


def _needs_paid_parse(row: TryOnResult, target: Target, present: Target | None) -> bool:
    """Whether only this engine needs the half to keep as a picture of its own."""
    is_needed = row.keep and target.capabilities.keeps_rest is Keeps.AS_GARMENT
    if not is_needed or (present and present.capabilities.keeps_rest is Keeps.AS_GARMENT):
        return False
    parser = conf.engines.get(conf.PARSER)
    return parser is None or parser.price(parser.parsing_model) != 0
