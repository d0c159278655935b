"""Which finished pictures wait for a person, and which of several candidates is to be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models.pausable import PausableQuerySet

if TYPE_CHECKING:
    from typing_extensions import Self

    from django_outfitanyone.models.try_on import TryOnResult


class ReviewableQuerySet(PausableQuerySet):
    def waiting_for_review(self) -> Self:
        """Return the finished pictures about which no person has decided yet."""
        return self.filter(review=Review.TO_REVIEW, status=Status.SUCCEEDED)

    def among_candidates(self, try_on: TryOnResult) -> Self:
        """Return the try-ons of the same request among which a person chooses, first one first."""
        return self.filter(candidates=try_on.candidates).order_by("candidate", "pk")

    def publishable(self) -> Self:
        """Return the finished pictures that are neither rejected nor published."""
        finished = self.succeeded().filter(published_at__isnull=True)
        return finished.exclude(review=Review.REJECTED)

    def publishable_at_once(self) -> Self:
        """Return the publishable pictures without candidates among which a person must choose.

        Of the candidates of one request, that is the chosen one, or the only one that is left:
        the others failed, were canceled or rejected.
        """
        others = (
            self.model._default_manager.filter(candidates=OuterRef("candidates"))
            .exclude(pk=OuterRef("pk"))
            .exclude(status__in=[Status.FAILED, Status.CANCELED])
            .exclude(review=Review.REJECTED)
        )
        publishable = self.publishable()
        return publishable.filter(is_chosen=True) | publishable.filter(~Exists(others))
