"""Django's admin and form classes, subscripted for type checkers.

At runtime the mixins of this package have no base class, so that an admin theme can put them
before its own ``ModelAdmin``. Type checkers see the class that they are mixed into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    ModelAdmin: TypeAlias = admin.ModelAdmin[Any]
    StackedInline: TypeAlias = admin.StackedInline[Any, Any]
    AdminMixin: TypeAlias = admin.ModelAdmin[Any]
    InlineMixin: TypeAlias = admin.StackedInline[Any, Any]
    ModelForm: TypeAlias = forms.ModelForm[Any]
    InlineFormSet: TypeAlias = forms.BaseInlineFormSet[Any, Any, Any]
    ModelChoiceField: TypeAlias = forms.ModelChoiceField[Any]
    ModelMultipleChoiceField: TypeAlias = forms.ModelMultipleChoiceField[Any]
else:
    ModelAdmin, StackedInline = admin.ModelAdmin, admin.StackedInline
    AdminMixin = InlineMixin = object
    ModelForm, InlineFormSet = forms.ModelForm, forms.BaseInlineFormSet
    ModelChoiceField = forms.ModelChoiceField
    ModelMultipleChoiceField = forms.ModelMultipleChoiceField

FieldNames = list[str] | tuple[str, ...]
