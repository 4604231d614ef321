"""A reviewer clears fields by keyboard alone, in a real browser against a running server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from service.db.models import Field
from service.db.session import transaction
from tests.servers import wait_until
from tests.service.web.browser import PASSWORD
from tests.service.web.review_screen import asks, given, press, ready, saved, served, shot, sign_in
from tests.service.web.review_seeds import HOUSING, NEEDS, WRITING, seed


@pytest.fixture
def address(sqlite_database: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A running server with fields that wait; rana may review.  The form's language can be given."""
    seed({**HOUSING, **NEEDS, **WRITING}, {**HOUSING, **WRITING}, language=getattr(request, "param", "de"))
    with served() as at:
        yield at


def arabic(page: Page, key: str, code: str, alt: bool = False) -> None:
    """A key press while an Arabic layout is active: another letter at the same place."""
    ready(page)
    page.evaluate(
        """([key, code, altKey]) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, code, altKey, bubbles: true, cancelable: true}))""",
        [key, code, alt],
    )


def test_twelve_fields_by_keyboard_alone(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    asks(page, "Wie wohnen Sie?")
    shot(page, "choice-de")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("nicht sicher")  # refuses rather than guesses
    press(page, "2")
    arabic(page, "١", "Digit1")
    asks(page, "Hilfe")
    shot(page, "several-de")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("unsichere")
    press(page, "2")
    press(page, "Enter")
    asks(page, "Wie viele Menschen")
    page.keyboard.type("45")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("1 bis 20")
    page.keyboard.press("Control+A")
    page.keyboard.type("46")
    press(page, "Enter")
    saved(page)
    assert given()[-1][0] == "needs"  # another number is asked about anew
    press(page, "Enter")
    asks(page, "Wie viele Menschen")
    expect(page.locator("#answer .typed")).to_have_value("")
    press(page, "Alt+i")
    asks(page, "Wann sind Sie gekommen?")
    press(page, "Alt+1")
    press(page, "Enter")
    asks(page, "Wann sind Sie gekommen?")
    arabic(page, "س", "KeyS", alt=True)  # skip
    asks(page, "In welchem Land")
    shot(page, "writing-de")
    page.keyboard.insert_text("سوريا")
    press(page, "Enter")
    asks(page, "In welchem Land")
    press(page, "Backspace")
    asks(page, "In welchem Land")
    expect(page.locator("#answer .typed")).to_have_value("Syrien (SY)")
    shot(page, "earlier-de")
    page.keyboard.press("Control+A")
    page.keyboard.type("Irak")
    press(page, "Enter")
    asks(page, "In welchem Land")
    expect(page.locator("#answer .typed")).to_have_value("")
    page.keyboard.press("Alt+1")
    press(page, "Enter")
    asks(page, "Was möchten Sie uns sagen?")
    page.keyboard.insert_text("شكرا جزيلا على المساعدة")
    shot(page, "text-de")
    press(page, "Enter")
    asks(page, "Was möchten Sie uns sagen?")
    press(page, "Alt+n")
    asks(page, "Wann sind Sie gekommen?")  # the skipped one
    page.keyboard.type("03.1815")
    press(page, "Enter")
    expect(page.locator("#say")).to_contain_text("01.01.1900 bis")
    press(page, "Enter")
    expect(page.locator("#nothing")).to_be_visible()
    shot(page, "nothing-de")
    wait_until(lambda: len(given()) == 12, "all answers are stored")
    assert given() == [
        ("housing", {"housing": 2}),
        ("housing", {"housing": 1}),
        ("needs", {"needs_1": 1, "needs_2": 1, "needs_3": 0}),
        ("household", {"household": 46}),
        ("household", {"household": -5}),
        ("arrived", {"arrived": "2015-08-04"}),
        ("birth_country", {"birth_country": "SY"}),
        ("birth_country", {"birth_country": "IQ"}),
        ("birth_country", {"birth_country": "SY"}),
        ("comment", {"comment": "شكرا جزيلا على المساعدة"}),
        ("comment", {"comment": -13}),
        ("arrived", {"arrived": "1815-03"}),
    ]
    assert faults == []


def test_answers_outlive_a_lost_connection_and_a_half_typed_text_a_reload(
    context: BrowserContext, address: str
) -> None:
    page = sign_in(context, address)
    press(page, "1")
    asks(page, "Wie wohnen Sie?")
    saved(page)
    page.wait_for_timeout(300)  # the next field is fetched ahead
    context.set_offline(True)
    press(page, "2")
    expect(page.locator("#saved")).to_contain_text("Noch nicht gespeichert")
    asks(page, "Hilfe")
    assert len(given()) == 1
    context.set_offline(False)
    saved(page)
    wait_until(lambda: [values for _, values in given()] == [{"housing": 1}, {"housing": 2}], "the answer arrives once")
    press(page, "Alt+b")
    asks(page, "Wie viele Menschen")
    page.keyboard.type("1")
    page.reload()
    asks(page, "Wie viele Menschen")
    expect(page.locator("#answer .typed")).to_have_value("1")
    press(page, "Enter")
    asks(page, "Wie viele Menschen")
    expect(page.locator("#answer .typed")).to_have_value("")
    saved(page)
    assert given()[-1] == ("household", {"household": 1})


def test_an_answer_that_comes_too_late_stays_on_the_screen(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    with transaction() as session:
        session.execute(update(Field).where(Field.question == "housing").values(lease_token="another's"))
    press(page, "2")
    expect(page.locator("#notices .notice").first).to_contain_text("hat jetzt jemand anderes")
    expect(page.locator("#notices .notice").first).to_contain_text("Ihre Antwort war: Gemeinschaftsunterkunft")
    assert given() == []


def test_answers_are_sent_after_signing_in_again(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    page.wait_for_timeout(300)  # the next field is fetched ahead
    context.clear_cookies()
    press(page, "2")
    expect(page.locator("#notice-signed-out")).to_contain_text("Ihre Sitzung ist beendet")
    page.click("#notice-signed-out a")
    page.fill("[name=name]", "rana")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/review")
    saved(page)
    wait_until(lambda: given() == [("housing", {"housing": 2})], "the answer arrives")


def test_a_key_held_down_decides_one_field_only(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    page.keyboard.down("1")
    page.keyboard.down("1")
    page.keyboard.down("1")
    page.keyboard.up("1")
    asks(page, "Wie wohnen Sie?")
    saved(page)
    assert len(given()) == 1


@pytest.mark.parametrize("context", [{"locale": "en-GB", "color_scheme": "dark"}], indirect=True)
def test_page_and_keys_open_and_close_by_key(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    shot(page, "choice-en-dark")
    press(page, "F4")
    expect(page.locator("#page-picture svg .outline").first).to_be_visible()
    shot(page, "whole-page-en-dark")
    page.keyboard.press("Alt+p")
    expect(page.locator("#page")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    shot(page, "help-en-dark")
    page.keyboard.press("1")  # reaches no field
    page.keyboard.press("F1")
    expect(page.locator("#help")).to_be_hidden()
    page.goto(f"{address}/pages/1")
    page.locator(".place").first.click()
    expect(page.locator(".field-card.lit")).to_have_count(1)
    shot(page, "page-en-dark")
    assert given() == []


@pytest.mark.parametrize("address", ["ar"], indirect=True)
def test_an_arabic_form_shows_its_own_words_with_german_beside(context: BrowserContext, address: str) -> None:
    page = sign_in(context, address)
    expect(page.locator("#question bdi").first).to_have_attribute("dir", "rtl")
    asks(page, "كيف تسكن؟")
    expect(page.locator("#translation")).to_have_text("Wie wohnen Sie?")
    expect(page.locator(".option").first).to_contain_text("شقة خاصةEigene Wohnung")
    shot(page, "arabic-form-de")
    page.set_viewport_size({"width": 683, "height": 384})  # as at 200 %
    assert page.evaluate("document.documentElement.scrollWidth") <= 683
    shot(page, "at-200-percent-de")
