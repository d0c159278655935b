"""Model photos with the same contents, and the boxes found in a photo."""

from __future__ import annotations

from django_outfitanyone.models import Hotspot
from tests.drawing import picture
from tests.factories import make_model_image


def same_photos(count):
    """Return this many model photos with the same bytes."""
    data = picture(4711)
    return [make_model_image(data=data) for _ in range(count)]


def boxes(photo):
    """Return the boxes of the photo's current hotspots by clothes type."""
    return {spot.clothes_type: spot.box for spot in Hotspot.objects.of(photo)}
