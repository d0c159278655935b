"""n. What a season takes a person in the admin: clicks and seconds, in Chromium.

    python -m benchmarks.season [--garments 60] [--photos 12] [--publish 40] [--screenshots FOLDER]

The files are the sample pictures in other colours. They are added on the pages of the admin, each
outfit is tried on one model photo by the sandbox of ``make demo``, and the first pictures are
published at the review desk. The person never hesitates, so the seconds are those of the machine;
a word that is typed counts as one click. Needs Playwright and a Chromium, as ``visitors`` does.
"""

from __future__ import annotations

import argparse
import colorsys
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.report import print_measure
from benchmarks.servers import free_port

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "local/outfitanyone_local/samples/pictures"
READY = "All pictures are made"
ADMIN = "/admin/django_outfitanyone/"
LOGIN = {"#id_username": "admin", "#id_password": "tally-and-twill"}
WORD = "Season"
"""Begins the name of each file, so that the lists can be filtered by it."""
PATIENCE = 900_000
"""Milliseconds: 60 pictures on a busy machine."""


def in_another_colour(source: Path, number: int, target: Path) -> None:
    """Write the picture with another tint, so that no two files are the same."""
    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    tint = tuple(round(255 * part) for part in colorsys.hsv_to_rgb(number * 0.13 % 1, 0.5, 1))
    shade = Image.new("RGB", picture.size, tint)
    Image.blend(picture, shade, 0.02 + number % 7 / 100).save(target, "JPEG", quality=92)


def write_files(folder: Path, kind: str, count: int) -> list[Path]:
    sources = sorted((SAMPLES / kind).glob("*.jpg"))
    files = [folder / f"{WORD} {kind} {number + 1:02}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        in_another_colour(sources[number % len(sources)], number, file)
    return files


@contextmanager
def demo(folder: str) -> Iterator[str]:
    """Run the example shop with worker and sandbox, and yield its address when it is ready."""
    port = free_port()
    command = [sys.executable, "example_project/manage.py", "demo", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "DEMO_DIR": folder, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if READY in line:
                break
        else:
            raise SystemExit("The demo ended before its pictures were made.")
        # A full pipe would stop the demo, which prints a line for each request.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Person:
    """Uses the admin, and counts what they do."""

    def __init__(self, page: Any, address: str, screenshots: str) -> None:
        self.page, self._address, self._screenshots = page, address, screenshots
        self.clicks = 0
        self._started_at = time.monotonic()

    def log_in(self) -> None:
        self.page.goto(f"{self._address}/admin/login/")
        for field, text in LOGIN.items():
            self.page.fill(field, text)
        self.page.click("[type=submit]")

    def open(self, path: str = "") -> None:
        self.page.goto(self._address + ADMIN + path)

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.click(selector)

    def type(self, selector: str, text: str) -> None:
        self.clicks += 1
        self.page.fill(selector, text)

    def press(self, key: str) -> None:
        self.clicks += 1
        self.page.keyboard.press(key)

    def wait_for(self, selector: str) -> None:
        self.page.wait_for_selector(selector, timeout=PATIENCE)

    def seconds(self) -> float:
        """Return the seconds since the last call."""
        now = time.monotonic()
        passed, self._started_at = now - self._started_at, now
        return round(passed, 1)

    def look(self, name: str) -> None:
        if self._screenshots:
            self.page.screenshot(path=f"{self._screenshots}/{name}.png")


def add_pictures(person: Person, link: str, files: list[Path]) -> None:
    person.open()
    person.click(f"text={link}")
    person.clicks += 1  # in the dialog of the browser
    person.page.set_input_files("#id_pictures", [str(file) for file in files])
    person.wait_for("#outfit-intake")
    person.look(link.lower().replace(" ", "-"))
    person.click("#outfit-add")
    person.wait_for(".messagelist .success")
    print(person.page.inner_text(".messagelist .success"), file=sys.stderr)


def order(person: Person) -> None:
    """Try each garment on one of the photos."""
    page = person.page
    person.open()
    person.click("#content-main a:text-is('Garments')")
    person.type("#searchbar", WORD)
    person.press("Enter")
    person.wait_for("text=/0 of [0-9]+ selected/")
    person.click("#action-toggle")
    person.clicks += 1
    page.select_option("[name=action]", "try_on")
    person.click("button[name=index]")
    person.wait_for("#outfit-order")
    person.type("[name=photo_filter]", WORD)
    page.wait_for_load_state("networkidle")
    person.click("[data-select=outfit-photos]")
    person.click("[name=wearers][value=one]")
    person.wait_for("#outfit-matrix [type=radio]")
    page.wait_for_load_state("networkidle")
    person.look("order")
    person.click("#outfit-make")
    person.wait_for("text=ready")


def wait_for_pictures(person: Person) -> None:
    """Wait until nothing is open any more; a picture may have failed."""
    person.wait_for("#outfit-progress[data-open='0']")
    print(person.page.inner_text("#outfit-progress"), file=sys.stderr)
    person.look("batch")


def publish(person: Person, count: int) -> None:
    """Publish as many pictures at the review desk, with one key for each."""
    person.open()
    person.click("text=/pictures to review/")
    person.page.wait_for_load_state("networkidle")  # no person presses a key before that
    for _number in range(count):
        shown = person.page.get_attribute("[data-picture]", "data-picture")
        person.press("p")
        person.page.wait_for_function(
            "shown => document.querySelector('[data-picture]')?.dataset.picture !== shown",
            arg=shown,
        )
    person.look("review")


def measure(browser: Any, address: str, arguments: argparse.Namespace, folder: Path) -> None:
    garments = write_files(folder, "garments", arguments.garments)
    photos = write_files(folder, "models", arguments.photos)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    person = Person(page, address, arguments.screenshots)
    person.log_in()
    steps: dict[str, Any] = {
        f"{len(garments)} garments added": lambda: add_pictures(
            person, "Add many garments", garments
        ),
        f"{len(photos)} model photos added": lambda: add_pictures(
            person, "Add many model photos", photos
        ),
        "order made": lambda: order(person),
        "pictures made by the sandbox": lambda: wait_for_pictures(person),
        f"{arguments.publish} pictures published": lambda: publish(person, arguments.publish),
    }
    person.seconds()
    total = 0.0
    for name, step in steps.items():
        before = person.clicks
        step()
        seconds = person.seconds()
        total += seconds
        print_measure(f"season: {name}", seconds, "s", clicks=person.clicks - before)
    print_measure("season: all", round(total, 1), "s", clicks=person.clicks)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--garments", type=int, default=60)
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--publish", type=int, default=40)
    parser.add_argument("--screenshots", default="", metavar="FOLDER")
    arguments = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise SystemExit("Install Playwright first: make test-browser") from None
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as data,
        tempfile.TemporaryDirectory() as files,
        demo(data) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        measure(browser, address, arguments, Path(files))
        browser.close()


if __name__ == "__main__":
    main()
