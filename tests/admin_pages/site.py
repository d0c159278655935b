"""The pages in Chromium: a server in this process, a person who is logged in, and a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from django.test.testcases import LiveServerThread

HOST = "localhost"
WIDTHS = (1280, 375)
PATIENCE = 120_000
"""Milliseconds, on a busy machine."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve this project with its static files and pictures, and yield its address."""
    thread = LiveServerThread(HOST, StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://{HOST}:{thread.port}"
    finally:
        thread.terminate()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium. Playwright keeps an event loop in this thread, so Django must allow it."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


def window(
    browser: Any, *, user: Any, width: int, height: int = 800, scheme: str = "light", **options: Any
) -> Any:
    """Return an empty page of a person who is logged in; nothing leaves this machine."""
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user.pk))
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        **options,
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": HOST, "path": "/"}]
    )
    page = context.new_page()
    page.route(
        lambda url: urlsplit(url).hostname != HOST and not url.startswith(("data:", "blob:")),
        lambda route: route.abort(),
    )
    return page


def show(page: Any, address: str) -> None:
    """Open an address and wait until nothing is loaded any more."""
    page.goto(address, wait_until="load", timeout=PATIENCE)
    page.wait_for_load_state("networkidle", timeout=PATIENCE)
