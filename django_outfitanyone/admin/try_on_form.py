"""The form that asks how to try on the selected garments."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin.combining import (
    Combining,
    combine,
    has_product_outfit,
    useful_choices,
)
from django_outfitanyone.admin.engine_choice import (
    EngineCards,
    engine_options,
    offer_engines,
    size_of,
)
from django_outfitanyone.admin.engine_limits import (
    KeepOrReplace,
    changed_text,
    reason_for,
    size_choices,
    values_offered,
)
from django_outfitanyone.admin.estimates import budget_warning, estimate_text, make_label
from django_outfitanyone.admin.order_check import as_text, question
from django_outfitanyone.admin.widgets import PictureChoiceField
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.engine_target import Target, target_of, targets
from django_outfitanyone.jobs.estimate import Estimate, estimate
from django_outfitanyone.jobs.outfit import check_wearable
from django_outfitanyone.jobs.try_on import (
    MAX_COUNT,
    TryOnOptions,
    TryOnRequest,
    check_pictures,
)
from django_outfitanyone.models import Garment, ModelImage


class TryOnForm(forms.Form):
    """Asks how to try on ``garments``; without any, it also asks which ones (``pick``)."""

    pick = PictureChoiceField(
        Garment.objects.none(),
        label=gettext_lazy("Garments"),
        error_messages={"required": gettext_lazy("Choose at least one garment.")},
    )
    photos = PictureChoiceField(
        ModelImage.objects.none(),
        label=gettext_lazy("Model photos"),
        error_messages={"required": gettext_lazy("Choose at least one model photo.")},
    )
    combining = forms.ChoiceField(
        label=gettext_lazy("Worn together"),
        choices=Combining,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A dress or jumpsuit is always tried on alone."),
    )
    engine = forms.ChoiceField(label=gettext_lazy("Engine and quality"), widget=EngineCards)
    resolution = forms.TypedChoiceField(
        label=gettext_lazy("Size of the pictures"),
        coerce=int,
        widget=forms.RadioSelect,
    )
    other_half = forms.ChoiceField(
        label=gettext_lazy("When only a top or only a bottom is tried on, the other half"),
        choices=[
            (KeepOrReplace.KEEP, gettext_lazy("stays as in the model photo")),
            (KeepOrReplace.REPLACE, gettext_lazy("is a random one that the engine makes up")),
        ],
        widget=forms.RadioSelect,
    )
    face = forms.ChoiceField(
        label=gettext_lazy("The face"),
        choices=[
            (KeepOrReplace.KEEP, gettext_lazy("stays as in the model photo")),
            (KeepOrReplace.REPLACE, gettext_lazy("is a new, random one that the engine makes up")),
        ],
        widget=forms.RadioSelect,
    )
    count = forms.TypedChoiceField(
        label=gettext_lazy("Candidates of each picture"),
        choices=[(str(number), str(number)) for number in range(1, MAX_COUNT + 1)],
        coerce=int,
        empty_value="1",
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Each is charged. Choose the best one on its page."),
    )
    force_new = forms.BooleanField(
        label=gettext_lazy("Make pictures that already exist again"),
        required=False,
        help_text=gettext_lazy("Every picture is then charged, even if it already exists."),
    )
    batch = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any,
        *,
        garments: Sequence[Garment],
        photos: Any,
        pickable: Any,
        shows_costs: bool,
    ) -> None:
        super().__init__(data)
        self.garments = list(garments)
        self.shows_costs = shows_costs
        self.requests: list[TryOnRequest] = []
        self.adapted: list[str] = []
        """What was changed because the chosen engine does not offer it, in sentences."""
        self.is_asking = False
        """Whether the page asks once more before it requests the pictures."""
        self.engines = engine_options(shows_costs=shows_costs)
        offer_engines(self.fields["engine"], self.engines)
        self._limit_options()
        field: Any = self.fields["photos"]
        field.queryset = photos
        if garments:
            del self.fields["pick"]
            self._offer_combinations()
        else:
            field = self.fields["pick"]
            field.queryset = pickable

    @classmethod
    def defaults(
        cls, *, garments: Sequence[Garment], photos: Sequence[ModelImage]
    ) -> MultiValueDict[str, str]:
        """Return the initial data of the form, with a new batch."""
        combining = Combining.PRODUCT if has_product_outfit(garments) else Combining.ALONE
        return MultiValueDict(
            {
                "photos": [str(photo.pk) for photo in photos],
                "combining": [combining],
                **_engine_defaults(),
                "count": ["1"],
                "batch": [str(uuid.uuid4())],
            }
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        garments = self.garments or list(values.get("pick", ()))
        try:
            if garments and values.get("photos"):
                self._combine(garments, values)
        except PictureUnsuitable as error:
            way_out = _("Or open the picture and choose “Use it anyway”.")
            raise ValidationError(f"{error} {way_out}", code=error.code) from error
        except RequestRefused as error:
            raise ValidationError(str(error), code=error.code) from error
        finally:
            self._describe_engines(garments, values)
        return values

    def _combine(self, garments: Sequence[Garment], values: dict[str, Any]) -> None:
        """Fill ``requests``; raise ``RequestRefused`` if one cannot be made."""
        how = values.get("combining", Combining.ALONE)
        self.requests = combine(garments, values["photos"], how=how)
        if self.target:
            for request in self.requests:
                check_wearable(request.garments, self.target.capabilities.kinds)
        check_pictures(self.requests)

    @property
    def options(self) -> TryOnOptions:
        target = target_of(self.cleaned_data["engine"])
        return TryOnOptions(
            engine=target.alias,
            model=target.model,
            keep_other_half=self.cleaned_data["other_half"] == KeepOrReplace.KEEP,
            resolution=self.cleaned_data["resolution"],
            restore_face=self.cleaned_data["face"] == KeepOrReplace.KEEP,
            force_new=self.cleaned_data["force_new"],
            count=int(self.cleaned_data["count"]),
        )

    @cached_property
    def estimate(self) -> Estimate | None:
        """The estimate, or ``None`` if the form is not valid."""
        if not self.is_valid():
            return None
        return estimate(self.requests, options=self.options)

    def refuse(self, reason: str) -> None:
        """Add an error that came up after validation; there is no estimate any more."""
        self.add_error(None, reason)
        self.__dict__.pop("estimate", None)

    @property
    def estimate_text(self) -> str:
        return self._worded(estimate_text)

    @property
    def submit_label(self) -> str:
        """The label of the button that requests the pictures."""
        return self._worded(make_label) or _("Make these pictures")

    @property
    def budget_text(self) -> str:
        return self._worded(budget_warning)

    @property
    def question(self) -> str:
        """What the page asks before a large order, else ``""``."""
        return self._worded(question) if self.is_asking else ""

    @property
    def confirm_label(self) -> str:
        """The label of the button that answers the question."""
        return _("Confirm: %(label)s") % {"label": self.submit_label}

    @property
    def shown_costs(self) -> str:
        """The price on the page, in the form that ``is_dearer`` reads."""
        return self._worded(as_text)

    def _worded(self, words: Callable[..., str]) -> str:
        """Return what the function says about the estimate, with amounts for who may see them."""
        return words(self.estimate, shows_costs=self.shows_costs) if self.estimate else ""

    @property
    def problems(self) -> list[str]:
        """All errors, in the order of the fields."""
        return [str(text) for texts in self.errors.values() for text in texts]

    @cached_property
    def target(self) -> Target | None:
        """The engine that is chosen, else the default one; ``None`` if the shop has none."""
        chosen = self.engines.get(self.data.get("engine", ""))
        chosen = chosen or next(iter(self.engines.values()), None)
        return chosen.target if chosen else None

    def _limit_options(self) -> None:
        """Offer what the engine has, and replace values that it does not have."""
        if self.target is None:
            return
        capabilities, data = (
            self.target.capabilities,
            cast("MultiValueDict[str, Any]", self.data).copy(),
        )
        for name, values in values_offered(capabilities).items():
            field: Any = self.fields[name]
            if name == "resolution":
                field.choices = size_choices(capabilities)
            field.choices = [one for one in field.choices if str(one[0]) in values]
            field.help_text = reason_for(name, capabilities)
            if len(values) == 1:
                field.widget = forms.HiddenInput()
            if data.get(name) and data[name] not in values:
                data[name] = values[0]
                self.adapted.append(changed_text(field.label, self.target.title))
        self.data = data

    def _describe_engines(self, garments: Sequence[Garment], values: dict[str, Any]) -> None:
        """Tell the options what is chosen, so that they show its price or refuse it."""
        resolution = values.get("resolution", -1)
        sizes = dict.fromkeys(size_of(one, resolution=resolution) for one in self.requests)
        kinds = frozenset(garment.kind for garment in garments)
        self.engines = {
            value: replace(option, sizes=tuple(sizes), kinds=kinds)
            for value, option in self.engines.items()
        }
        offer_engines(self.fields["engine"], self.engines)

    def _offer_combinations(self) -> None:
        choices = useful_choices(self.garments)
        if len(choices) == 1:
            del self.fields["combining"]
            return
        field: Any = self.fields["combining"]
        field.choices = [(choice.value, choice.label) for choice in choices]


def _engine_defaults() -> dict[str, list[str]]:
    """Return the default engine and the first value of each option that it has."""
    first = next(iter(targets()), None)
    if first is None:
        return {}
    offered = values_offered(first.capabilities)
    return {"engine": [str(first)], **{name: values[:1] for name, values in offered.items()}}
