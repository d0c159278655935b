"""JSON reports and exit codes of the commands."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

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


def parse_report(parse: ClothesParse) -> dict[str, Any]:
    """Return ``id, status, cost, error, areas`` of a parse; an area or null per type."""
    found = {spot["clothes_type"]: spot for spot in _hotspots(parse.picture)}
    return {**_common(parse), "areas": [found.get(name) for name in parse.types]}


def check_success(job: RemoteJob) -> None:
    """Raise ``CommandError`` with the error and its help unless the job succeeded."""
    if job.has_succeeded:
        return
    account = Account.current()
    if job.is_open and account.is_stopped:
        raise CommandError(
            f"The account is stopped, {account.stopped_code}: {account.stopped_message} "
            "The request is kept. Fix the cause, then run: manage.py outfitanyone_resume"
        )
    error_help = job.error_help.text if job.error_help else ""
    if job.is_open:
        raise CommandError(
            f"Timed out while {job.get_status_display()}. The request is kept. "
            f"{job.error_message} {error_help}".strip()
        )
    cause = f", {job.error_code}: {job.error_message} {error_help}" if job.error_code else "."
    raise CommandError(f"{job.get_status_display()}{cause}".strip())


def _common(job: RemoteJob) -> dict[str, Any]:
    error = None
    if job.error_code:
        error = {
            "code": job.error_code,
            "message": job.error_message,
            "request_id": job.request_id,
        }
    return {"id": job.pk, "status": job.status, "cost": f"{job.cost.normalize():f}", "error": error}


def _hotspots(picture: Picture) -> list[dict[str, Any]]:
    return [
        {"clothes_type": spot.clothes_type, "bbox": list(spot.box), "product": spot.product_id}
        for spot in Hotspot.objects.of(picture)
    ]
