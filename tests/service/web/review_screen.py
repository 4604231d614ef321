"""The review screen in a real browser: a server for it, and what a reviewer does there."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from service import people
from service.db.models import Field, Verdict
from service.db.session import looking
from service.web.app import create
from tests.servers import free_port, wait_until
from tests.service.web.browser import PASSWORD

SHOTS = os.environ.get("CROSSCHECK_SHOTS")
"""A folder for pictures of the screen, for somebody who wants to look at them."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a running server; rana may review."""
    people.add("rana", ["reviewer", "office"], PASSWORD)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create(), host="127.0.0.1", port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the web server answers")
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def sign_in(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", "rana")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/review")
    ready(page)
    return page


def ready(page: Page) -> None:
    expect(page.locator("#desk")).to_have_attribute("aria-busy", "false")


def press(page: Page, key: str) -> None:
    ready(page)
    page.keyboard.press(key)


def saved(page: Page) -> None:
    expect(page.locator("#saved")).not_to_have_class("saved muted pending")
    expect(page.locator("#saved")).to_have_text("Alles gespeichert")


def asks(page: Page, question: str) -> None:
    expect(page.locator("#question")).to_contain_text(question)
    ready(page)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(300)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def given() -> list[tuple[str, dict[str, Any]]]:
    """Question and values of every verdict, in order."""
    with looking() as session:
        rows = session.execute(
            select(Field.question, Verdict.values).join(Field, Verdict.field_id == Field.id).order_by(Verdict.id)
        )
        return [(question, values) for question, values in rows]
