"""Try-ons of the toy engines, and the steps that bring them to a moment."""

from __future__ import annotations

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from tests.factories import make_garment, make_try_on
from tests.work import step


def requested(*kinds, **columns):
    garments = [make_garment(kind) for kind in kinds or (GarmentKind.TOP,)]
    return make_try_on(garments=garments, status=Status.QUEUED, **columns)


def submitting(try_on):
    """Bring the row to the step that pays, and take it."""
    while not try_on.is_prepared:
        step(try_on)
    step(try_on)
    return try_on


def free_claims():
    TryOnResult.objects.update(lease_token="", lease_expires_at=LONG_AGO)
