"""What arrives is safe before anybody is told so, and nothing arrives twice."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from service import batch_list, batches, intake, storage
from service.db.models import ScanFile
from service.db.session import looking, transaction
from service.settings import settings

PDF = b"%PDF-1.4\n% the first bytes are all that is looked at here\n"


def send(batch: int, content: bytes, name: str = "scan.pdf") -> intake.Received:
    with storage.incoming() as arriving:
        arriving.write(content)
        return intake.receive(batch, name, arriving, None)


def arriving_files() -> list[Path]:
    return list((settings().scans / "arriving").glob("*"))


@contextmanager
def small_disk(limit: int) -> Iterator[None]:
    """No file of this process may grow beyond `limit` bytes: writing then fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_kept_under_its_content_and_waits(database: Path) -> None:
    batch = intake.open_batch("  Montag,  Bürgeramt ", test=False, user_id=None)
    received = send(batch, PDF)
    assert (received.again, received.state) == (False, "waiting")
    (line,) = batches.overview(batch).files
    assert storage.path(line.sha256).read_bytes() == PDF
    assert batches.overview(batch).name == "Montag, Bürgeramt"
    assert arriving_files() == []


def test_the_same_file_twice_in_a_batch_is_one_file(database: Path) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    first, second = send(batch, PDF), send(batch, PDF, "renamed.pdf")
    assert (second.id, second.again) == (first.id, True)
    assert len(batches.overview(batch).files) == 1


def test_a_file_of_another_batch_is_not_read_again_and_says_where_it_was(database: Path) -> None:
    send(intake.open_batch("Montag", test=False, user_id=None), PDF)
    again = intake.open_batch("Dienstag", test=False, user_id=None)
    assert send(again, PDF).state == "rejected"
    (line,) = batches.overview(again).troubled_files
    assert line.reason == "received_before"
    assert "„Montag“" in line.messages["de"]
    assert "“Montag”" in line.messages["en"]


def test_a_test_batch_takes_a_file_that_a_real_batch_has_and_the_other_way_round(database: Path) -> None:
    trial = intake.open_batch("Probe", test=True, user_id=None)
    assert send(trial, PDF).waits
    assert send(intake.open_batch("Montag", test=False, user_id=None), PDF).waits
    assert send(intake.open_batch("Probe 2", test=True, user_id=None), PDF).waits


def test_the_same_bytes_sent_to_eight_batches_at_once_are_read_in_one(database: Path) -> None:
    ids = [intake.open_batch(f"Stapel {n}", test=False, user_id=None) for n in range(8)]
    told: list[intake.Received] = []
    threads = [threading.Thread(target=lambda b=b: told.append(send(b, PDF))) for b in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.state for one in told) == ["rejected"] * 7 + ["waiting"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b"Lieber Drucker", "not_an_image"),
        (b"PK\x03\x04 holds a %PDF-1.4", "not_an_image"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "not_an_image"),
    ],
)
def test_what_is_no_scan_is_told_and_kept_in_the_list(sqlite_database: Path, content: bytes, reason: str) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    assert send(batch, content, "brief.doc").state == "rejected"
    (line,) = batches.overview(batch).troubled_files
    assert line.reason == reason
    assert "brief.doc" in line.messages["de"]


def test_a_photo_of_a_telephone_is_taken(sqlite_database: Path) -> None:
    """Whether it can be opened is found out later, in the worker's limited process."""
    batch = intake.open_batch("Montag", test=False, user_id=None)
    assert send(batch, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "IMG_0001.HEIC").state == "waiting"


def test_what_is_announced_too_large_is_refused_before_it_is_sent(sqlite_database: Path) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    with pytest.raises(intake.FileTooLarge):
        intake.room_for(batch, "riesig.pdf", intake.FILE_LIMIT + 1)
    assert intake.room_for(batch, "gut.pdf", 1000) == intake.FILE_LIMIT


def test_a_batch_takes_two_gigabytes_and_no_more(sqlite_database: Path) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    send(batch, PDF)
    with looking() as session:
        assert session.scalars(select(ScanFile.size)).one() == len(PDF)
    with transaction() as session:
        session.get_one(ScanFile, 1).size = intake.BATCH_LIMIT - 10
    with pytest.raises(intake.BatchTooLarge):
        intake.room_for(batch, "mehr.pdf", 11)


