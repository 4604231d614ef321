"""A browser for tests of routes: it signs in, keeps its cookies, and sends what a page's form would send."""

from __future__ import annotations

import re
import warnings
from typing import Any

from fastapi import FastAPI

from service import people
from service.web.app import create

with warnings.catch_warnings():  # Starlette asks for httpx2; httpx does the same here
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ORIGIN = "http://testserver"
PASSWORD = "correct horse battery"


class Browser(TestClient):
    """Sends its page's Origin with every request, and follows no redirect."""

    def __init__(self, app: FastAPI | None = None, language: str = "en", **options: Any) -> None:
        super().__init__(app or create(), follow_redirects=False, **options)
        self.headers.update({"Origin": ORIGIN, "Accept": "text/html", "Accept-Language": language})

    @property
    def csrf(self) -> str:
        """The proof that the pages of this browser carry: for the form field or the header."""
        found = re.search(r'<meta name="csrf" content="([^"]+)">', self.get("/sign-in", follow_redirects=True).text)
        assert found
        return found[1]

    def send_form(self, path: str, **fields: Any) -> Any:
        """Send a form of a page, with its proof."""
        return self.post(path, data={"csrf": self.csrf, **fields})


def browser_of(*roles: str, app: FastAPI | None = None, name: str | None = None, language: str = "en") -> Browser:
    """A browser in which a new person with these roles is signed in.  Without roles: nobody is."""
    browser = Browser(app, language)
    if roles:
        name = name or f"one-{'-'.join(roles)}"
        people.add(name, roles, PASSWORD)
        done = browser.send_form("/sign-in", name=name, password=PASSWORD)
        assert done.status_code == 303, done.text
    return browser
