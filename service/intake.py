"""Accept an upload: kept on the disk and in the database before anybody is told "received"."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Select, func, not_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from form_layouts.errors import LANGUAGES, CrosscheckError
from omr.errors import EmptyFile, NotAnImage, UnusableFile
from omr.files.file_kinds import kind_of
from service.db.models import Batch, ScanFile, now
from service.db.session import looking, transaction
from service.storage import Incoming

MEGABYTE = 1 << 20
FILE_LIMIT = 100 * MEGABYTE
BATCH_LIMIT = 2048 * MEGABYTE
NAME_LENGTH = 255
BATCH_NAME_LENGTH = 120
READ_AGAIN = ("gave_up", "decoding_stopped")
"""Why a file was not read that may be read if it is tried once more."""


class FileTooLarge(CrosscheckError):
    status = 413
    en = "{name} is larger than {limit} MB, the most that one file may have. Scan the pile into several files, or with 300 dpi in grey."
    de = "{name} ist größer als {limit} MB; mehr darf eine Datei nicht haben. Scannen Sie den Stapel in mehrere Dateien oder mit 300 dpi in Graustufen."


class BatchTooLarge(CrosscheckError):
    status = 413
    en = "With {name} this batch would be larger than {limit} MB. Make a new batch for the rest; what has arrived is safe."
    de = "Mit {name} würde dieser Stapel größer als {limit} MB. Legen Sie für den Rest einen neuen Stapel an; was angekommen ist, ist sicher."


class NoSuchBatch(CrosscheckError):
    status = 404
    en = "There is no such batch. Choose one from the list."
    de = "Diesen Stapel gibt es nicht. Wählen Sie einen aus der Liste."


class BatchNeedsName(CrosscheckError):
    en = "A batch needs a name of at most {limit} characters, such as the day and the place."
    de = "Ein Stapel braucht einen Namen mit höchstens {limit} Zeichen, zum Beispiel Tag und Ort."


class UploadCut(CrosscheckError):
    en = "{name} did not arrive whole. Nothing of it was kept; send it again."
    de = "{name} ist nicht vollständig angekommen. Davon wurde nichts behalten; senden Sie die Datei noch einmal."


class ReceivedBefore(CrosscheckError):
    status = 409
    en = "{name} was received before, in the batch “{batch}” on {day}: it was not read again. If it is another pile, scan that pile again."
    de = "{name} ist schon eingegangen, im Stapel „{batch}“ am {day}: Die Datei wurde nicht noch einmal gelesen. Ist es ein anderer Stapel, scannen Sie diesen noch einmal."
    reason = "received_before"


@dataclass(frozen=True)
class Received:
    """What became of an upload.  `again`: this batch had the same bytes already."""

    id: int
    again: bool
    state: str
    messages: dict[str, str]
    """Why it is not read, by language."""

    @property
    def waits(self) -> bool:
        return self.state == "waiting"


def open_batch(name: str, *, test: bool, user_id: int | None) -> int:
    """A new, empty batch; its id.  Raises BatchNeedsName."""
    name = storable(" ".join(name.split())).strip()
    if not 0 < len(name) <= BATCH_NAME_LENGTH:
        raise BatchNeedsName(limit=BATCH_NAME_LENGTH)
    with transaction() as session:
        batch = Batch(name=name, test=test, created_by=user_id, state="resting")
        session.add(batch)
        session.flush()
        return batch.id


def storable(name: str) -> str:
    """A name as every database and page can hold it: without control signs, NUL and halves of a sign."""
    return "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cs"))


def room_for(batch_id: int, name: str, size: int | None) -> int:
    """Bytes that a file may have now, at most FILE_LIMIT.

    Raises NoSuchBatch, FileTooLarge where the announced size is beyond it, BatchTooLarge.
    """
    with looking() as session:
        if session.get(Batch, batch_id) is None:
            raise NoSuchBatch()
        taken = _taken(session, batch_id)
    if (size or 0) > FILE_LIMIT:
        raise FileTooLarge(name=name, limit=FILE_LIMIT // MEGABYTE)
    if taken + (size or 1) > BATCH_LIMIT:
        raise BatchTooLarge(name=name, limit=BATCH_LIMIT // MEGABYTE)
    return min(FILE_LIMIT, BATCH_LIMIT - taken)


def grown_beyond(name: str, room: int) -> CrosscheckError:
    """The fault of a file that did not announce its size and has more bytes than `room_for` gave it."""
    if room < FILE_LIMIT:
        return BatchTooLarge(name=name, limit=BATCH_LIMIT // MEGABYTE)
    return FileTooLarge(name=name, limit=FILE_LIMIT // MEGABYTE)


def _taken(session: Session, batch_id: int) -> int:
    """Bytes that the batch's files take.  What was refused when it came was not kept; no worker ever had it."""
    refused = (ScanFile.state == "rejected") & (ScanFile.attempts == 0)
    return session.scalar(select(func.sum(ScanFile.size)).where(ScanFile.batch_id == batch_id, not_(refused))) or 0


