"""The work: claim a row, do it with no transaction open, store the result guarded by the claim.  Twice is the same as once."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import exists, insert, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from omr.debug import DebugWriter
from omr.engines.both import Engines
from omr.errors import ReaderFault, Unreadable
from omr.image import PageImage
from omr.piles.grouping import Group as ReadGroup
from omr.piles.grouping import group_pages
from omr.pipeline import read_page as read_image
from omr.pipeline import rejected_page
from omr.reading import PageReading
from service import forms, queue, storage
from service.claims import Claim, claim, give_up, store
from service.db.models import Batch, Page, ScanFile, now
from service.db.session import transaction
from service.forms import Published
from service.readings import keep_reading
from service.storage import DiskFull
from service.submissions import Group, Pile, keep_groups, pile_of
from workers.decoder import Decoder, DecodingStopped, Refused, Walked
from workers.pictures import Pictures, picture_of_unread, pictures_of

PATIENCE_S = 60.0
"""How long a result is kept in hand while the database is away: it restarts within seconds."""
Result = TypeVar("Result")


@cache
def decoder() -> Decoder:
    """This process's limited process."""
    return Decoder()


@cache
def program() -> str:
    return version("crosscheck")


def split_file(file_id: int) -> None:
    """Walk a file and make a row for each page."""
    held, name, address = patiently(lambda: _claim_file(file_id))
    if held is None:
        return
    try:
        walked: Walked | Refused = decoder().walk(storage.path(address), name)
    except DecodingStopped:
        fault = Unreadable(file=name)
        walked = Refused(fault.reason, {language: fault.sentence(language) for language in ("en", "de")})
    pages, at_rest = patiently(lambda: _store_walked(held, walked))
    for page_id in pages:
        queue.read_page(page_id)
    if at_rest is not None:
        queue.assemble_batch(at_rest)


def _claim_file(file_id: int) -> tuple[Claim | None, str, str]:
    with transaction() as session:
        held = claim(session, ScanFile, file_id)
        file = session.get(ScanFile, file_id) if held else None
        return (held, file.name, file.sha256) if file else (None, "", "")


def _store_walked(held: Claim, walked: Walked | Refused) -> tuple[list[int], int | None]:
    """The ids of the file's pages; and the batch, where a refused file was the last that it waited for."""
    with transaction() as session:
        batch_id = session.scalars(select(ScanFile.batch_id).where(ScanFile.id == held.id)).one()
        if isinstance(walked, Refused):
            refused = {"reason": walked.reason, "messages": walked.messages, "read_once": False}
            if not store(session, held, state="rejected", **refused):
                return [], None
            _touch(session, batch_id)
            return [], batch_id if assemble_batch_if_at_rest(session, batch_id) else None
        if not store(session, held, state="done", kind=walked.kind, pages=walked.pages):
            return [], None
        _touch(session, batch_id)
        common = {
            "file_id": held.id,
            "batch_id": batch_id,
            "state": "waiting",
            "sent_at": now(),
            "attempts": 0,
            "again": False,
        }
        session.execute(insert(Page), [{**common, "number": number} for number in range(walked.pages)])
        return list(session.scalars(select(Page.id).where(Page.file_id == held.id).order_by(Page.number))), None


@dataclass(frozen=True)
class _Side:
    """What is known of a page before it is read."""

    held: Claim
    batch_id: int
    number: int
    name: str
    address: str
    kind: str
    newest_form: int


def read_page(page_id: int) -> None:
    """Decode and read one page, cut its pictures, store them; after the batch's last page put it together."""
    side = patiently(lambda: _claim_page(page_id))
    if side is None:
        return
    published = patiently(lambda: forms.published(side.newest_form))
    try:
        image = decoder().page(storage.path(side.address), side.name, side.kind, side.number)
    except DecodingStopped:
        rejected = rejected_page(side.name, side.number, Unreadable(file=side.name))
        at_rest = patiently(lambda: _store_reading(side, published, rejected, None, None, state="set_aside"))
    else:
        reading, pictures = _read(image, side.name, side.number, published)
        try:
            address = storage.put(pictures.content) if pictures else None
        except DiskFull:
            with transaction() as session:
                give_up(session, side.held)
            raise
        at_rest = patiently(lambda: _store_reading(side, published, reading, pictures, address))
    if at_rest:
        queue.assemble_batch(side.batch_id)


def _claim_page(page_id: int) -> _Side | None:
    with transaction() as session:
        held = claim(session, Page, page_id)
        if held is None:
            return None
        wanted = select(Page.batch_id, Page.number, ScanFile.name, ScanFile.sha256, ScanFile.kind, forms.NEWEST)
        row = session.execute(wanted.join(ScanFile, Page.file_id == ScanFile.id).where(Page.id == page_id)).one()
        batch_id, number, name, address, kind, newest = row
        return _Side(held, batch_id, number, name, address, kind or "", newest)


