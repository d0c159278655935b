"""Pages in a real browser, served by this process: no server, no network."""

from __future__ import annotations

import mimetypes
import os
import shutil
from contextvars import copy_context
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.contention.conftest import start  # noqa: F401
from tests.example_project.conftest import EXAMPLE, read_settings, shop_settings  # noqa: F401

POLICY = "default-src 'self'"
REPORTS = "/policy-reports"
SITE = "http://localhost"
ACCESSIBILITY_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser():
    """Start Chromium. Playwright keeps an event loop in this thread, so Django must allow it."""
    reason = "Playwright is not installed; make test-browser installs it"
    sync_api = pytest.importorskip("playwright.sync_api", reason=reason)
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.skip("Chromium is not installed; make test-browser installs it")
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser, settings):
    """Return a function that makes an empty page. ``answer`` handles all requests but files.

    ``page.complaints`` collects console messages, script errors, and reports of violations of
    the Content-Security-Policy.
    """
    contexts = []

    def serve(route, answer):
        path = urlsplit(route.request.url).path
        if path == REPORTS:
            page_of[route.request.frame.page].append(route.request.post_data)
            return route.fulfill(status=204)
        if path.startswith(settings.MEDIA_URL):
            file = Path(settings.MEDIA_ROOT) / path.removeprefix(settings.MEDIA_URL)
        elif path.startswith(settings.STATIC_URL):
            name = path.removeprefix(settings.STATIC_URL)
            file = Path(finders.find(name) or EXAMPLE / "shop" / "static" / name)
        else:
            return answer(route)
        if not file.is_file():
            return route.fulfill(status=404)
        return route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])

    page_of = {}

    def new_page(answer, *, width=800, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = page_of[page] = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.route("**/*", lambda route: serve(route, answer))
        return page

    yield new_page
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(new_page):
    """Return a function that opens HTML under a strict policy, with static files and media."""

    def open_page(html, **options):
        headers = {"Content-Security-Policy": f"{POLICY}; report-uri {REPORTS}"}
        page = new_page(
            lambda route: route.fulfill(body=html, content_type="text/html", headers=headers),
            **options,
        )
        page.goto(f"{SITE}/")
        page.wait_for_load_state("networkidle")
        return page

    return open_page


@pytest.fixture
def visit(new_page):
    """Return a function that opens a page of this Django project, under its own policy."""

    def visit(path, *, client=None, **options):
        client = client or Client()
        # Playwright calls back in greenlets, which would not see the test's connection
        context = copy_context()

        def request(sent):
            url = urlsplit(sent.url)
            target = f"{url.path}?{url.query}" if url.query else url.path
            extra = {"follow": True, "SERVER_NAME": "localhost"}
            if sent.method != "POST":
                return client.get(target, **extra)
            content_type = sent.headers["content-type"]
            return client.post(target, sent.post_data_buffer, content_type=content_type, **extra)

        def answer(route):
            response = context.copy().run(request, route.request)
            headers = dict(response.headers)
            if "Content-Security-Policy" in headers:
                headers["Content-Security-Policy"] += f"; report-uri {REPORTS}"
            route.fulfill(status=response.status_code, body=response.content, headers=headers)

        page = new_page(answer, **options)
        page.goto(f"{SITE}{path}")
        page.wait_for_load_state("networkidle")
        return page

    return visit


@pytest.fixture
def barriers():
    """Return a function that lists the findings of axe-core, one line each."""
    module = "axe_playwright_python.sync_playwright"
    reason = "axe is not installed; make test-browser installs it"
    axe = pytest.importorskip(module, reason=reason).Axe()
    options = {"runOnly": {"type": "tag", "values": ACCESSIBILITY_RULES}}

    def barriers(page, within=None):
        violations = axe.run(page, context=within, options=options).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for rule in violations
            for node in rule["nodes"]
        ]

    return barriers
