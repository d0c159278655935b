"""Hotspots from the areas that a clothes parse found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile

from django_outfitanyone.models import ClothesParse, Hotspot
from django_outfitanyone.models.hotspot import box_inside, product_id_worn
from django_outfitanyone.models.of_picture import Picture, picture_filter
from django_outfitanyone.models.picture import unguessable_name
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download


def store_area(picture: Picture, area: dict[str, Any]) -> Hotspot:
    """Return the saved hotspot for one area, with its crop and cut-out downloaded."""
    crop = images.verify(download(area["crop_url"])) if area["crop_url"] else None
    cutout = images.verify(download(area["cutout_url"])) if area["cutout_url"] else None
    hotspot = _hotspot_on(picture, area["clothes_type"], area["box"])
    # a retry because of another area finds these files stored already
    is_stored = crop is not None and crop.sha256 == hotspot.crop_sha256
    if crop and not is_stored:
        hotspot.crop_sha256 = crop.sha256
        hotspot.crop.save(unguessable_name(crop.suffix), ContentFile(crop.data), save=False)
    if cutout and not (is_stored and hotspot.cutout):
        hotspot.cutout.save(unguessable_name(cutout.suffix), ContentFile(cutout.data), save=False)
    hotspot.save()
    return hotspot


def copy_areas(parse: ClothesParse, picture: Picture) -> list[Hotspot] | None:
    """Copy the hotspots of this parse to another picture with the same contents.

    Returns ``None`` when one of the originals was deleted. The copies share the files of
    the originals, as reused results do.
    """
    found = {area["clothes_type"] for area in parse.remote_answer["areas"] if area}
    spots = list(Hotspot.objects.of(parse.picture).filter(clothes_type__in=found))
    if len(spots) < len(found):
        return None
    copies = []
    for spot in spots:
        box = spot.machine_box or spot.box
        copy = _hotspot_on(picture, spot.clothes_type, box, product_id=spot.product_id)
        copy.crop, copy.crop_sha256, copy.cutout = spot.crop, spot.crop_sha256, spot.cutout
        copy.save()
        copies.append(copy)
    return copies


def _hotspot_on(
    picture: Picture, clothes_type: str | None, box: Sequence[int], *, product_id: Any = None
) -> Hotspot:
    """Return the hotspot of this kind, new or existing, with the box that was found.

    A person's correction stays while the picture is the same. ``product_id`` is used if
    the hotspot has no product and none is known to be worn there.
    """
    hotspot = Hotspot.objects.filter(
        **picture_filter(picture), clothes_type=clothes_type
    ).first() or Hotspot(**picture_filter(picture), clothes_type=clothes_type)
    if hotspot.picture_sha256 != picture.sha256:
        hotspot.is_corrected, hotspot.corrected_by = False, None
    hotspot.picture_sha256 = picture.sha256
    hotspot.machine_box = [*box]
    if not hotspot.is_corrected:
        hotspot.x1, hotspot.y1, hotspot.x2, hotspot.y2 = box_inside(box, picture)
        worn = product_id_worn(picture, clothes_type)
        hotspot.product_id = hotspot.product_id or worn or product_id
    return hotspot
