"""Hotspots from the areas that a clothes parse found, and crops that came without a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q

from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import ClothesParse, Hotspot, ModelImage
from django_outfitanyone.models.database import connection
from django_outfitanyone.models.hotspot import box_inside, product_id_worn
from django_outfitanyone.models.of_picture import Picture, picture_filter
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.box_crop import crop_to_box
from django_outfitanyone.worker.new_files import NewFiles
from django_outfitanyone.worker.store import fetch
from django_outfitanyone.worker.uploads import read_stored

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import Box, Engine, ParsedArea, Result


@dataclass(frozen=True, kw_only=True)
class FoundArea:
    """One area that a parse found, with its downloaded and verified pictures."""

    clothes_type: str
    box: Sequence[int]
    crop: images.Picture | None
    cutout: images.Picture | None

    def marked_as(self, picture: Picture) -> FoundArea:
        """Return the area with the marks of the picture in its files."""
        crop, cutout = (
            part and part.marked_as_copy(picture.digital_source_type)
            for part in (self.crop, self.cutout)
        )
        return replace(self, crop=crop, cutout=cutout)


def fetch_area(area: ParsedArea, picture: Picture, engine: Engine) -> FoundArea:
    """Return an area that has a box with its pictures.

    A crop that the answer does not have is cut out of the parsed picture; a cut-out stays
    ``None``.
    """
    box = cast("Box", area.box)
    crop = _fetched(area.crop, engine) or crop_to_box(read_stored(picture.image), box)
    return FoundArea(
        clothes_type=area.clothes_type,
        box=box,
        crop=crop,
        cutout=_fetched(area.cutout, engine),
    )


def _fetched(result: Result | None, engine: Engine) -> images.Picture | None:
    return images.verify(fetch(result, engine)) if result else None


def store_files(
    picture: Picture,
    areas: Iterable[FoundArea],
    files: NewFiles,
    known: Mapping[str | None, Hotspot],
) -> list[dict[str, Any]]:
    """Store crops and cut-outs; return the columns of each area's hotspot that name them.

    A parse that finds the same crop again as one of the ``known`` hotspots keeps the files that
    are stored already, unless they are damaged or missing.
    """
    return [
        _stored(picture, area, known.get(area.clothes_type) or Hotspot(), files) for area in areas
    ]


def hotspots_by_kind(picture: Picture, *, locked: bool = False) -> dict[str | None, Hotspot]:
    """Return the hotspots of the picture by kind, also those found in an earlier file of it.

    ``locked`` keeps a person from changing them until the transaction ends.
    """
    spots = Hotspot.objects.filter(**picture_filter(picture))
    return {spot.clothes_type: spot for spot in (spots.select_for_update() if locked else spots)}


def _stored(picture: Picture, area: FoundArea, known: Hotspot, files: NewFiles) -> dict[str, Any]:
    area = area.marked_as(picture)  # before its hash is compared: files are stored marked
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


def store_crops_without_box(
    parse: ClothesParse, areas: Iterable[ParsedArea], engine: Engine, files: NewFiles
) -> dict[str, str]:
    """Store the halves of a model photo that the answer does not place; return their columns.

    They make no hotspot, but a try-on can keep them.
    """
    new = ClothesParse()
    columns = {}
    for area in areas if isinstance(parse.picture, ModelImage) else ():
        is_half = area.clothes_type in Keep.values and not area.box
        if crop := _fetched(area.crop if is_half else None, engine):
            column = f"{area.clothes_type}_crop"
            files.save(getattr(new, column), crop.suffix, crop.data)
            columns[column] = str(getattr(new, column).name)
    return columns


def write_hotspots(
    picture: Picture,
    areas: Iterable[FoundArea],
    columns: Iterable[Mapping[str, Any]],
    *,
    is_first: bool,
) -> list[Hotspot]:
    """Write the hotspots of these areas and return them; call it in a transaction.

    ``is_first`` says that the picture had none. If it has some by now, a unique constraint
    refuses the write, and the retried step finds them.
    """
    known, written = {} if is_first else hotspots_by_kind(picture, locked=True), []
    for area, own in zip(areas, columns, strict=True):
        hotspot = _placed(known.get(area.clothes_type), picture, area.clothes_type, area.box)
        for name, value in own.items():
            setattr(hotspot, name, value)
        written.append(hotspot)
    if is_first and connection().features.can_return_rows_from_bulk_insert:
        return Hotspot.objects.bulk_create(written)
    for hotspot in written:
        hotspot.save()
    return written


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
    known = hotspots_by_kind(picture, locked=True).get(spot.clothes_type)
    copy = _placed(known, picture, spot.clothes_type, box, product_id=spot.product_id)
    for name, value in _file_columns(spot).items():
        setattr(copy, name, value)
    copy.save()
    return copy


def _placed(
    known: Hotspot | None,
    picture: Picture,
    clothes_type: str | None,
    box: Sequence[int],
    *,
    product_id: Any = None,
) -> Hotspot:
    """Return the known hotspot of this kind, or a new one, with the box that was found.

    A person's correction stays while the picture is the same; the row is locked, so that none
    is made meanwhile. ``product_id`` is used if the hotspot has no product and none is known
    to be worn there.
    """
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
