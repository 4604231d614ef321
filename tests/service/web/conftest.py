"""A real browser for tests of screens."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def context(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    wish: dict[str, Any] = {"locale": "de-DE", **getattr(request, "param", {})}
    made = browser.new_context(viewport={"width": 1366, "height": 768}, **wish)
    made.set_default_timeout(8000)
    yield made
    browser.close()
