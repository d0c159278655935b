"""Engine and quality as one choice: what each option costs, takes, wears and keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.rendering import approximate_duration
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.engines.capabilities import Capabilities, Face, Keeps, OrderSize
from django_outfitanyone.jobs.engine_target import Target, targets
from django_outfitanyone.jobs.outfit import refusal_of_kind
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Account

END_IS_NEAR = timedelta(days=90)
ONE_GARMENT, LARGE_OUTFIT = OrderSize(), OrderSize(garments=3, width=2048, height=3072)
"""Between these two the price of an outfit lies that is not known yet."""

OTHER_CLOTHES = {
    Keeps.NATIVE: gettext_lazy("keeps the other clothes"),
    Keeps.AS_GARMENT: gettext_lazy("keeps or replaces the other half"),
    Keeps.PROMPT: gettext_lazy("is told to keep the other clothes"),
}
FACE_WORDS = {
    Face.ALWAYS: gettext_lazy("keeps the face"),
    Face.OPTION: gettext_lazy("keeps or replaces the face"),
    Face.PROMPT: gettext_lazy("is told to keep the face"),
}


@dataclass(frozen=True)
class EngineOption:
    """One option, described for people.

    ``sizes`` are those of the chosen outfits, if they are known; ``kinds`` the kinds of the
    chosen garments.
    """

    target: Target
    sizes: tuple[OrderSize, ...] = ()
    kinds: frozenset[str] = frozenset()
    account: Account | None = None
    shows_costs: bool = False
    """Whether the reader may see amounts."""

    @cached_property
    def capabilities(self) -> Capabilities:
        return self.target.capabilities

    @property
    def title(self) -> str:
        quality = self.capabilities.quality
        return f"{self.target.title} ({_(quality)})" if quality else self.target.title

    @property
    def is_free(self) -> bool:
        return all(price is not None and not price for price in self._prices)

    @property
    def price(self) -> str:
        """The price of one picture, for example “from USD 0.015 per picture”.

        Without permission to see costs, only “free”, or ``""``.
        """
        if self.is_free:
            return _("free")
        known = [price for price in self._prices if price is not None]
        is_known = len(known) == len(self._prices)
        if not self.shows_costs:
            return ""
        if not is_known:
            return _("price not known")
        texts = {
            (False, False): _("%(price)s per picture"),
            (False, True): _("from %(price)s per picture"),
            (True, False): _("would cost %(price)s per picture"),
            (True, True): _("would cost from %(price)s per picture"),
        }
        text = texts[self.target.engine.is_sandbox, min(known) < max(known)]
        return text % {"price": money(min(known), self.target.engine.currency)}

    @property
    def facts(self) -> list[str]:
        """Time, kinds, and what stays as it is."""
        found = self.capabilities
        kinds = [str(one.label) for one in GarmentKind if one in found.kinds]
        facts = [
            _("%(duration)s per picture")
            % {"duration": approximate_duration(found.expected_seconds)},
            _("wears: %(kinds)s") % {"kinds": ", ".join(kinds)},
            f"{OTHER_CLOTHES[found.keeps_rest]}, {FACE_WORDS[found.keeps_face]}",
        ]
        if found.is_preview:
            facts.insert(0, _("makes previews only"))
        return [capfirst(fact) for fact in facts]

    @property
    def warnings(self) -> list[str]:
        """What speaks against the option, though it can be chosen."""
        training = _(
            "The vendor's terms are said to allow training on the pictures. Never use it for "
            "photos of shoppers."
        )
        partly = self._refused_kinds[0] if self._refused_kinds and self._wears_any else ""
        found = [self.end, training if self.capabilities.trains_on_inputs else "", partly]
        return [text for text in found if text]

    @property
    def end(self) -> str:
        """A warning about the end of the model if it is past or near, else ``""``."""
        ends_on, today = self.capabilities.ends_on, timezone.localdate()
        if ends_on is None or ends_on - today > END_IS_NEAR:
            return ""
        if ends_on <= today:
            text = _("The vendor announced its end for %(day)s; requests may fail.")
        else:
            text = _("The vendor ends it on %(day)s.")
        return text % {"day": _day(ends_on)}

    @property
    def refusal(self) -> str:
        """Why none of the chosen garments can be made with it now, or ``""`` if one can."""
        if self._refused_kinds and not self._wears_any:
            return self._refused_kinds[0]
        if self.account is not None and self.account.is_stopped:
            return _("The account is stopped. Resume it before you request pictures.")
        try:
            _key = self.target.engine.api_key()
        except ConfigurationError:
            return _("No API key is set.")
        return ""

    @property
    def _refused_kinds(self) -> list[str]:
        """Why it cannot wear some of the chosen kinds, one reason for each."""
        kinds = [kind for kind in GarmentKind.values if kind in self.kinds]
        reasons = (refusal_of_kind(kind, self.capabilities.kinds) for kind in kinds)
        return [reason for reason in reasons if reason]

    @property
    def _wears_any(self) -> bool:
        return bool(self.kinds & self.capabilities.kinds)

    @property
    def _prices(self) -> list[Decimal | None]:
        sizes = self.sizes or (ONE_GARMENT, LARGE_OUTFIT)
        return [self.target.outfit_price(size) for size in {*map(self._fitting, sizes)}]

    def _fitting(self, size: OrderSize) -> OrderSize:
        """Return the size that the engine makes instead of one that it does not offer."""
        found = self.capabilities
        known = size.resolution in found.resolutions
        most = max(1, len(found.kinds - {GarmentKind.ONE_PIECE}))  # it takes the place of two
        return replace(
            size,
            garments=min(size.garments, most),
            resolution=size.resolution if known else found.resolutions[0],
        )


class EngineCards(forms.RadioSelect):
    """Radio buttons, each with what the engine costs, takes, wears and keeps."""

    template_name = "admin/django_outfitanyone/widgets/engine_cards.html"
    option_template_name = "admin/django_outfitanyone/widgets/engine_card.html"
    engine_options: dict[str, EngineOption]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        engine = self.engine_options.get(str(value))
        option["engine"] = engine
        if engine and option["attrs"].get("id"):
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_facts"
        return option


def engine_options(*, shows_costs: bool) -> dict[str, EngineOption]:
    """Return every option by its value ``alias/model``, the default first; one query."""
    known = targets()
    accounts = Account.objects.in_bulk({target.alias for target in known})
    return {
        str(target): EngineOption(
            target, account=accounts.get(target.alias), shows_costs=shows_costs
        )
        for target in known
    }


def offer_engines(field: Any, options: dict[str, EngineOption]) -> None:
    """Give a choice field with the widget ``EngineCards`` these options."""
    field.widget.engine_options = options
    field.choices = [(value, option.title) for value, option in options.items()]


def size_of(request: TryOnRequest, *, resolution: int) -> OrderSize:
    """Return what decides the price of a request."""
    size = OrderSize(garments=len(request.garments), resolution=resolution)
    if request.person.width and request.person.height:
        size = replace(size, width=request.person.width, height=request.person.height)
    return size


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
