"""What FASHN can do, costs and answers, as data.

Sources: docs.fashn.ai (error handling, try-on v1.6), the vendor's SDK 0.9.0, and the limits in
a copy of the vendor's OpenAPI document of 2026-08; all read on 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
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
from django_outfitanyone.engines.error_kind import ErrorKind
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.errors import ErrorTable
from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    ServerFault,
    Throttled,
)

CATEGORIES = {"top": "tops", "bottom": "bottoms", "one_piece": "one-pieces"}
"""Kind of garment to the vendor's word."""

STATES = {
    "starting": RemoteState.WAITING,
    "inqueue": RemoteState.WAITING,
    "processing": RemoteState.RUNNING,
    "completed": RemoteState.SUCCEEDED,
    "failed": RemoteState.FAILED,
    "timeout": RemoteState.FAILED,
    "canceled": RemoteState.CANCELED,
    "cancelled": RemoteState.CANCELED,
}
"""Keys as ``json_values.word`` returns them."""

MOST_PICTURES = 4
"""Results of one request."""

CURRENCY = "USD"
PRICE_PER_CREDIT = Decimal("0.075")
"""List price in USD. Larger volumes cost less, by contract."""
CREDITS_PER_PICTURE = {"tryon-v1.6": 1}

MODES = ("performance", "balanced", "quality")
MODERATION_LEVELS = ("conservative", "permissive", "none")

OPTIONS = {
    "MODE": Option(
        default="balanced",
        expects="one of " + ", ".join(f'"{mode}"' for mode in MODES),
        accepts=lambda value: value in MODES,
    ),
    "MODERATION_LEVEL": Option(
        default="permissive",
        expects="one of " + ", ".join(f'"{level}"' for level in MODERATION_LEVELS),
        accepts=lambda value: value in MODERATION_LEVELS,
    ),
    "PRICE_PER_CREDIT": Option(
        default=None,
        expects='a Decimal such as Decimal("0.075"), or None for the list price in USD',
        accepts=lambda value: value is None or (isinstance(value, Decimal) and value > 0),
    ),
}

LINKS = (
    Link(
        name="api_reference",
        title=_("API reference"),
        url="https://docs.fashn.ai/api-reference/tryon-v1-6",
    ),
    Link(
        name="errors",
        title=_("Errors of the API"),
        url="https://docs.fashn.ai/api-overview/error-handling",
    ),
)

ERRORS = ErrorTable(
    # Answers of the API: no task was created
    ErrorKind(
        label="no-credits",
        error=AccountProblem,
        codes=("OutOfCredits",),
        fixed_by="account",
        help=_("The account has no credits left. Buy some at the engine's vendor, then resume."),
    ),
    ErrorKind(
        label="throttled",
        error=Throttled,
        codes=("RateLimitExceeded", "ConcurrencyLimitExceeded"),
        fixed_by="nobody",
        help=_(
            "The account sent too many requests; those of its other keys and programs count, too. "
            "Work resumes after a pause."
        ),
    ),
    ErrorKind(
        label="access-denied",
        error=AccountProblem,
        codes=("UnauthorizedAccess",),
        fixed_by="account",
        help=_("The API refuses this account; check its key, permissions and bills."),
    ),
    ErrorKind(
        label="not-found",
        error=InputRejected,
        codes=("NotFound",),
        fixed_by="developer",
        help=_("The API does not know this address or model; check BASE_URL and REMOTE_MODELS."),
    ),
    ErrorKind(
        label="bad-request",
        error=InputRejected,
        codes=("BadRequest",),
        fixed_by="developer",
        help=_("The API refuses a value of the request; read its message."),
    ),
    # Errors of a task, which the vendor does not charge
    ErrorKind(
        label="unreadable-picture",
        error=InputRejected,
        codes=("ImageLoadError",),
        may_be_lost_upload=True,
        fixed_by="shop",
        help=_(
            "The engine could not load a picture. Check that it opens, that it is a JPEG or PNG, "
            "and that its address can be reached from the internet."
        ),
    ),
    ErrorKind(
        label="moderated",
        error=InputRejected,
        codes=("ContentModerationError",),
        fixed_by="shop",
        help=_(
            "The engine's moderation refuses a picture. Use another one, or allow more with "
            "MODERATION_LEVEL in OPTIONS of this engine."
        ),
    ),
    ErrorKind(
        label="no-pose",
        error=InputRejected,
        codes=("PoseError",),
        is_about_person=True,
        fixed_by="shop",
        help=_(
            "The engine found no pose. Use a photo that shows one person clearly, standing, "
            "from head to thighs at least."
        ),
    ),
    ErrorKind(
        label="invalid-input",
        error=InputRejected,
        codes=("InputValidationError",),
        fixed_by="shop",
        help=_("The engine refuses a picture or an option; read its message."),
    ),
    ErrorKind(
        label="failed-temporarily",
        error=ServerFault,
        codes=(
            "PipelineError",
            "ThirdPartyError",
            "3rdPartyProviderError",
            "InternalServerError",
            "PollingTimeout",
        ),
        fixed_by="nobody",
        help=_("The engine failed, which costs nothing; the request will be retried."),
    ),
)


RESULT_LIFE = timedelta(hours=72)


def capabilities_of(remote_model: str, options: Mapping[str, Any]) -> Capabilities:
    """Return what a model can do; one that is not known is taken for v1.6.

    Its results are about 864 by 1296 pixels, whatever the size of the photo.
    """
    return Capabilities(
        title=f"FASHN, {remote_model}",
        kinds=frozenset(CATEGORIES),
        max_garments=1,
        keeps_rest=Keeps.NATIVE,
        keeps_face=Face.ALWAYS,
        answers=Answers.LATER,
        unclear=Unclear.NEVER,
        inputs=Inputs(takes_url=True, takes_data=True),
        has_seed=True,
        max_count=MOST_PICTURES,
        result_life=RESULT_LIFE,
        expected_seconds=12.0,
        longest_task=72 * 3600.0,
        reports_cost=True,
        prompt_version=str(options.get("MODE", "")),
    )
