"""Gives each of several overlapping hotspots a part that the pointer reaches. Imports no Django.

Of two boxes, the smaller one is on top. Boxes of nearly the same place and size would still cover
each other, so that they share their area: each takes one vertical strip of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django_outfitanyone.storefront.position_css import level_class, strip_classes

SAME = 0.7
"""Boxes share their area if the intersection is at least this part of the union."""

Area = tuple[float, float, float, float]
"""A box in pixels: x1, y1, x2, y2."""


def overlap_classes(boxes: Sequence[Area]) -> list[str]:
    """Return the class names of each box: its layer and, if it shares its area, its strip."""
    by_size = sorted(range(len(boxes)), key=lambda place: _size(boxes[place]))
    classes = {place: level_class(rank) for rank, place in enumerate(by_size)}
    for group in _groups(boxes):
        if len(group) > 1:
            for index, place in enumerate(group):
                classes[place] += f" {strip_classes(index, len(group))}"
    return [classes[place] for place in range(len(boxes))]


def _groups(boxes: Sequence[Area]) -> list[list[int]]:
    """Return the places of the boxes, those that share an area in one group."""
    groups: list[list[int]] = []
    for place, box in enumerate(boxes):
        group = next((g for g in groups if _likeness(boxes[g[0]], box) >= SAME), None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def _likeness(one: Area, other: Area) -> float:
    """Return the intersection as a part of the union: 1 for equal boxes, 0 for separate ones."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, across) * max(0.0, down)
    return common / (_size(one) + _size(other) - common)


def _size(box: Area) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
