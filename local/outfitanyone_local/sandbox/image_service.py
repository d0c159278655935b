"""Makes what was ordered: fetch the pictures, look at them, let the engine work, keep the file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from .clock import BEIJING
from .downloads import Downloads
from .engines import RGB, Area, Engine
from .errors import INVALID_PERSON, SIZES_DIFFER, Refused
from .models import MODELS
from .options import Options
from .orders import Order, output_size
from .pictures import Picture, read_picture
from .preview import CropMark, crop_jpeg, cutout_png, fingerprint, preview_jpeg
from .storage import Storage

CROP_MARGIN = 0.1
CROP_PAPER = 245
"""The grey that the engine's crops lie on."""
UPPER, LOWER, DRESS = "upper", "lower", "dress"


@dataclass(frozen=True)
class ParsedArea:
    """Files of one piece of clothing, by their keys."""

    box: list[int]
    cutout_key: str
    crop_key: str


class Workshop:
    """Raises ``Refused`` for whatever the documented rules refuse."""

    def __init__(
        self,
        *,
        engine: Engine,
        storage: Storage,
        options: Callable[[], Options],
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._downloads = Downloads(storage, now=now)
        self._results = storage.results
        self._options = options
        self._now = now

    def make(self, order: Order, *, account: str, model: str) -> str:
        """The key of the finished picture's file."""

        def look_at(url: str) -> Picture:
            resolve = order.resolve_uploads
            return self._look_at(url, account=account, model=model, resolve=resolve)

        person = look_at(order.person_image_url)
        top = look_at(order.top_garment_url) if order.top_garment_url else None
        bottom = look_at(order.bottom_garment_url) if order.bottom_garment_url else None
        if MODELS[model].refines:
            return self._keep(self._refined(person, look_at(order.coarse_image_url)), "jpg")
        image = self._tried_on(person.pixels, top, bottom)
        size = output_size(order.resolution)
        if size:
            image = self._engine.fit(image, width=size[0], height=size[1])
        return self._keep(preview_jpeg(image), "jpg")

    def parse(
        self, url: str, clothes_types: Sequence[str], *, account: str, model: str, resolve: bool
    ) -> list[ParsedArea | None]:
        """One area for each kind asked, in that order; ``None`` where nothing was found."""
        image = self._look_at(url, account=account, model=model, resolve=resolve).pixels
        try:
            areas = self._engine.parse(image, clothes_types)
        except Refused as refused:
            nulls = self._options().parse_refusals == "nulls"
            if refused.problem == INVALID_PERSON and nulls:
                return [None] * len(clothes_types)
            raise
        source = fingerprint(image)
        return [self._keep_area(area, source) if area else None for area in areas]

    def _look_at(self, url: str, *, account: str, model: str, resolve: bool) -> Picture:
        data = self._downloads.fetch(url, account=account, model=model, resolve_uploads=resolve)
        return read_picture(data, accept_webp=self._options().accept_webp)

    def _tried_on(self, person: RGB, top: Picture | None, bottom: Picture | None) -> RGB:
        """Garments that are crops of this very person mean: leave that half as it is."""
        source = fingerprint(person)
        if bottom is None and _is_crop(top, DRESS, source):
            return person
        keep: set[str] = set()
        if _is_crop(top, UPPER, source):
            top, keep = None, keep | {UPPER}
        if _is_crop(bottom, LOWER, source):
            bottom, keep = None, keep | {LOWER}
        if top is None and bottom is None:
            return person
        return self._engine.try_on(
            person,
            top=_as_garment(top),
            bottom=_as_garment(bottom),
            keep=keep,
        )

    def _refined(self, person: Picture, coarse: Picture) -> bytes:
        if coarse.size != person.size:
            raise Refused(SIZES_DIFFER)
        refined = self._engine.refine(coarse.pixels)
        return preview_jpeg(refined, marked_already=coarse.is_preview)

    def _keep_area(self, area: Area, source: str) -> ParsedArea:
        crop = crop_jpeg(area.crop, CropMark(area.clothes_type, source))
        return ParsedArea(
            box=[int(edge) for edge in area.box],
            cutout_key=self._keep(cutout_png(area.cutout), "png"),
            crop_key=self._keep(crop, "jpg"),
        )

    def _keep(self, data: bytes, suffix: str) -> str:
        now = self._now()
        day = datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d")
        key = f"{day}/{uuid.uuid4()}.{suffix}"
        self._results.add(key, data, now=now)
        return key


def _as_garment(picture: Picture | None) -> RGB | None:
    """A crop of somebody else ends at its clothes; a flat lay has room around them."""
    if picture is None or picture.crop_mark is None:
        return picture.pixels if picture else None
    margin = round(max(picture.size) * CROP_MARGIN)
    sides = ((margin, margin), (margin, margin), (0, 0))
    return np.pad(picture.pixels, sides, constant_values=CROP_PAPER)


def _is_crop(picture: Picture | None, clothes_type: str, source: str) -> bool:
    mark = picture.crop_mark if picture else None
    return mark == CropMark(clothes_type, source)
