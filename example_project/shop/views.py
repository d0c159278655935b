from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import Product, TryOnResult
from django_outfitanyone.wakeup import is_worker_missing, wake_if_idle, worker_command
from shop import progress
from shop.cart import SIZES

CATEGORIES = {
    "tops": (_("Tops"), GarmentKind.TOP),
    "bottoms": (_("Trousers & skirts"), GarmentKind.BOTTOM),
    "dresses": (_("Dresses & jumpsuits"), GarmentKind.ONE_PIECE),
}


def home(request: HttpRequest) -> HttpResponse:
    looks = list(public_looks()[:4])
    return render(
        request,
        "shop/home.html",
        {
            "featured": looks[0] if looks else None,
            "looks": looks[1:],
            "products": Product.objects.visible().order_by("-pk")[:8],
            **unfinished(),
        },
    )


def clothes(request: HttpRequest, category: str = "") -> HttpResponse:
    products = Product.objects.visible()
    title = gettext("All clothes")
    if category:
        if category not in CATEGORIES:
            raise Http404
        title, kind = CATEGORIES[category]
        products = products.filter(outfit_garments__kind=kind).distinct()
    context = {
        "title": title,
        "products": products,
        "category": category,
        "categories": {slug: title for slug, (title, _kind) in CATEGORIES.items()},
    }
    return render(request, "shop/clothes.html", context)


def product(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Product.objects.visible(), slug=slug)
    looks = list(public_looks().for_product(shown))
    context = {
        "product": shown,
        "looks": looks,
        "companions": companions(shown, looks),
        "sizes": SIZES,
    }
    return render(request, "shop/product.html", context)


def looks(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/looks.html", {"looks": public_looks(), **unfinished()})


def public_looks() -> Any:
    return TryOnResult.objects.public().with_hotspots()


def unfinished() -> dict[str, Any]:
    """Return the unfinished looks and what holds them up, and wake the worker if it is idle."""
    waiting = list(TryOnResult.objects.open().with_hotspots())
    being_made = [row for row in waiting if not row.is_blocked]
    if waiting:
        wake_if_idle()
    return {
        "waiting": waiting,
        "being_made": being_made,
        "late": progress.late_looks() if being_made else 0,
        "obstacle": progress.obstacle() if being_made else "",
        "missing": progress.missing_looks(),
        "missing_worker": worker_command() if being_made and is_worker_missing() else "",
    }


def companions(shown: Product, looks: list[TryOnResult]) -> QuerySet[Product]:
    """Return the other products worn in these looks."""
    worn = {garment.product_id for look in looks for garment in look.garments}
    return Product.objects.visible().filter(pk__in=worn - {shown.pk})
