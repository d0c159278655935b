"""h. A page of 24 pictures with 60 hotspots: queries, and time beside a template by hand.

    python -m benchmarks.storefront [--times 60]

The other template prints the same markup to the last letter, knows its data in advance,
and asks no catalogue adapter, as somebody would write it for one page of one shop. Both
start from rows in memory; reading them is measured apart.
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

from benchmarks.report import say
from benchmarks.stage import Stage

PICTURES, HOTSPOTS = 24, 60
MOST_QUERIES, MOST_TIMES_AS_LONG, MOST_BYTES = 3, 2.0, 8 * 1024
SIZE = (1080, 1440)
BOXES = {"upper": (294, 293, 791, 757), "lower": (387, 741, 695, 1292), None: (450, 60, 630, 250)}
RENDITIONS = [[width, f"outfitanyone/results/{width}.webp"] for width in (360, 540, 800)]
STATIC = Path(__file__).parents[1] / "django_outfitanyone/static/django_outfitanyone"
FILES = ("hotspots.css", "hotspot-positions.css", "hotspots.js")

BY_TAG = """{% load outfitanyone %}{% for look in looks %}{% outfit_hotspots look %}{% endfor %}"""
BY_HAND = """{% for look in looks %}<div class="outfit-look outfit-marker-dot" \
id="outfit-{{ look.id }}" data-outfit-picture="{{ look.id }}">
<figure class="outfit-figure"><div class="outfit-picture">
<img class="outfit-image" src="{{ look.url }}" srcset="{{ look.srcset }}" sizes="auto, 100vw" \
width="{{ look.width }}" height="{{ look.height }}" alt="Model wearing {{ look.worn }}" \
loading="lazy" decoding="async">
{% for spot in look.spots %}<div class="outfit-hotspot outfit-n{{ spot.number }} \
{{ spot.classes }}" data-outfit-hotspot="{{ spot.id }}" data-outfit-product="{{ spot.product.pk }}"\
 data-outfit-number="{{ spot.number }}"><a class="outfit-target outfit-plain" \
href="{{ spot.product.url }}"><span class="outfit-name">{{ spot.product.title }}, \
{{ spot.price }}</span></a><button class="outfit-target outfit-opener" type="button" \
popovertarget="outfit-{{ look.id }}-card-{{ spot.id }}"><span class="outfit-name">\
{{ spot.product.title }}, {{ spot.price }}</span></button>\
<div class="outfit-card" id="outfit-{{ look.id }}-card-{{ spot.id }}" popover role="group" \
aria-label="{{ spot.product.title }}">
<div class="outfit-card-text"><p class="outfit-card-title"><bdi>{{ spot.product.title }}</bdi></p>
<p class="outfit-card-price"><bdi>{{ spot.price }}</bdi></p>
<p class="outfit-card-stock">In stock</p>
<p class="outfit-card-actions"><a class="outfit-card-link" href="{{ spot.product.url }}">\
View product<span class="outfit-name">: {{ spot.product.title }}</span></a></p></div>
<button class="outfit-card-close" type="button" \
popovertarget="outfit-{{ look.id }}-card-{{ spot.id }}" popovertargetaction="hide">\
<span class="outfit-name">Close</span></button></div></div>{% endfor %}
<small class="outfit-label">AI-generated image</small></div></figure>
<ul class="outfit-products" role="list" aria-label="Products in this picture">
{% for spot in look.spots %}<li class="outfit-product outfit-n{{ spot.number }}" \
data-outfit-product="{{ spot.product.pk }}"><a class="outfit-product-link" \
href="{{ spot.product.url }}" data-outfit-number="{{ spot.number }}">\
<span class="outfit-product-title"><bdi>{{ spot.product.title }}</bdi></span>
<span class="outfit-price"><bdi>{{ spot.price }}</bdi></span></a></li>{% endfor %}</ul>
</div>{% endfor %}"""


def fill() -> None:
    """Finished results, every second one with a third hotspot that a person drew."""
    from django_outfitanyone.choices import Status
    from django_outfitanyone.models import Account, Hotspot, Product, TryOnResult

    account = Account.current()
    products = [
        Product.objects.create(
            title=f"Piece {number}", slug=f"piece-{number}", price=39, url=f"/pieces/{number}/"
        )
        for number in range(HOTSPOTS)
    ]
    for number in range(PICTURES):
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
    """What the other template is given."""
    from django_outfitanyone.catalogue import Money
    from django_outfitanyone.storefront.position_css import level_class, position_classes

    shown = []
    for look in looks:
        spots = list(look.hotspots.all())
        areas = sorted((spot.x2 - spot.x1) * (spot.y2 - spot.y1) for spot in spots)
        width, height = look.width, look.height
        copies = [f"/media/{name} {across}w" for across, name in look.renditions]
        shown.append(
            {
                "id": f"tryonresult-{look.pk}",
                "url": look.image.url,
                "srcset": ", ".join([*copies, f"{look.image.url} {width}w"]),
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
    """The markup without the white space between its elements."""
    return re.sub(r"\s+", " ", re.sub(r"\s*(<|>)\s*", r"\1", html)).strip()


def measure(times: int) -> bool:
    from django.db import connection
    from django.template import Context, Template
    from django.test.utils import CaptureQueriesContext

    from django_outfitanyone.models import TryOnResult

    tag, hand = Template(BY_TAG), Template(BY_HAND)
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
    by_tag, written, read = in_turns(
        times,
        lambda: tag.render(Context({"looks": looks})),
        lambda: hand.render(Context({"looks": by_hand(looks)})),
        lambda: list(TryOnResult.objects.public().with_hotspots()),
    )
    page = {"pictures": PICTURES, "hotspots": counted}
    lines = [
        say("storefront.queries", len(queries), "queries", bar=MOST_QUERIES, **page),
        say("storefront.read", 1000 * read, "ms"),
        say("storefront.tag", 1000 * by_tag, "ms", times=times),
        say("storefront.by_hand", 1000 * written, "ms", times=times),
        say("storefront.tag_to_hand", by_tag / written, "times", bar=MOST_TIMES_AS_LONG),
        say("storefront.page_gzipped", len(gzip.compress(html.encode())), "bytes"),
    ]
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in FILES}
    total = sum(sizes.values())
    lines.append(say("storefront.assets_gzipped", total, "bytes", bar=MOST_BYTES, **sizes))
    return counted == HOTSPOTS and all(line.get("holds", True) for line in lines)


def in_turns(times: int, *looks: Callable[[], Any]) -> list[float]:
    """Median seconds of each, taken in turns so that all meet the same machine."""
    taken: list[list[float]] = [[] for _ in looks]
    for _ in range(times):
        for look, own in zip(looks, taken, strict=True):
            started = time.perf_counter()
            look()
            own.append(time.perf_counter() - started)
    return [median(own) for own in taken]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    with Stage(database_url="sqlite://"):
        fill()
        return 0 if measure(times) else 1


if __name__ == "__main__":
    sys.exit(main())
