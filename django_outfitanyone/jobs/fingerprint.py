"""One hash for everything that decides a picture, so that identical requests are paid for once."""

from __future__ import annotations

import hashlib
import json

from django_outfitanyone.models import TryOnResult


def fingerprint_of(try_on: TryOnResult) -> str:
    """Return the hash of the contents of the pictures, the remote model and the options.

    A missing picture counts too: if a garment is deleted or a photo is replaced, the hash
    no longer equals the one taken when the try-on was requested.
    """
    request = {
        "model": try_on.remote_model,
        "person": try_on.model_image and try_on.model_image.sha256,
        "top": try_on.top_garment and try_on.top_garment.sha256,
        "bottom": try_on.bottom_garment and try_on.bottom_garment.sha256,
        "kind": try_on.top_garment and try_on.top_garment.kind,
        "keep": try_on.keep,
        "resolution": try_on.resolution,
        "restore_face": try_on.restore_face,
        "refines": try_on.refines and try_on.refines.sha256,
        "gender": try_on.gender,
    }
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
