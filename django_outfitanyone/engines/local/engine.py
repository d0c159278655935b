"""Preview try-ons and clothes parses in the worker's own process: no server, no key, no price."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from PIL import Image

from django_outfitanyone.engines.base import (
    NOTHING,
    CheckResult,
    Defaults,
    Engine,
    ErrorExplanation,
    ParsedArea,
    ParseReport,
    Picture,
    RemoteState,
    Result,
    TaskReport,
    TryOnOrder,
)
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    OrderSize,
    Rate,
    Unclear,
)
from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    RequestNotSent,
    Throttled,
)

from .checks import is_installed
from .errors import BUSY, FAILED, GARMENT_REFUSED, MISSING, NOT_INSTALLED, PERSON_REFUSED, explain
from .errors import gettext_noop as _
from .turns import INSTALL, MOST_AT_ONCE, NoTurn, turn

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pixels = npt.NDArray[np.uint8]

logger = logging.getLogger("django_outfitanyone")

PREVIEW, PARSER = "local-preview", "local-parser"
LONGEST_WORK = 20.0
"""Seconds after which even a crowded machine has made a preview."""
PATIENCE = 60.0
"""Seconds to wait for a turn."""
JPEG_QUALITY = 95


class LocalEngine(Engine):
    """The computer vision of ``outfitanyone-local``.

    Its try-ons are geometric previews, marked as such visibly and in their files. The same
    request may be repeated at any time, because it costs nothing.
    """

    TITLE = "outfitanyone-local"
    DEFAULTS = Defaults(
        remote_models=(PREVIEW,),
        concurrent_tasks=MOST_AT_ONCE,
        submits=Rate(20),
        queries=Rate(20),
    )
    PARSING_MODEL: ClassVar[str] = PARSER

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return Capabilities(
            title=cls.TITLE,
            kinds=frozenset({"top", "bottom", "one_piece"}),
            max_garments=2,
            keeps_rest=Keeps.NATIVE,
            keeps_face=Face.ALWAYS,
            answers=Answers.NOW,
            unclear=Unclear.KEY,
            inputs=Inputs(
                takes_url=False,
                takes_data=True,
                formats=frozenset({"image/jpeg", "image/png", "image/webp"}),
            ),
            expected_seconds=3.0,
            longest_submit=LONGEST_WORK,
            marks=frozenset({"visible"}),
            trains_on_inputs=False,
            is_preview=True,
        )

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return 0, whatever the currency is."""
        return Decimal(0)

    @classmethod
    def classify(cls, code: str, message: str = "") -> ErrorExplanation:
        return explain(code)

    def check(self) -> Sequence[CheckResult]:
        """Tell whether the package is installed; nothing is loaded."""
        if is_installed():
            return [CheckResult(is_good=True, message=_("The local engine is installed."))]
        return [CheckResult(is_good=False, message=NOT_INSTALLED, remedy=INSTALL)]

    def submit(self, order: TryOnOrder, *, key: str) -> TaskReport:
        """Return the preview. Raises ``InputRejected`` for pictures that cannot be used."""
        if order.window and order.window.is_over:
            raise RequestNotSent
        with _working() as engine:
            pictures = _garments(order)
            person = _pixels(order.person)
            with _refusing(engine):
                image = engine.try_on(person, **pictures, keep={order.keep} - {""})
                result = Result(data=_preview(image), width=image.shape[1], height=image.shape[0])
        return TaskReport(
            handle="",
            state=RemoteState.SUCCEEDED,
            results=(result,),
            image_count=1,
            cost=Decimal(0),
        )

    def parse(self, picture: Picture, clothes_types: Sequence[str], *, model: str) -> ParseReport:
        """Parse the clothes. Raises ``InputRejected`` unless one whole person is in the picture."""
        with _working() as engine:
            pixels = _pixels(picture)
            with _refusing(engine):
                found = engine.parse(pixels, clothes_types=list(clothes_types))
                areas = tuple(_area(area) if area else None for area in found)
        return ParseReport(areas=areas, image_count=1)


def _garments(order: TryOnOrder) -> dict[str, Pixels | None]:
    """Return the pixels of the garments by the engine's names; a dress goes to ``top``."""
    worn = {"top": order.garment("top", "one_piece"), "bottom": order.garment("bottom")}
    return {name: _pixels(one.picture) if one else None for name, one in worn.items()}


def _area(area: Any) -> ParsedArea:
    x1, y1, x2, y2 = (int(edge) for edge in area.box)
    return ParsedArea(
        clothes_type=area.clothes_type,
        box=(x1, y1, x2, y2),
        crop=Result(data=_encoded(area.crop, "JPEG", quality=JPEG_QUALITY, subsampling=0)),
        cutout=Result(data=_encoded(area.cutout, "PNG")),
    )


@contextmanager
def _working() -> Iterator[Any]:
    """Yield the engine; turn its errors into those of the app."""
    try:
        with turn(patience=PATIENCE) as engine:
            yield engine
    except ImportError as error:
        raise AccountProblem(NOT_INSTALLED, code=MISSING) from error
    except NoTurn as error:
        raise Throttled("The local engine is busy.", code=BUSY, retry_after=5) from error


@contextmanager
def _refusing(engine: Any) -> Iterator[None]:
    """Raise ``InputRejected`` for what the engine refuses, and for what makes it fail.

    A failure is a defect of the engine, which the same picture would meet again.
    """
    try:
        yield
    except engine.PersonRefused as error:
        raise InputRejected(str(error), code=PERSON_REFUSED) from error
    except engine.GarmentRefused as error:
        raise InputRejected(str(error), code=GARMENT_REFUSED) from error
    except (
        MemoryError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        RuntimeError,
    ) as error:
        logger.exception("The local engine failed", extra={"event": "local_engine_failed"})
        raise InputRejected(f"{type(error).__name__} in the local engine.", code=FAILED) from error


def _pixels(picture: Picture) -> Pixels:
    """Return the picture as RGB uint8 of shape (height, width, 3)."""
    import numpy as np  # comes with the local engine

    with Image.open(io.BytesIO(picture.read())) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _preview(image: Pixels) -> bytes:
    """Return a JPEG with the marks of a preview: visible, in EXIF and in XMP."""
    from outfitanyone_local.sandbox.preview import preview_jpeg

    return preview_jpeg(image)


def _encoded(pixels: Pixels, format_: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format_, **options)
    return file.getvalue()
