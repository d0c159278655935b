"""Tell a dress from a top by its proportions.

Silhouettes overlap: long tops and short dresses measure alike. A caller who knows the kind says
so; the rules here are for those who do not.
"""

from __future__ import annotations

from dataclasses import dataclass

from .silhouette import Halves, find_waist_row, widest, width_at

_LONGEST_TOP, _SHORTEST_DRESS = 2.7, 2.0
"""Lengths in chest widths: photographed tops measure 1.0 to 2.6, most dresses 3.1 and more."""
_BROADEST_DRESS, _NARROWEST_TOP = 1.5, 2.3
"""Heights in greatest widths: below the first no dress was found, above the second no top."""
_FITTED, _FLARED = 0.85, 1.3
"""Widths of a waist and of the hem below it, in chest widths: a bodice with a skirt."""
_HEM = 0.06
"""Height above the hem where its width is measured, in lengths."""


@dataclass(frozen=True)
class Proportions:
    """slenderness: length from the shoulders. waist, hem: widths. All in chest widths.

    aspect: height in greatest widths, sleeves included. waist is 1 without a drawn-in waist.
    """

    slenderness: float
    aspect: float
    waist: float
    hem: float

    @classmethod
    def measure(cls, halves: Halves, *, top: float, low: float, chest: float) -> Proportions:
        """Return the proportions. top, low: rows of the shoulders and of the armpits."""
        bottom = halves[0].bottom
        waist = find_waist_row(halves, round(low))
        return cls(
            slenderness=(bottom - top) / chest,
            aspect=halves[0].height / max(widest(halves), 1.0),
            waist=1.0 if waist is None else width_at(halves, waist) / chest,
            hem=width_at(halves, round(bottom - _HEM * (bottom - top))) / chest,
        )

    @property
    def are_of_dress(self) -> bool:
        """Whether the garment is long, or narrow, or has a fitted waist over a flared skirt."""
        if self.slenderness <= _SHORTEST_DRESS:
            return False
        is_long = self.slenderness > _LONGEST_TOP and self.aspect > _BROADEST_DRESS
        has_skirt = self.waist < _FITTED and self.hem > _FLARED
        return is_long or self.aspect > _NARROWEST_TOP or has_skirt
