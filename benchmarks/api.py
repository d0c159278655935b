"""k. A page of 30 try-ons from the API: CPU beside a plain ModelSerializer, and a 304.

    python -m benchmarks.api [--times 60]

The plain view prints the same values of the same rows with nested ``ModelSerializer``s and the same
prefetching, as a developer would write it for one shop: no catalogue adapter, no permissions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from benchmarks import storefront
from benchmarks.environment import Environment
from benchmarks.report import print_measure

TRY_ONS = 30
HIGHEST_RATIO, MOST_MS_NOT_MODIFIED, MOST_QUERIES = 1.5, 1.0, 8
PATH = "/api/try-ons/"


def fill() -> None:
    """Create published results with a model photo, a garment and two or three hotspots each."""
    from django_outfitanyone.choices import GarmentKind
    from django_outfitanyone.models import Garment, ModelImage, Product, TryOnResult
    from django_outfitanyone.models.worn_garment import WornGarment

    storefront.fill(pictures=TRY_ONS)
    measured = {"width": 900, "height": 1200, "thumbnail": "outfitanyone/thumbnails/1.jpg"}
    photo = ModelImage(name="Anna", image="outfitanyone/pictures/1.jpg", sha256="1", **measured)
    ModelImage.objects.bulk_create([photo])
    photo = ModelImage.objects.get()
    looks = list(TryOnResult.objects.order_by("pk"))
    for look, product in zip(looks, Product.objects.order_by("pk"), strict=False):
        garment = Garment(
            product=product,
            kind=GarmentKind.TOP,
            image=f"outfitanyone/pictures/{product.pk}.jpg",
            sha256=str(product.pk),
            **measured,
        )
        Garment.objects.bulk_create([garment])
        garment = Garment.objects.get(product=product)
        WornGarment.objects.create(
            try_on=look, garment=garment, kind=garment.kind, position=0, area="upper"
        )
    TryOnResult.objects.update(model_image=photo, thumbnail="outfitanyone/thumbnails/2.jpg")


def plain_view() -> Callable[..., Any]:
    """Return the view that a developer would write for these rows."""
    from rest_framework import generics, permissions, serializers

    from django_outfitanyone.api.pagination import NewestFirstPagination
    from django_outfitanyone.models import Garment, Hotspot, Product, TryOnResult

    class ProductSerializer(serializers.ModelSerializer):
        url = serializers.CharField(source="get_absolute_url")

        class Meta:
            model = Product
            fields = ["id", "title", "url", "price", "currency", "is_available", "image"]

    class GarmentSerializer(serializers.ModelSerializer):
        product = ProductSerializer()

        class Meta:
            model = Garment
            fields = [
                "id",
                "kind",
                "name",
                "image",
                "width",
                "height",
                "thumbnail",
                "created_at",
                "product",
            ]

    class HotspotSerializer(serializers.ModelSerializer):
        product = ProductSerializer()

        class Meta:
            model = Hotspot
            fields = [
                "id",
                "try_on",
                "model_image",
                "clothes_type",
                "x1",
                "y1",
                "x2",
                "y2",
                "crop",
                "cutout",
                "product",
            ]
            fields.append("is_corrected")

    class TryOnSerializer(serializers.ModelSerializer):
        garments = GarmentSerializer(many=True)
        hotspots = HotspotSerializer(many=True)

        class Meta:
            model = TryOnResult
            fields = [
                "id",
                "status",
                "model_image",
                "garments",
                "keep",
                "image",
                "width",
                "height",
                "thumbnail",
            ]
            fields += [
                "renditions",
                "is_preview",
                "hotspots",
                "created_at",
                "finished_at",
                "published_at",
            ]

    class PlainList(generics.ListAPIView):
        serializer_class = TryOnSerializer
        pagination_class = NewestFirstPagination
        permission_classes = [permissions.AllowAny]
        queryset = TryOnResult.objects.public().prefetch_related(
            "worn__garment__product", "hotspots__product"
        )

    return PlainList.as_view()


def measure(times: int) -> bool:
    from django.db import connection
    from django.test import Client, RequestFactory
    from django.test.utils import CaptureQueriesContext

    client, view = Client(), plain_view()
    with CaptureQueriesContext(connection) as queries:
        first = client.get(PATH)
    assert len(first.json()["results"]) == TRY_ONS, first.content
    plain = view(RequestFactory().get(PATH)).render()
    assert b'"renditions"' in plain.content
    tag = first.headers.get("ETag", "")

    from django.urls import resolve

    found = resolve(PATH)
    factory = RequestFactory()

    def ours() -> None:
        found.func(factory.get(PATH), *found.args, **found.kwargs).render()

    def theirs() -> None:
        view(factory.get(PATH)).render()

    def unchanged() -> None:
        found.func(factory.get(PATH, headers={"If-None-Match": tag}), *found.args, **found.kwargs)

    by_api, by_hand, not_modified = storefront.measure_in_turn(times, ours, theirs, unchanged)
    lines = [
        print_measure("api.queries", len(queries), "queries", bar=MOST_QUERIES, rows=TRY_ONS),
        print_measure("api.list", 1000 * by_api, "ms", times=times),
        print_measure("api.plain", 1000 * by_hand, "ms", times=times),
        print_measure("api.list_to_plain", by_api / by_hand, "times", bar=HIGHEST_RATIO),
        print_measure("api.not_modified", 1000 * not_modified, "ms", bar=MOST_MS_NOT_MODIFIED),
        print_measure("api.bytes", len(first.content), "bytes", plain=len(plain.content)),
    ]
    return all(line.get("holds") is not False for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    with Environment(database_url="sqlite://"):
        fill()
        return 0 if measure(times) else 1


if __name__ == "__main__":
    sys.exit(main())
