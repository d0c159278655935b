"""What the models of OutfitAnyone can do (seed documents, protocol reference)."""

from __future__ import annotations

from datetime import date, timedelta

from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    Unclear,
)
from django_outfitanyone.engines.error_kind import gettext_noop as _

END = date(2026, 10, 10)
"""The day on which all models end, by the vendor's notice of 2026-07-10."""


QUALITIES = {"aitryon-plus": _("best quality"), "aitryon": _("faster")}


def capabilities_of(remote_model: str) -> Capabilities:
    """Return what a model can do; one that is not known is taken for the best one."""
    return Capabilities(
        title=f"OutfitAnyone, {remote_model}",
        quality=QUALITIES.get(remote_model, ""),
        kinds=frozenset({"top", "bottom", "one_piece"}),
        max_garments=2,
        keeps_rest=Keeps.AS_GARMENT,
        keeps_face=Face.OPTION,
        answers=Answers.LATER,
        unclear=Unclear.LIST,
        inputs=Inputs(
            takes_url=True,
            takes_upload=True,
            formats=frozenset({"image/jpeg", "image/png", "image/bmp"}),
            max_bytes=5_000_000,
            min_side=150,
            max_side=4096,
        ),
        resolutions=(-1, 1024, 1280),
        can_refine=remote_model != "aitryon-refiner",
        can_cancel=True,
        result_life=timedelta(hours=24),
        expected_seconds=20.0,
        longest_submit=300.0,  # the gateway ends a request after 298 s
        longest_task=24 * 3600.0,
        task_listed_for=timedelta(hours=24),
        ends_on=END,
        regions=("Beijing",),
    )
