"""The sweep finds what was lost, whatever the clock did."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service import intake, queue, storage
from service.claims import MOST_ATTEMPTS
from service.db.models import Batch, ScanFile, now
from service.db.session import looking, transaction
from workers import steps
from workers.decoder import Decoder, Refused
from workers.sweep import sweep

Sent = list[tuple[str, int]]
pytestmark = pytest.mark.usefixtures("sent")


def handed_in(content: bytes = b"%PDF-1.4") -> int:
    batch = intake.open_batch("Montag", test=False, user_id=None)
    with storage.incoming() as arriving:
        arriving.write(content)
        return intake.receive(batch, "scan.pdf", arriving, None).id


def change(row: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(ScanFile).where(ScanFile.id == row).values(**values))


def state(row: int) -> tuple[str, str | None]:
    with looking() as session:
        file = session.get_one(ScanFile, row)
        return file.state, file.reason


def test_a_row_that_was_claimed_while_the_clock_was_ahead_is_handed_back(database: Path, sent: Sent) -> None:
    row = handed_in()
    change(row, state="working", attempts=1, lease_token="x", lease_until=now() + timedelta(days=1))
    sweep()
    assert state(row) == ("waiting", None)
    assert (queue.SPLIT_FILE, row) in sent


def test_a_message_that_was_sent_while_the_clock_was_ahead_is_sent_again(database: Path, sent: Sent) -> None:
    row = handed_in()
    change(row, sent_at=now() + timedelta(days=1))
    sweep()
    assert (queue.SPLIT_FILE, row) in sent


def test_a_message_of_now_is_not_sent_again(sqlite_database: Path, sent: Sent) -> None:
    handed_in()
    sweep()
    assert sent == []


def test_a_file_that_was_given_up_is_told_and_can_be_handed_in_again(database: Path) -> None:
    row = handed_in()
    change(row, state="working", attempts=MOST_ATTEMPTS, lease_until=now() - timedelta(seconds=1))
    sweep()
    assert state(row) == ("set_aside", "gave_up")
    assert state(handed_in()) == ("waiting", None)


def test_a_refused_file_that_comes_last_lets_the_batch_be_put_together(
    sqlite_database: Path, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = handed_in()
    monkeypatch.setattr(Decoder, "walk", lambda *_: Refused("damaged_file", {"de": "…", "en": "…"}))
    steps.split_file(row)
    assert state(row) == ("rejected", "damaged_file")
    with looking() as session:
        batch = session.scalars(select(Batch.id)).one()
    assert (queue.ASSEMBLE_BATCH, batch) in sent
