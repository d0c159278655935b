"""Garments and model photos for benchmarks, drawn in memory."""

from __future__ import annotations

import io
import itertools
import random
from decimal import Decimal
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from django_outfitanyone.models import Garment, ModelImage

_number = itertools.count(1)


def picture(seed: int) -> bytes:
    """Return a JPEG that the API accepts, different for each seed."""
    noise = random.Random(seed).randbytes(200 * 300 * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (200, 300), noise).save(file, "JPEG")
    return file.getvalue()


def make_garments(count: int) -> list[Garment]:
    from django.core.files.base import ContentFile

    from django_outfitanyone.models import Garment, Product

    made = []
    for number in itertools.islice(_number, count):
        product = Product.objects.create(
            title=f"Product {number}", slug=f"product-{number}", price=Decimal("39.90")
        )
        garment = Garment(kind="top", product=product)
        garment.image.save("garment.jpg", ContentFile(picture(number)))
        made.append(garment)
    return made


def make_photos(count: int) -> list[ModelImage]:
    from django.core.files.base import ContentFile

    from django_outfitanyone.models import ModelImage

    made = []
    for number in itertools.islice(_number, count):
        photo = ModelImage(name=f"Person {number}")
        photo.image.save("person.jpg", ContentFile(picture(number)))
        made.append(photo)
    return made
