"""Handing in scans through the API, and when the line is cut."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import func, select

from service import queue, storage
from service.db.models import ScanFile
from service.db.session import looking
from service.intake import FILE_LIMIT
from service.settings import settings
from service.web.app import create
from tests.servers import free_port, wait_until
from tests.service.web.browser import Browser, browser_of

PDF = b"%PDF-1.4\n" + b"scanned " * 5000


pytestmark = pytest.mark.usefixtures("sqlite_database", "sent")


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


def streamed(browser: Browser, files: str) -> httpx.Response:
    """Sent in pieces, its length not told before."""
    pieces = (PDF[start : start + 1000] for start in range(0, len(PDF), 1000))
    headers = {"X-CSRF-Token": browser.csrf}
    answer: httpx.Response = browser.post(files, params={"name": "lang.pdf"}, content=pieces, headers=headers)
    return answer


def test_a_stream_that_grows_beyond_the_limit_is_cut_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.intake.FILE_LIMIT", 20_000)
    office = browser_of("office")
    files = open_batch(office)
    answer = streamed(office, files)
    assert answer.status_code == 413
    assert list((settings().scans / "arriving").glob("*")) == []
    assert office.get(files).json() == []


def test_a_stream_that_fills_the_batch_is_told_the_limit_of_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.intake.BATCH_LIMIT", 20_000)
    office = browser_of("office")
    answer = streamed(office, open_batch(office))
    assert (answer.status_code, answer.json()["error"]) == (413, "batch_too_large")


def test_names_that_no_database_can_hold_are_cleaned() -> None:
    office = browser_of("office")
    headers = {"X-CSRF-Token": office.csrf, "Content-Type": "application/json"}
    opened = office.post("/api/batches", content=b'{"name": "Mon\\u0000tag"}', headers=headers)
    files = opened.json()["files"]
    assert office.get(files.removesuffix("/files")).json()["name"] == "Montag"
    assert office.post("/api/batches", content=b'{"name": "Mon\\ud800tag"}', headers=headers).status_code in (201, 422)
    for name in ("a%00b.pdf", "a%ED%A0%80b.pdf", "a%0D%0Ab.pdf", "%00"):
        sent = office.post(f"{files}?name={name}", content=PDF + name.encode(), headers=headers)
        assert sent.status_code == 201, sent.text
    large = {**headers, "Content-Length": str(FILE_LIMIT + 1)}
    assert office.post(f"{files}?name=%00.pdf", content=PDF, headers=large).status_code == 413


def test_a_number_that_no_row_can_have_is_a_page_that_is_not_there() -> None:
    office = browser_of("office")
    headers = {"X-CSRF-Token": office.csrf}
    for number in ("0", "-1", "x", "9" * 30):
        for path in (f"/batches/{number}", f"/batches/{number}/status", f"/api/batches/{number}"):
            assert office.get(path).status_code == 404, path
        for path in (
            f"/batches/{number}/again",
            f"/batches/{number}/remove",
            f"/files/{number}/read-again",
            f"/pages/{number}/read-again",
            f"/submissions/{number}/decide-again",
            f"/api/batches/{number}/files",
        ):
            assert office.post(path, headers=headers).status_code == 404, path


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


def head_of(office: Browser, files: str, address: tuple[str, int], size: int) -> bytes:
    """The head of an upload as it goes over the line."""
    cookies = "; ".join(f"{name}={value}" for name, value in office.cookies.items())
    host = f"{address[0]}:{address[1]}"
    return (
        f"POST {files}?name=halb.pdf HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        f"Cookie: {cookies}\r\nX-CSRF-Token: {office.csrf}\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


def test_an_upload_is_written_in_large_pieces_beside_the_event_loop(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[int, bool]] = []
    plain = storage.Incoming.write

    def write(arriving: storage.Incoming, piece: bytes) -> None:
        written.append((len(piece), threading.current_thread().name.startswith("AnyIO")))
        plain(arriving, piece)

    monkeypatch.setattr(storage.Incoming, "write", write)
    office = browser_of("office")
    content = PDF + b"x" * 3_000_000
    files = open_batch(office)
    with socket.create_connection(address) as line:
        line.sendall(head_of(office, files, address, len(content)) + content)
        assert line.recv(1000).startswith(b"HTTP/1.1 201")
    assert office.get(files).json()[0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert [length >= 1 << 20 for length, _ in written] == [True, True, False]
    assert all(beside for _, beside in written)


def test_an_upload_cut_in_the_middle_leaves_nothing_and_can_be_sent_again(address: tuple[str, int]) -> None:
    office = browser_of("office")
    files = open_batch(office)
    head = head_of(office, files, address, len(PDF))
    with socket.create_connection(address) as line:
        line.sendall(head + PDF[: len(PDF) // 2])
        wait_until(lambda: bool(list((settings().scans / "arriving").glob("*"))), "the first half is being written")
    wait_until(lambda: not list((settings().scans / "arriving").glob("*")), "the half is gone")
    with looking() as session:
        assert session.scalar(select(func.count(ScanFile.id))) == 0
    with socket.create_connection(address) as line:
        line.sendall(head + PDF)
        assert line.recv(1000).startswith(b"HTTP/1.1 201")
    assert [file["name"] for file in office.get(files).json()] == ["halb.pdf"]
