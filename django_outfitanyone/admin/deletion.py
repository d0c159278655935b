"""What is lost with a row, said before it is deleted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone.account.money import money
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.conf import conf
from django_outfitanyone.models import ClothesParse, Garment, ModelImage, TryOnResult


def warnings_for(doomed: Model | QuerySet[Any]) -> list[str]:
    """Sentences for the page that asks "are you sure?"; none when nothing is at stake."""
    if isinstance(doomed, Model):
        doomed = type(doomed)._default_manager.filter(pk=doomed.pk)
    keys: Any = doomed.order_by().values("pk")
    if doomed.model is TryOnResult:
        return _of_paid(doomed, TryOnResult.objects.filter(published_at__isnull=False, pk__in=keys))
    if doomed.model is ClothesParse:
        return _of_paid(doomed, TryOnResult.objects.none())
    if doomed.model is ModelImage:
        return _of_used(
            TryOnResult.objects.filter(model_image__in=keys),
            _("Untick “offered for try-ons” rather than deleting it."),
        )
    if doomed.model is Garment:
        return _of_garments(Q(top_garment__in=keys) | Q(bottom_garment__in=keys))
    if doomed.model is product_model():
        return _of_garments(Q(top_garment__product__in=keys) | Q(bottom_garment__product__in=keys))
    return []


def _of_paid(doomed: QuerySet[Any], published: QuerySet[TryOnResult]) -> list[str]:
    total = doomed.order_by().aggregate(cost=Sum("cost"))["cost"] or Decimal(0)
    sentences = []
    if total:
        text = _("%(cost)s was paid for this. Once deleted, it can only be made and paid anew.")
        sentences.append(text % {"cost": money(total, conf.CURRENCY)})
    count = published.count()
    if count:
        text = ngettext(
            "%(count)d of the pictures is published in the shop; unpublish it first.",
            "%(count)d of the pictures are published in the shop; unpublish them first.",
            count,
        )
        sentences.append(text % {"count": count})
    return sentences


def _of_garments(used: Q) -> list[str]:
    return _of_used(
        TryOnResult.objects.filter(used),
        _(
            "They will no longer show what is worn in them and will disappear from the product's "
            "page. Better keep it."
        ),
    )


def _of_used(try_ons: QuerySet[TryOnResult], advice: str) -> list[str]:
    count = try_ons.count()
    if not count:
        return []
    text = ngettext(
        "%(count)d try-on result was made with this and stays.",
        "%(count)d try-on results were made with this and stay.",
        count,
    )
    return [f"{text % {'count': count}} {advice}"]
