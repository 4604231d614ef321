"""Notes outside the fields, as the page view and the review screen show them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from omr.reading import Finding
from service.db.models import Page, Reading
from service.db.session import transaction
from tests.service.web.browser import Browser, browser_of
from tests.service.web.review_seeds import HOUSING, draw, seed

MARGIN, ARROW = (168.0, 60.0, 24.5, 6.0), (150.0, 120.5, 8.0, 3.0)


@pytest.fixture
def browser(sqlite_database: Path) -> Iterator[Browser]:
    """Where a reviewer is signed in, and a submission has a field that waits."""
    seed(HOUSING)
    draw()
    with browser_of("reviewer") as made:
        yield made


def found(*findings: Finding) -> None:
    """Let the machine have found this on the first page, whose field waits."""
    kept = [finding.model_dump(mode="json") for finding in findings]
    with transaction() as session:
        reading = session.scalars(select(Reading).where(Reading.page_id == 1)).one()
        reading.content = {**reading.content, "findings": kept}


def two_notes() -> None:
    found(Finding(kind="stray_ink", box=MARGIN), Finding(kind="stray_ink", box=ARROW), Finding(kind="one_bit"))


def note_places(page: str) -> list[str]:
    return re.findall(r'<g class="place note" data-field="(note-\d)">', page)


def test_the_page_view_outlines_every_note_and_lists_it(browser: Browser) -> None:
    two_notes()
    page = browser.get("/pages/1").text
    assert note_places(page) == ["note-1", "note-2"]
    assert re.findall(r'<li class="note-card" data-field="(note-\d)"', page) == ["note-1", "note-2"]
    assert 'viewBox="164.0 57.0 32.5 12.0"' in page  # the note with 4 mm of paper beside it, 3 above and below
    assert "Outside the fields" in page
    assert "style=" not in page


def test_the_page_view_says_what_was_found_about_the_whole_page(browser: Browser) -> None:
    two_notes()
    page = browser.get("/pages/1").text
    assert page.count("Scanned in black and white") == 1
    assert "Scanned in black and white" not in browser.get("/pages/2").text


def test_a_page_without_notes_has_no_list_of_them(browser: Browser) -> None:
    page = browser.get("/pages/1").text
    assert note_places(page) == []
    assert "Outside the fields" not in page


def test_notes_are_named_in_german_too(browser: Browser) -> None:
    two_notes()
    german = browser_of("reviewer", name="olena", language="de")
    page = german.get("/pages/1").text
    assert "Außerhalb der Felder" in page
    assert page.count("Schrift außerhalb der Felder") == 6  # beside each outline, each picture, and below it


def test_the_review_screen_knows_the_notes_of_its_page(browser: Browser) -> None:
    two_notes()
    asked = browser.post("/api/review/next", json={}, headers={"X-CSRF-Token": browser.csrf})
    field = asked.json()["field"]
    assert field["page"]["notes"] == [list(MARGIN), list(ARROW)]
    crop = field["crop"]
    shown = [(x * crop["width"], w * crop["width"]) for x, _, w, _ in crop["notes"]]
    assert shown[1][0] - shown[0][0] == pytest.approx(ARROW[0] - MARGIN[0])
    assert [width for _, width in shown] == pytest.approx([MARGIN[2], ARROW[2]])


def test_the_newest_reading_of_a_page_counts(browser: Browser) -> None:
    two_notes()
    with transaction() as session:
        old = session.scalars(select(Reading).where(Reading.page_id == 1)).one()
        session.add(Reading(page_id=1, program="later", content={**old.content, "findings": []}))
    assert note_places(browser.get("/pages/1").text) == []


def test_a_note_stays_shown_where_the_pictures_were_removed(browser: Browser) -> None:
    two_notes()
    with transaction() as session:
        session.execute(update(Page).where(Page.id == 1).values(pictures=None, picture_places=None))
    page = browser.get("/pages/1").text
    assert "There is no picture of this page" in page
    assert page.count("Ink outside the fields") == 2
