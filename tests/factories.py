"""Rows for tests: each function saves and returns a row; every argument has a default."""

from __future__ import annotations

import itertools
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.utils import timezone

from django_outfitanyone.choices import ClothesType, GarmentKind, Review, Status
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.models import (
    Account,
    Charge,
    Garment,
    Hotspot,
    ModelImage,
    Product,
    TryOnResult,
)
from django_outfitanyone.models.charge import shop_day
from django_outfitanyone.models.of_picture import picture_filter
from tests.drawing import SIZE, picture

_number = itertools.count(1)


def make_product(**columns):
    number = next(_number)
    return Product.objects.create(
        **{
            "title": f"Product {number}",
            "slug": f"product-{number}",
            "price": Decimal("39.90"),
            "url": f"https://shop.test/product-{number}/",
            **columns,
        }
    )


def make_garment(kind=GarmentKind.TOP, *, data=b"", **columns):
    columns.setdefault("product", None)
    columns["product"] = columns["product"] or make_product()
    garment = Garment(kind=kind, **columns)
    garment.image.save("garment.jpg", ContentFile(data or picture(next(_number))))
    return garment


def make_model_image(*, data=b"", **columns):
    number = next(_number)
    photo = ModelImage(**{"name": f"Person {number}", **columns})
    photo.image.save("person.jpg", ContentFile(data or picture(number)))
    return photo


def make_try_on(*, status=Status.SUCCEEDED, garments=None, **columns):
    """Make a try-on of one new top on a new photo; a finished one has its own picture."""
    columns.setdefault("account", Account.of())
    columns.setdefault("model_image", None)
    columns["model_image"] = columns["model_image"] or make_model_image()
    columns["garments"] = [make_garment()] if garments is None else garments
    columns.setdefault("remote_model", "aitryon-plus")
    if status == Status.RUNNING:
        columns.setdefault("remote_task_id", f"task-{next(_number)}")
    try_on = TryOnResult(status=status, **columns)
    try_on.fingerprint = fingerprint_of(try_on)
    if status == Status.SUCCEEDED:
        _give_picture(try_on)
    try_on.save()
    return try_on


def make_published(**columns):
    """Make a finished try-on that visitors see."""
    return make_try_on(review=Review.APPROVED, published_at=timezone.now(), **columns)


def _give_picture(try_on):
    data = picture(next(_number))
    try_on.image.save("result.jpg", ContentFile(data), save=False)
    try_on.thumbnail.save("result.jpg", ContentFile(data), save=False)
    try_on.width, try_on.height = SIZE
    try_on.sha256 = f"{next(_number):064x}"
    try_on.due_at = None
    try_on.image_count, try_on.cost, try_on.currency = 1, Decimal("0.50"), "CNY"


def make_hotspot(picture, clothes_type=ClothesType.UPPER, *, box=(20, 30, 120, 160), **columns):
    x1, y1, x2, y2 = box
    return Hotspot.objects.create(
        **picture_filter(picture),
        **{
            "picture_sha256": picture.sha256,
            "clothes_type": clothes_type,
            "x1": x1,
            "y1": y1,
            "x2": x2,
            "y2": y2,
            "machine_box": list(box),
            **columns,
        },
    )


def make_charge(**columns):
    columns.setdefault("account", Account.of())
    columns.setdefault("charged_at", timezone.now())
    columns.setdefault("charged_on", shop_day(columns["charged_at"]))
    columns = {
        "remote_model": "aitryon-plus",
        "images": 1,
        "amount": Decimal("0.50"),
        "currency": "CNY",
        **columns,
    }
    return Charge.objects.create(**columns)


GRANTED_BY_THE_UPGRADE = {
    "generate": {
        *("add_tryonresult", "change_tryonresult"),
        *("add_clothesparse", "change_clothesparse"),
        "change_account",
    },
    "review": {"change_tryonresult", "add_hotspot", "change_hotspot", "delete_hotspot"},
    "publish": {"change_tryonresult"},
    "see_costs": {
        *("add_tryonresult", "change_tryonresult", "view_tryonresult"),
        *("add_clothesparse", "change_clothesparse", "view_clothesparse"),
        *("change_account", "view_account", "change_charge", "view_charge"),
    },
}
"""Permissions for the work, and Django's permissions whose holders the upgrade gives them to."""


def make_staff(*permissions, **columns):
    """Make a member of staff with these permissions, for example ``add_tryonresult``.

    They have those for the work too that the upgrade gave to users like them. For a user without
    them, see ``make_exact_staff``.
    """
    granted = {
        name for name, old in GRANTED_BY_THE_UPGRADE.items() if not old.isdisjoint(permissions)
    }
    return make_exact_staff(*permissions, *granted, **columns)


def make_exact_staff(*permissions, **columns):
    """Make a member of staff with these permissions and no others."""
    number = next(_number)
    user = get_user_model().objects.create_user(
        **{"username": f"staff-{number}", "is_staff": True, **columns}
    )
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="django_outfitanyone", codename__in=permissions
        )
    )
    return user
