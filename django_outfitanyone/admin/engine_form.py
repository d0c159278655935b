"""The part of the form about the engine: its options, limited to what the engine has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin.engine_choice import (
    EngineCards,
    EngineOption,
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
from django_outfitanyone.jobs.engine_target import Target, target_of, targets
from django_outfitanyone.jobs.try_on import MAX_COUNT, TryOnOptions, TryOnRequest
from django_outfitanyone.models import Garment


class EngineForm(forms.Form):
    """Asks for the engine and for the options that it has."""

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

    def __init__(self, data: Any, *, shows_costs: bool) -> None:
        super().__init__(data)
        self.shows_costs = shows_costs
        self.adapted: list[str] = []
        """What was changed because the chosen engine does not offer it, in sentences."""
        self.engines = engine_options(shows_costs=shows_costs)
        offer_engines(self.fields["engine"], self.engines)
        if self.chosen and self.chosen.is_free:
            self.fields["count"].help_text = _("Choose the best one on its page.")
            self.fields["force_new"].help_text = ""
        self._limit_options()

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
    def chosen(self) -> EngineOption | None:
        """The engine that is chosen, else the default one; ``None`` if the shop has none."""
        chosen = self.engines.get(self.data.get("engine", ""))
        return chosen or next(iter(self.engines.values()), None)

    @property
    def target(self) -> Target | None:
        return self.chosen.target if self.chosen else None

    def describe_engines(
        self, garments: Sequence[Garment], requests: Sequence[TryOnRequest]
    ) -> None:
        """Tell the options what is chosen, so that they show its price or refuse it."""
        resolution = self.cleaned_data.get("resolution", -1)
        sizes = dict.fromkeys(size_of(one, resolution=resolution) for one in requests)
        kinds = frozenset(garment.kind for garment in garments)
        self.engines = {
            value: replace(option, sizes=tuple(sizes), kinds=kinds)
            for value, option in self.engines.items()
        }
        offer_engines(self.fields["engine"], self.engines)

    def _limit_options(self) -> None:
        """Offer what the engine has, and replace values that it does not have."""
        if self.target is None:
            return
        capabilities = self.target.capabilities
        data = cast("MultiValueDict[str, Any]", self.data).copy()
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


def engine_defaults(engine: str = "") -> dict[str, list[str]]:
    """Return an engine, else the default one, and the first value of each option that it has."""
    known = targets()
    if not known:
        return {}
    chosen = next((target for target in known if str(target) == engine), known[0])
    offered = values_offered(chosen.capabilities)
    return {"engine": [str(chosen)], **{name: values[:1] for name, values in offered.items()}}
