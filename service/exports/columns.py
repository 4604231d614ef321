"""The table as rows of cells: as codes, and as labels for people."""

from __future__ import annotations

from collections.abc import Iterator

from service.exports.published import SPOKEN, PublishedVersion
from service.exports.tables import Case, Table, Value
from service.exports.variables import CASE_COLUMNS, WRITTEN, Variable
from service.web.words import MISSING, N_, gettext_for, word

Cell = int | str | None
YES_NO = {1: N_("marked"), 0: N_("not marked")}
"""Values of a choice where several may be marked."""


def spoken(labels: str) -> str:
    """The language of everything but the forms' own words: German beside German labels, else English."""
    return labels if labels in SPOKEN else "en"


def header(table: Table) -> list[str]:
    """Names of the columns: the case, every value with its missing codes, then all marks, then all sources."""
    marks = [variable.marks_name for variable in table.variables if variable.marks_name]
    return [*_first(table), *marks, *(variable.source_name for variable in table.variables)]


def rows(table: Table) -> Iterator[list[Cell]]:
    """A row of codes for each case, under `header`."""
    with_marks = [variable.name for variable in table.variables if variable.marks_name]
    for case in table.cases:
        row = _case_cells(case)
        for variable, value in zip(table.variables, case.values, strict=True):
            row += _apart(variable, value)
        row += [case.marks.get(name) for name in with_marks]
        row += case.sources
        yield row


def labelled_header(table: Table) -> list[str]:
    """Names of the columns of `labelled_rows`: no marks, no sources."""
    return _first(table)


def labelled_rows(table: Table, labels: str) -> Iterator[list[Cell]]:
    """A row for each case with labels in place of codes, under `labelled_header`."""
    words = {
        (version.name, variable.name): value_labels(version, variable, labels)
        for version in table.versions
        for variable in table.variables
    }
    for case in table.cases:
        row = _case_cells(case)
        for variable, value in zip(table.variables, case.values, strict=True):
            known = words[case.version, variable.name]
            row += (known.get(cell, cell) if isinstance(cell, int) else cell for cell in _apart(variable, value))
        yield row


def value_labels(version: PublishedVersion, variable: Variable, labels: str) -> dict[int, str]:
    """Code -> label of everything that a variable can hold, in the words of its version."""
    found = {int(code): word("missing", code, spoken(labels)) for code in MISSING}
    question = variable.asked.get(version.name)
    if question is None:
        return found
    translate = gettext_for(spoken(labels))
    own = version.box_labels(question, labels)
    if question.kind == "multiple":
        own = {code: label for code, label in own.items() if code < 0}
        own |= {code: translate(text) for code, text in YES_NO.items()}
    return found | own


def _first(table: Table) -> list[str]:
    names = list(CASE_COLUMNS)
    for variable in table.variables:
        names += [variable.name, variable.missing_name] if variable.missing_name else [variable.name]
    return names


def _case_cells(case: Case) -> list[Cell]:
    return [case.id, case.version, case.edition, case.language, case.batch, case.pages_missing]


def _apart(variable: Variable, value: Value) -> tuple[Cell, ...]:
    """The cells of one value: where it is written, its words or the reason why there are none."""
    if variable.kind not in WRITTEN:
        return (value,)
    return (None, value) if isinstance(value, int) else (value, None)
