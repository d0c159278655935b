"""What P-Image-Try-On can do, costs and answers, as data.

Sources: docs.pruna.ai, page on p-image-try-on, and the vendor's published examples of 2026-08;
read on 2026-11-26. Limits, the life of a result and the shape of errors are not documented, so
every shape is accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django_outfitanyone.engines.base import Link, Option, RemoteState
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    Unclear,
)
from django_outfitanyone.engines.error_kind import OWN_CODE, ErrorKind
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.errors import ErrorTable
from django_outfitanyone.exceptions import InputRejected

KINDS = frozenset({"top", "bottom", "one_piece", "outerwear", "shoes", "bag", "hat"})
MOST_GARMENTS = 11
"""One for each of the vendor's categories. More than six are advised against."""

STATES = {
    "starting": RemoteState.WAITING,
    "queued": RemoteState.WAITING,
    "processing": RemoteState.RUNNING,
    "succeeded": RemoteState.SUCCEEDED,
    "failed": RemoteState.FAILED,
    "canceled": RemoteState.CANCELED,
    "cancelled": RemoteState.CANCELED,
}
"""Keys as ``json_values.word`` returns them."""

CURRENCY = "USD"
FIRST_GARMENT = Decimal("0.015")
FURTHER_GARMENT = Decimal("0.008")
TURBO_GARMENT = Decimal("0.008")
"""List prices in USD of one result."""

SYNC_SECONDS = 60.0
"""How long the API works on a request with ``Try-Sync`` before it answers with a task."""
TASK_FAILED = "TaskFailed"
"""Code of this app for a failed task: the API only gives a message."""

OPTIONS = {
    "SYNC": Option(
        default=False,
        expects="True or False",
        accepts=lambda value: isinstance(value, bool),
    ),
    "TURBO": Option(
        default=False,
        expects="True or False",
        accepts=lambda value: isinstance(value, bool),
    ),
}

LINKS = (
    Link(
        name="api_reference",
        title=_("API reference"),
        url="https://docs.pruna.ai/en/stable/docs_pruna_endpoints/performance_models/"
        "p-image-try-on.html",
    ),
)

ERRORS = ErrorTable(
    ErrorKind(
        label="moderated",
        error=InputRejected,
        codes=(TASK_FAILED, OWN_CODE),
        says=("nsfw", "safety", "moderation", "content policy"),
        fixed_by="shop",
        help=_("The engine's moderation refuses a picture; use another one."),
    ),
    ErrorKind(
        label="unreadable-picture",
        error=InputRejected,
        codes=(TASK_FAILED, OWN_CODE),
        says=("download", "load image", "cannot identify image", "fetch"),
        may_be_lost_upload=True,
        fixed_by="shop",
        help=_(
            "The engine could not load a picture. Check that it opens, that it is a JPEG or PNG, "
            "and that its address can be reached from the internet."
        ),
    ),
    ErrorKind(
        # it is not documented whether a failed task is charged, so a person decides
        label="task-failed",
        error=InputRejected,
        codes=(TASK_FAILED,),
        fixed_by="shop",
        help=_(
            "The engine could not make this picture; read its message. Check the pictures and "
            "the account's usage page, then request the picture again."
        ),
    ),
    ErrorKind(
        label="invalid-input",
        error=InputRejected,
        codes=(OWN_CODE,),
        statuses=(400, 413, 415, 422),
        fixed_by="shop",
        help=_("The engine refuses a picture or an option; read its message."),
    ),
    ErrorKind(
        label="not-found",
        error=InputRejected,
        codes=(OWN_CODE,),
        statuses=(404, 410),
        fixed_by="developer",
        help=_("The API does not know this address or model; check BASE_URL and REMOTE_MODELS."),
    ),
)


def capabilities_of(remote_model: str, options: Mapping[str, Any]) -> Capabilities:
    """Return what a model can do; with the option ``SYNC`` a submit may bring the result."""
    is_sync = bool(options.get("SYNC"))
    mode = "turbo" if options.get("TURBO") else ""
    return Capabilities(
        title=f"P-Image-Try-On, {remote_model}",
        kinds=KINDS,
        max_garments=MOST_GARMENTS,
        keeps_rest=Keeps.NATIVE,
        keeps_face=Face.ALWAYS,
        answers=Answers.EITHER if is_sync else Answers.LATER,
        unclear=Unclear.NEVER,
        inputs=Inputs(takes_url=True, takes_upload=True),
        has_seed=True,
        prompt_version=mode,
        expected_seconds=8.0,
        longest_submit=SYNC_SECONDS + 30.0 if is_sync else 35.0,
    )
