"""All sensible try-ons of the shipped pictures on one sheet, with the time each took.

    python benchmarks/contact_sheet.py docs/pictures/contact-sheet.jpg [--full FOLDER]

Each cell is 320 pixels high, as in a shop's list of results. ``--full`` also writes each
result at its own size. Prints a table of the times; a try-on that fails is a red cell, and
makes the command fail.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from outfitanyone_local.engine import try_on

PICTURES = Path(__file__).parent.parent / "example_project" / "pictures"
HEIGHT = 320
CAPTION = 44
COLUMNS = 10
QUALITY = 86

TOPS = (
    "tshirt-red",
    "tshirt-white-mountain-print",
    "longsleeve-navy-stripes",
    "shirt-lightblue",
    "sweater-mustard",
)
BOTTOMS = ("jeans-blue", "chinos-beige", "shorts-olive", "skirt-green-plaid")
ONE_PIECES = ("dress-floral", "dress-navy-dots", "jumpsuit-terracotta")
SETS = (
    ("tshirt-white-mountain-print", "jeans-blue"),
    ("shirt-lightblue", "shorts-olive"),
    ("longsleeve-navy-stripes", "skirt-green-plaid"),
    ("sweater-mustard", "chinos-beige"),
)
IN_ONE_PIECE = ("model-05-woman-teal-dress",)


@dataclass(frozen=True)
class Outfit:
    """A model and garments, by the names of their files; what is not given stays."""

    model: str
    top: str = ""
    bottom: str = ""

    @property
    def keep(self) -> tuple[str, ...]:
        """The half that has to stay; a dress has none."""
        if self.model in IN_ONE_PIECE or self.top in ONE_PIECES or (self.top and self.bottom):
            return ()
        return ("lower",) if self.top else ("upper",)

    @property
    def garments(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.top, self.bottom)))

    @property
    def file_name(self) -> str:
        return "_".join((self.model[:8], *self.garments))


@dataclass(frozen=True)
class Fitting:
    outfit: Outfit
    seconds: float
    picture: Image.Image | None
    error: str = ""


def outfits() -> Iterator[Outfit]:
    models = sorted(path.stem for path in (PICTURES / "models").glob("*.jpg"))
    for model in models:
        yield from (Outfit(model, top=top) for top in TOPS)
        yield from (Outfit(model, bottom=bottom) for bottom in BOTTOMS)
        yield from (Outfit(model, top=top) for top in ONE_PIECES)
        yield from (Outfit(model, top, bottom) for top, bottom in SETS)


def fittings() -> Iterator[Fitting]:
    pictures = {path.stem: read(path) for path in PICTURES.glob("[mg]*/*.jpg")}
    todo = list(outfits())
    dress(todo[0], pictures)  # loads the networks
    for outfit in todo:
        yield dress(outfit, pictures)


def read(path: Path) -> Any:
    return np.asarray(Image.open(path).convert("RGB"))


def dress(outfit: Outfit, pictures: dict[str, Any]) -> Fitting:
    started = time.perf_counter()
    try:
        result = try_on(
            pictures[outfit.model],
            top=pictures.get(outfit.top),
            bottom=pictures.get(outfit.bottom),
            keep=outfit.keep,
        )
    except Exception as error:  # noqa: BLE001 - counting these is the purpose
        return Fitting(outfit, time.perf_counter() - started, None, repr(error))
    return Fitting(outfit, time.perf_counter() - started, Image.fromarray(result))


class Sheet:
    """The fittings so far, small."""

    def __init__(self, count: int) -> None:
        rows = -(-count // COLUMNS)
        self.width = HEIGHT * 3 // 4
        size = (COLUMNS * self.width, rows * (HEIGHT + CAPTION))
        self.picture = Image.new("RGB", size, "white")
        self.font = ImageFont.load_default(size=11)

    def add(self, at: int, fitting: Fitting) -> None:
        x, y = at % COLUMNS * self.width, at // COLUMNS * (HEIGHT + CAPTION)
        draw = ImageDraw.Draw(self.picture)
        if fitting.picture is None:
            draw.rectangle((x, y, x + self.width, y + HEIGHT), "firebrick")
        else:
            small = fitting.picture.copy()
            small.thumbnail((self.width, HEIGHT), Image.Resampling.LANCZOS)
            self.picture.paste(small, (x, y))
        title = f"{at + 1}   {fitting.outfit.model[:8]}   {fitting.seconds:.2f} s"
        text = "\n".join((title, *fitting.outfit.garments))
        draw.multiline_text((x + 3, y + HEIGHT + 1), text, "black", self.font, spacing=1)


def table(done: list[Fitting]) -> str:
    times = sorted(fitting.seconds for fitting in done)
    slowest = max(done, key=lambda fitting: fitting.seconds)
    rows = {
        "try-ons": len(done),
        "failed": sum(bool(fitting.error) for fitting in done),
        "median": f"{statistics.median(times):.2f} s",
        "95 % within": f"{times[int(0.95 * (len(times) - 1))]:.2f} s",
        "slowest": f"{slowest.seconds:.2f} s ({slowest.outfit.file_name})",
    }
    return "\n".join(f"{name:12} {value}" for name, value in rows.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sheet", type=Path, help="where to write it, .jpg or .png")
    parser.add_argument("--full", type=Path, metavar="FOLDER", help="write each result here too")
    wanted = parser.parse_args()
    sheet, done = Sheet(len(list(outfits()))), []
    for fitting in fittings():
        sheet.add(len(done), fitting)
        if fitting.picture is None:
            print(f"{fitting.outfit.file_name}: {fitting.error}", file=sys.stderr)
        elif wanted.full:
            wanted.full.mkdir(parents=True, exist_ok=True)
            fitting.picture.save(wanted.full / f"{fitting.outfit.file_name}.png")
        done.append(replace(fitting, picture=None))
    wanted.sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.picture.save(wanted.sheet, quality=QUALITY, optimize=True)
    print(table(done))
    return int(any(fitting.error for fitting in done))


if __name__ == "__main__":
    sys.exit(main())
