"""The form that asks how to try on the selected garments."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.combining import (
    Combining,
    combine,
    has_product_outfit,
    useful_choices,
)
from django_outfitanyone.admin.estimates import budget_warning, estimate_text, make_label
from django_outfitanyone.admin.rendering import pixels
from django_outfitanyone.admin.widgets import PictureChoiceField
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.estimate import Estimate, estimate
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, check_pictures
from django_outfitanyone.models import Garment, ModelImage

QUALITIES = {
    "aitryon-plus": gettext_lazy("best quality"),
    "aitryon": gettext_lazy("faster"),
}


WIDTHS = {1024: 576, 1280: 720}
"""Documented height of a result to its width."""


class KeepOrReplace(TextChoices):
    """Whether the picture keeps a part of the photo or shows a random one of the engine."""

    KEEP = "keep", gettext_lazy("keep")
    REPLACE = "replace", gettext_lazy("replace")


def _quality_choices() -> list[tuple[str, str]]:
    """Return the try-on models that have a price, the default model first."""
    names = dict.fromkeys([conf.TRY_ON_MODEL, *conf.prices])
    others = {conf.PARSING_MODEL, conf.REFINER_MODEL}
    return [(name, _quality_label(name)) for name in names if name not in others]


def _quality_label(name: str) -> str:
    parts = {
        "quality": QUALITIES.get(name, name),
        "model": name,
        "price": money(conf.price(name), conf.CURRENCY),
    }
    return _("%(quality)s (%(model)s): %(price)s per picture") % parts


def _size_label(resolution: int) -> str:
    """Return the size in pixels where the engine documents it, else the height."""
    if resolution == -1:
        return _("same as the model photo")
    width = WIDTHS.get(resolution)
    return pixels(width, resolution) if width else _("%(height)d px high") % {"height": resolution}


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
    model = forms.ChoiceField(
        label=gettext_lazy("Quality"), choices=_quality_choices, widget=forms.RadioSelect
    )
    resolution = forms.TypedChoiceField(
        label=gettext_lazy("Size of the pictures"),
        choices=lambda: [(one, _size_label(one)) for one in conf.RESOLUTIONS],
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
    ) -> None:
        super().__init__(data)
        self.garments = list(garments)
        self.requests: list[TryOnRequest] = []
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
                "model": [conf.TRY_ON_MODEL],
                "resolution": ["-1"],
                "other_half": [KeepOrReplace.KEEP],
                "face": [KeepOrReplace.KEEP],
                "batch": [str(uuid.uuid4())],
            }
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        garments = self.garments or list(values.get("pick", ()))
        if garments and values.get("photos"):
            how = values.get("combining", Combining.ALONE)
            try:
                self.requests = combine(garments, values["photos"], how=how)
                check_pictures(self.requests)
            except PictureUnsuitable as error:
                way_out = _("Or open the picture and choose “Use it anyway”.")
                raise ValidationError(f"{error} {way_out}", code=error.code) from error
            except RequestRefused as error:
                raise ValidationError(str(error), code=error.code) from error
        return values

    @property
    def options(self) -> TryOnOptions:
        return TryOnOptions(
            model=self.cleaned_data["model"],
            keep_other_half=self.cleaned_data["other_half"] == KeepOrReplace.KEEP,
            resolution=self.cleaned_data["resolution"],
            restore_face=self.cleaned_data["face"] == KeepOrReplace.KEEP,
            force_new=self.cleaned_data["force_new"],
        )

    @cached_property
    def estimate(self) -> Estimate | None:
        """The estimate, or ``None`` if the form is not valid."""
        if not self.is_valid():
            return None
        return estimate(self.requests, options=self.options)

    @property
    def estimate_text(self) -> str:
        return estimate_text(self.estimate) if self.estimate else ""

    @property
    def submit_label(self) -> str:
        """The label of the button that requests the pictures."""
        return make_label(self.estimate) if self.estimate else _("Make these pictures")

    @property
    def budget_text(self) -> str:
        return budget_warning(self.estimate) if self.estimate else ""

    @property
    def problems(self) -> list[str]:
        """All errors, in the order of the fields."""
        return [str(text) for texts in self.errors.values() for text in texts]

    def _offer_combinations(self) -> None:
        choices = useful_choices(self.garments)
        if len(choices) == 1:
            del self.fields["combining"]
            return
        field: Any = self.fields["combining"]
        field.choices = [(choice.value, choice.label) for choice in choices]
