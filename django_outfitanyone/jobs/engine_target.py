"""One choice for people: an engine and one of its models, such as ``fashn/tryon-v1.6``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.conf import EngineSettings, conf
from django_outfitanyone.engines.addresses import is_private_url
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize
from django_outfitanyone.exceptions import RequestRefused


@dataclass(frozen=True)
class Target:
    """An engine by its alias in ``OUTFITANYONE["ENGINES"]``, and one of its ``REMOTE_MODELS``."""

    alias: str
    model: str

    def __str__(self) -> str:
        """Return the text that ``target_of`` reads."""
        return f"{self.alias}/{self.model}"

    @property
    def engine(self) -> EngineSettings:
        return conf.engine(self.alias)

    @property
    def capabilities(self) -> Capabilities:
        return self.engine.capabilities(self.model)

    @property
    def title(self) -> str:
        """Name for people; with the alias if another engine has a model of that name."""
        title = self.capabilities.title
        same = [other for other in targets() if other.capabilities.title == title]
        return f"{title} ({self.alias})" if len(same) > 1 else title

    @property
    def has_ended(self) -> bool:
        """Whether the day is past that the vendor announced for its end; a sandbox has none."""
        ends_on = self.capabilities.ends_on
        if ends_on is None or ends_on > timezone.localdate():
            return False
        return not is_private_url(self.engine.base_url)

    def outfit_price(self, size: OrderSize) -> Decimal | None:
        """Return the price of one picture in the engine's currency; ``None`` if not known.

        An outfit with more garments than one call wears takes several calls, which add up.
        """
        prices = [
            self.engine.price(self.model, replace(size, garments=garments))
            for garments in self.capabilities.garments_of_calls(size.garments)
        ]
        known = [price for price in prices if price is not None]
        return sum(known, Decimal(0)) if len(known) == len(prices) else None


def targets() -> list[Target]:
    """Return every engine and model that makes try-on pictures, the default ones first."""
    default = conf.default_alias
    engines = sorted(conf.usable_engines, key=lambda engine: engine.alias != default)
    return [Target(engine.alias, model) for engine in engines for model in engine.remote_models]


def target_of(text: str) -> Target:
    """Return the target of ``ALIAS`` or ``ALIAS/MODEL``; raise ``RequestRefused`` if unknown.

    An alias stands for the default model of its engine. Both parts may hold slashes.
    """
    known = targets()
    by_text = {str(target): target for target in reversed(known)}
    by_alias = {target.alias: target for target in reversed(known)}
    found = by_text.get(text) or by_alias.get(text)
    if found is None:
        raise RequestRefused(
            _("The engine must be one of %(choices)s.") % {"choices": ", ".join(map(str, known))},
            code="UnknownEngine",
        )
    return found


def fallback_targets() -> list[Target]:
    """Return the engines of ``FALLBACKS`` in their order.

    Unknown ones, which a system check reports, are left out.
    """
    found = []
    for name in conf.FALLBACKS:
        with suppress(RequestRefused):
            found.append(target_of(name))
    return list(dict.fromkeys(found))


def target_from(engine: str, model: str = "") -> Target:
    """Return the target of an alias and a model; ``""`` stands for the default, as in options."""
    alias = engine or conf.default_alias
    return target_of(f"{alias}/{model}" if model else alias)