def _read(
    image: PageImage | Refused, name: str, number: int, published: Published
) -> tuple[PageReading, Pictures | None]:
    if isinstance(image, Refused):
        refused = PageReading(file=name, index=number, kind="rejected", reason=image.reason, messages=image.messages)
        return refused, None
    try:
        reading = read_image(image, published.catalogue, Engines(), DebugWriter())
        return reading, _pictures(image, reading, published)
    except (SoftTimeLimitExceeded, MemoryError):
        raise  # not the page's fault, or not yet: it has two more attempts
    except Exception as fault:  # a page that cannot be read is a result; the fault is told in the log and on the page
        traceback.print_exc()
        return rejected_page(name, number, ReaderFault(fault=repr(fault))), picture_of_unread(image.grey)


def _pictures(image: PageImage, reading: PageReading, published: Published) -> Pictures:
    if reading.identity is None or reading.plane is None:
        return picture_of_unread(image.grey)
    layout, questionnaire = published.layout(reading.identity), published.questionnaire(reading.identity)
    return pictures_of(image.grey, reading.plane, layout, reading.identity.page - 1, questionnaire)


def _store_reading(
    side: _Side,
    published: Published,
    reading: PageReading,
    pictures: Pictures | None,
    address: str | None,
    state: str = "done",
) -> bool:
    """Whether this was the batch's last page to be read."""
    identity = reading.identity
    with transaction() as session:
        kept = store(
            session,
            side.held,
            state=state,
            kind=reading.kind,
            reason=reading.reason,
            messages=reading.messages or None,
            edition_id=published.edition_id(identity) if identity else None,
            form_page=identity.page if identity else None,
            copy_number=identity.copy_number if identity else None,
            pictures=address,
            picture_places=pictures.places if pictures else None,
        )
        if not kept:
            return False
        questionnaire = published.questionnaire(identity) if identity else None
        keep_reading(session, side.held.id, side.batch_id, reading, questionnaire, program())
        _touch(session, side.batch_id)
        return assemble_batch_if_at_rest(session, side.batch_id)


def _touch(session: Session, batch_id: int) -> None:
    """Something about the batch's pages changed.  Holds its row until the end: two last pages see each other."""
    session.execute(update(Batch).where(Batch.id == batch_id).values(revision=Batch.revision + 1))


def assemble_batch_if_at_rest(session: Session, batch_id: int, *, sent: bool = True) -> bool:
    """Whether nothing of the batch is under way; then it waits to be put together from now on.

    `sent`: the caller sends the message after the commit.
    """
    active = [
        exists().where(kind.batch_id == batch_id, kind.state.in_(("waiting", "working"))) for kind in (Page, ScanFile)
    ]
    if session.scalar(select(or_(*active))):
        return False
    wanted = update(Batch).where(Batch.id == batch_id, Batch.state != "working")
    session.execute(wanted.values(state="waiting", attempts=0, sent_at=now() if sent else None))
    return True


def assemble_batch(batch_id: int) -> None:
    """Put the batch's read pages together into submissions.  Can be done again whenever a page was added."""
    held = patiently(lambda: _claim_batch(batch_id))
    if held is None:
        return
    patiently(lambda: _store_groups(held, batch_id))


def _claim_batch(batch_id: int) -> Claim | None:
    with transaction() as session:
        return claim(session, Batch, batch_id)


def _store_groups(held: Claim, batch_id: int) -> None:
    with transaction() as session:
        batch = session.get_one(Batch, batch_id, with_for_update=True)
        if store(session, held, state="resting", assembled=batch.revision, attempts=0):
            keep_groups(session, batch, _groups(pile_of(session, batch_id)))


def _groups(pile: Pile) -> list[Group]:
    """The reader's grouping, in rows of the database."""
    places = {(reading.file, reading.index): place for place, reading in enumerate(pile.readings)}
    groups = []
    for group in group_pages(pile.readings, pile.pages):
        at = [places[reading.file, reading.index] for reading in group.pages]
        identity, edition = group.pages[0].identity, pile.editions[at[0]]
        assert identity is not None
        assert edition is not None
        groups.append(
            Group(
                pages=tuple(pile.pages[place] for place in at),
                edition_id=edition,
                copy_number=identity.copy_number,
                findings=_findings(group),
                too_thin=frozenset(pile.pages[at[place]] for place in group.too_thin),
                again=tuple(pile.pages[places[reading.file, reading.index]] for reading in group.again),
                gap_after=pile.pages[places[group.gaps[0].file, group.gaps[0].index]] if group.gaps else None,
            )
        )
    return groups


def _findings(group: ReadGroup) -> tuple[str, ...]:
    """What is to be said about a submission as a whole; one scanned twice is found in the answers of all batches."""
    said = {
        "copy_number_shared": group.shared,
        "pages_missing": bool(group.missing),
        "order_doubtful": group.doubtful,
        "double_feed": bool(group.gaps),
    }
    return tuple(kind for kind, there in said.items() if there)


def patiently(work: Callable[[], Result]) -> Result:
    """Do a transaction again while the database is away: claims are counted and stores are guarded, so it is safe."""
    deadline = time.monotonic() + PATIENCE_S
    wait = 0.2
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            if time.monotonic() > deadline:
                raise
            time.sleep(wait)  # until the next try
            wait = min(5.0, wait * 2)
