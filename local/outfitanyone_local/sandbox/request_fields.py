"""Read and check the fields of request bodies; ``Refused`` carries the vendor's exact error.

The vendor's gateway checks only ``model`` and ``input`` as a whole. The model checks the
single fields, so their errors appear in the task unless ``field_faults`` is "submit".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .errors import (
    CLOTHES_TYPE,
    EMPTY_INPUT,
    EMPTY_MODEL,
    ILLEGAL_INPUT,
    MISSING_FIELDS,
    NO_GARMENT,
    UNKNOWN_MODEL,
    WRONG_PATH,
    Refused,
)
from .remote_models import MODELS

AS_INPUT = -1
GENDERS = ("woman", "man")
DEFAULT_CLOTHES = ["upper"]
CLOTHES_LISTS = (["upper"], ["lower"], ["dress"], ["upper", "lower"], ["lower", "upper"])
"""The four documented lists, and a fifth that follows from their rule about order."""

Body = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TaskRequest:
    """Pictures and parameters of a try-on or refiner task; an empty URL means no picture."""

    person_image_url: str
    top_garment_url: str = ""
    bottom_garment_url: str = ""
    coarse_image_url: str = ""
    gender: str = ""
    resolution: int = AS_INPUT
    restore_face: bool = True
    resolve_uploads: bool = False
    """Whether the request allows oss:// URLs."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def read_model(body: Body, *, path: str) -> str:
    name = body.get("model")
    if not name:
        raise Refused(EMPTY_MODEL)
    if not isinstance(name, str) or name not in MODELS:
        raise Refused(UNKNOWN_MODEL)
    if MODELS[name].path != path:
        raise Refused(WRONG_PATH)
    return name


def read_input(body: Body) -> Body:
    fields = body.get("input")
    if fields is None:
        raise Refused(EMPTY_INPUT)
    if not isinstance(fields, dict):
        raise Refused(ILLEGAL_INPUT)
    return fields


def read_task_request(body: Body, *, model: str, resolve_uploads: bool) -> TaskRequest:
    fields, parameters = read_input(body), _parameters(body)
    person = _url(fields, "person_image_url", required=True)
    top = _url(fields, "top_garment_url", required=MODELS[model].refines)
    bottom = _url(fields, "bottom_garment_url")
    if not top and not bottom:
        raise Refused(NO_GARMENT)
    if MODELS[model].refines:
        return TaskRequest(
            person_image_url=person,
            top_garment_url=top,
            bottom_garment_url=bottom,
            coarse_image_url=_url(fields, "coarse_image_url", required=True),
            gender=_gender(parameters),
            resolve_uploads=resolve_uploads,
        )
    return TaskRequest(
        person_image_url=person,
        top_garment_url=top,
        bottom_garment_url=bottom,
        resolution=_typed(parameters, "resolution", kind=int, default=AS_INPUT),
        restore_face=_typed(parameters, "restore_face", kind=bool, default=True),
        resolve_uploads=resolve_uploads,
    )


def read_parse_request(body: Body) -> tuple[str, list[str]]:
    """Return the picture's URL and the requested clothes types, in the requested order."""
    url = _url(read_input(body), "image_url", required=True)
    clothes = _parameters(body).get("clothes_type")
    if clothes is None:
        return url, DEFAULT_CLOTHES
    if clothes not in CLOTHES_LISTS:
        raise Refused(CLOTHES_TYPE)
    return url, clothes


def output_size(resolution: int) -> tuple[int, int] | None:
    """Return the output's width and height in pixels, or ``None`` to keep the size.

    The documented values 1024 and 1280 are heights at 9:16. Any other value within the
    picture limits is treated the same way.
    """
    if 150 <= resolution <= 4096:
        return round(resolution * 9 / 16), resolution
    return None


def _parameters(body: Body) -> Body:
    parameters = body.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise Refused(MISSING_FIELDS)
    return parameters


def _url(fields: Body, name: str, *, required: bool = False) -> str:
    """Return the field; missing, null and empty all mean "no picture"."""
    value = fields.get(name)
    value = "" if value is None else value
    if not isinstance(value, str) or (required and not value.strip()):
        raise Refused(MISSING_FIELDS)
    return value.strip()


def _gender(parameters: Body) -> str:
    gender = parameters.get("gender")
    if gender not in GENDERS:
        raise Refused(MISSING_FIELDS)
    return str(gender)


def _typed(parameters: Body, name: str, *, kind: type[Any], default: Any) -> Any:
    value = parameters.get(name)
    if value is None:
        return default
    if type(value) is not kind:
        raise Refused(MISSING_FIELDS)
    return value