def receive(batch_id: int, name: str, arrived: Incoming, user_id: int | None) -> Received:
    """Take a file that arrived whole into the batch.  Raises DiskFull, NoSuchBatch, BatchTooLarge.

    Bytes that the batch has already are not taken twice; where they were set aside, they are tried once more.
    """
    name = storable(name).strip()[:NAME_LENGTH] or "scan"
    refused = _refused(name, arrived)
    if refused is None:
        arrived.keep()
    with transaction() as session:
        batch = session.get(Batch, batch_id, with_for_update=True)  # one at a time: together they may be too large
        if batch is None:
            raise NoSuchBatch()
        wanted = select(ScanFile).where(ScanFile.batch_id == batch_id, ScanFile.sha256 == arrived.sha256)
        there = session.scalars(wanted).one_or_none()
        if there is not None:
            if may_be_read_again(there.state, there.reason):
                wait_again(session, there)
            return _received(there, again=True)
        if refused is None and _taken(session, batch_id) + arrived.size > BATCH_LIMIT:
            raise BatchTooLarge(name=name, limit=BATCH_LIMIT // MEGABYTE)
        file = ScanFile(
            batch_id=batch_id,
            name=name,
            size=arrived.size,
            sha256=arrived.sha256,
            received_by=user_id,
            state="waiting",
            sent_at=now(),
            read_once=not batch.test,
        )
        if refused is not None:
            _reject(file, refused)
        return _added(session, file, wanted)


def may_be_read_again(state: str, reason: str | None) -> bool:
    """Whether a file in this state, not read for this reason, can be tried once more."""
    return state in ("rejected", "set_aside") and reason in READ_AGAIN


def wait_again(session: Session, file: ScanFile) -> bool:
    """Let a file be tried once more.  False: another batch reads the same bytes by now, and the file says so."""
    try:
        with session.begin_nested():
            file.state, file.attempts, file.sent_at = "waiting", 0, now()
            file.reason = file.messages = None
            file.read_once = not file.batch.test
            session.flush()
    except IntegrityError:
        session.refresh(file)
        _reject(file, _received_before(session, file))
        return False
    return True


def _received(file: ScanFile, *, again: bool) -> Received:
    return Received(file.id, again, file.state, file.messages or {})


def _added(session: Session, file: ScanFile, wanted: Select[ScanFile]) -> Received:
    """Insert; the database knows whether these bytes are being read already, here or in another batch."""
    for _ in range(2):
        try:
            with session.begin_nested():
                session.add(file)
                session.flush()
            return _received(file, again=False)
        except IntegrityError:
            there = session.scalars(wanted).one_or_none()
            if there is not None:  # sent twice at the same time
                return _received(there, again=True)
            _reject(file, _received_before(session, file))
    raise AssertionError("a rejected file takes no place")


def _received_before(session: Session, file: ScanFile) -> ReceivedBefore:
    first = session.scalars(select(ScanFile).where(ScanFile.sha256 == file.sha256, ScanFile.read_once)).one()
    return ReceivedBefore(name=file.name, batch=first.batch.name, day=f"{first.received_at:%Y-%m-%d}")


def _reject(file: ScanFile, fault: UnusableFile | ReceivedBefore) -> None:
    file.state, file.read_once, file.reason = "rejected", False, fault.reason
    file.messages = {language: fault.sentence(language) for language in LANGUAGES}


def _refused(name: str, arrived: Incoming) -> UnusableFile | None:
    """By its first bytes only: walking a file is the worker's work, in a limited process."""
    if not arrived.size:
        return EmptyFile(file=name)
    return None if kind_of(arrived.head) else NotAnImage(file=name)
