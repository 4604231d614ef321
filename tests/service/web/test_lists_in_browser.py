"""Answers out of a closed list on the review screen, by keyboard, in a real browser against a running server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.servers import wait_until
from tests.service.seeds import Waiting
from tests.service.web.review_screen import asks, given, press, saved, served, shot, sign_in
from tests.service.web.review_seeds import seed

COUNTRY = {"birth_country": Waiting(("SY", "LY", "Syrjen"))}
TYPED = "#answer .typed"


@pytest.fixture
def address(sqlite_database: Path) -> Iterator[str]:
    """A running server where the country of five people waits."""
    seed(*[COUNTRY] * 5, {"comment": Waiting()})
    with served() as at:
        yield at


def offered(page: Page, *texts: str) -> None:
    expect(page.locator(".suggestion")).to_have_text(list(texts))


def stored() -> list[object]:
    return [values["birth_country"] for question, values in given() if question == "birth_country"]


def test_what_is_typed_becomes_a_code_by_keyboard_alone(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    asks(page, "In welchem Land")
    offered(page, "Syrien (SY)Alt+1", "Libyen (LY)Alt+2", "SyrjenAlt+3")
    expect(page.locator(".suggestions")).to_contain_text("Gelesen")
    shot(page, "list-de")
    page.keyboard.type("Sü")
    expect(page.locator(".suggestion")).to_have_count(8)
    shot(page, "list-eight-de")
    expect(page.locator("[data-action=accept]")).to_be_in_viewport()
    page.keyboard.press("Control+A")
    page.keyboard.type("Syr")
    offered(page, "Syrien (SY)Alt+1")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("keinen Eintrag dieses Namens")
    assert stored() == []
    shot(page, "list-typed-de")
    press(page, "Alt+1")
    expect(page.locator(TYPED)).to_have_value("Syrien (SY)")
    offered(page, "Syrien (SY)Enter")
    expect(page.locator("#say")).to_have_text("")
    press(page, "Enter")
    wait_until(lambda: stored() == ["SY"], "the code is stored")
    expect(page.locator(TYPED)).to_have_value("")
    press(page, "Alt+2")
    press(page, "Enter")
    wait_until(lambda: stored() == ["SY", "LY"], "what the machine thinks is stored")
    expect(page.locator(TYPED)).to_have_value("")
    page.keyboard.insert_text("Kongo")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("Mehrere Einträge")
    offered(page, "Kongo-Kinshasa (CD)Alt+1", "Kongo-Brazzaville (CG)Alt+2")
    shot(page, "list-several-de")
    press(page, "Alt+2")
    press(page, "Enter")
    wait_until(lambda: stored() == ["SY", "LY", "CG"], "the chosen one is stored")
    expect(page.locator(TYPED)).to_have_value("")
    page.keyboard.type("Atlantis")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("Nicht übertragen")
    press(page, "Alt+n")
    wait_until(lambda: stored()[3:] == [-13], "what is in no list has its missing code")
    expect(page.locator(TYPED)).to_have_value("")
    press(page, "Alt+3")
    expect(page.locator(TYPED)).to_have_value("Syrjen")
    offered(page, "Syrien (SY)Alt+1")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("Suriye")
    press(page, "Enter")
    asks(page, "Was möchten Sie uns sagen?")
    saved(page)
    assert stored() == ["SY", "LY", "CG", -13, "SY"]
    assert faults == []


@pytest.mark.parametrize("context", [{"locale": "en-GB"}], indirect=True)
def test_without_a_connection_nothing_is_taken_and_the_words_stay(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    offered(page, "Syria (SY)Alt+1", "Libya (LY)Alt+2", "SyrjenAlt+3")
    shot(page, "list-en")
    page.wait_for_timeout(300)  # the next field is fetched ahead
    context.set_offline(True)
    page.keyboard.type("Iraq")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("The connection is lost")
    expect(page.locator(TYPED)).to_have_value("Iraq")
    context.set_offline(False)
    press(page, "Enter")
    wait_until(lambda: stored() == ["IQ"], "the code is stored")
    page.goto(f"{address}/pages/1")
    expect(page.locator(".field-card .answer", has_text="Iraq (IQ)")).to_have_count(1)
    shot(page, "list-page-en")
