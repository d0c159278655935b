"""Screenshots of every page of the admin, in a shop in the middle of a season.

    python -m benchmarks.admin_screenshots FOLDER [--theme unfold] [--only batch review]

Each page is shown at 375 and 1280 pixels, light and dark. Only the sample pictures of
``outfitanyone-local`` are shown; try-ons are previews of its engine. ``--shop`` keeps the shop for
the next call. A page that is wider than the window is named. Needs Playwright and a Chromium, as
``season`` does.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from PIL import Image

MOST_PIXELS = 4000
"""The height of a screenshot; a longer page is cut off."""


def preview_of(photo: Any, garments: list[Any]) -> bytes:
    """Return the JPEG that the local engine makes of this photo and these garments."""
    import numpy as np

    from outfitanyone_local.engine import GarmentRefused, PersonRefused, try_on

    def pixels(row: Any) -> Any:
        with row.image.open() as file:
            return np.asarray(Image.open(file).convert("RGB"))

    worn = {"bottom" if one.kind == "bottom" else "top": pixels(one) for one in garments}
    made = pixels(photo)
    try:
        made = try_on(made, **worn)
    except (GarmentRefused, PersonRefused):
        print(f"No preview of {garments} on {photo}", file=sys.stderr)
    file = io.BytesIO()
    Image.fromarray(made).save(file, "JPEG", quality=90)
    return file.getvalue()


def set_up(folder: Path, theme: str = "") -> None:
    """Configure Django with a database and pictures in this folder, which is made."""
    warnings.simplefilter("ignore")  # a theme's warnings are not ours
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["ADMIN_THEME"] = theme
    os.environ["PAGES_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.admin_pages.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.admin_themes.themes import register_with_theme

    call_command("migrate", verbosity=0)
    register_with_theme(settings.THEME)


def scene_in(folder: Path) -> Any:
    """Make the shop, or return that of an earlier call in this folder."""
    from tests.admin_pages.scene import find_scene, make_scene

    is_ready = folder / "ready"
    if is_ready.exists():
        return find_scene()
    scene = make_scene(preview_of)
    is_ready.touch()
    return scene


def open_page(page: Any, site: str, shown: Any) -> None:
    """Open a page of ``tests.admin_pages`` and do there what belongs to it."""
    from tests.admin_pages.site import show

    show(page, site + shown.path)
    shown.prepare(page)
    page.wait_for_timeout(200)


def take(page: Any, site: str, shown: Any, file: Path) -> None:
    """Write the screenshot of a page."""
    size = page.viewport_size
    open_page(page, site, shown)
    if wider := page.evaluate("document.documentElement.scrollWidth") - size["width"]:
        print(f"{file.name}: {wider} pixels wider than the window", file=sys.stderr)
    if shown.is_long:  # what sticks to the bottom of the window is at the end of the page then
        tall = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({**size, "height": min(max(tall, size["height"]), MOST_PIXELS)})
        page.wait_for_timeout(200)
    page.screenshot(path=file)
    page.set_viewport_size(size)


def take_all(scene: Any, target: Path, only: list[str], schemes: list[str]) -> None:
    """Write a file of each page, width and scheme."""
    from tests.admin_pages.pages import pages_of
    from tests.admin_pages.site import WIDTHS, chromium, serving, window

    target.mkdir(parents=True, exist_ok=True)
    shown = [page for page in pages_of(scene) if not only or page.name in only]
    with serving() as site, chromium() as browser:
        for scheme in schemes:
            for width in WIDTHS:
                page = window(browser, user=scene.user, width=width, scheme=scheme)
                for one in shown:
                    take(page, site, one, target / f"{one.name}-{width}-{scheme}.png")
                page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", type=Path, metavar="FOLDER")
    parser.add_argument("--theme", default="", help="as tests.admin_themes.themes names it")
    parser.add_argument("--only", nargs="*", default=[], metavar="PAGE")
    parser.add_argument("--schemes", nargs="*", default=["light", "dark"])
    parser.add_argument("--shop", default="", metavar="FOLDER", help="keep the shop there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(arguments.shop or temporary)
        set_up(folder, arguments.theme)
        take_all(scene_in(folder), arguments.target, arguments.only, arguments.schemes)


if __name__ == "__main__":
    main()
