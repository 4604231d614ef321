"""Rows of the database -> one table: a row for each case, a column for each variable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from form_layouts.questionnaire import Kind
from service.exports.case_ids import case_id, case_key
from service.exports.counts import Counts, Unread, counts, together, unread
from service.exports.published import PublishedVersion, versions_of
from service.exports.stored import StoredCase, set_boxes, stored_cases
from service.exports.texts import tidy
from service.exports.variables import CHOSEN, WRITTEN, Variable, pooled

Value = int | str
Source = Literal["machine", "person", "waiting", "page_missing", "not_in_version"]
SOURCES: tuple[Source, ...] = ("machine", "person", "waiting", "page_missing", "not_in_version")
"""Who gave a value, or why there is none."""
NOT_ANSWERED, TWO_MARKS, PAGE_MISSING, NOT_IN_VERSION, WAITING = -9, -4, -6, -11, -12


@dataclass(frozen=True)
class Case:
    """One submission.  `values` and `sources` stand in the order of the table's variables."""

    id: str
    """Says nothing of the copy number or the place in the pile, and is the same in every export of this installation."""
    version: str
    edition: int
    language: str
    batch: str
    pages_missing: int
    values: tuple[Value, ...]
    sources: tuple[Source, ...]
    marks: Mapping[str, str]
    """Variable -> codes of the boxes with ink, where two were marked and one is allowed."""


@dataclass(frozen=True)
class Table:
    """Everything that a file of any format says."""

    questionnaire: str
    versions: tuple[PublishedVersion, ...]
    variables: tuple[Variable, ...]
    cases: tuple[Case, ...]
    counts: Mapping[str, Counts]
    """For each version, so that the file says what it leaves out."""
    unread: Unread
    verdicts: Mapping[str, int]
    """Kind of a verdict -> fields it decided."""

    @property
    def together(self) -> Counts:
        return together(self.counts.values())

    def values_by(self) -> dict[Kind, Counter[Source]]:
        """Kind of question -> source -> number of values: how good the data are, as far as it was measured."""
        found: dict[Kind, Counter[Source]] = {variable.kind: Counter() for variable in self.variables}
        for case in self.cases:
            for variable, source in zip(self.variables, case.sources, strict=True):
                found[variable.kind][source] += 1
        return found


def load(session: Session, questionnaire: str, versions: Iterable[str] | None = None) -> Table:
    """The table of the chosen versions, as the database is at one moment.  `session` only looks and has not read yet.

    Raises NoSuchQuestionnaire, NoSuchVersion, NoVersionChosen; NameTooLong, NameTwice, VersionsDoNotPool.
    """
    if session.get_bind().dialect.name == "postgresql":  # on SQLite a transaction sees one moment anyway
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    key = case_key(session)
    chosen = versions_of(session, questionnaire, versions)
    variables = pooled([version.asked for version in chosen])
    by_name = {version.name: version for version in chosen}
    stored = stored_cases(session, chosen)
    two_marks = {
        field.id
        for case in stored
        for field in case.fields
        if field.verdict and TWO_MARKS in field.verdict.values() and field.kind in CHOSEN
    }
    boxes = set_boxes(session, two_marks)
    cases = [_case(case, key, by_name[case.version], variables, boxes) for case in stored]
    everything = counts(session)
    return Table(
        questionnaire=questionnaire,
        versions=tuple(chosen),
        variables=variables,
        cases=tuple(sorted(cases, key=lambda case: case.id)),
        counts={name: everything[questionnaire, name] for name in by_name},
        unread=unread(session, [edition for version in chosen for edition in version.page_counts]),
        verdicts=Counter(field.verdict_kind for case in stored for field in case.fields if field.verdict_kind),
    )


def _case(
    stored: StoredCase,
    key: bytes,
    version: PublishedVersion,
    variables: tuple[Variable, ...],
    boxes: Mapping[int, list[str]],
) -> Case:
    answers: dict[str, tuple[Value, Source]] = {}
    marks: dict[str, str] = {}
    for field in stored.fields:
        given, source = (field.verdict, "person") if field.verdict is not None else (field.accepted, "machine")
        for name in field.variables:
            value = _usable(field.kind, given.get(name))
            answers[name] = (WAITING, "waiting") if value is None else (value, source)  # type: ignore[assignment]  # checked by _usable
        if field.id in boxes:
            codes = version.asked.question(field.question).boxes
            found = [str(code) for box, code in codes.items() if box in boxes[field.id]]
            marks |= {name: " ".join(found) for name in field.variables}
    absent: tuple[Value, Source] = (PAGE_MISSING, "page_missing") if stored.complete else (WAITING, "waiting")
    whole = [_answer(answers, variable, version.name, absent) for variable in variables]
    return Case(
        id=case_id(key, stored.name),
        version=version.name,
        edition=stored.edition,
        language=stored.language,
        batch=tidy(stored.batch),
        pages_missing=version.page_counts[stored.edition_id] - stored.pages,
        values=tuple(value for value, _ in whole),
        sources=tuple(source for _, source in whole),
        marks=marks,
    )


def _answer(
    answers: Mapping[str, tuple[Value, Source]], variable: Variable, version: str, absent: tuple[Value, Source]
) -> tuple[Value, Source]:
    """`absent`: what stands for a variable whose page is not there."""
    if version not in variable.asked:
        return NOT_IN_VERSION, "not_in_version"
    return answers.get(variable.name, absent)


def _usable(kind: str, value: Any) -> Value | None:
    """A value as its column can hold it; None where there is none, and where it is not what the column is for."""
    if isinstance(value, str):
        words = tidy(value).strip()
        if kind in WRITTEN:
            return words or NOT_ANSWERED
        return int(words) if words.isascii() and words.isdigit() else None
    return value if isinstance(value, int) and (value < 0 or kind not in WRITTEN) else None
