"""The errors of ``/v1/images/edits``: the documented codes, and texts of the sandbox's own."""

from __future__ import annotations

from typing import Any

from outfitanyone_local.sandbox.errors import Problem

INVALID_REQUEST = "invalid_request_error"
TYPES = {
    "rate_limit_exceeded": "requests",
    "insufficient_quota": "insufficient_quota",
    "moderation_blocked": "image_generation_user_error",
    "content_policy_violation": "image_generation_user_error",
    "server_error": "server_error",
    "engine_overloaded": "server_error",
}
"""Code to the type of error, where it is not ``invalid_request_error``."""

NO_KEY = Problem(
    401, INVALID_REQUEST, "You didn't provide an API key in an Authorization header (Bearer)."
)
WRONG_KEY = Problem(401, "invalid_api_key", "Incorrect API key provided.")
NOT_FOUND = Problem(404, INVALID_REQUEST, "Invalid URL.")
WRONG_METHOD = Problem(405, INVALID_REQUEST, "Not allowed to use this method on this path.")
BODY_INVALID = Problem(400, INVALID_REQUEST, "The body is no multipart form.")
TOO_LARGE = Problem(413, INVALID_REQUEST, "The request is too large.")
THROTTLED = Problem(429, "rate_limit_exceeded", "Rate limit reached for images per minute.")
INTERNAL = Problem(
    500, "server_error", "The server had an error while processing your request. Sorry about that!"
)
NO_PROMPT = Problem(400, "missing_required_parameter", "Missing required parameter: 'prompt'.")
NO_PICTURE = Problem(400, "missing_required_parameter", "Missing required parameter: 'image'.")
BAD_PICTURE = Problem(400, "invalid_image_file", "Invalid image file: JPEG, PNG or WebP needed.")
CANNOT_PREVIEW = Problem(
    400, "invalid_image_file", "The local engine cannot make a preview of these pictures."
)
FILE_GONE = Problem(404, INVALID_REQUEST, "There is no such picture.")

ON_DEMAND = (
    Problem(429, "insufficient_quota", "You exceeded your current quota."),
    Problem(400, "billing_hard_limit_reached", "Billing hard limit has been reached."),
    Problem(400, "moderation_blocked", "Your request was rejected by the safety system."),
    Problem(400, "content_policy_violation", "Your request was rejected by the safety system."),
    Problem(404, "model_not_found", "The model does not exist or you do not have access to it."),
    Problem(503, "engine_overloaded", "The engine is currently overloaded."),
)
"""Errors that only a fault can cause."""
_BY_CODE = {p.code: p for p in (*ON_DEMAND, WRONG_KEY, THROTTLED, INTERNAL, BAD_PICTURE)}


def invalid(name: str, expects: str) -> Problem:
    """Return the problem of a field with a wrong value."""
    return Problem(400, "invalid_value", f"Invalid value: '{name}' must be {expects}.")


def find(code: str) -> Problem | None:
    return _BY_CODE.get(code)


def error_body(problem: Problem) -> dict[str, Any]:
    """Return the body of a problem; a code that is only a type becomes null."""
    code = None if problem.code == INVALID_REQUEST else problem.code
    message = f"{problem.message} {problem.reason}".strip()
    error = {
        "message": message,
        "type": TYPES.get(problem.code, INVALID_REQUEST),
        "param": None,
        "code": code,
    }
    return {"error": error}
