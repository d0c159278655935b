"""What an engine is asked for: the order of one paid request, with its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django_outfitanyone.engines.base import Picture, RefineOrder, TryOnOrder, WornPicture
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.pictures import images
from django_outfitanyone.worker import stages
from django_outfitanyone.worker.kept_half import kept_garment
from django_outfitanyone.worker.temporary_uploads import drop_uploads
from django_outfitanyone.worker.uploads import Delivery, pictures_of, read_stored

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Engine

PERSON, COARSE = "person", "coarse"


def order_of(try_on: TryOnResult, engine: Engine) -> TryOnOrder | RefineOrder:
    """Return the order of the row's next paid request; upload its pictures where needed.

    Raises ``PictureRefused`` when the engine cannot get a picture.
    """
    pieces = stages.pieces_now(try_on)
    pictures = _pictures(try_on, deliveries_of(try_on), engine)
    common: dict[str, Any] = {
        "model": try_on.remote_model,
        "person": pictures[PERSON],
        "garments": [
            WornPicture(
                picture=pictures[_role(number)],
                kind=piece.kind,
                name=str(piece.garment) if piece.garment else "",
                is_kept=piece.garment is None,
            )
            for number, piece in enumerate(pieces)
        ],
    }
    if try_on.refines_id:
        return RefineOrder(**common, coarse=pictures[COARSE], gender=try_on.gender)
    return TryOnOrder(
        **common,
        keep=stages.keep_now(try_on),
        keep_face=try_on.restore_face,
        resolution=try_on.resolution,
        seed=getattr(try_on, "seed", None),
    )


def deliveries_of(try_on: TryOnResult) -> dict[str, Delivery]:
    """Return all pictures of the row's next paid request by their role."""
    deliveries = {PERSON: _person(try_on)}
    for number, piece in enumerate(stages.pieces_now(try_on)):
        deliveries[_role(number)] = (
            Delivery.of(piece.garment) if piece.garment else kept_garment(try_on)
        )
    if try_on.refines_id:
        deliveries[COARSE] = Delivery.of(cast("TryOnResult", try_on.refines))
    return deliveries


def renew_uploads(try_on: TryOnResult) -> bool:
    """Drop the uploads of this request's pictures; return False if there were none."""
    hashes = {picture.sha256 for picture in deliveries_of(try_on).values()}
    return drop_uploads(hashes, remote_model=try_on.remote_model, account=try_on.account)


def _person(try_on: TryOnResult) -> Delivery:
    """Return the model photo, or in a later stage the picture of the stage before."""
    if not try_on.stage:
        return Delivery.of(cast("Any", try_on.model_image))  # checked: it is there
    data = read_stored(try_on.stage_image)
    return Delivery(file=try_on.stage_image, sha256=images.fingerprint(data))


def _pictures(
    try_on: TryOnResult, deliveries: dict[str, Delivery], engine: Engine
) -> dict[str, Picture]:
    pictures = {}
    for role, picture in pictures_of(
        deliveries,
        inputs=try_on.capabilities.inputs,
        remote_model=try_on.remote_model,
        account=try_on.account,
        engine=engine,
    ):
        pictures[role] = picture
        try_on.keep_lease()
    return pictures


def _role(number: int) -> str:
    return f"garment {number}"
