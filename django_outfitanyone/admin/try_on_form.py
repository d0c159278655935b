"""The form that asks how to try on the selected garments."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin.cell_choice import CellChoice
from django_outfitanyone.admin.combining import (
    Combining,
    Wearers,
    has_product_outfit,
    outfits,
    useful_choices,
)
from django_outfitanyone.admin.engine_form import EngineForm, engine_defaults
from django_outfitanyone.admin.matrix import Matrix
from django_outfitanyone.admin.order_summary import OrderSummary
from django_outfitanyone.admin.picture_choices import PictureChoices, filter_field
from django_outfitanyone.admin.widgets import PictureChoiceField
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.exceptions import PictureUnsuitable, RequestRefused
from django_outfitanyone.jobs.estimate import Estimate, estimate_rows
from django_outfitanyone.jobs.try_on import TryOnRequest, check_requests
from django_outfitanyone.models import Garment, ModelImage, OrderRule
from django_outfitanyone.models.batch import NAME_LENGTH

MAX_CELLS = 5_000
"""Outfits times model photos: each is computed, also those that are switched off."""
ANY_KIND = [("", gettext_lazy("all kinds")), *GarmentKind.choices]


class TryOnForm(OrderSummary, EngineForm):
    """Asks how to try on ``garments``, and those that are chosen on the page (``pick``)."""

    pick = PictureChoiceField(
        Garment.objects.none(),
        label=gettext_lazy("Garments"),
        error_messages={"required": gettext_lazy("Choose at least one garment.")},
    )
    garment_filter = filter_field(gettext_lazy("Name or product"))
    garment_kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ANY_KIND, required=False)
    photos = PictureChoiceField(
        ModelImage.objects.none(),
        label=gettext_lazy("Model photos"),
        error_messages={"required": gettext_lazy("Choose at least one model photo.")},
    )
    photo_filter = filter_field(gettext_lazy("Name or tag"))
    combining = forms.ChoiceField(
        label=gettext_lazy("Worn together"),
        choices=Combining,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A dress or jumpsuit is always tried on alone."),
    )
    wearers = forms.ChoiceField(
        label=gettext_lazy("Tried on"),
        choices=Wearers,
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("In the table you choose which photo each outfit is tried on."),
    )
    cells_start = forms.IntegerField(required=False, widget=forms.HiddenInput)
    batch = forms.UUIDField(widget=forms.HiddenInput)
    batch_name = forms.CharField(
        label=gettext_lazy("Name of the batch"),
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Without one, it says what was requested and when."),
    )
    rule = forms.IntegerField(required=False, widget=forms.HiddenInput)
    """The rule because of which the garments wait."""

    def __init__(
        self,
        data: Any,
        *,
        garments: Sequence[Garment],
        choices: PictureChoices,
        shows_costs: bool,
    ) -> None:
        super().__init__(data, shows_costs=shows_costs)
        self.garments = list(garments)
        """Garments that were selected before the page was opened."""
        self.matrix: Matrix | None = None
        self.choice = CellChoice.of(cast("MultiValueDict[str, str]", self.data))
        pick: Any = self.fields["pick"]
        photos: Any = self.fields["photos"]
        photos.queryset = choices.photos()
        pick.queryset = choices.garments(is_optional=bool(garments))
        if garments:
            pick.required = False
            if not self.data.get("pick"):
                self._offer_combinations()

    @classmethod
    def defaults(
        cls,
        *,
        garments: Sequence[Garment],
        photos: Sequence[ModelImage],
        rule: OrderRule | None = None,
    ) -> MultiValueDict[str, str]:
        """Return the initial data of the form, with a new batch."""
        combining = Combining.PRODUCT if has_product_outfit(garments) else Combining.ALONE
        return MultiValueDict(
            {
                "photos": [str(photo.pk) for photo in photos],
                "combining": [combining],
                "wearers": [Wearers.EVERY],
                **engine_defaults(rule.engine if rule else ""),
                "rule": [str(rule.pk) if rule else ""],
                "count": ["1"],
                "batch": [str(uuid.uuid4())],
            }
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        chosen = list(dict.fromkeys([*self.garments, *values.get("pick", ())]))
        try:
            if chosen and values.get("photos") and not self.errors:
                self._fill_matrix(chosen, values)
        except PictureUnsuitable as error:
            way_out = _("Or open the picture and choose “Use it anyway”.")
            raise ValidationError(f"{error} {way_out}", code=error.code) from error
        except RequestRefused as error:
            raise ValidationError(str(error), code=error.code) from error
        finally:
            self.describe_engines(chosen, self.matrix.all_requests if self.matrix else ())
        return values

    def _fill_matrix(self, garments: Sequence[Garment], values: dict[str, Any]) -> None:
        """Fill ``matrix``; raise ``RequestRefused`` if nothing of it can be made."""
        worn = outfits(garments, how=values.get("combining", Combining.ALONE))
        photos = list(values["photos"])
        count = len(worn) * len(photos)
        if count > MAX_CELLS:
            raise RequestRefused(
                _("The request has %(count)d try-ons. At most %(most)d are allowed in one request.")
                % {"count": count, "most": MAX_CELLS},
                code="TooMany",
            )
        self.matrix = Matrix.of(
            worn,
            photos,
            options=self.options,
            choice=self.choice,
            wearers=values.get("wearers") or Wearers.EVERY,
            start=values.get("cells_start") or 0,
        )
        if self.matrix.refused == len(self.matrix.all_requests):
            check_requests(self.matrix.all_requests, self.options)
        if not self.matrix.on:
            raise RequestRefused(
                _("All pictures are switched off. Switch on at least one."), code="NothingChosen"
            )

    @property
    def offers_more(self) -> bool:
        """Whether the page offers garments beside those that were selected before."""
        names = ("pick", "garment_filter", "garment_kind")
        return any(self.data.get(name) for name in names)

    @property
    def requests(self) -> list[TryOnRequest]:
        """What is ordered: the cells of the matrix that are on."""
        return self.matrix.requests if self.matrix else []

    @cached_property
    def estimate(self) -> Estimate | None:
        """The estimate, or ``None`` if the form is not valid."""
        if not self.is_valid() or self.matrix is None:
            return None
        return estimate_rows(self.matrix.try_ons, existing=self.matrix.existing)

    def refuse(self, reason: str) -> None:
        """Add an error that came up after validation; there is no estimate any more."""
        self.add_error(None, reason)
        self.__dict__.pop("estimate", None)

    def _offer_combinations(self) -> None:
        choices = useful_choices(self.garments)
        if len(choices) == 1:
            del self.fields["combining"]
            return
        field: Any = self.fields["combining"]
        field.choices = [(choice.value, choice.label) for choice in choices]
