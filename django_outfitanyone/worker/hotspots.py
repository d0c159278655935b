"""Hotspots from the areas that a clothes parse found, and crops that came without a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import ClothesParse, Hotspot, ModelImage
from django_outfitanyone.models.hotspot import box_inside, product_id_worn
from django_outfitanyone.models.of_picture import Picture, picture_filter
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download
from django_outfitanyone.worker.new_files import NewFiles
from django_outfitanyone.worker.uploads import read_stored


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


def store_files(picture: Picture, area: FoundArea, files: NewFiles) -> dict[str, Any]:
    """Store the crop and cut-out of an area; return the columns of its hotspot that name them.

    A parse that finds the same crop again keeps the files that are stored already, unless
    they are damaged or missing.
    """
    known = _hotspots_of_kind(picture, area.clothes_type).first() or Hotspot()
    if area.crop and area.crop.sha256 == known.crop_sha256 and _has_its_files(known):
        return _file_columns(known)
    new = Hotspot()
    if area.crop:
        files.save(new.crop, area.crop.suffix, area.crop.data)
        new.crop_sha256 = area.crop.sha256
        new.crop_width, new.crop_height = area.crop.width, area.crop.height
    if area.cutout:
        files.save(new.cutout, area.cutout.suffix, area.cutout.data)
        new.cutout_width, new.cutout_height = area.cutout.width, area.cutout.height
    return _file_columns(new)


def store_crops_without_box(parse: ClothesParse, files: NewFiles) -> dict[str, str]:
    """Store the halves of a model photo that the answer does not place; return their columns.

    They make no hotspot, but a try-on can keep them.
    """
    new = ClothesParse()
    columns = {}
    for half in Keep.values if isinstance(parse.picture, ModelImage) else ():
        area = parse.area(half)
        if area and not area["box"]:
            crop = images.verify(download(area["crop_url"]))
            column = f"{half}_crop"
            files.save(getattr(new, column), crop.suffix, crop.data)
            columns[column] = str(getattr(new, column).name)
    return columns


def write_hotspot(picture: Picture, area: FoundArea, columns: Mapping[str, Any]) -> Hotspot:
    """Write the hotspot of an area and return it; call it in a transaction."""
    hotspot = _hotspot_on(picture, area.clothes_type, area.box)
    for name, value in columns.items():
        setattr(hotspot, name, value)
    hotspot.save()
    return hotspot


def names_files(names: Sequence[str]) -> bool:
    """Whether any hotspot or parse names one of these files."""
    of_hotspots = Hotspot.objects.filter(Q(crop__in=names) | Q(cutout__in=names))
    of_parses = ClothesParse.objects.filter(Q(upper_crop__in=names) | Q(lower_crop__in=names))
    return of_hotspots.exists() or of_parses.exists()


def copy_hotspot(spot: Hotspot, picture: Picture) -> Hotspot:
    """Copy a hotspot to a picture with the same contents; call it in a transaction.

    The copy shares the files of the original, as reused results do.
    """
    box = spot.machine_box or spot.box
    copy = _hotspot_on(picture, spot.clothes_type, box, product_id=spot.product_id)
    for name, value in _file_columns(spot).items():
        setattr(copy, name, value)
    copy.save()
    return copy


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
        hotspot.crop, hotspot.cutout, hotspot.crop_sha256 = "", "", ""  # of the earlier file
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


def _has_its_files(hotspot: Hotspot) -> bool:
    """Whether the storage has the cut-out, and the crop as it was stored."""
    crop, cutout = hotspot.crop, hotspot.cutout
    if not (crop and cutout and cutout.storage.exists(str(cutout.name))):
        return False
    try:
        return images.fingerprint(read_stored(crop)) == hotspot.crop_sha256
    except PictureRefused:
        return False


def _file_columns(hotspot: Hotspot) -> dict[str, Any]:
    """Return the columns about the files that this hotspot has, and none of those it lacks."""
    columns: dict[str, Any] = {}
    for name in ("crop", "cutout"):
        if file := getattr(hotspot, name):
            sides = (f"{name}_width", f"{name}_height")
            columns |= {name: str(file.name), **{side: getattr(hotspot, side) for side in sides}}
    if hotspot.crop_sha256:
        columns["crop_sha256"] = hotspot.crop_sha256
    return columns
