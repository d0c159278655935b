"""Why pictures of a batch failed or are blocked: one entry for each cause, with its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from django_outfitanyone.error_help import (
    ErrorHelp,
    engine_class_of,
    error_help_for,
    is_about_person,
)
from django_outfitanyone.models import ClothesParse, TryOnResult

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine


@dataclass(kw_only=True)
class Cause:
    """An error of ``count`` pictures; ``photos`` are the model photos to replace, if any."""

    code: str
    message: str
    help: ErrorHelp | None
    count: int = 0
    photos: dict[int, str] = field(default_factory=dict)
    """Primary key to name."""


def causes_of_failures(rows: QuerySet[TryOnResult]) -> list[Cause]:
    """Return why these rows failed, the most frequent cause first."""
    failed: Any = rows
    columns = ("error_code", "error_message", "account", "model_image", "model_image__name")
    groups = failed.failed().order_by().values(*columns).annotate(count=Count("pk"))
    causes: dict[tuple[str, str], Cause] = {}
    for group in sorted(groups, key=lambda group: -group["count"]):
        help_ = error_help_for(*_error_of(group))
        # messages of one cause may differ, as they name sizes and ids
        key = (group["error_code"], help_.text if help_ else "")
        cause = causes.setdefault(
            key,
            Cause(
                code=group["error_code"],
                message=group["error_message"] or group["error_code"],
                help=help_,
            ),
        )
        _add(cause, group)
    return sorted(causes.values(), key=lambda cause: -cause.count)


def _error_of(group: Mapping[str, Any]) -> tuple[str, str, type[Engine] | None]:
    """Return code and message, and the engine that explains them."""
    return group["error_code"], group["error_message"], engine_class_of(group["account"])


def _add(cause: Cause, group: Mapping[str, Any]) -> None:
    cause.count += group["count"]
    photo = group["model_image"]
    if photo is not None and is_about_person(*_error_of(group)):
        cause.photos[photo] = group["model_image__name"]


def blocking_parses(try_ons: Iterable[TryOnResult]) -> list[tuple[ClothesParse, int]]:
    """Return the parses that need a decision, and how many of these try-ons each blocks."""
    blocking = ClothesParse.objects.blocking(try_ons)
    counts: dict[int, int] = {}
    for parse in blocking.values():
        counts[parse.pk] = counts.get(parse.pk, 0) + 1
    return [(parse, counts[parse.pk]) for parse in {p.pk: p for p in blocking.values()}.values()]
