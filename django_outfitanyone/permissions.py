"""What a person may do with try-on pictures, beside Django's own permissions for each model."""

from __future__ import annotations

from typing import Any

GENERATE = "django_outfitanyone.generate"
"""Request, repeat, refine, move and cancel pictures and clothes parses: what costs money."""
REVIEW = "django_outfitanyone.review"
"""Approve and reject pictures, choose among candidates, and correct hotspots."""
PUBLISH = "django_outfitanyone.publish"
"""Publish pictures and take them back."""
SEE_COSTS = "django_outfitanyone.see_costs"
"""See prices before an order, and what pictures cost."""

ALL = (GENERATE, REVIEW, PUBLISH, SEE_COSTS)

User = Any
"""``request.user``, of any type that the site's authentication returns."""


def may_generate(user: User) -> bool:
    """Return whether the user may do what costs money."""
    return bool(user.has_perm(GENERATE))


def may_review(user: User) -> bool:
    """Return whether the user may decide about finished pictures."""
    return bool(user.has_perm(REVIEW))


def may_publish(user: User) -> bool:
    """Return whether the user may show pictures to visitors."""
    return bool(user.has_perm(PUBLISH))


def may_see_costs(user: User) -> bool:
    """Return whether the user may see amounts of money."""
    return bool(user.has_perm(SEE_COSTS))