def test_a_batch_is_filled_by_what_is_kept_and_not_by_what_was_refused(sqlite_database: Path) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    refused = send(batch, b"Lieber Drucker").id
    with transaction() as session:
        session.get_one(ScanFile, refused).size = intake.BATCH_LIMIT
    assert intake.room_for(batch, "gut.pdf", 1000) == intake.FILE_LIMIT
    assert send(batch, PDF).waits
    with transaction() as session:  # opened by a worker, and rejected then: its bytes are kept
        file = session.get_one(ScanFile, refused)
        file.attempts = 1
    with pytest.raises(intake.BatchTooLarge):
        intake.room_for(batch, "gut.pdf", 1)


def test_files_that_arrive_together_do_not_fill_a_batch_beyond_its_limit(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BATCH_LIMIT", 3 * len(PDF))
    batch = intake.open_batch("Montag", test=False, user_id=None)
    told: list[str] = []

    def one(number: int) -> None:
        try:
            told.append(send(batch, PDF[:-1] + bytes([65 + number])).state)
        except intake.BatchTooLarge:
            told.append("too large")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["too large"] * 5 + ["waiting"] * 3


def put_aside(file_id: int, reason: str, *, state: str) -> None:
    with transaction() as session:
        file = session.get_one(ScanFile, file_id)
        file.state, file.reason, file.attempts, file.messages = state, reason, 3, {"en": "", "de": ""}
        file.read_once = state != "rejected" and not file.batch.test


@pytest.mark.parametrize(
    ("state", "reason", "waits"),
    [
        ("set_aside", "gave_up", True),
        ("rejected", "decoding_stopped", True),
        ("rejected", "damaged_file", False),
        ("done", None, False),
    ],
)
def test_a_file_that_was_set_aside_waits_again_when_it_is_sent_again(
    database: Path, state: str, reason: str, waits: bool
) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    first = send(batch, PDF)
    put_aside(first.id, reason, state=state)
    assert len(batch_list.arrived(batch)) == (0 if reason else 1)  # refused: sent again, and told why or tried again
    again = send(batch, PDF)
    assert (again.id, again.waits) == (first.id, waits)
    with looking() as session:
        file = session.get_one(ScanFile, first.id)
        assert (file.attempts, file.reason) == ((0, None) if waits else (3, reason))
        assert file.read_once == waits or state == "done"


def test_a_file_is_not_tried_again_where_another_batch_has_it_by_now(database: Path) -> None:
    monday, tuesday = (intake.open_batch(day, test=False, user_id=None) for day in ("Montag", "Dienstag"))
    first = send(monday, PDF)
    put_aside(first.id, "decoding_stopped", state="rejected")
    assert send(tuesday, PDF).waits
    told = send(monday, PDF)
    assert (told.id, told.state) == (first.id, "rejected")
    assert "„Dienstag“" in told.messages["de"]


def test_names_lose_what_no_database_can_hold(database: Path) -> None:
    batch = intake.open_batch("\0Mon\x07tag\ud800,\n Büro\0 ", test=False, user_id=None)
    assert batches.overview(batch).name == "Montag, Büro"
    send(batch, PDF, "a\0b\n\udfff.pdf\x1b")
    assert [line.name for line in batches.overview(batch).files] == ["ab.pdf"]


def test_a_batch_needs_a_name(sqlite_database: Path) -> None:
    for name in ("", "   ", "\0\x07", "x" * 121):
        with pytest.raises(intake.BatchNeedsName):
            intake.open_batch(name, test=False, user_id=None)


def test_a_disk_that_fills_up_is_told_and_what_was_there_stays(sqlite_database: Path) -> None:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    send(batch, PDF, "vorher.pdf")
    large = PDF + b"x" * 9_000_000
    with small_disk(8_000_000), pytest.raises(storage.DiskFull) as told:
        send(batch, large, "nachher.pdf")
    assert "sicher" in told.value.sentence("de")
    assert [line.name for line in batches.overview(batch).files] == ["vorher.pdf"]
    assert arriving_files() == []
    assert send(batch, large, "nachher.pdf").waits
