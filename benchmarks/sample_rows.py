"""Garments and model photos for benchmarks, drawn in memory."""

from __future__ import annotations

import io
import itertools
import random
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from django_outfitanyone.models import Garment, ModelImage

_number = itertools.count(1)
Size = tuple[int, int]
SMALL: Size = (200, 300)
"""Pixels across and down: as little work for both sides as the API allows."""
DETAIL, GRAIN = 24, 6
"""Pixels of a patch of colour in a large picture, and the noise on it in shades of 256."""


def picture(seed: int, size: Size = SMALL) -> bytes:
    """Return a JPEG that the API accepts, different for each seed.

    A small one is noise. Any other has about the bytes of a photo of its size.
    """
    file = io.BytesIO()
    if size == SMALL:
        noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
        Image.frombytes("RGB", size, noise).save(file, "JPEG")
    else:
        _like_a_photo(seed, size).save(file, "JPEG", quality=90)
    return file.getvalue()


def _like_a_photo(seed: int, size: Size) -> Image.Image:
    chance = np.random.default_rng(seed)
    width, height = size
    patches = chance.integers(0, 256, (height // DETAIL, width // DETAIL, 3), np.uint8)
    smooth = Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)
    grain = chance.normal(0, GRAIN, (height, width, 1))
    return Image.fromarray((np.asarray(smooth) + grain).clip(0, 255).astype(np.uint8))


def make_garments(count: int, size: Size = SMALL) -> list[Garment]:
    from django.core.files.base import ContentFile

    from django_outfitanyone.models import Garment, Product

    made = []
    for number in itertools.islice(_number, count):
        product = Product.objects.create(
            title=f"Product {number}", slug=f"product-{number}", price=Decimal("39.90")
        )
        garment = Garment(kind="top", product=product)
        garment.image.save("garment.jpg", ContentFile(picture(number, size)))
        made.append(garment)
    return made


def make_photos(count: int, size: Size = SMALL) -> list[ModelImage]:
    from django.core.files.base import ContentFile

    from django_outfitanyone.models import ModelImage

    made = []
    for number in itertools.islice(_number, count):
        photo = ModelImage(name=f"Person {number}")
        photo.image.save("person.jpg", ContentFile(picture(number, size)))
        made.append(photo)
    return made
