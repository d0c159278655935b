"""Form data as a browser sends it."""

from __future__ import annotations

import uuid


def try_on_form_data(garments, photos, **changes):
    """The page “Try on garments” with its defaults."""
    return {
        "garments": ",".join(str(garment.pk) for garment in garments),
        "photos": [photo.pk for photo in photos],
        "combining": "alone",
        "engine": "default/aitryon-plus",
        "resolution": "-1",
        "other_half": "keep",
        "face": "keep",
        "batch": str(uuid.uuid4()),
        **changes,
    }


def hotspot_form_data(model, picture, *forms, initial=0, **extra):
    """The page of a model photo or a try-on result with these hotspots."""
    data = {
        "hotspots-TOTAL_FORMS": len(forms),
        "hotspots-INITIAL_FORMS": initial,
        **({"name": picture.name, "is_active": "on"} if model == "modelimage" else {}),
        **extra,
    }
    parent = "try_on" if model == "tryonresult" else "model_image"
    for number, form in enumerate(forms):
        data[f"hotspots-{number}-{parent}"] = picture.pk
        for name, value in form.items():
            data[f"hotspots-{number}-{name}"] = value
    return data
