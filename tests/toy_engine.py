"""An engine that explains its own errors and does nothing else."""

from __future__ import annotations

from django_outfitanyone.engines.base import ErrorExplanation


class ToyEngine:
    @classmethod
    def explain(cls, code, message=""):
        if code == "PaintIsWet":
            return ErrorExplanation(
                fixed_by="nobody", help=f"Wait until it is dry: {message}", is_temporary=True
            )
        return ErrorExplanation(fixed_by="shop", help="Paint it again.", is_temporary=False)
