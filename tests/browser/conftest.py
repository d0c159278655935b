"""Pages in a real browser. Everything from the database has to be rendered before one is
opened: while Playwright runs, Django takes the thread for an asynchronous one.
"""

from __future__ import annotations

import mimetypes
import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders

POLICY = "default-src 'self'"
SITE = "http://shop.test"


@pytest.fixture
def open_page(settings):
    """Show HTML under a strict policy, with this project's static files and media around it.

    The page's ``complaints`` are what the browser's console holds.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")

    def fulfil(route, html):
        path = urlsplit(route.request.url).path
        if path.startswith(settings.MEDIA_URL):
            file = Path(settings.MEDIA_ROOT) / path.removeprefix(settings.MEDIA_URL)
        elif path.startswith(settings.STATIC_URL):
            file = Path(finders.find(path.removeprefix(settings.STATIC_URL)) or "missing")
        else:
            headers = {"Content-Security-Policy": POLICY}
            return route.fulfill(body=html, content_type="text/html", headers=headers)
        if not file.is_file():
            return route.fulfill(status=404)
        return route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])

    with ExitStack() as stack:

        def open_page(html, *, width=800, **options):
            playwright = stack.enter_context(sync_api.sync_playwright())
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            stack.callback(browser.close)
            context = browser.new_context(viewport={"width": width, "height": 900}, **options)
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda message: page.complaints.append(message.text))
            page.route("**/*", lambda route: fulfil(route, html))
            page.goto(f"{SITE}/")
            page.wait_for_load_state("networkidle")
            return page

        yield open_page
