"""Read pages -> submissions.  Grouping can be done again at any time: verdicts stay with their pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session, aliased

from omr.reading import NOT_ANSWERED, Finding, PageIdentity, PageReading
from service.db.models import Batch, Field, Page, Reading, ScanFile, Submission

SAME_PAPER = 0.95
"""Share of equal answers, of those accepted in both, from which two submissions with one number look like one paper
scanned twice.  Of 870 pairs of simulated people the most alike shared 0.63 (`python -m benchmarks service`)."""
PROVES_NOTHING = (NOT_ANSWERED, 0)
"""Accepted values that rest on nothing being there."""


@dataclass(frozen=True)
class Group:
    """The pages of one submission, as the reader put them together."""

    pages: tuple[int, ...]
    edition_id: int
    copy_number: int | None
    findings: tuple[str, ...]
    too_thin: frozenset[int]
    """Pages whose blank fields prove nothing."""


@dataclass(frozen=True)
class Pile:
    """A batch in the order it was scanned: for each side its row, and the reading without answers."""

    pages: tuple[int, ...]
    editions: tuple[int | None, ...]
    readings: tuple[PageReading, ...]


def pile_of(session: Session, batch_id: int) -> Pile:
    """All sides of a batch by file name and place.  What is not read yet counts as unknown, like a rejected page."""
    newest = select(Reading.content).where(Reading.page_id == Page.id).order_by(Reading.id.desc()).limit(1)
    rows = session.execute(
        select(Page, ScanFile.name, ScanFile.id, newest.scalar_subquery())
        .join(ScanFile, Page.file_id == ScanFile.id)
        .where(Page.batch_id == batch_id)
    ).all()
    ordered = sorted(rows, key=lambda row: (by_number(row[1]), row[2], row[0].number))
    return Pile(
        tuple(page.id for page, *_ in ordered),
        tuple(page.edition_id for page, *_ in ordered),
        tuple(_light(page, file_id, content) for page, _, file_id, content in ordered),
    )


def by_number(name: str) -> list[tuple[int, str]]:
    """Sorts file names as people count: scan-2 before scan-10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name.casefold())]


def _light(page: Page, file_id: int, content: dict[str, Any] | None) -> PageReading:
    """What grouping needs of a reading."""
    kind = page.kind if page.state == "done" and page.kind else "rejected"
    identity = content and content.get("identity")
    return PageReading(
        file=str(file_id),
        index=page.number,
        kind="page" if kind == "page" else "blank" if kind == "blank" else "rejected",
        identity=PageIdentity.model_validate(identity) if kind == "page" and identity else None,
        findings=tuple(Finding.model_validate(finding) for finding in (content or {}).get("findings", ())),
    )


def keep_groups(session: Session, batch: Batch, groups: Sequence[Group]) -> None:
    """Make the batch's submissions what the groups say.  A submission that exists keeps its row."""
    pages = session.execute(select(Page.id, Page.submission_id).where(Page.batch_id == batch.id)).all()
    owners: dict[int, int | None] = {page: owner for page, owner in pages}  # noqa: C416 (rows are no tuples to mypy)
    taken: set[int] = set()
    for group in groups:
        submission = _existing(session, group, owners, taken)
        if submission is None:
            submission = Submission(batch_id=batch.id, edition_id=group.edition_id, findings=[])
            session.add(submission)
        submission.edition_id, submission.copy_number = group.edition_id, group.copy_number
        submission.findings = list(group.findings)
        session.flush()
        taken.add(submission.id)
        moved = [page for page in group.pages if owners.get(page) != submission.id]
        if moved:
            session.execute(update(Page).where(Page.id.in_(moved)).values(submission_id=submission.id))
    session.execute(delete(Submission).where(Submission.batch_id == batch.id, Submission.id.not_in(taken)))
    _open_fields(session, batch.id)
    _hold_back(session, [page for group in groups for page in group.too_thin])
    _suspect_same_papers(session, batch, sorted(taken))


def _existing(session: Session, group: Group, owners: dict[int, int | None], taken: set[int]) -> Submission | None:
    """The submission that most of the group's pages are in."""
    held = Counter(owner for page in group.pages if (owner := owners.get(page)) and owner not in taken)
    return session.get(Submission, min(held, key=lambda owner: (-held[owner], owner))) if held else None


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


def _suspect_same_papers(session: Session, batch: Batch, submissions: Sequence[int]) -> None:
    """Mark the later of two submissions that look like one paper scanned twice, until a person says what it is."""
    earlier, later = aliased(Submission), aliased(Submission)
    pairs = (
        select(later, earlier.id)
        .join(
            earlier,
            (earlier.id < later.id)
            & (earlier.copy_number == later.copy_number)
            & (earlier.edition_id == later.edition_id),
        )
        .join(Batch, earlier.batch_id == Batch.id)
        .where(later.batch_id == batch.id, later.id.in_(submissions), later.same_paper.is_(None))
        .where(Batch.id == batch.id if batch.test else Batch.test.is_(False))
        .order_by(later.id, earlier.id)
    )
    for one, other in session.execute(pairs).all():
        if one.same_paper is None and (
            likeness(accepted_answers(session, other), accepted_answers(session, one.id)) >= SAME_PAPER
        ):
            one.same_paper_as, one.same_paper = other, "suspected"


def accepted_answers(session: Session, submission_id: int) -> dict[str, Any]:
    """What the machine accepted, by variable."""
    fields = session.scalars(
        select(Field.answers).join(Page, Field.page_id == Page.id).where(Page.submission_id == submission_id)
    )
    return {
        variable: answer["value"] for answers in fields for variable, answer in answers.items() if answer["accepted"]
    }


def likeness(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Share of equal values among the variables that both have; 0 where they have none in common."""
    both = one.keys() & other.keys()
    return sum(one[variable] == other[variable] for variable in both) / len(both) if both else 0.0
