"""Warnings about what a deletion loses, and reports of deletions that fail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import router, transaction
from django.db.models import Model, ProtectedError, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import moneys
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.exceptions import OutfitAnyoneError
from django_outfitanyone.models import (
    ClothesParse,
    Garment,
    ModelImage,
    TryOnResult,
    protects_unsettled,
    unsettled_text,
)


class DeletionMixin(AdminMixin):
    """Says why a deletion failed instead of raising the error; then nothing is deleted."""

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **kwargs)
        except (OutfitAnyoneError, ProtectedError) as error:
            return self._deletion_failed(request, error)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        if request.POST.get("action") != "delete_selected":
            return super().response_action(request, queryset, *args, **kwargs)
        try:
            with transaction.atomic(using=router.db_for_write(self.model)):
                return super().response_action(request, queryset, *args, **kwargs)
        except (OutfitAnyoneError, ProtectedError) as error:
            return self._deletion_failed(request, error)

    def _deletion_failed(
        self, request: HttpRequest, error: OutfitAnyoneError | ProtectedError
    ) -> HttpResponse:
        text = str(error)
        if isinstance(error, ProtectedError):
            if not protects_unsettled(error):
                raise error
            text = unsettled_text()  # the worker sent a request after the page was confirmed
        self.message_user(request, text, messages.ERROR)
        return redirect(request.get_full_path())


def deletion_warnings(to_delete: Model | QuerySet[Any], *, shows_costs: bool) -> list[str]:
    """Return the warnings for Django's confirmation page; empty if nothing of value is lost."""
    if isinstance(to_delete, Model):
        to_delete = type(to_delete)._default_manager.filter(pk=to_delete.pk)
    keys: Any = to_delete.order_by().values("pk")
    unsettled = [unsettled_text()] if _may_be_billed(to_delete, keys) else []
    return [*unsettled, *_loss_warnings(to_delete, keys, shows_costs=shows_costs)]


def _may_be_billed(to_delete: QuerySet[Any], keys: Any) -> bool:
    """Whether one of the rows, or a parse that goes with them, cannot be deleted yet."""
    parses = ClothesParse.objects.unsettled()
    if to_delete.model is TryOnResult:
        own = TryOnResult.objects.unsettled().filter(pk__in=keys)
        return own.exists() or parses.filter(try_on__in=keys).exists()
    if to_delete.model is ClothesParse:
        return parses.filter(pk__in=keys).exists()
    return to_delete.model is ModelImage and parses.filter(model_image__in=keys).exists()


def _loss_warnings(to_delete: QuerySet[Any], keys: Any, *, shows_costs: bool) -> list[str]:
    if to_delete.model is TryOnResult:
        published = TryOnResult.objects.filter(published_at__isnull=False, pk__in=keys)
        return _paid_row_warnings(to_delete, published, shows_costs=shows_costs)
    if to_delete.model is ClothesParse:
        unpublished = TryOnResult.objects.none()
        return _paid_row_warnings(to_delete, unpublished, shows_costs=shows_costs)
    if to_delete.model is ModelImage:
        return _usage_warnings(
            TryOnResult.objects.filter(model_image__in=keys),
            _("Untick “offered for try-ons” instead of deleting it."),
        )
    if to_delete.model is Garment:
        return _garment_warnings(TryOnResult.objects.wearing(garment__in=keys))
    if to_delete.model is product_model():
        return _garment_warnings(TryOnResult.objects.wearing(garment__product__in=keys))
    return []


def _paid_row_warnings(
    to_delete: QuerySet[Any], published: QuerySet[TryOnResult], *, shows_costs: bool
) -> list[str]:
    costs = dict(to_delete.order_by().values_list("currency").annotate(cost=Sum("cost")))
    sentences = []
    if any(costs.values()):
        paid = _("%(cost)s was paid for this. After deletion, making it again is charged again.")
        hidden = _("This was paid for. After deletion, making it again is charged again.")
        sentences.append(paid % {"cost": moneys(costs)} if shows_costs else hidden)
    count = published.count()
    if count:
        text = ngettext(
            "%(count)d of the pictures is published in the shop and will be unpublished.",
            "%(count)d of the pictures are published in the shop and will be unpublished.",
            count,
        )
        sentences.append(text % {"count": count})
    return sentences


def _garment_warnings(try_ons: QuerySet[TryOnResult]) -> list[str]:
    return _usage_warnings(
        try_ons,
        _(
            "They will no longer show which garment is worn and will disappear from the "
            "product's page. Consider keeping it."
        ),
    )


def _usage_warnings(try_ons: QuerySet[TryOnResult], consequence: str) -> list[str]:
    count = try_ons.count()
    if not count:
        return []
    text = ngettext(
        "%(count)d try-on result was made with this and stays.",
        "%(count)d try-on results were made with this and stay.",
        count,
    )
    return [f"{text % {'count': count}} {consequence}"]
