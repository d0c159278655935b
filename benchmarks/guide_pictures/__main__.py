"""Make the example pictures of the picture guide.

    python -m benchmarks.guide_pictures [--target FOLDER] [--sheet FILE]

Each is a WebP of 240 pixels in height. ``--sheet`` also writes all of them into one picture.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.guide_pictures.garments import make_garments
from benchmarks.guide_pictures.painting import Picture
from benchmarks.guide_pictures.people import make_people

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "django_outfitanyone" / "static" / "django_outfitanyone" / "guide"
SIZE = (180, 240)
MOST_BYTES = 8000


def framed(picture: Picture) -> Image.Image:
    """Return the middle of a picture in the size of the examples."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    width, height = image.size
    wanted = min(width, height * SIZE[0] / SIZE[1])
    tall = wanted * SIZE[1] / SIZE[0]
    left, top = (width - wanted) / 2, (height - tall) / 2
    box = (left, top, left + wanted, top + tall)
    return image.resize(SIZE, Image.Resampling.LANCZOS, box=box)


def encoded(image: Image.Image) -> bytes:
    """Return the picture as WebP, in the best quality that fits."""
    for quality in (70, 64, 58, 50):
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()


def sheet_of(images: list[Image.Image]) -> Image.Image:
    columns = 10
    sheet = Image.new("RGB", (columns * 190, -(-len(images) // columns) * 250), "white")
    for at, image in enumerate(images):
        sheet.paste(image, (at % columns * 190 + 5, at // columns * 250 + 5))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--target", type=Path, default=TARGET, metavar="FOLDER")
    parser.add_argument("--sheet", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    made = {**make_people(), **make_garments()}
    arguments.target.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, picture in made.items():
        data = encoded(framed(picture))
        (arguments.target / f"{name}.webp").write_bytes(data)
        total += len(data)
        print(f"{name}: {len(data)} bytes")
    print(f"{len(made)} pictures, {total} bytes")
    if arguments.sheet:
        paths = [arguments.target / f"{name}.webp" for name in made]
        sheet_of([Image.open(path) for path in paths]).save(arguments.sheet)


if __name__ == "__main__":
    main()
