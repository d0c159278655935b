"""One hash for everything that decides a picture, so that identical requests are paid for once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import Garment, TryOnResult

TOPS = (GarmentKind.TOP, GarmentKind.ONE_PIECE)


def fingerprint_of(try_on: TryOnResult) -> str:
    """Return the hash of the contents of the pictures, the remote model and the options.

    A missing picture counts too: if a garment is deleted or a photo is replaced, the hash
    no longer equals the one taken when the try-on was requested. A key that came with a later
    version is added only where it says something, so that pictures of earlier versions are
    still found.
    """
    garments = try_on.garments
    top, bottom = _first(garments, *TOPS), _first(garments, GarmentKind.BOTTOM)
    request = {
        "model": try_on.remote_model,
        "person": try_on.model_image and try_on.model_image.sha256,
        "top": top and top.sha256,
        "bottom": bottom and bottom.sha256,
        "kind": top and top.kind,
        "keep": try_on.keep,
        "resolution": try_on.resolution,
        "restore_face": try_on.restore_face,
        "refines": try_on.refines and try_on.refines.sha256,
        "gender": try_on.gender,
        **_more_garments([one for one in garments if one is not top and one is not bottom]),
        **_candidate(try_on),
        **_prompt(try_on),
    }
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def _first(garments: Sequence[Garment], *kinds: str) -> Garment | None:
    return next((garment for garment in garments if garment.kind in kinds), None)


def _more_garments(garments: Sequence[Garment]) -> dict[str, Any]:
    more = [[garment.kind, garment.sha256] for garment in garments]
    return {"garments": more} if more else {}


def _candidate(try_on: TryOnResult) -> dict[str, Any]:
    """Return what makes a candidate another picture than the first one."""
    if try_on.seed is not None:
        return {"seed": try_on.seed}
    return {"candidate": try_on.candidate} if try_on.candidate > 1 else {}


def _prompt(try_on: TryOnResult) -> dict[str, Any]:
    """Return the version of the engine's own words and modes, which change the picture too."""
    engine = try_on.engine_settings
    version = engine.capabilities(try_on.remote_model).prompt_version if engine else ""
    return {"prompt": version} if version else {}
