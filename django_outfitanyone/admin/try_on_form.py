"""What is asked between “Try on…” and the paid requests."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.rendering import about, pixels
from django_outfitanyone.admin.widgets import PictureChoiceField
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs import try_on
from django_outfitanyone.jobs.estimate import Estimate, estimate
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Garment, ModelImage

QUALITIES = {
    "aitryon-plus": gettext_lazy("best quality"),
    "aitryon": gettext_lazy("faster"),
}


class Combining(TextChoices):
    """Which of the selected garments are worn together."""

    ALONE = "alone", gettext_lazy("each garment alone")
    PRODUCT = "product", gettext_lazy("pieces of the same product together")
    OUTFITS = "outfits", gettext_lazy("every top with every pair of trousers or skirt")


class Instead(TextChoices):
    """Keep what the photo shows, or have it made anew."""

    KEEP = "keep", gettext_lazy("keep")
    REPLACE = "replace", gettext_lazy("replace")


def _quality_choices() -> list[tuple[str, str]]:
    """Those that have a price; the default first."""
    names = dict.fromkeys([conf.TRY_ON_MODEL, *conf.PRICES])
    others = {conf.PARSING_MODEL, conf.REFINER_MODEL}
    return [(name, _quality(name)) for name in names if name not in others]


def _quality(name: str) -> str:
    words = {
        "quality": QUALITIES.get(name, name),
        "model": name,
        "price": money(conf.price(name), conf.CURRENCY),
    }
    return _("%(quality)s (%(model)s): %(price)s a picture") % words


class TryOnForm(forms.Form):
    """``garments`` come from a list; where none were selected they are picked here."""

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
        choices=[
            (-1, gettext_lazy("same as the model photo")),
            (1024, pixels(576, 1024)),
            (1280, pixels(720, 1280)),
        ],
        coerce=int,
        widget=forms.RadioSelect,
    )
    other_half = forms.ChoiceField(
        label=gettext_lazy("When only a top or only a bottom is tried on, the other half"),
        choices=[
            (Instead.KEEP, gettext_lazy("stays as in the model photo")),
            (Instead.REPLACE, gettext_lazy("is generated to go with the garment")),
        ],
        widget=forms.RadioSelect,
    )
    face = forms.ChoiceField(
        label=gettext_lazy("The face"),
        choices=[
            (Instead.KEEP, gettext_lazy("stays as in the model photo")),
            (Instead.REPLACE, gettext_lazy("is generated")),
        ],
        widget=forms.RadioSelect,
    )
    force_new = forms.BooleanField(
        label=gettext_lazy("Make pictures that already exist again"),
        required=False,
        help_text=gettext_lazy("Every picture is then paid for, even those that already exist."),
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
        self.wishes: list[TryOnRequest] = []
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
        """The answers before anybody gave one, with a batch of its own."""
        together = Combining.PRODUCT if has_sets(garments) else Combining.ALONE
        return MultiValueDict(
            {
                "photos": [str(photo.pk) for photo in photos],
                "combining": [together],
                "model": [conf.TRY_ON_MODEL],
                "resolution": ["-1"],
                "other_half": [Instead.KEEP],
                "face": [Instead.KEEP],
                "batch": [str(uuid.uuid4())],
            }
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        garments = self.garments or list(values.get("pick", ()))
        if garments and values.get("photos"):
            together = values.get("combining", Combining.ALONE)
            try:
                self.wishes = wished(garments, values["photos"], together=together)
            except RequestRefused as error:
                raise ValidationError(str(error), code=error.code) from error
        return values

    @property
    def options(self) -> TryOnOptions:
        return TryOnOptions(
            model=self.cleaned_data["model"],
            keep_other_half=self.cleaned_data["other_half"] == Instead.KEEP,
            resolution=self.cleaned_data["resolution"],
            restore_face=self.cleaned_data["face"] == Instead.KEEP,
            force_new=self.cleaned_data["force_new"],
        )

    @cached_property
    def estimate(self) -> Estimate | None:
        """What it will come to; ``None`` while something is missing."""
        if not self.is_valid():
            return None
        return estimate([try_on.as_row(wish, self.options) for wish in self.wishes])

    @property
    def estimate_text(self) -> str:
        """“8 pictures, 2 of them already exist and are free; about CNY 3.02; about 1 minute”."""
        return in_words(self.estimate) if self.estimate else ""

    @property
    def budget_text(self) -> str:
        """That the budget does not cover it; empty when it does."""
        return over_budget(self.estimate) if self.estimate else ""

    @property
    def problems(self) -> list[str]:
        """All that is wrong or missing, in the order of the page."""
        return [str(text) for texts in self.errors.values() for text in texts]

    def _offer_combinations(self) -> None:
        """Only those that make a difference; none at all when everything is worn alone."""
        offered = [Combining.ALONE]
        if has_sets(self.garments):
            offered.append(Combining.PRODUCT)
        if _has_both_halves(self.garments):
            offered.append(Combining.OUTFITS)
        if len(offered) == 1:
            del self.fields["combining"]
            return
        field: Any = self.fields["combining"]
        field.choices = [(choice.value, choice.label) for choice in offered]


def in_words(estimate: Estimate) -> str:
    """How many pictures, what they cost, and how long they take."""
    pictures = ngettext("%(count)d picture", "%(count)d pictures", estimate.count) % {
        "count": estimate.count
    }
    if not estimate.new:
        text = ngettext(
            "%(pictures)s, which already exists and is free",
            "%(pictures)s, which already exist and are free",
            estimate.count,
        )
        return text % {"pictures": pictures}
    if estimate.reused:
        text = ngettext(
            "%(pictures)s, %(count)d of them already exists and is free",
            "%(pictures)s, %(count)d of them already exist and are free",
            estimate.reused,
        )
        pictures = text % {"pictures": pictures, "count": estimate.reused}
    cost = _("about %(cost)s") % {"cost": money(estimate.cost, estimate.currency)}
    return "; ".join([pictures, cost, about(estimate.seconds)])


def over_budget(estimate: Estimate) -> str:
    """What is left of the budget, if that is not enough; else ``""``."""
    if estimate.budget_left is None or not estimate.is_over_budget:
        return ""
    left = money(estimate.budget_left, estimate.currency)
    text = _("Only %(left)s is left of the budget: the rest waits for the next day or month.")
    return text % {"left": left}


def wished(
    garments: Sequence[Garment], people: Sequence[ModelImage], *, together: str
) -> list[TryOnRequest]:
    """Who wears what, garment by garment as they were selected."""
    if together != Combining.PRODUCT:
        return try_on.combine(garments, people, as_outfits=together == Combining.OUTFITS)
    return [
        wish
        for pieces in _by_product(garments)
        for wish in try_on.combine(pieces, people, as_outfits=True)
    ]


def has_sets(garments: Sequence[Garment]) -> bool:
    """Whether some product has both a top and a bottom."""
    return any(_has_both_halves(pieces) for pieces in _by_product(garments))


def _has_both_halves(garments: Sequence[Garment]) -> bool:
    return {GarmentKind.TOP, GarmentKind.BOTTOM} <= {garment.kind for garment in garments}


def _by_product(garments: Sequence[Garment]) -> list[list[Garment]]:
    pieces: dict[Any, list[Garment]] = defaultdict(list)
    for garment in garments:
        pieces[garment.product_id].append(garment)
    return list(pieces.values())
