"""The engines that the demo's sandbox serves beside OutfitAnyone, as entries of ``ENGINES``."""

from decimal import Decimal
from typing import Any

API_PATH = "/api/v1"
"""Path of the base URL of OutfitAnyone and Qwen-Image, which share one API."""
KEY = "sk-sandbox"
"""The sandbox accepts any key."""
ENGINES: dict[str, tuple[str, dict[str, Any]]] = {
    "qwen": (API_PATH, {"BACKEND": "django_outfitanyone.engines.dashscope.QwenImage"}),
    "p_image": ("/p-image", {"BACKEND": "django_outfitanyone.engines.p_image.PImage"}),
    "flux": ("/flux-vto", {"BACKEND": "django_outfitanyone.engines.flux_vto.FluxVTO"}),
    "fashn": ("/fashn", {"BACKEND": "django_outfitanyone.engines.fashn.Fashn"}),
    "edits": (
        "/images-edits/v1",
        {
            "BACKEND": "django_outfitanyone.engines.images_edits.ImagesEdits",
            # A server of this kind on a private address is usually the shop's own, which costs.
            "IS_SANDBOX": True,
            "OPTIONS": {"ANSWER_SECONDS": 60},  # a run of the worker must end within Q_CLUSTER
            "REMOTE_MODELS": ["gpt-image-2.6-sunburst"],
            # OpenAI bills tokens; a picture of the usual size costs about this much.
            "PRICES": {"gpt-image-2.6-sunburst": Decimal("0.07")},
        },
    ),
}
"""Alias to the path below the sandbox's root, and the entry without address and key."""


def sandbox_engines(base_url: str) -> dict[str, dict[str, Any]]:
    """Return the entries of ``ENGINES``; ``base_url`` is that of OutfitAnyone in the sandbox."""
    root = base_url.removesuffix(API_PATH)
    shared = {"API_KEY": KEY, "POLL_INTERVAL": 1}
    return {
        alias: {**entry, "BASE_URL": f"{root}{path}", **shared}
        for alias, (path, entry) in ENGINES.items()
    }
