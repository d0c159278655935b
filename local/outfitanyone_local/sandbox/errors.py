"""The known errors of the vendor's API, word for word.

Spelling mistakes, a missing space and a full-width exclamation mark are the vendor's.
``find`` looks up errors for faults by their code.
"""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One error of the vendor's API.

    ``reason`` and ``findings`` are the sandbox's own: a sentence that says what is wrong with
    a picture, and the codes of what was found in it. The vendor's API has neither.
    """

    status: int
    code: str
    message: str
    reason: str = ""
    findings: tuple[str, ...] = ()

    def because(self, reason: str, *findings: str) -> Problem:
        """Return the same error with the sandbox's reason."""
        return self._replace(reason=reason, findings=findings)


class Refused(Exception):
    """Error that ends the request, or the task it started, with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.reason or problem.message}")
        self.problem = problem


def _parameter(message: str) -> Problem:
    return Problem(400, "InvalidParameter", message)


# Access
NO_KEY = Problem(401, "InvalidApiKey", "No API-key provided.")
WRONG_KEY = Problem(401, "InvalidApiKey", "Invalid API-key provided.")
SYNCHRONOUS = Problem(403, "AccessDenied", "current user api does not support synchronous calls.")
ASYNCHRONOUS = Problem(403, "AccessDenied", "Current user api does not support asynchronous calls.")

# Errors of the gateway in front of the models
NOT_FOUND = Problem(404, "NotFound", "Not found!")
BODY_INVALID = _parameter("Required body invalid, please check the request body format.")
BODY_TOO_LARGE = Problem(400, "BadRequest.TooLarge", "Payload Too Large.")
EMPTY_MODEL = Problem(
    400, "BadRequest.EmptyModel", 'Required parameter "model" missing from request.'
)
EMPTY_INPUT = Problem(
    400, "BadRequest.EmptyInput", "Required input parameter missing from request."
)
ILLEGAL_INPUT = Problem(400, "BadRequest.IllegalInput", "The input parameter requires json format.")
UNKNOWN_MODEL = _parameter("Model not exist.")
WRONG_PATH = _parameter("url error, please check url！")
NOT_PENDING = Problem(
    400,
    "UnsupportedOperation",
    "Failed to cancel the task, please confirm if the task is in PENDING status.",
)
FREE_QUOTA_USED_UP = Problem(403, "AllocationQuota.FreeTierOnly", "")
THROTTLED = Problem(429, "Throttling", "Requests throttling triggered.")
RATE_QUOTA = Problem(
    429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."
)

# Errors of the models: fields and pictures
MISSING_FIELDS = _parameter(
    "The request is missing required parameters or in a wrong format, "
    "please check the parameters that you send."
)
CLOTHES_TYPE = Problem(
    400,
    "InvalidParameter.ClothesType",
    "The request parameter is invalid, please check the request parameter.",
)
NO_GARMENT = Problem(
    400,
    "InvalidGarment",
    "Missing clothing image.Please input at least one top garment or bottom garment image.",
)
DOWNLOAD_TIMEOUT = _parameter(
    "Download the media resource timed out during the data inspection process."
)
DOWNLOAD_TIMEOUTS = {
    "en": DOWNLOAD_TIMEOUT,
    "ja": _parameter(
        "データ検査プロセス中にメディアリソースのダウンロードがタイムアウトしました。"
    ),
    "zh": _parameter("在数据检查过程中，下载媒体资源超时。"),
}
"""The download timeout by language. The Japanese document prints its own text; the Chinese one
is a translation, because no printed one is known."""
INVALID_URL = Problem(
    400,
    "InvalidURL",
    "The request URL is invalid, please check the request URL is available and the request "
    "image format is one of the following types: JPEG, JPG, PNG, BMP, and WEBP.",
)
INVALID_PERSON = Problem(
    400,
    "InvalidPerson",
    "The input image has no human body or multi human bodies. "
    "Please upload other image with single person.",
)
INVALID_LENGTH = Problem(
    400,
    "InvalidInputLength",
    "The image resolution is invalid, please make sure that the largest length of image is "
    "smaller than 4096, and the smallest length of image is larger than 150. and the size of "
    "image ranges from 5KB to 5MB.",
)
SIZES_DIFFER = _parameter("The size of person image and coarse_image are not the same.")

# Temporary uploads
UNRESOLVED_URL = Problem(
    400,
    "invalid_parameter_error",
    "InternalError.Algo.InvalidParameter: The provided URL does not appear to be valid. "
    "Ensure it is correctly formatted.",
)
UPLOAD_GONE = Problem(
    400,
    "InvalidParameter.DataInspection",
    "Failed to find the requested media resource during the data inspection process.",
)
UPLOAD_FOREIGN = Problem(
    400,
    "InvalidParameter.DataInspection",
    "Don't have authorization to access the media resource during the data inspection process.",
)

# Errors inside the vendor's system
INTERNAL = Problem(
    500,
    "InternalError",
    "An internal error has occured, please try again later or contact service support.",
)
INTERNAL_ALGORITHM = Problem(500, "InternalError.Algo", INTERNAL.message)

ON_DEMAND = (
    Problem(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
    Problem(400, "DataInspectionFailed", "Input or output data may contain inappropriate content."),
    Problem(400, "BadRequest.InputDownloadFailed", "Failed to download the input file: xxx."),
    Problem(400, "InvalidURL.ConnectionRefused", ""),
    Problem(400, "InvalidURL.Timeout", ""),
    Problem(400, "IPInfringementSuspect", ""),
    Problem(403, "AccessDenied", "Access denied."),
    Problem(403, "AccessDenied.Unpurchased", ""),
    Problem(403, "Endpoint.AccessDenied", "Workspace endpoint access denied."),
    Problem(403, "Model.AccessDenied", ""),
    Problem(403, "Workspace.AccessDenied", ""),
    Problem(404, "ModelNotFound", "Model can not be found."),
    Problem(404, "WorkSpaceNotFound", ""),
    Problem(408, "RequestTimeOut", ""),
    Problem(
        429,
        "Throttling.BurstRate",
        "Request rate increased too quickly. To ensure system stability, please adjust your "
        "client logic to scale requests more smoothly over time.",
    ),
    Problem(
        429,
        "Throttling.AllocationQuota",
        "Allocated quota exceeded, please increase your quota limit.",
    ),
    Problem(429, "CommodityNotPurchased", ""),
    Problem(429, "PrepaidBillOverdue", ""),
    Problem(429, "PostpaidBillOverdue", ""),
    Problem(500, "InternalError.Timeout", ""),
    Problem(500, "InternalError.Upload", "Failed to upload result."),
    Problem(500, "InternalError.FileUpload", "oss upload error."),
    Problem(500, "SystemError", ""),
    Problem(500, "ModelServiceFailed", ""),
    Problem(
        503,
        "ModelServingError",
        "Too many requests. Your requests are being throttled due to system capacity limits. "
        "Please try again later.",
    ),
    Problem(503, "ModelUnavailable", "Model is unavailable, please try again later."),
    Problem(503, "ServiceUnavailable", "Model is unavailable, please try again later."),
)
"""Errors that only a fault can cause; an empty message means that none is documented."""


def method_not_supported(method: str) -> Problem:
    return _parameter(f"Request method '{method}' is not supported.")


def parameter_required(name: str) -> Problem:
    return _parameter(
        f"Required parameter({name}) missing or invalid, please check the request parameters."
    )


def find(code: str) -> Problem | None:
    """Return the first problem with this code."""
    return _BY_CODE.get(code)


_OWN = [value for value in list(globals().values()) if isinstance(value, Problem)]
_BY_CODE = {problem.code: problem for problem in (*ON_DEMAND[::-1], *_OWN[::-1], MISSING_FIELDS)}
