"""Read pages -> submissions.  Grouping can be done again at any time: verdicts stay with their pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session, aliased, lazyload

from omr.piles.same_paper import same_papers
from omr.reading import NOT_ANSWERED, SAME_PAPER, Answer, Finding, PageIdentity, PageReading, likeness
from service.db.models import Batch, Field, Page, Reading, ScanFile, Submission

PROVES_NOTHING = (NOT_ANSWERED, 0)
"""Accepted values that rest on nothing being there."""
ASSEMBLY_LOCK = 20250802
"""Number of the lock under which PostgreSQL puts one batch together at a time."""


@dataclass(frozen=True)
class Group:
    """The pages of one submission, as the reader put them together."""

    pages: tuple[int, ...]
    edition_id: int
    copy_number: int | None
    findings: tuple[str, ...]
    too_thin: frozenset[int]
    """Pages whose blank fields prove nothing."""
    again: tuple[int, ...] = ()
    """Pages that show a side of this paper once more: kept, and not counted."""
    gap_after: int | None = None
    """The page right after which its missing pages should lie in the pile."""


@dataclass(frozen=True)
class Pile:
    """A batch in the order it was scanned: for each side its row, and the reading without answers."""

    pages: tuple[int, ...]
    editions: tuple[int | None, ...]
    readings: tuple[PageReading, ...]


def pile_of(session: Session, batch_id: int) -> Pile:
    """All sides of a batch by file name and place.  What is not read yet counts as unknown, like a rejected page.

    Readings come without answers; with them only where a side of one number came more than once.
    """
    newest = select(Reading.content).where(Reading.page_id == Page.id).order_by(Reading.id.desc()).limit(1)
    rows = session.execute(
        select(Page, ScanFile.name, ScanFile.id, newest.scalar_subquery())
        .join(ScanFile, Page.file_id == ScanFile.id)
        .where(Page.batch_id == batch_id)
    ).all()
    ordered = sorted(rows, key=lambda row: (by_number(row[1]), row[2], row[0].number))
    pages = [page for page, *_ in ordered]
    answers = _answers(session, _more_than_once(pages))
    return Pile(
        tuple(page.id for page in pages),
        tuple(page.edition_id for page in pages),
        tuple(_light(page, file_id, content, answers.get(page.id, {})) for page, _, file_id, content in ordered),
    )


def _more_than_once(pages: Sequence[Page]) -> list[int]:
    """Pages of which another scan has the same number, edition and page."""
    sides: dict[tuple[int | None, int, int | None], list[int]] = defaultdict(list)
    for page in pages:
        if page.state == "done" and page.copy_number is not None:
            sides[page.edition_id, page.copy_number, page.form_page].append(page.id)
    return [page for scans in sides.values() if len(scans) > 1 for page in scans]


def _answers(session: Session, pages: Sequence[int]) -> dict[int, dict[str, Answer]]:
    """What was read on these pages."""
    found: dict[int, dict[str, Answer]] = defaultdict(dict)
    for page_id, answers in session.execute(select(Field.page_id, Field.answers).where(Field.page_id.in_(pages))):
        found[page_id] |= {variable: Answer.model_validate(answer) for variable, answer in answers.items()}
    return found


def by_number(name: str) -> list[tuple[int, str]]:
    """Sorts file names as people count: scan-2 before scan-10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name.casefold())]


def _light(page: Page, file_id: int, content: dict[str, Any] | None, answers: dict[str, Answer]) -> PageReading:
    """What grouping needs of a reading."""
    kind = page.kind if page.state == "done" and page.kind else "rejected"
    identity = content and content.get("identity")
    return PageReading(
        file=str(file_id),
        index=page.number,
        kind=kind if kind in ("page", "blank", "cover") else "rejected",  # type: ignore[arg-type]  # what it was read as
        identity=PageIdentity.model_validate(identity) if kind == "page" and identity else None,
        findings=tuple(Finding.model_validate(finding) for finding in (content or {}).get("findings", ())),
        answers=answers,
    )


def keep_groups(session: Session, batch: Batch, groups: Sequence[Group]) -> None:
    """Make the batch's submissions what the groups say.  A submission that exists keeps its row."""
    _one_at_a_time(session)
    pages = session.execute(select(Page.id, Page.submission_id, Page.again).where(Page.batch_id == batch.id)).all()
    owners = {page: owner for page, owner, _ in pages}
    kept = {one.id: one for one in session.scalars(select(Submission).where(Submission.batch_id == batch.id))}
    made = []
    for group in groups:
        submission = _existing(group, owners, kept)
        if submission is None:
            submission = Submission(batch_id=batch.id, edition_id=group.edition_id)
            session.add(submission)
        elif {page for page, owner in owners.items() if owner == submission.id} != set(group.pages):
            submission.same_paper = submission.same_paper_as = None  # other pages: whoever said what it is saw less
        submission.edition_id, submission.copy_number = group.edition_id, group.copy_number
        submission.findings, submission.gap_after = list(group.findings), group.gap_after
        made.append(submission)
    session.flush()
    wanted = {page: one.id for group, one in zip(groups, made, strict=True) for page in group.pages}
    again = {page for group in groups for page in group.again}
    changed = [
        {"id": page, "submission_id": wanted.get(page), "again": page in again}
        for page, owner, was_again in pages
        if (owner, was_again) != (wanted.get(page), page in again)
    ]
    if changed:
        session.execute(update(Page), changed)
    session.execute(delete(Submission).where(Submission.id.in_([one.id for one in kept.values()])))
    _open_fields(session, batch.id)
    _hold_back(session, [page for group in groups for page in group.too_thin])
    _suspect_same_papers(session, batch)


