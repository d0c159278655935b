"""Which pictures one query has loaded, so that a page prepares their products at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from typing_extensions import Self


class PictureGroup:
    """The pictures that were loaded together. A copy, as in a cache, has none of them."""

    def __init__(self, pictures: list[Any] | None = None) -> None:
        self.pictures = pictures or []

    def __reduce__(self) -> tuple[type[PictureGroup], tuple[()]]:
        return PictureGroup, ()


class LoadedTogether(models.Model):
    """A picture that knows the others of its query."""

    loaded_together: PictureGroup | None = None

    class Meta:
        abstract = True


class LoadsTogether:
    """A mixin for querysets whose pictures may know each other."""

    if TYPE_CHECKING:
        _result_cache: list[Any] | None

        def all(self) -> Self: ...

    is_grouped = False

    def grouped(self) -> Self:
        """Return the same pictures, each of which knows the others once they are loaded."""
        pictures = self.all()
        pictures.is_grouped = True
        return pictures

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc] # a queryset's
        clone.is_grouped = self.is_grouped
        return clone

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()  # type: ignore[misc] # a queryset's
        rows = self._result_cache
        if is_new and self.is_grouped and rows and isinstance(rows[0], LoadedTogether):
            group = PictureGroup(rows)
            for row in rows:
                row.loaded_together = group
