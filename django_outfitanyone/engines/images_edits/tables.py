"""What servers with ``/v1/images/edits`` can do, and what their errors mean, as data.

Sources: OpenAI's API reference and its SDK, measured; the documents of vLLM-Omni, SGLang and
LiteLLM; read on 2026-11-26. Prices depend on the server, so the shop sets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_outfitanyone.engines.base import Link
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
from django_outfitanyone.engines.prompts import GARMENTS, PROMPT_VERSION
from django_outfitanyone.engines.result_sizes import SizeRule
from django_outfitanyone.exceptions import AccountProblem, InputRejected, ModelGone, Throttled

from .options import value_of

MAX_BYTES = 20_000_000
MOST_COUNT = 4
"""OpenAI makes up to 10; four large pictures as base64 already fill an answer."""
PERSON_SIZE = SizeRule(min_pixels=512 * 512, max_pixels=1536 * 1536)
LISTED_SIZES = ((1024, 1024), (1024, 1536), (1536, 1024))

LINKS = (
    Link(
        name="api_reference",
        title=_("API reference"),
        url="https://platform.openai.com/docs/api-reference/images/createEdit",
    ),
)

ERRORS = ErrorTable(
    ErrorKind(
        label="unpaid",
        error=AccountProblem,
        codes=(
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_limit_user_error",
            "billing_not_active",
            "budget_exceeded",
        ),
        fixed_by="account",
        help=_("The account has no money or budget left. Add some, then resume."),
    ),
    ErrorKind(
        label="key-refused",
        error=AccountProblem,
        codes=(
            "invalid_api_key",
            "invalid_organization",
            "invalid_project",
            "AuthenticationError",
            "PermissionDeniedError",
            "unsupported_country_region_territory",
        ),
        fixed_by="account",
        help=_("The API refuses this key; check it, and its organization and project."),
    ),
    ErrorKind(
        label="model-gone",
        error=ModelGone,
        codes=("model_not_found",),
        fixed_by="developer",
        help=_("The API does not know this model. Choose another model or engine in the settings."),
    ),
    ErrorKind(
        label="model-unknown",
        error=ModelGone,
        codes=("NotFoundError",),
        says=("model",),
        fixed_by="developer",
        help=_("The API does not know this model. Choose another model or engine in the settings."),
    ),
    ErrorKind(
        label="throttled",
        error=Throttled,
        codes=("rate_limit_exceeded", "rate_limit_error", "RateLimitError", "throttling_error"),
        fixed_by="nobody",
        help=_(
            "The account sent too many requests; those of its other keys and programs count, too. "
            "Work resumes after a pause."
        ),
    ),
    ErrorKind(
        label="moderated",
        error=InputRejected,
        codes=(
            "moderation_blocked",
            "content_policy_violation",
            "content_filter",
            "image_generation_user_error",
        ),
        fixed_by="shop",
        help=_("The engine's moderation refuses a picture; use another one."),
    ),
    ErrorKind(
        label="unreadable-picture",
        error=InputRejected,
        codes=(
            "invalid_image_file",
            "invalid_image",
            "invalid_image_format",
            "image_too_large",
            "image_parse_error",
            "unsupported_file_mimetype",
        ),
        fixed_by="shop",
        help=_("The engine cannot read a picture. Save it as JPEG or PNG of a common size."),
    ),
    ErrorKind(
        label="overloaded",
        error=Throttled,
        codes=("engine_overloaded", "server_overloaded", "overloaded_error"),
        fixed_by="nobody",
        help=_("The engine is overloaded. Work resumes after a pause."),
    ),
    ErrorKind(
        label="wrong-address",
        error=InputRejected,
        codes=(OWN_CODE,),
        statuses=(404, 405),
        fixed_by="developer",
        help=_("The server has no images/edits here; check BASE_URL, which ends with /v1."),
    ),
    ErrorKind(
        label="invalid-input",
        error=InputRejected,
        statuses=(400, 413, 415, 422),
        fixed_by="developer",
        help=_("The engine refuses a field of the request; read its message, and check OPTIONS."),
    ),
)


def capabilities_of(remote_model: str, options: Mapping[str, Any]) -> Capabilities:
    """Return what a model can do with these options."""
    seconds = value_of(options, "ANSWER_SECONDS")
    follows_person = value_of(options, "SIZE") == "person"
    return Capabilities(
        title=f"{value_of(options, 'TITLE') or 'Images edits'}, {remote_model}",
        kinds=frozenset(GARMENTS),
        max_garments=value_of(options, "MAX_GARMENTS"),
        keeps_rest=Keeps.PROMPT,
        keeps_face=Face.PROMPT,
        answers=Answers.NOW,
        unclear=Unclear.NEVER,
        prompt_version=PROMPT_VERSION,
        inputs=Inputs(
            takes_url=False,
            takes_data=True,
            formats=frozenset({"image/jpeg", "image/png", "image/webp"}),
            max_bytes=MAX_BYTES,
        ),
        resolutions=(-1, 1024, 1280) if follows_person else (-1,),
        has_seed=bool(value_of(options, "SEED_FIELD")),
        max_count=MOST_COUNT if value_of(options, "SENDS_N") else 1,
        expected_seconds=45.0,
        longest_submit=seconds + 10.0,
        longest_task=seconds + 10.0,
        reports_cost=bool(value_of(options, "TOKEN_PRICES")),
    )
