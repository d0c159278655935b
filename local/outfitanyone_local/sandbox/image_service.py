"""Try-on, refining and parsing: download the pictures, check them, run the engine, store files."""

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
from .options import Options
from .pictures import Picture, read_picture
from .preview import CropMark, crop_jpeg, cutout_png, fingerprint, preview_jpeg
from .remote_models import MODELS
from .request_fields import TaskRequest, output_size
from .storage import Storage

CROP_MARGIN = 0.1
CROP_PAPER = 245
"""Grey level of the background of the engine's crops."""
UPPER, LOWER, DRESS = "upper", "lower", "dress"


@dataclass(frozen=True)
class ParsedArea:
    """The stored files of one piece of clothing."""

    box: list[int]
    cutout_key: str
    crop_key: str


class ImageService:
    """Maker of all pictures; raises ``Refused`` for pictures that break the documented rules."""

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

    def make(self, request: TaskRequest, *, account: str, model: str) -> str:
        """Make the picture and return its file key."""

        def load(url: str) -> Picture:
            resolve = request.resolve_uploads
            return self._load_picture(url, account=account, model=model, resolve=resolve)

        person = load(request.person_image_url)
        top = load(request.top_garment_url) if request.top_garment_url else None
        bottom = load(request.bottom_garment_url) if request.bottom_garment_url else None
        if MODELS[model].refines:
            return self._save(self._refined(person, load(request.coarse_image_url)), "jpg")
        image = self._tried_on(person.pixels, top, bottom)
        size = output_size(request.resolution)
        if size:
            image = self._engine.fit(image, width=size[0], height=size[1])
        return self._save(preview_jpeg(image), "jpg")

    def parse(
        self, url: str, clothes_types: Sequence[str], *, account: str, model: str, resolve: bool
    ) -> list[ParsedArea | None]:
        """Return one area for each requested type, in that order; ``None`` if absent."""
        image = self._load_picture(url, account=account, model=model, resolve=resolve).pixels
        try:
            areas = self._engine.parse(image, clothes_types)
        except Refused as refused:
            nulls = self._options().parse_refusals == "nulls"
            if refused.problem == INVALID_PERSON and nulls:
                return [None] * len(clothes_types)
            raise
        source = fingerprint(image)
        return [self._save_area(area, source) if area else None for area in areas]

    def _load_picture(self, url: str, *, account: str, model: str, resolve: bool) -> Picture:
        data = self._downloads.fetch(url, account=account, model=model, resolve_uploads=resolve)
        return read_picture(data, accept_webp=self._options().accept_webp)

    def _tried_on(self, person: RGB, top: Picture | None, bottom: Picture | None) -> RGB:
        """Return the preview. A garment that is a crop of this model photo keeps that half."""
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

    def _save_area(self, area: Area, source: str) -> ParsedArea:
        crop = crop_jpeg(area.crop, CropMark(area.clothes_type, source))
        return ParsedArea(
            box=[int(edge) for edge in area.box],
            cutout_key=self._save(cutout_png(area.cutout), "png"),
            crop_key=self._save(crop, "jpg"),
        )

    def _save(self, data: bytes, suffix: str) -> str:
        now = self._now()
        day = datetime.fromtimestamp(now, BEIJING).strftime("%Y%m%d")
        key = f"{day}/{uuid.uuid4()}.{suffix}"
        self._results.add(key, data, now=now)
        return key


def _as_garment(picture: Picture | None) -> RGB | None:
    """Return the garment's pixels; crops get the margin that a flat lay has."""
    if picture is None or picture.crop_mark is None:
        return picture.pixels if picture else None
    margin = round(max(picture.size) * CROP_MARGIN)
    sides = ((margin, margin), (margin, margin), (0, 0))
    return np.pad(picture.pixels, sides, constant_values=CROP_PAPER)


def _is_crop(picture: Picture | None, clothes_type: str, source: str) -> bool:
    mark = picture.crop_mark if picture else None
    return mark == CropMark(clothes_type, source)
