"""h. A page of 24 pictures with 60 hotspots: queries, and time beside a hand-written template.

    python -m benchmarks.storefront [--times 60]

The hand-written template prints exactly the same markup, gets its data prepared, and uses no
catalogue adapter, as a developer would write it for one page of one shop. Both start from
rows in memory; reading the rows is measured separately.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.environment import Environment
from benchmarks.report import print_measure

PICTURES, HOTSPOTS = 24, 60
MOST_QUERIES, MOST_BYTES = 4, 8 * 1024
HIGHEST_RATIO, HIGHEST_RATIO_TO_SMALLEST, MOST_BYTES_A_PICTURE = 1.3, 4.0, 2 * 1024
SIZE = (1080, 1440)
BOXES = {"upper": (294, 293, 791, 757), "lower": (387, 741, 695, 1292), None: (450, 60, 630, 250)}
RENDITIONS = [[width, f"outfitanyone/results/{width}.webp"] for width in (360, 540, 800, 1080)]
STATIC = Path(__file__).parents[1] / "django_outfitanyone/static/django_outfitanyone"
FILES = ("hotspots.css", "hotspot-positions.css", "hotspots.js")

BY_TAG = """{% load outfitanyone %}{% for look in looks %}{% outfit_hotspots look %}{% endfor %}"""
BY_HAND = """{% for look in looks %}<div class="outfit-look outfit-marker-dot" \
id="outfit-{{ look.id }}"><figure class="outfit-picture">\
<img class="outfit-image" src="{{ look.src }}" srcset="{{ look.srcset }}" sizes="auto, 100vw" \
width="{{ look.width }}" height="{{ look.height }}" alt="Model wearing {{ look.worn }}" \
loading="lazy" decoding="async">
{% for spot in look.spots %}<div class="outfit-hotspot outfit-n{{ spot.number }} \
{{ spot.classes }}" data-outfit-hotspot="{{ spot.id }}" \
data-outfit-product="{{ spot.product.pk }}">\
<button class="outfit-target outfit-opener" type="button" \
popovertarget="outfit-card-{{ spot.id }}">{{ spot.product.title }}, {{ spot.price }}</button>\
<div class="outfit-card" id="outfit-card-{{ spot.id }}" popover>\
<div class="outfit-card-text"><p class="outfit-card-title"><bdi>{{ spot.product.title }}</bdi></p>\
<bdi class="outfit-card-price">{{ spot.price }}</bdi>\
<p class="outfit-card-stock">In stock</p>\
<a class="outfit-card-link" href="{{ spot.product.url }}">\
View product<span class="outfit-name">: {{ spot.product.title }}</span></a></div>\
<button class="outfit-card-close" type="button" \
popovertarget="outfit-card-{{ spot.id }}">Close</button></div></div>
{% endfor %}<small class="outfit-label">AI-generated image</small></figure>
<ul class="outfit-products" role="list" aria-label="Products in this picture">
{% for spot in look.spots %}<li class="outfit-product outfit-n{{ spot.number }}">\
<a class="outfit-product-link" href="{{ spot.product.url }}">\
<bdi class="outfit-product-title">{{ spot.product.title }}</bdi> \
<bdi class="outfit-price">{{ spot.price }}</bdi></a></li>
{% endfor %}</ul></div>{% endfor %}"""
SMALLEST = """{% for look in looks %}<figure><img src="{{ look.src }}" srcset="{{ look.srcset }}" \
sizes="auto, 100vw" width="{{ look.width }}" height="{{ look.height }}" \
alt="Model wearing {{ look.worn }}" loading="lazy" decoding="async">\
{% for spot in look.spots %}<a class="{{ spot.classes }}" href="{{ spot.product.url }}">\
{{ spot.product.title }}, {{ spot.price }}</a>{% endfor %}</figure>{% endfor %}"""
"""A link on each product and nothing else: no cards, no list, no label."""


def fill(pictures: int = PICTURES) -> None:
    """Create published results; every second one has a third hotspot, drawn by a person."""
    from django.utils import timezone

    from django_outfitanyone.choices import Review, Status
    from django_outfitanyone.models import Account, Hotspot, Product, TryOnResult

    account = Account.of()
    products = [
        Product.objects.create(
            title=f"Piece {number}", slug=f"piece-{number}", price=39, url=f"/pieces/{number}/"
        )
        for number in range(3 * pictures)
    ]
    for number in range(pictures):
        look = TryOnResult.objects.create(
            account=account,
            status=Status.SUCCEEDED,
            remote_model="aitryon-plus",
            fingerprint=f"{number:064}",
            sha256=f"{number:064}",
            image=f"outfitanyone/results/{number}.jpg",
            width=SIZE[0],
            height=SIZE[1],
            renditions=RENDITIONS,
            review=Review.APPROVED,
            published_at=timezone.now(),
        )
        for area, (x1, y1, x2, y2) in list(BOXES.items())[: 2 + number % 2]:
            Hotspot.objects.create(
                try_on=look,
                picture_sha256=look.sha256,
                clothes_type=area,
                product=products.pop(),
                x1=x1,
                y1=y1,
                x2=x2,
                y2=y2,
            )


def by_hand(looks: list[Any]) -> list[dict[str, Any]]:
    """Return the data of the hand-written template."""
    from django_outfitanyone.catalogue import Money
    from django_outfitanyone.storefront.position_css import level_class, position_classes

    shown = []
    for look in looks:
        spots = list(look.hotspots.all())
        areas = sorted((spot.x2 - spot.x1) * (spot.y2 - spot.y1) for spot in spots)
        width, height = look.width, look.height
        url_of = look.image.storage.url
        sources = [(across, url_of(name)) for across, name in look.renditions]
        shown.append(
            {
                "id": f"tryonresult-{look.pk}",
                "src": max(source for source in sources if source[0] <= 800)[1],
                "srcset": ", ".join(f"{url} {across}w" for across, url in sources),
                "width": width,
                "height": height,
                "worn": ", ".join(spot.product.title for spot in spots),
                "spots": [
                    {
                        "id": spot.pk,
                        "number": number,
                        "product": spot.product,
                        "price": str(Money(spot.product.price, spot.product.currency)),
                        "classes": f"outfit-{spot.clothes_type or 'drawn'} "
                        + position_classes(spot.box, width=width, height=height)
                        + f" {level_class(areas.index((spot.x2 - spot.x1) * (spot.y2 - spot.y1)))}",
                    }
                    for number, spot in enumerate(spots, 1)
                ],
            }
        )
    return shown


def plain(html: str) -> str:
    """Return the markup without white space between elements."""
    return re.sub(r"\s+", " ", re.sub(r"\s*(<|>)\s*", r"\1", html)).strip()


def measure(times: int) -> bool:
    from django.db import connection
    from django.template import Context, Template
    from django.test.utils import CaptureQueriesContext

    from django_outfitanyone.models import TryOnResult

    tag, hand, smallest = Template(BY_TAG), Template(BY_HAND), Template(SMALLEST)
    query = TryOnResult.objects.public().with_hotspots()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        html = tag.render(Context({"looks": query}))
    looks = list(query)
    same = plain(html) == plain(hand.render(Context({"looks": by_hand(looks)})))
    if not same:
        raise AssertionError("The two templates do not print the same.")
    counted = html.count('<div class="outfit-hotspot ')
    by_tag, written, least, read = measure_in_turn(
        times,
        lambda: tag.render(Context({"looks": looks})),
        lambda: hand.render(Context({"looks": by_hand(looks)})),
        lambda: smallest.render(Context({"looks": by_hand(looks)})),
        lambda: list(TryOnResult.objects.public().with_hotspots()),
    )
    page = {"pictures": PICTURES, "hotspots": counted}
    lines = [
        print_measure("storefront.queries", len(queries), "queries", bar=MOST_QUERIES, **page),
        print_measure("storefront.read", 1000 * read, "ms"),
        print_measure("storefront.tag", 1000 * by_tag, "ms", times=times),
        print_measure("storefront.by_hand", 1000 * written, "ms", times=times),
        print_measure("storefront.smallest", 1000 * least, "ms", times=times),
        print_measure("storefront.tag_to_hand", by_tag / written, "times", bar=HIGHEST_RATIO),
        print_measure(
            "storefront.tag_to_smallest", by_tag / least, "times", bar=HIGHEST_RATIO_TO_SMALLEST
        ),
        print_measure(
            "storefront.bytes_a_picture",
            len(html.encode()) // PICTURES,
            "bytes",
            bar=MOST_BYTES_A_PICTURE,
        ),
        print_measure("storefront.page_gzipped", len(gzip.compress(html.encode())), "bytes"),
    ]
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in FILES}
    total = sum(sizes.values())
    lines.append(
        print_measure("storefront.assets_gzipped", total, "bytes", bar=MOST_BYTES, **sizes)
    )
    return counted == HOTSPOTS and all(line.get("holds") is not False for line in lines)


def measure_in_turn(times: int, *functions: Callable[[], Any]) -> list[float]:
    """Return the median CPU seconds of each function, run in turn under the same machine load."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(times):
        for function, times_taken in zip(functions, taken, strict=True):
            started = time.process_time()
            function()
            times_taken.append(time.process_time() - started)
    return [median(times_taken) for times_taken in taken]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    with Environment(database_url="sqlite://"):
        fill()
        return 0 if measure(times) else 1


if __name__ == "__main__":
    sys.exit(main())
