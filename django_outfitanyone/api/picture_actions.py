"""Actions of views on the picture of a garment or a model photo: check, crop, cut out, restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from django_outfitanyone import actions
from django_outfitanyone.api.fields import rows_for
from django_outfitanyone.api.permissions import MAY_CHANGE
from django_outfitanyone.conf import conf
from django_outfitanyone.picture_check import check_saved


class CheckMixin(GenericViewSet[Any]):
    """For views of pictures that can be checked."""

    bodyless_actions = frozenset({"check"})

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def check(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Check the picture again with the local engine, for free."""
        picture = self.get_object()
        actions.check_picture(picture)
        return self.picture_response(picture.pk)

    def picture_response(self, pk: Any) -> Response:
        """Return the present state of the row."""
        shown = rows_for(self.prefetched_rows, self.request).get(pk=pk)  # type: ignore[attr-defined]
        response: Response = self.answer(shown)  # type: ignore[attr-defined]
        return response


class GarmentPictureMixin(CheckMixin):
    """For the view of garments, whose pictures can be replaced by a part of themselves."""

    bodyless_actions = frozenset({"crop", "cut_out", "restore"})

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def crop(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Crop the picture to its garment; the original is kept."""
        return self._change_picture(actions.crop_to_garment)

    @action(
        detail=True,
        methods=["post"],
        url_path="cut-out",
        url_name="cut-out",
        permission_classes=MAY_CHANGE,
    )
    def cut_out(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Replace a photo of a worn garment by the garment alone; the original is kept."""
        return self._change_picture(actions.cut_out_garment)

    @action(detail=True, methods=["post"], permission_classes=MAY_CHANGE)
    def restore(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002
        """Use the original picture again."""
        return self._change_picture(actions.restore_original)

    def _change_picture(self, change: Callable[[Any], None]) -> Response:
        garment = self.get_object()
        change(garment)
        if conf.CHECK_PICTURES:
            check_saved(garment)
        return self.picture_response(garment.pk)
