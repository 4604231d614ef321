"""Handing in scans: by the page, by the API, and when the line is cut."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import func, select

from service import batches, queue
from service.db.models import Batch, ScanFile
from service.db.session import looking
from service.intake import FILE_LIMIT
from service.settings import settings
from service.web.app import create
from tests.servers import free_port, wait_until
from tests.service.seeds import Waiting, batch, publish_small, submission
from tests.service.web.browser import Browser, browser_of

PDF = b"%PDF-1.4\n" + b"scanned " * 5000


@pytest.fixture(autouse=True)
def sent(sqlite_database: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have been given to the workers."""
    messages: list[tuple[str, int]] = []

    def send(name: str, row: int) -> bool:
        messages.append((name, row))
        return True

    monkeypatch.setattr(queue, "_send", send)
    return messages


def open_batch(browser: Browser, name: str = "Montag") -> str:
    """The address for its files."""
    opened = browser.post("/api/batches", json={"name": name}, headers={"X-CSRF-Token": browser.csrf})
    assert opened.status_code == 201, opened.text
    return str(opened.json()["files"])


def test_a_file_sent_through_the_api_is_kept_and_goes_to_the_workers(sent: list[tuple[str, int]]) -> None:
    office = browser_of("office")
    files = open_batch(office)
    answer = office.post(files, params={"name": "a b.pdf"}, content=PDF, headers={"X-CSRF-Token": office.csrf})
    assert answer.status_code == 201
    assert answer.json()["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert sent == [(queue.SPLIT_FILE, answer.json()["id"])]
    assert office.get(files).json() == [{"name": "a b.pdf", "size": len(PDF), "sha256": answer.json()["sha256"]}]
    again = office.post(files, params={"name": "a b.pdf"}, content=PDF, headers={"X-CSRF-Token": office.csrf})
    assert (again.status_code, again.json()["again"]) == (200, True)


def test_a_file_that_is_no_scan_is_told_in_the_persons_language() -> None:
    office = browser_of("office", language="de")
    files = open_batch(office)
    headers = {"X-CSRF-Token": office.csrf}
    answer = office.post(files, params={"name": "brief.doc"}, content=b"Guten Tag", headers=headers)
    assert answer.json()["state"] == "rejected"
    assert "brief.doc ist kein Scan" in answer.json()["message"]
    assert "brief.doc ist kein Scan" in office.get("/batches/1").text


def test_a_file_beyond_the_limit_is_refused_before_its_bytes_are_read() -> None:
    office = browser_of("office")
    files = open_batch(office)
    headers = {"X-CSRF-Token": office.csrf, "Content-Length": str(FILE_LIMIT + 1)}
    answer = office.post(files, params={"name": "riesig.pdf"}, content=PDF, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "file_too_large")


def test_a_stream_that_grows_beyond_the_limit_is_cut_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.intake.FILE_LIMIT", 20_000)
    office = browser_of("office")
    files = open_batch(office)
    pieces = (PDF[start : start + 1000] for start in range(0, len(PDF), 1000))
    answer = office.post(files, params={"name": "lang.pdf"}, content=pieces, headers={"X-CSRF-Token": office.csrf})
    assert answer.status_code == 413
    assert list((settings().scans / "arriving").glob("*")) == []
    assert office.get(files).json() == []


def test_an_unknown_batch_and_a_batch_without_name_are_told() -> None:
    office = browser_of("office")
    headers = {"X-CSRF-Token": office.csrf}
    assert office.post("/api/batches/99/files", content=PDF, headers=headers).status_code == 404
    assert office.get("/batches/99").status_code == 404
    assert office.post("/api/batches", json={"name": " "}, headers=headers).json()["error"] == "batch_needs_name"


@pytest.fixture
def address(sqlite_database: Path) -> Iterator[tuple[str, int]]:
    """A real server."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create(), port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the server answers")
    yield "127.0.0.1", port
    server.should_exit = True
    thread.join()


def test_an_upload_cut_in_the_middle_leaves_nothing_and_can_be_sent_again(address: tuple[str, int]) -> None:
    office = browser_of("office")
    files = open_batch(office)
    cookies = "; ".join(f"{name}={value}" for name, value in office.cookies.items())
    head = (
        f"POST {files}?name=halb.pdf HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nOrigin: http://{address[0]}:{address[1]}\r\n"
        f"Cookie: {cookies}\r\nX-CSRF-Token: {office.csrf}\r\nContent-Length: {len(PDF)}\r\n\r\n"
    )
    with socket.create_connection(address) as line:
        line.sendall(head.encode() + PDF[: len(PDF) // 2])
        wait_until(lambda: bool(list((settings().scans / "arriving").glob("*"))), "the first half is being written")
    wait_until(lambda: not list((settings().scans / "arriving").glob("*")), "the half is gone")
    with looking() as session:
        assert session.scalar(select(func.count(ScanFile.id))) == 0
    with socket.create_connection(address) as line:
        line.sendall(head.encode() + PDF)
        assert line.recv(1000).startswith(b"HTTP/1.1 201")
    assert [file["name"] for file in office.get(files).json()] == ["halb.pdf"]


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
