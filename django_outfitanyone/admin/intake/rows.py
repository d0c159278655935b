"""The table of an intake: one small form for each draft, read and checked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_outfitanyone.admin import rendering
from django_outfitanyone.admin.intake.product_select import product_select
from django_outfitanyone.admin.product_field import may_view_products
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.choices import GarmentKind, Gender
from django_outfitanyone.intake import duplicates, guesses
from django_outfitanyone.models import Intake, IntakePicture
from django_outfitanyone.visibility import products_visible_to

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_outfitanyone.picture_findings import Finding

GARMENT_COLUMNS = ("kind", "is_kind_sure", "product", "sku")
PERSON_COLUMNS = ("gender", "body", "tags")
STORED = ("name", "is_chosen", "findings", *GARMENT_COLUMNS, *PERSON_COLUMNS)


class RowForm(forms.Form):
    """What a person decides about every draft."""

    is_chosen = forms.BooleanField(required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)


class GarmentForm(RowForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("choose")), *GarmentKind.choices],
        required=False,
    )
    product = forms.CharField(label=gettext_lazy("Product"), max_length=200, required=False)
    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=100, required=False)


class PersonForm(RowForm):
    gender = forms.ChoiceField(
        label=gettext_lazy("Gender"),
        choices=[("", gettext_lazy("not known")), *Gender.choices],
        required=False,
    )
    body = forms.CharField(label=gettext_lazy("Body"), max_length=60, required=False)
    tags = forms.CharField(label=gettext_lazy("Tags"), max_length=200, required=False)


class Row:
    """A draft with its form, and what was found out about its picture."""

    def __init__(
        self, draft: IntakePicture, form: RowForm, duplicate: duplicates.Duplicate | None
    ) -> None:
        self.draft, self.form, self.duplicate = draft, form, duplicate

    @property
    def thumbnail(self) -> SafeString:
        return rendering.thumbnail(self.draft.thumbnail)

    @property
    def shown(self) -> str:
        """The name of the input that says that the page shows this draft."""
        return _shown(self.draft)

    @property
    def findings(self) -> list[tuple[Finding, SafeString]]:
        """What the check found, each with its badge."""
        return rendering.with_badges(self.draft.found)

    @property
    def is_advised_against(self) -> bool:
        return any(finding.refuses for finding in self.draft.found)

    @property
    def choice_label(self) -> str:
        """The label of the checkbox that adds the picture."""
        if self.is_advised_against:
            return _("Use it anyway")
        return _("Add it once more") if self.duplicate else _("Add")

    @property
    def needs_kind_check(self) -> bool:
        return bool(self.draft.kind) and not self.draft.is_kind_sure

    def apply(self) -> None:
        """Copy the form's values into the draft; a new kind makes what was found outdated."""
        values = self.form.cleaned_data
        if "kind" in values and values["kind"] != self.draft.kind:
            self.draft.forget_findings()
            self.draft.is_kind_sure = True
        for name, value in values.items():
            setattr(self.draft, name, value)


