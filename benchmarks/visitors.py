"""l. What a visitor's phone downloads, and when it shows the largest picture: in Chromium.

    python -m benchmarks.visitors [--times 3] [--screenshots FOLDER]

Nine published looks in the example shop, 390 CSS pixels across with three device pixels each,
at 1.6 Mbit/s with 150 ms of latency; pages and static files are compressed. Needs Playwright and a
Chromium (``make test-browser`` installs both). Results are the sample photos, as JPEG files of
1080 x 1440 pixels.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import print_measure

LOOKS = 9
MOST_KB, MOST_SECONDS = 450, 2.0
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True}
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000}
NETWORK["uploadThroughput"] = NETWORK["downloadThroughput"]  # bytes a second
PAGES = {"home": "/", "looks": "/looks/"}
SIZE = (1080, 1440)
BOXES = {"upper": (294, 293, 791, 757), "lower": (387, 741, 695, 1292)}
EXAMPLE = Path(__file__).parents[1] / "example_project"
LCP = """new Promise(resolve => new PerformanceObserver(
  list => resolve(list.getEntries().at(-1).startTime)
).observe({type: "largest-contentful-paint", buffered: true}))"""
SCROLL = "y => window.scrollTo(0, y)"


@contextmanager
def shop() -> Iterator[str]:
    """Run the example shop with its looks, and yield its address."""
    folder = tempfile.mkdtemp(prefix="outfitanyone-bench-")
    sys.path.insert(0, str(EXAMPLE))
    # no sandbox, so that the shop requests no try-ons of its own
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO_DIR": folder,
        "OUTFITANYONE_BASE_URL": "http://127.0.0.1:9/api/v1",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed")
    add_looks()
    try:
        with server() as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.middleware.gzip import GZipMiddleware

    class CompressingHandler(StaticFilesHandler):
        """Serves static files compressed, as the web server of a shop does."""

        def serve(self, request: Any) -> Any:
            response = super().serve(request)
            return GZipMiddleware(lambda _request: response)(request)

    class QuietHandler(WSGIRequestHandler):
        def log_message(self, *_args: Any) -> None:
            pass

    found = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    found.set_app(CompressingHandler(get_wsgi_application()))
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()


def add_looks() -> None:
    """Add published results: each model photo with two of the garments."""
    from django.core.files.base import ContentFile
    from django.utils import timezone
    from PIL import Image

    from django_outfitanyone.choices import Review, Status
    from django_outfitanyone.models import Account, Garment, Hotspot, ModelImage, TryOnResult
    from django_outfitanyone.pictures.images import fingerprint
    from django_outfitanyone.pictures.renditions import thumbnail

    photos = list(ModelImage.objects.order_by("pk"))
    garments = list(Garment.objects.order_by("pk"))
    for number in range(LOOKS):
        photo = photos[number % len(photos)]
        with photo.image.open() as file, Image.open(file) as image:
            buffer = io.BytesIO()
            image.convert("RGB").resize(SIZE).save(buffer, "JPEG", quality=95, subsampling=0)
        data = buffer.getvalue() + b"\0" * number  # results differ
        look = TryOnResult(account=Account.of(), model_image=photo, fingerprint=f"{number:064}")
        look.image.save("result.jpg", ContentFile(data), save=False)
        look.thumbnail.save("small.jpg", ContentFile(thumbnail(data)), save=False)
        look.width, look.height = SIZE
        look.sha256, look.status, look.review = fingerprint(data), Status.SUCCEEDED, Review.APPROVED
        look.published_at = timezone.now()
        look.renditions = look.make_renditions(data)
        look.save()
        for place, (area, (x1, y1, x2, y2)) in enumerate(BOXES.items()):
            Hotspot.objects.create(
                try_on=look,
                picture_sha256=look.sha256,
                clothes_type=area,
                product=garments[(number + place) % len(garments)].product,
                x1=x1,
                y1=y1,
                x2=x2,
                y2=y2,
            )


class Visit:
    """One visit of a page by a new visitor, with an empty cache and a slow network."""

    def __init__(self, browser: Any, address: str, *, is_slow: bool = True) -> None:
        self.context = browser.new_context(**PHONE)
        self.page = self.context.new_page()
        self.picture_bytes = 0
        self._pictures: set[str] = set()
        devtools = self.context.new_cdp_session(self.page)
        devtools.send("Network.enable")
        if is_slow:
            devtools.send("Network.emulateNetworkConditions", NETWORK)
        devtools.on("Network.responseReceived", self._on_response)
        devtools.on("Network.loadingFinished", self._on_finished)
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def _on_response(self, event: dict[str, Any]) -> None:
        if event["type"] == "Image":
            self._pictures.add(event["requestId"])

    def _on_finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._pictures:
            self.picture_bytes += event["encodedDataLength"]

    def largest_paint(self) -> float:
        """Return the seconds after which the largest content of the window was shown."""
        return float(self.page.evaluate(LCP)) / 1000

    def scroll(self) -> None:
        """Read the page to its end, so that everything lazy is loaded."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        for place in range(0, height, 600):
            self.page.evaluate(SCROLL, place)
            self.page.wait_for_timeout(100)
        self.page.wait_for_load_state("networkidle")


def measure(browser: Any, address: str, times: int) -> bool:
    lines = []
    for name, path in PAGES.items():
        paints, first = [], []
        for _ in range(times):
            visit = Visit(browser, address + path)
            paints.append(visit.largest_paint())
            first.append(visit.picture_bytes)
            visit.context.close()
        lines.append(
            print_measure(
                f"visitors.{name}.lcp", median(paints), "s", bar=MOST_SECONDS, values=paints
            )
        )
        print_measure(f"visitors.{name}.pictures_without_scrolling", median(first) / 1000, "KB")
    visit = Visit(browser, address + PAGES["looks"], is_slow=False)
    visit.scroll()
    shown = visit.page.locator(".outfit-image").count()
    assert shown == LOOKS, shown
    size = visit.picture_bytes / 1000
    lines.append(print_measure("visitors.looks.pictures", size, "KB", bar=MOST_KB, looks=shown))
    return all(line["holds"] is not False for line in lines)


def take_screenshots(browser: Any, address: str, folder: Path) -> None:
    """Take pictures of the pages on a phone and a desktop, light and dark, a card open."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in PAGES.items():
        for width in (375, 1280):
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                page.goto(address + path)
                page.wait_for_load_state("networkidle")
                page.locator(".outfit-opener").first.click()
                page.wait_for_timeout(400)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                page.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("Playwright is not installed: make test-browser installs it.", file=sys.stderr)
        return 0
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not executable:
        print("visitors: skipped, Chromium is not installed", file=sys.stderr)
        return 0
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread
    with shop() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        if options.screenshots:
            take_screenshots(browser, address, options.screenshots)
        holds = measure(browser, address, options.times)
        browser.close()
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
