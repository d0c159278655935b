"""Why pictures of a batch failed or are blocked: one entry for each cause, with its remedy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.utils import translation

from django_outfitanyone.error_help import (
    ErrorHelp,
    engine_class_of,
    error_help_for,
    is_about_garment,
    is_about_person,
)
from django_outfitanyone.models import ClothesParse, Garment, TryOnResult

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

MOST_GARMENTS = 20


@dataclass(kw_only=True)
class Cause:
    """An error of ``count`` pictures; ``photos`` are the model photos to replace, if any."""

    key: str
    """Names the cause in a form."""
    code: str
    message: str
    help: ErrorHelp | None
    count: int = 0
    photos: dict[int, str] = field(default_factory=dict)
    """Primary key to name."""
    garments: dict[int, str] = field(default_factory=dict)
    """The first of the garments one of which has a picture to replace, if any."""


def causes_of_failures(rows: QuerySet[TryOnResult]) -> list[Cause]:
    """Return why these rows failed, the most frequent cause first."""
    failed: Any = rows
    columns = ("error_code", "error_message", "account", "model_image", "model_image__name")
    groups = failed.failed().order_by().values(*columns).annotate(count=Count("pk"))
    causes: dict[str, Cause] = {}
    for group in sorted(groups, key=lambda group: -group["count"]):
        help_ = error_help_for(*_error_of(group))
        key = _key_of(group)
        cause = causes.setdefault(
            key,
            Cause(
                key=key,
                code=group["error_code"],
                message=group["error_message"] or group["error_code"],
                help=help_,
            ),
        )
        _add(cause, group)
        if is_about_garment(*_error_of(group)) and not cause.garments:
            cause.garments = _garments_of(failed.failed(), group)
    return sorted(causes.values(), key=lambda cause: -cause.count)


def _garments_of(failed: QuerySet[TryOnResult], group: Mapping[str, Any]) -> dict[int, str]:
    """Return key and name of the first garments of the rows with this error."""
    same = failed.filter(error_code=group["error_code"], account=group["account"]).order_by()
    worn = Garment.objects.filter(worn__try_on__in=same.values("pk")).distinct().order_by("pk")
    return {garment.pk: str(garment) for garment in worn.select_related("product")[:MOST_GARMENTS]}


def keys_of_cause(rows: QuerySet[TryOnResult], key: str) -> list[int]:
    """Return the primary keys of those of these rows that failed for this cause."""
    failed: Any = rows
    errors = (
        failed.failed().order_by("number").values("pk", "error_code", "error_message", "account")
    )
    return [error["pk"] for error in errors if _key_of(error) == key]


def rows_of_cause(rows: QuerySet[TryOnResult], key: str) -> list[TryOnResult]:
    """Return those of these rows that failed for this cause."""
    failed: Any = rows
    keys = {*keys_of_cause(rows, key)}
    return [row for row in failed.failed() if row.pk in keys] if keys else []


def _key_of(error: Mapping[str, Any]) -> str:
    """Return what is equal for errors of one cause: code and remedy.

    Their messages may differ, as they name sizes and ids.
    """
    with translation.override(None):
        help_ = error_help_for(*_error_of(error))
    text = f"{error['error_code']}\n{help_.text if help_ else ''}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


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
