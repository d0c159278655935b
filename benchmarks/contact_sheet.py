"""A contact sheet of all sensible try-ons of the shipped pictures, with the time each took.

    python benchmarks/contact_sheet.py docs/pictures/contact-sheet.jpg [--full FOLDER]

Each cell is 320 pixels high, like a result in a shop's list. ``--full`` also writes each
result at full size. Prints a table of the times. A failed try-on is a red cell and makes
the command exit with 1.
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

from outfitanyone_local import samples
from outfitanyone_local.engine import try_on

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
IN_ONE_PIECE = ("model-13-woman-plum-dress",)


@dataclass(frozen=True)
class Outfit:
    """File names of a model photo and garments; without a garment, that half stays."""

    model: str
    top: str = ""
    bottom: str = ""

    @property
    def keep(self) -> tuple[str, ...]:
        """Return the half to keep; with a dress there is none."""
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
class TimedTryOn:
    outfit: Outfit
    seconds: float
    picture: Image.Image | None
    error: str = ""


def outfits() -> Iterator[Outfit]:
    models = sorted(path.stem for path in (samples.PICTURES / "models").glob("*.jpg"))
    for model in models:
        yield from (Outfit(model, top=top) for top in TOPS)
        yield from (Outfit(model, bottom=bottom) for bottom in BOTTOMS)
        yield from (Outfit(model, top=top) for top in ONE_PIECES)
        yield from (Outfit(model, top, bottom) for top, bottom in SETS)


def timed_try_ons() -> Iterator[TimedTryOn]:
    pictures = {path.stem: read(path) for path in samples.PICTURES.glob("*/*.jpg")}
    todo = list(outfits())
    run(todo[0], pictures)  # loads the networks before anything is timed
    for outfit in todo:
        yield run(outfit, pictures)


def read(path: Path) -> Any:
    return np.asarray(Image.open(path).convert("RGB"))


def run(outfit: Outfit, pictures: dict[str, Any]) -> TimedTryOn:
    started = time.perf_counter()
    try:
        result = try_on(
            pictures[outfit.model],
            top=pictures.get(outfit.top),
            bottom=pictures.get(outfit.bottom),
            keep=outfit.keep,
        )
    except Exception as error:  # noqa: BLE001 - failures are counted
        return TimedTryOn(outfit, time.perf_counter() - started, None, repr(error))
    return TimedTryOn(outfit, time.perf_counter() - started, Image.fromarray(result))


class Sheet:
    """The sheet with a small picture of each try-on."""

    def __init__(self, count: int) -> None:
        rows = -(-count // COLUMNS)
        self.width = HEIGHT * 3 // 4
        size = (COLUMNS * self.width, rows * (HEIGHT + CAPTION))
        self.picture = Image.new("RGB", size, "white")
        self.font = ImageFont.load_default(size=11)

    def add(self, at: int, item: TimedTryOn) -> None:
        x, y = at % COLUMNS * self.width, at // COLUMNS * (HEIGHT + CAPTION)
        draw = ImageDraw.Draw(self.picture)
        if item.picture is None:
            draw.rectangle((x, y, x + self.width, y + HEIGHT), "firebrick")
        else:
            small = item.picture.copy()
            small.thumbnail((self.width, HEIGHT), Image.Resampling.LANCZOS)
            self.picture.paste(small, (x, y))
        title = f"{at + 1}   {item.outfit.model[:8]}   {item.seconds:.2f} s"
        text = "\n".join((title, *item.outfit.garments))
        draw.multiline_text((x + 3, y + HEIGHT + 1), text, "black", self.font, spacing=1)


def table(done: list[TimedTryOn]) -> str:
    times = sorted(item.seconds for item in done)
    slowest = max(done, key=lambda item: item.seconds)
    rows = {
        "try-ons": len(done),
        "failed": sum(bool(item.error) for item in done),
        "median": f"{statistics.median(times):.2f} s",
        "95 % within": f"{times[int(0.95 * (len(times) - 1))]:.2f} s",
        "slowest": f"{slowest.seconds:.2f} s ({slowest.outfit.file_name})",
    }
    return "\n".join(f"{name:12} {value}" for name, value in rows.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sheet", type=Path, help="where to write it, .jpg or .png")
    parser.add_argument("--full", type=Path, metavar="FOLDER", help="write each result here too")
    arguments = parser.parse_args()
    sheet = Sheet(len(list(outfits())))
    done: list[TimedTryOn] = []
    for item in timed_try_ons():
        sheet.add(len(done), item)
        if item.picture is None:
            print(f"{item.outfit.file_name}: {item.error}", file=sys.stderr)
        elif arguments.full:
            arguments.full.mkdir(parents=True, exist_ok=True)
            item.picture.save(arguments.full / f"{item.outfit.file_name}.png")
        done.append(replace(item, picture=None))
    arguments.sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.picture.save(arguments.sheet, quality=QUALITY, optimize=True)
    print(table(done))
    return int(any(item.error for item in done))


if __name__ == "__main__":
    sys.exit(main())
