"""Files by their content: scan files, pictures, blanks.  What was kept is on the disk before anybody is told."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from form_layouts.errors import CrosscheckError
from service.settings import settings

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DiskFull(CrosscheckError):
    """Nothing was kept of what was being written."""

    status = 507
    en = "The disk is full: this could not be kept. What arrived before is safe. Ask the administration to make room, then send it again."
    de = "Der Datenträger ist voll: Das konnte nicht gespeichert werden. Was vorher ankam, ist sicher. Bitten Sie die Administration, Platz zu schaffen, und senden Sie es dann noch einmal."


@dataclass
class Incoming:
    """A file that arrives piece by piece; hashed while it is written."""

    stream: BinaryIO
    size: int = 0

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()
        self.head = b""
        """The first bytes, by which a file's kind is known."""

    def write(self, piece: bytes) -> None:
        with disk_full_is_told():
            self.stream.write(piece)
        self._hash.update(piece)
        self.size += len(piece)
        if len(self.head) < 1024:
            self.head += piece[: 1024 - len(self.head)]

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def keep(self, suffix: str = "") -> str:
        """Move it to its content address, safely on the disk; the address."""
        address = self.sha256 + suffix
        target = path(address)
        with disk_full_is_told():
            self.stream.flush()
            os.fchmod(self.stream.fileno(), 0o644)  # the decoder runs as nobody; only the folder is closed to others
            os.fsync(self.stream.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(self.stream.name).replace(target)
            for folder in (target.parent, target.parent.parent):
                handle = os.open(folder, os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)
        return address


@contextmanager
def incoming() -> Iterator[Incoming]:
    """A file to write to; what was not kept at the end is gone.  Raises DiskFull."""
    folder = settings().scans / "arriving"
    with disk_full_is_told():
        settings().make_data_folder()
        folder.mkdir(parents=True, exist_ok=True)
    name = folder / secrets.token_hex(8)
    try:
        with name.open("xb") as stream:
            yield Incoming(stream)
    finally:
        name.unlink(missing_ok=True)


def put(data: bytes, suffix: str = "") -> str:
    """Keep `data`; its address.  Raises DiskFull.

    Written anew where it was kept before: its time says that somebody needs it, see workers.sweep.
    """
    with incoming() as arriving:
        arriving.write(data)
        return arriving.keep(suffix)


def path(address: str) -> Path:
    """Where the content of an address lies."""
    return settings().scans / address[:2] / address


def part(address: str, offset: int, length: int) -> bytes:
    """Some bytes of what is kept.  Raises FileNotFoundError."""
    with path(address).open("rb") as stream:
        stream.seek(offset)
        return stream.read(length)


def kept_before(moment: float) -> Iterator[str]:
    """Addresses of everything that was last kept before a moment (seconds since 1970)."""
    for folder in settings().scans.glob("??"):
        for file in folder.iterdir():
            if file.stat().st_mtime < moment:
                yield file.name


@contextmanager
def disk_full_is_told() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise DiskFull() from fault
        raise
