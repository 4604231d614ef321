"""The page of a batch and the list of all: what is to be looked at, and the buttons beside it."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from service import batches, queue
from service.claims import MOST_ATTEMPTS
from service.db.models import Batch, Page, ScanFile, Submission
from service.db.session import looking, transaction
from tests.service.seeds import Waiting, batch, publish_small, submission
from tests.service.web.browser import browser_of

pytestmark = pytest.mark.usefixtures("sqlite_database", "sent")


def test_the_status_is_sent_only_where_it_changed(sent: list[tuple[str, int]]) -> None:
    publish_small()
    montag = batch()
    office = browser_of("office")
    mark = re.findall(r'data-mark="([^"]+)"', office.get(f"/batches/{montag}").text)
    known = {"If-None-Match": html.unescape(mark[0])}
    same = office.get(f"/batches/{montag}/status", headers=known)
    assert (same.status_code, same.content) == (304, b"")
    submission(montag, {"housing": 1})
    other = office.get(f"/batches/{montag}/status", headers=known)
    assert (other.status_code, other.headers["etag"] != known["If-None-Match"]) == (200, True)
    known = {"If-None-Match": other.headers["etag"]}
    assert office.get(f"/batches/{montag}/status", headers=known).status_code == 304
    assert office.send_form("/language", language="de").status_code == 303
    assert "Seiten" in office.get(f"/batches/{montag}/status", headers=known).text


def test_what_was_set_aside_is_asked_for_again_with_a_button(sent: list[tuple[str, int]]) -> None:
    montag = batch()
    office = browser_of("office", language="de")
    with transaction() as session:
        file = ScanFile(batch_id=montag, name="dick.pdf", size=1, sha256="0" * 64, state="rejected", read_once=False)
        file.reason, file.messages = "decoding_stopped", {"de": "dick.pdf dauerte zu lange.", "en": ""}
        session.add(file)
    assert "/files/1/read-again" in office.get("/batches/1").text
    assert office.send_form("/files/1/read-again").headers["location"] == "/batches/1"
    assert sent == [(queue.SPLIT_FILE, 1)]
    assert office.send_form("/files/1/read-again").status_code == 409
    with transaction() as session:
        file = session.get_one(ScanFile, 1)
        file.state, file.reason, file.messages = "rejected", "damaged_file", {"de": "kaputt", "en": "damaged"}
    assert "/files/1/read-again" not in office.get("/batches/1").text


def test_a_batch_that_was_not_put_together_is_asked_for_again_with_a_button(sent: list[tuple[str, int]]) -> None:
    publish_small()
    montag = batch()
    submission(montag, {"housing": 1})
    with transaction() as session:
        row = session.get_one(Batch, montag)
        row.revision, row.attempts = 1, MOST_ATTEMPTS
    office = browser_of("office", language="de")
    shown = office.get(f"/batches/{montag}").text
    assert "Noch einmal zusammenstellen" in shown
    assert 'data-active="no"' in shown
    assert office.send_form(f"/batches/{montag}/again").status_code == 303
    assert sent == [(queue.ASSEMBLE_BATCH, montag)]
    assert 'data-active="yes"' in office.get(f"/batches/{montag}").text


def test_the_batch_page_names_what_is_missing_and_what_came_twice() -> None:
    publish_small()
    montag = batch()
    filled: dict[str, int | str | Waiting] = {
        "housing": 1,
        "german": 3,
        "offices_jobcenter": 2,
        "birth_country": Waiting(("Syrien",)),
    }
    submission(montag, filled, copy=7)
    submission(montag, filled, copy=7)
    submission(montag, {"housing": 2}, copy=8, pages=(1,))
    office = browser_of("office", language="de")
    shown = office.get(f"/batches/{montag}").text
    assert "Exemplarnummer 7 kam zweimal" in shown
    assert "Seite 2 fehlt" in shown
    (twice,) = batches.overview(montag).suspected
    assert office.send_form(f"/submissions/{twice.id}/same-paper", same="false").status_code == 303
    assert "kam zweimal" not in office.get(f"/batches/{montag}/status").text
    assert office.send_form(f"/submissions/{twice.id}/decide-again").status_code == 303
    assert "kam zweimal" in office.get(f"/batches/{montag}/status").text


def test_the_batch_page_says_where_to_look_and_what_the_order_does_not_say() -> None:
    publish_small()
    montag = batch()
    lost, alone, back = (submission(montag, {"housing": 1}, copy=8, pages=(1,)),
                         submission(montag, {"housing": 2}, pages=(1,)),
                         submission(montag, {"housing": 2}, pages=(2,)))  # fmt: skip
    with transaction() as session:
        session.get_one(Submission, lost).gap_after = 1
        for doubtful in (alone, back):
            session.get_one(Submission, doubtful).findings = ["pages_missing", "order_doubtful"]
        file = session.scalars(select(ScanFile)).first()
        assert file
        file.pages = 2
        session.add(Page(file_id=file.id, batch_id=montag, number=1, state="done", kind="cover"))
    office = browser_of("office", language="de")
    shown = office.get(f"/batches/{montag}").text
    assert "zwei Blätter zugleich eingezogen: Sehen Sie nach, direkt hinter" in shown
    assert "2 Bögen ohne Nummer sind unvollständig" in shown
    assert len(re.findall("Seite \\d+ fehlt", shown)) == 1
    assert "Trennblätter" in shown
    office.send_form("/language", language="en")
    english = office.get(f"/batches/{montag}").text
    assert "Two sheets may have been fed together: look right after" in english
    assert "the order of the pile does not say which pages belong together" in english


def test_a_side_that_was_scanned_again_is_marked_and_one_that_counts_nowhere_is_told() -> None:
    publish_small()
    montag = batch()
    submission(montag, {"housing": 1})
    office = browser_of("office", language="de")
    for again, words in ((False, "gehören aber zu keinem Bogen"), (True, "noch einmal gescannt")):
        with transaction() as session:
            page = session.get_one(Page, 1)
            page.submission_id, page.again = None, again
        shown = office.get(f"/batches/{montag}").text
        assert words in shown
        assert ("gehören aber" in shown) != again


def test_only_a_test_batch_can_be_removed() -> None:
    publish_small()
    real, trial = batch(), batch("Probe", test=True)
    submission(trial, {"housing": 1})
    office = browser_of("office")
    assert office.send_form(f"/batches/{real}/remove").status_code == 409
    assert office.send_form(f"/batches/{trial}/remove").status_code == 303
    with looking() as session:
        assert session.scalars(select(Batch.id)).all() == [real]


def test_a_list_of_many_batches_says_of_each_what_waits() -> None:
    publish_small()
    submission(batch("Dienstag"), {"birth_country": Waiting()})
    office = browser_of("office", language="de")
    shown = office.get("/batches").text
    assert "Dienstag" in shown
    assert "alle Seiten gelesen" in shown
