"""Scans and pictures of removed batches go; what anybody needs stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from sqlalchemy import delete

from service import intake, storage
from service.db.models import ScanFile
from service.db.session import transaction
from workers.cleaning import OLD_S, forget_unused

OLD = 2 * OLD_S


def handed_in(content: bytes) -> str:
    """A file of a batch; its address."""
    batch = intake.open_batch("Montag", test=True, user_id=None)
    with storage.incoming() as arriving:
        arriving.write(content)
        intake.receive(batch, "scan.pdf", arriving, None)
        return arriving.sha256


def age(address: str) -> None:
    long_ago = time.time() - OLD
    os.utime(storage.path(address), (long_ago, long_ago))


def test_what_no_row_names_is_deleted_once_it_is_old(database: Path) -> None:
    kept, gone = handed_in(b"%PDF-1.4 kept"), handed_in(b"%PDF-1.4 gone")
    with transaction() as session:
        session.execute(delete(ScanFile).where(ScanFile.sha256 == gone))
    assert forget_unused() == 0
    for address in (kept, gone):
        age(address)
    assert forget_unused() == 1
    assert (storage.path(kept).exists(), storage.path(gone).exists()) == (True, False)


def test_a_file_that_arrives_while_its_former_copy_is_deleted_stays(sqlite_database: Path) -> None:
    address = handed_in(b"%PDF-1.4")
    with transaction() as session:
        session.execute(delete(ScanFile))
    age(address)
    assert handed_in(b"%PDF-1.4") == address
    assert forget_unused() == 0
    assert storage.path(address).read_bytes() == b"%PDF-1.4"