def _one_at_a_time(session: Session) -> None:
    """Two batches put together at the same moment would not see each other's submissions."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(ASSEMBLY_LOCK)))


def _existing(group: Group, owners: Mapping[int, int | None], kept: dict[int, Submission]) -> Submission | None:
    """The submission that most of the group's pages are in, taken out of those that are left."""
    held = Counter(owner for page in group.pages if (owner := owners.get(page)) in kept)
    return kept.pop(min(held, key=lambda owner: (-held[owner], owner or 0)) or 0) if held else None


def _open_fields(session: Session, batch_id: int) -> None:
    """Fields whose page now is in a submission: accepted, or waiting for a person."""
    in_submissions = select(Page.id).where(Page.batch_id == batch_id, Page.submission_id.is_not(None))
    session.execute(
        update(Field)
        .where(Field.batch_id == batch_id, Field.state == "read", Field.page_id.in_(in_submissions))
        .values(state=case((Field.accepted, "accepted"), else_="waiting"))
        .execution_options(synchronize_session=False)
    )


def _hold_back(session: Session, pages: Iterable[int]) -> None:
    """Accepted readings that rest on nothing being there, on scans too thin to prove it."""
    chosen = select(Field).where(Field.page_id.in_(list(pages)), Field.state == "accepted")
    for field in session.scalars(chosen).all():
        if any(answer["value"] in PROVES_NOTHING for answer in field.answers.values()):
            field.state, field.reasons = "waiting", [*field.reasons, "scan_too_thin"]


def _suspect_same_papers(session: Session, batch: Batch) -> None:
    """Mark the later of two submissions that look like one paper scanned twice, until a person says what it is."""
    pairs = [*_with_one_number(session, batch), *_without_number(session, batch)]
    open_ones = {
        submission.id: submission
        for submission in session.scalars(
            select(Submission)
            .where(Submission.id.in_({later for later, _ in pairs}), Submission.same_paper.is_(None))
            .options(lazyload("*"))
        )
    }
    for later, earlier in pairs:
        if later in open_ones:
            submission = open_ones.pop(later)
            submission.same_paper_as, submission.same_paper = earlier, "suspected"


def _with_one_number(session: Session, batch: Batch) -> list[tuple[int, int]]:
    """(later, earlier) submission of this batch and of any with the same number and the same answers."""
    one, other = aliased(Submission), aliased(Submission)
    there = other.batch_id == batch.id if batch.test else Batch.test.is_(False)
    pairs = session.execute(
        select(one.id, other.id)
        .join(
            other, (other.copy_number == one.copy_number) & (other.edition_id == one.edition_id) & (other.id != one.id)
        )
        .join(Batch, other.batch_id == Batch.id)
        .where(one.batch_id == batch.id, there)
    ).all()
    ordered = sorted({(max(pair), min(pair)) for pair in (tuple(row) for row in pairs)})
    answers = accepted_answers(session, {submission for pair in ordered for submission in pair})
    return [pair for pair in ordered if likeness(answers[pair[1]], answers[pair[0]]) >= SAME_PAPER]


def _without_number(session: Session, batch: Batch) -> list[tuple[int, int]]:
    """(later, earlier) submission of this batch without a number and with the same answers.  Not of other batches:
    there would be as many pairs as the square of all that was ever scanned."""
    wanted = select(Submission.id, Submission.edition_id).where(
        Submission.batch_id == batch.id, Submission.copy_number.is_(None)
    )
    editions: dict[int, list[int]] = defaultdict(list)
    for submission, edition in session.execute(wanted.order_by(Submission.id)):
        editions[edition].append(submission)
    pairs = []
    for members in editions.values():
        answers = accepted_answers(session, members)
        twice = same_papers([answers[submission] for submission in members])
        pairs += [(members[later], members[first]) for later, first in twice.items()]
    return pairs


def accepted_answers(session: Session, submissions: Collection[int]) -> dict[int, dict[str, Any]]:
    """What the machine accepted, by submission and variable."""
    found: dict[int, dict[str, Any]] = {submission: {} for submission in submissions}
    wanted = select(Page.submission_id, Field.answers).join(Page, Field.page_id == Page.id)
    for submission, answers in session.execute(wanted.where(Page.submission_id.in_(submissions))):
        found[submission or 0] |= {name: answer["value"] for name, answer in answers.items() if answer["accepted"]}
    return found
