"""Reads class names as the stylesheet of hotspot positions does."""

from __future__ import annotations

from django_outfitanyone.storefront.position_css import stylesheet


def read(classes):
    """Return percentages by axis. Raises ``AssertionError`` if a class has no rule."""
    rules = stylesheet()
    values = dict.fromkeys("xywh", 0.0)
    for name in classes.split():
        _before, _found, rest = rules.partition(f".{name}{{--")
        assert rest, f"no rule for {name}"
        declaration = rest.partition("}")[0]
        values[name.removeprefix("oa-")[0]] += float(declaration.partition(":")[2])
    return values
