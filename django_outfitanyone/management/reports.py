"""JSON reports and exit codes of the commands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError
from django.db.models.fields.files import FieldFile

from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from django_outfitanyone.models.of_picture import Picture
from django_outfitanyone.models.remote_job import RemoteJob


def try_on_report(try_on: TryOnResult) -> dict[str, Any]:
    """Return ``id, status, image, cost, reused, error, hotspots`` of a try-on."""
    return {
        **_common(try_on),
        "image": try_on.image.url if try_on.image else None,
        "reused": try_on.is_reused,
        "hotspots": _hotspots(try_on),
    }


def parse_report(*parses: ClothesParse) -> dict[str, Any]:
    """Return ``id, status, cost, error, areas`` of a parse; an area or null per type.

    Of a parse and the one that followed it, cost and areas are of both, the rest of the last.
    """
    cost = sum((parse.cost for parse in parses), Decimal(0))
    areas = [area for parse in parses for area in _areas(parse)]
    return {**_common(parses[-1]), "cost": _plain(cost), "areas": areas}


def check_success(job: RemoteJob) -> None:
    """Raise ``CommandError`` with the error and its help unless the job succeeded."""
    if job.has_succeeded:
        return
    account = Account.objects.get(pk=job.account_id)  # it may have been stopped meanwhile
    if job.is_open and account.is_stopped:
        raise CommandError(
            f"The account is stopped, {account.stopped_code}: {account.stopped_message} "
            "The request is kept. Fix the cause, then run: "
            f"manage.py outfitanyone_resume {account}"
        )
    error_help = job.error_help.text if job.error_help else ""
    if job.is_open:
        raise CommandError(
            f"Timed out while {job.get_status_display()}. The request is kept. "
            f"{job.error_message or _error_of_parse(job)} {error_help}".strip()
        )
    cause = f", {job.error_code}: {job.error_message} {error_help}" if job.error_code else "."
    raise CommandError(f"{job.get_status_display()}{cause}".strip())


def _error_of_parse(job: RemoteJob) -> str:
    """Return the last error of a parse that the try-on waits for, or ``""``."""
    if not isinstance(job, TryOnResult) or not job.keep or not job.model_image:
        return ""
    failing = ClothesParse.objects.of(job.model_image).open().exclude(error_message="").first()
    return failing.error_message if failing else ""


def _common(job: RemoteJob) -> dict[str, Any]:
    error = None
    if job.error_code:
        error = {
            "code": job.error_code,
            "message": job.error_message,
            "request_id": job.request_id,
        }
    return {"id": job.pk, "status": job.status, "cost": _plain(job.cost), "error": error}


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _areas(parse: ClothesParse) -> list[dict[str, Any] | None]:
    """Return an area or null for each type; one that came without a box has only its crop."""
    found = {spot["clothes_type"]: spot for spot in _hotspots(parse.picture)}
    for name in parse.types:
        if crop := parse.crop_without_box(name):
            found.setdefault(name, _area(name, crop=crop))
    return [found.get(name) for name in parse.types]


def _hotspots(picture: Picture) -> list[dict[str, Any]]:
    return [
        _area(
            spot.clothes_type,
            bbox=list(spot.box),
            product=spot.product_id,
            crop=spot.crop,
            cutout=spot.cutout,
        )
        for spot in Hotspot.objects.of(picture)
    ]


def _area(
    clothes_type: str | None,
    *,
    bbox: list[int] | None = None,
    product: Any = None,
    crop: FieldFile | None = None,
    cutout: FieldFile | None = None,
) -> dict[str, Any]:
    return {
        "clothes_type": clothes_type,
        "bbox": bbox,
        "product": product,
        "crop": crop.url if crop else None,
        "cutout": cutout.url if cutout else None,
    }
