"""The page of the bag, and what its buttons do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from django_outfitanyone.models import Product
from shop.cart import MOST_OF_A_PIECE, SIZES, Bag, totals


@require_GET
def bag(request: HttpRequest) -> HttpResponse:
    lines = Bag(request).lines()
    context = {
        "lines": lines,
        "totals": totals(lines),
        "quantities": range(1, MOST_OF_A_PIECE + 1),
    }
    return render(request, "shop/bag.html", context)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add one piece in a size, and show the bag."""
    wanted = Product.objects.visible().filter(is_available=True)
    product = get_object_or_404(wanted, slug=request.POST.get("product", ""))
    size = request.POST.get("size")
    if size not in SIZES:
        return redirect("shop:product", product.slug)
    Bag(request).add(product, size)
    return redirect("shop:bag")


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Set how many of a piece are in the bag; 0 removes it."""
    slug, size = request.POST.get("product", ""), request.POST.get("size")
    quantity = request.POST.get("quantity", "")
    if size in SIZES and quantity.isascii() and quantity.isdigit():
        Bag(request).change(slug, size, min(int(quantity), MOST_OF_A_PIECE))
    return redirect("shop:bag")
