"""Try-on, refining and parsing: download the pictures, check them, run the engine, store files."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .clock import BEIJING
from .downloads import Downloads
from .engine_protocol import Area, Engine
from .errors import INVALID_PERSON, SIZES_DIFFER, Refused
from .options import Options
from .outfits import Outfit, dress
from .picture_rules import refuse_failures
from .pictures import OUTFIT_ANYONE, Picture, PictureLimits, read_picture
from .preview import CropMark, crop_jpeg, cutout_png, fingerprint, preview_file, preview_jpeg
from .remote_models import MODELS
from .request_fields import TaskRequest, output_size
from .storage import Storage
from .try_ons import TryOns


@dataclass(frozen=True)
class Made:
    """The stored files of one result or several, and the codes of what may have spoilt it."""

    file_key: str = ""
    findings: tuple[str, ...] = ()
    more_file_keys: tuple[str, ...] = ()
    size: tuple[int, int] = (0, 0)
    """Width and height, where an answer names them."""

    @property
    def file_keys(self) -> tuple[str, ...]:
        return (self.file_key, *self.more_file_keys) if self.file_key else ()


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

    def make(self, request: TaskRequest, *, account: str, model: str) -> Made:
        """Make the picture and store it."""

        def load(url: str) -> Picture:
            resolve = request.resolve_uploads
            return self._load_picture(url, account=account, model=model, resolve=resolve)

        person = load(request.person_image_url)
        top = load(request.top_garment_url) if request.top_garment_url else None
        bottom = load(request.bottom_garment_url) if request.bottom_garment_url else None
        if MODELS[model].refines:
            refined = self._refined(person, load(request.coarse_image_url))
            return Made(self._save(refined, "jpg"))
        is_lenient = self._options().picture_rules == "lenient"
        tried_on = TryOns(self._engine, is_lenient=is_lenient).make(person.pixels, top, bottom)
        image = tried_on.image
        size = output_size(request.resolution)
        if size:
            image = self._engine.fit(image, width=size[0], height=size[1])
        return Made(self._save(preview_jpeg(image), "jpg"), tried_on.findings)

    def make_outfit(self, outfit: Outfit, *, account: str, model: str) -> Made:
        """Make the picture, and store one file for each candidate."""

        def load(url: str) -> Picture:
            resolve = outfit.resolve_uploads
            return self._load_picture(
                url, account=account, model=model, resolve=resolve, limits=outfit.limits
            )

        person = load(outfit.person)
        garments = [(load(url), kind) for url, kind in outfit.garments]
        worn = dress(self._engine, person.pixels, garments, is_lenient=outfit.is_lenient)
        image = worn.image
        if outfit.width:
            image = self._engine.fit(image, width=outfit.width, height=outfit.height)
        keys = [
            self._save(
                preview_file(image, file_format=outfit.file_format, number=number),
                outfit.file_format,
            )
            for number in range(1, outfit.count + 1)
        ]
        size = (image.shape[1], image.shape[0])
        return Made(keys[0], worn.findings, tuple(keys[1:]), size)

    def parse(
        self, url: str, clothes_types: Sequence[str], *, account: str, model: str, resolve: bool
    ) -> list[ParsedArea | None]:
        """Return one area for each requested type, in that order; ``None`` if absent."""
        image = self._load_picture(url, account=account, model=model, resolve=resolve).pixels
        try:
            with refuse_failures(INVALID_PERSON):
                areas = self._engine.parse(image, clothes_types)
        except Refused as refused:
            nulls = self._options().parse_refusals == "nulls"
            if refused.problem.code == INVALID_PERSON.code and nulls:
                return [None] * len(clothes_types)
            raise
        source = fingerprint(image)
        return [self._save_area(area, source) if area else None for area in areas]

    def _load_picture(
        self,
        url: str,
        *,
        account: str,
        model: str,
        resolve: bool,
        limits: PictureLimits = OUTFIT_ANYONE,
    ) -> Picture:
        data = self._downloads.fetch(
            url,
            account=account,
            model=model,
            resolve_uploads=resolve,
            max_bytes=limits.max_bytes,
        )
        options = self._options()
        return read_picture(
            data,
            limits=limits,
            accept_webp=options.accept_webp,
            accept_small_crops=options.accept_small_crops,
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