class Rows:
    """All drafts of an intake. ``data`` is what the page sent: then only those that it showed."""

    def __init__(
        self,
        request: HttpRequest,
        site: AdminSite,
        intake: Intake,
        *,
        data: Any = None,
        only: int | None = None,
    ) -> None:
        self.request, self.site, self.intake = request, site, intake
        drafts = intake.pictures.select_related("intake", "product")
        found = drafts if only is None else drafts.filter(pk=only)
        self.drafts: list[IntakePicture] = [
            draft for draft in found if data is None or _shown(draft) in data
        ]
        same = duplicates.duplicates(intake, self.drafts)
        self.widget = product_select(site, request)
        self.rows = [
            Row(draft, self._form(draft, data, same.get(draft.pk)), same.get(draft.pk))
            for draft in self.drafts
        ]

    @property
    def chosen(self) -> list[IntakePicture]:
        """The drafts that were ticked; call it after ``store()``."""
        return [draft for draft in self.drafts if draft.is_chosen]

    @property
    def chosen_count(self) -> int:
        """How many are ticked on the page."""
        return sum(bool(row.form["is_chosen"].value()) for row in self.rows)

    def is_valid(self, *, is_final: bool = False) -> bool:
        """Check all forms; only what is added at last needs a kind."""
        valid = [row.form.is_valid() for row in self.rows]
        if not self.intake.shows_people:
            self._resolve_products()
        for row in self.rows if is_final else ():
            values = row.form.cleaned_data
            if values["is_chosen"] and "kind" in values and not values["kind"]:
                row.form.add_error("kind", _("Choose the kind."))
        return all(valid) and not any(row.form.errors for row in self.rows)

    def store(self) -> None:
        """Write what the page sent into the drafts, in one statement."""
        for row in self.rows:
            row.apply()
        IntakePicture.objects.bulk_update(self.drafts, STORED)

    def set_kind(self, kind: str) -> None:
        """Give all ticked garments this kind."""
        for draft in self.chosen:
            if draft.kind != kind:
                draft.forget_findings()
            draft.kind, draft.is_kind_sure = kind, True
        IntakePicture.objects.bulk_update(self.drafts, ["kind", "is_kind_sure", "findings"])

    def _form(
        self, draft: IntakePicture, data: Any, duplicate: duplicates.Duplicate | None
    ) -> RowForm:
        is_good = duplicate is None and not draft.refusing_findings
        initial = {
            "is_chosen": is_good if draft.is_chosen is None else draft.is_chosen,
            **{name: getattr(draft, name) for name in ("name", "kind", "sku", *PERSON_COLUMNS)},
            "product": draft.product_id or "",
        }
        form_class = PersonForm if self.intake.shows_people else GarmentForm
        form = form_class(data, prefix=_prefix(draft), initial=initial)
        if "product" in form.fields:
            self._offer_products(form, draft)
        return form

    def _offer_products(self, form: RowForm, draft: IntakePicture) -> None:
        if self.widget is None:
            del form.fields["product"]
            return
        chosen = {str(draft.product_id): str(draft.product)} if draft.product else {}
        form.fields["product"].widget = self.widget.showing(chosen)

    def _resolve_products(self) -> None:
        """Replace keys and SKUs by products, in two queries for all rows."""
        forms_ = [row.form for row in self.rows]
        keys = self._keys(form.cleaned_data.get("product", "") for form in forms_)
        by_key = {str(key): product for key, product in self._products.in_bulk(keys).items()}
        codes = {form.cleaned_data["sku"] for form in forms_ if form.cleaned_data.get("sku")}
        by_code = guesses.find_products(codes, user=self.request.user)
        for row in self.rows:
            self._resolve(row, by_key, by_code)

    def _resolve(self, row: Row, by_key: dict[str, Any], by_code: dict[str, Any]) -> None:
        values = row.form.cleaned_data
        key, sku = values.pop("product", ""), values.get("sku", "")
        keeps = self.widget is None and not sku
        values["product"] = row.draft.product if keeps else by_key.get(key)
        if key in by_key and self.widget:
            shown = self.widget.showing({key: str(by_key[key])})
            row.form.fields["product"].widget = shown
        elif key:
            row.form.add_error("product", _("This product does not exist."))
        if sku in by_code:
            values["product"], values["sku"] = by_code[sku], ""
        elif sku and sku != row.draft.sku:
            row.form.add_error("sku", _("No product has this SKU."))

    @cached_property
    def _products(self) -> QuerySet[Any]:
        if may_view_products(self.site, self.request):
            return product_model()._default_manager.all()
        return products_visible_to(self.request.user, self.request)

    @staticmethod
    def _keys(values: Iterable[str]) -> Sequence[Any]:
        """Return the values that can be keys of products."""
        keys = []
        for value in filter(None, values):
            with suppress(ValidationError):
                keys.append(product_model()._meta.pk.to_python(value))
        return keys


def _prefix(draft: IntakePicture) -> str:
    return f"picture-{draft.pk}"


def _shown(draft: IntakePicture) -> str:
    return f"{_prefix(draft)}-shown"
