"""Make the screenshots of docs/admin.md anew, from the sample pictures.

    python -m benchmarks.guide_screenshots [--target FOLDER] [--shop FOLDER]

Each is a WebP of at most 120 kB. Needs Playwright and a Chromium, as ``season`` does.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.admin_screenshots import open_page, scene_in, set_up

TARGET = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MOST_BYTES = 120_000
WIDTH = 1100


@dataclass(frozen=True)
class Screenshot:
    """A page as far as ``height`` pixels, below the theme's own header."""

    page: str
    height: int = 800


SCREENSHOTS = {
    "admin-today": Screenshot("today", 640),
    "admin-intake": Screenshot("intake-table"),
    "admin-order": Screenshot("order-matrix"),
    "admin-batch": Screenshot("batch"),
    "admin-review": Screenshot("review", 860),
    "admin-spending": Screenshot("spending-product", 900),
    "admin-failures": Screenshot("batch-troubled", 760),
    "hotspot-editor": Screenshot("try-on-popover"),
}


def encoded(png: bytes) -> bytes:
    """Return the screenshot as WebP, in the best quality that fits."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in (90, 82, 74, 66, 58):
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality, method=6)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
    raise SystemExit("A screenshot is larger than 120 kB: make it less high.")


def take(scene: Any, target: Path) -> None:
    from tests.admin_pages.pages import pages_of
    from tests.admin_pages.site import chromium, serving, window

    pages = {page.name: page for page in pages_of(scene)}
    with serving() as site, chromium() as browser:
        for name, shot in SCREENSHOTS.items():
            page = window(browser, user=scene.user, width=WIDTH, height=shot.height)
            open_page(page, site, pages[shot.page])
            data = encoded(page.screenshot())
            (target / f"{name}.webp").write_bytes(data)
            print(f"{name}: {len(data)} bytes")
            page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--target", type=Path, default=TARGET, metavar="FOLDER")
    parser.add_argument("--shop", default="", metavar="FOLDER", help="keep the shop there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments.shop or temporary)
        set_up(folder)
        take(scene_in(folder), arguments.target)


if __name__ == "__main__":
    main()
