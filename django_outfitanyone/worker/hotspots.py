"""Hotspots from the areas that a clothes parse found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from django_outfitanyone.models import ClothesParse, Hotspot
from django_outfitanyone.models.hotspot import box_inside, product_id_worn
from django_outfitanyone.models.of_picture import Picture, picture_filter
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download
from django_outfitanyone.worker.new_files import NewFiles


@dataclass(frozen=True, kw_only=True)
class FoundArea:
    """One area that a parse found, with its downloaded and verified pictures."""

    clothes_type: str
    box: Sequence[int]
    crop: images.Picture | None
    cutout: images.Picture | None


def download_area(area: Mapping[str, Any]) -> FoundArea:
    """Return the area with its pictures, ``None`` for those that the answer does not name."""
    crop, cutout = (
        images.verify(download(area[name])) if area[name] else None
        for name in ("crop_url", "cutout_url")
    )
    return FoundArea(clothes_type=area["clothes_type"], box=area["box"], crop=crop, cutout=cutout)


def store_files(picture: Picture, area: FoundArea, files: NewFiles) -> dict[str, str]:
    """Store the crop and cut-out of an area; return the columns of its hotspot that name them.

    A parse that finds the same crop again keeps the files that are stored already.
    """
    known = _hotspots_of_kind(picture, area.clothes_type).first() or Hotspot()
    if area.crop and area.crop.sha256 == known.crop_sha256 and known.cutout:
        return _file_columns(known)
    new = Hotspot(crop_sha256=area.crop.sha256 if area.crop else "")
    for file, found in ((new.crop, area.crop), (new.cutout, area.cutout)):
        if found:
            files.save(file, found.suffix, found.data)
    return _file_columns(new)


def write_hotspot(picture: Picture, area: FoundArea, columns: Mapping[str, str]) -> Hotspot:
    """Write the hotspot of an area and return it; call it in a transaction."""
    hotspot = _hotspot_on(picture, area.clothes_type, area.box)
    for name, value in columns.items():
        setattr(hotspot, name, value)
    hotspot.save()
    return hotspot


def names_files(names: Sequence[str]) -> bool:
    """Whether any hotspot names one of these files."""
    return Hotspot.objects.filter(Q(crop__in=names) | Q(cutout__in=names)).exists()


def copy_areas(parse: ClothesParse, picture: Picture) -> list[Hotspot] | None:
    """Copy the hotspots of this parse to another picture with the same contents.

    Call it in a transaction. Returns ``None`` when one of the originals was deleted. The
    copies share the files of the originals, as reused results do.
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

    A person's correction stays while the picture is the same; the row is locked, so that none
    is made meanwhile. ``product_id`` is used if the hotspot has no product and none is known
    to be worn there.
    """
    known = _hotspots_of_kind(picture, clothes_type).select_for_update().first()
    hotspot = known or Hotspot(**picture_filter(picture), clothes_type=clothes_type)
    if hotspot.picture_sha256 != picture.sha256:
        hotspot.is_corrected, hotspot.corrected_by = False, None
    hotspot.picture_sha256 = picture.sha256
    hotspot.machine_box = [*box]
    if not hotspot.is_corrected:
        hotspot.x1, hotspot.y1, hotspot.x2, hotspot.y2 = box_inside(box, picture)
        worn = product_id_worn(picture, clothes_type)
        hotspot.product_id = hotspot.product_id or worn or product_id
    return hotspot


def _hotspots_of_kind(picture: Picture, clothes_type: str | None) -> QuerySet[Hotspot]:
    """Return the hotspot of this kind, also if it was found in an earlier file of the picture."""
    return Hotspot.objects.filter(**picture_filter(picture), clothes_type=clothes_type)


def _file_columns(hotspot: Hotspot) -> dict[str, str]:
    """Return the columns that name files of this hotspot, without those that name none."""
    names = {"crop": str(hotspot.crop.name or ""), "cutout": str(hotspot.cutout.name or "")}
    columns = {**names, "crop_sha256": hotspot.crop_sha256}
    return {name: value for name, value in columns.items() if value}
