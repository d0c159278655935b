"""What FLUX VTO can do, costs and answers, as data.

Sources: docs.bfl.ai, pages on VTO, and three clients of the vendor's API; prices by two
resellers, because the vendor's page does not itemise them; all read on 2026-11-26.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django_outfitanyone.engines.base import Link, Option, RemoteState
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    OrderSize,
    Unclear,
)
from django_outfitanyone.engines.error_kind import OWN_CODE, ErrorKind
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.errors import ErrorTable
from django_outfitanyone.exceptions import InputRejected

from .canvas import MEGAPIXEL, MOST_GARMENTS
from .prompt import KINDS, PROMPT_VERSION

DOMAIN = "bfl.ai"
GLOBAL_URL = f"https://api.{DOMAIN}"
REGIONS = {
    "": GLOBAL_URL,
    "eu": f"https://api.eu.{DOMAIN}",
    "us": f"https://api.us.{DOMAIN}",
}
"""Value of the option ``REGION`` to the base URL."""

TRAINING_WARNING = _(
    "The vendor's standard terms are said to allow training on the pictures that you send and "
    "receive. Use this engine for catalogue photos, never for photos of your shoppers."
)
"""For the docs, and wherever this engine is offered."""

STATES = {
    "pending": RemoteState.WAITING,
    "queued": RemoteState.WAITING,
    "reasoning": RemoteState.RUNNING,
    "generating": RemoteState.RUNNING,
    "processing": RemoteState.RUNNING,
    "ready": RemoteState.SUCCEEDED,
    "error": RemoteState.FAILED,
    "failed": RemoteState.FAILED,
    "requestmoderated": RemoteState.FAILED,
    "contentmoderated": RemoteState.FAILED,
    "tasknotfound": RemoteState.GONE,
}
"""Keys as ``json_values.word`` returns them; any other status keeps polling."""
CODES = {
    "error": "TaskError",
    "failed": "TaskError",
    "requestmoderated": "RequestModerated",
    "contentmoderated": "ContentModerated",
}

RESULT_LIFE = timedelta(minutes=10)

CURRENCY = "USD"
FIRST_INPUT = Decimal("0.0375")
FURTHER = Decimal("0.005")
"""List prices in USD of the first megapixel of the inputs, and of each other of in- and outputs."""
PRICE_PER_CREDIT = Decimal("0.01")
MOST_MEGAPIXELS = {"vto-v2": 4, "vto-v1": 2}
"""Of the person's photo, and of the result, which has the same ratio."""

OPTIONS = {
    "REGION": Option(
        default="",
        expects='"eu", "us" or "" for any region',
        accepts=lambda value: value in REGIONS,
    ),
    "SAFETY_TOLERANCE": Option(
        default=2,
        expects="a number from 0 (strict) to 5",
        accepts=lambda value: type(value) is int and 0 <= value <= 5,
    ),
}

LINKS = (
    Link(
        name="api_reference",
        title=_("API reference"),
        url="https://docs.bfl.ai/flux_tools/flux_vto",
    ),
)

ERRORS = ErrorTable(
    ErrorKind(
        label="moderated",
        error=InputRejected,
        codes=("RequestModerated", "ContentModerated"),
        fixed_by="shop",
        help=_("The engine's moderation refuses a picture; use another one."),
    ),
    ErrorKind(
        # it is not documented whether such a task is charged, so a person decides
        label="task-failed",
        error=InputRejected,
        codes=("TaskError",),
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
        statuses=(400, 413, 422),
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


def list_price(remote_model: str, size: OrderSize) -> Decimal | None:
    """Return the list price in USD of one result; ``None`` for a model without one.

    Each picture is rounded up to whole megapixels. The photo is made smaller if it has too
    many, the result has as many as it, and the canvas counts as one for each garment.
    """
    if remote_model not in MOST_MEGAPIXELS:
        return None
    photo = -(-max(1, size.width * size.height) // MEGAPIXEL)
    person = result = min(photo, MOST_MEGAPIXELS[remote_model])
    canvas = min(max(1, size.garments), MOST_GARMENTS)
    return FIRST_INPUT + FURTHER * (person + canvas + result - 1)


def most_pixels(remote_model: str) -> int:
    """Return how many pixels the photo of the person may have."""
    return MOST_MEGAPIXELS.get(remote_model, min(MOST_MEGAPIXELS.values())) * MEGAPIXEL


def capabilities_of(remote_model: str) -> Capabilities:
    """Return what a model can do; one that is not known is taken for v2."""
    return Capabilities(
        title=f"FLUX VTO, {remote_model}",
        kinds=frozenset(KINDS),
        max_garments=MOST_GARMENTS,
        merges_garments=True,
        keeps_rest=Keeps.PROMPT,
        keeps_face=Face.PROMPT,
        answers=Answers.LATER,
        unclear=Unclear.NEVER,
        prompt_version=PROMPT_VERSION,
        inputs=Inputs(
            takes_url=True,
            takes_data=True,
            max_pixels=most_pixels(remote_model),
        ),
        has_seed=True,
        result_life=RESULT_LIFE,
        expected_seconds=8.0,
        longest_task=3600.0,
        reports_cost=True,
        trains_on_inputs=True,
        regions=("EU", "US"),
    )
