"""Form widgets that show pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget

from django_outfitanyone.admin.django_classes import ModelChoiceField, ModelMultipleChoiceField
from django_outfitanyone.admin.rendering import findings_panel, refusal_panel
from django_outfitanyone.conf import conf
from django_outfitanyone.jobs.outfit import refusal_of_kind, wearable_kinds
from django_outfitanyone.models import Garment
from django_outfitanyone.models.picture import StoredPicture


class PictureInput(AdminFileWidget):
    """File input with the current picture beside it."""

    template_name = "admin/django_outfitanyone/widgets/picture_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        picture = getattr(value, "instance", None)
        if isinstance(picture, StoredPicture):
            context["picture"] = picture
        return context


class _PictureCards(forms.widgets.ChoiceWidget):
    """Native inputs, which keep them accessible, shown as cards with a picture."""

    template_name = "admin/django_outfitanyone/widgets/picture_cards.html"
    option_template_name = "admin/django_outfitanyone/widgets/picture_card.html"

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        picture = value.instance
        option["picture"] = picture
        if refusal := _refusal_of_kind(picture):
            option["problem"] = refusal
            option["attrs"]["disabled"] = True
        elif getattr(picture, "is_refused", False):
            option["problem"] = refusal_panel(picture, brief=True)
        elif conf.CHECK_PICTURES:
            option["problem"] = findings_panel(picture)
        return option


class PictureCards(_PictureCards, forms.CheckboxSelectMultiple):
    """Cards of which any number can be chosen."""


class PictureRadios(_PictureCards, forms.RadioSelect):
    """Cards of which one can be chosen."""


def _refusal_of_kind(picture: StoredPicture) -> str:
    """Return why the engine cannot try on the pictured garment, or ``""``."""
    if not isinstance(picture, Garment):
        return ""
    return refusal_of_kind(picture.kind, wearable_kinds())


class OnePictureField(ModelChoiceField):
    """Selects one row by its picture."""

    widget = PictureRadios

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=None, **kwargs)


class PictureChoiceField(ModelMultipleChoiceField):
    """Selects rows by their pictures."""

    widget = PictureCards
