"""The truth about a simulated pile: one JSON line a submission, in the shape of a reading (docs: contracts)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from form_layouts.layout import Layout
from form_layouts.questionnaire import Question
from simulation.answers import FilledForm

TRUTH_FORMAT = 1
BLANK = -9
"""Missing code of a question that was left out."""
Value = int | str


@dataclass(frozen=True)
class ScannedPage:
    """Where one page of a submission came to lie."""

    file: str
    index: int
    """Page in the file, from 0."""
    page: int
    """Page of the form, from 1."""
    rotation: int
    """Clockwise degrees by which the sheet lies turned in the scan."""


def truth_line(filled: FilledForm, layout: Layout, copy: int | None, pages: Iterable[ScannedPage]) -> str:
    """One submission as a line of JSON, without the line's end."""
    return json.dumps(submission(filled, layout, copy, pages), ensure_ascii=False, separators=(",", ":"))


def submission(filled: FilledForm, layout: Layout, copy: int | None, pages: Iterable[ScannedPage]) -> dict[str, Any]:
    """What a perfect reader would say, and how each mark was made (`styles`)."""
    return {
        "kind": "submission",
        "format": TRUTH_FORMAT,
        "questionnaire": layout.questionnaire,
        "version": layout.version,
        "edition": layout.edition,
        "language": layout.language,
        "copy": copy,
        "scale": 1.0,
        "pages": [
            {"file": page.file, "index": page.index, "page": page.page, "rotation": page.rotation, "findings": []}
            for page in sorted(pages, key=lambda page: page.page)
        ],
        "answers": {variable: _answer(value) for variable, value in values(filled).items()},
        "marks": _marks(filled),
        "styles": _styles(filled),
        "list_codes": {name: written.list_code for name, written in filled.written.items() if written.list_code},
    }


def values(filled: FilledForm) -> dict[str, Value]:
    """Every variable of the questionnaire with the value that the person meant."""
    found: dict[str, Value] = {}
    for question in filled.questionnaire.questions:
        for variable, part in question.variables.items():
            found[variable] = _value(filled, question, part)
    return found


def _value(filled: FilledForm, question: Question, part: str | None) -> Value:
    if question.id in filled.written:
        return filled.written[question.id].value
    chosen = filled.chosen(question.id, part if question.kind == "grid" else None)
    if question.kind != "multiple":
        return question.boxes[chosen[0]] if chosen else BLANK
    reasons = [question.missing[choice] for choice in chosen if choice in question.missing]
    if reasons or not chosen:
        return reasons[0] if reasons else BLANK
    return int(part in chosen)


def _answer(value: Value) -> dict[str, Any]:
    return {"value": value, "accepted": True, "confidence": 1.0, "candidates": [], "reasons": []}


def _marks(filled: FilledForm) -> dict[str, dict[str, list[object]]]:
    """Every box with its state; missing boxes of a `multiple` stand under the question's own id."""
    states = {(mark.question, mark.row, mark.choice): mark.state for mark in filled.marks}
    found: dict[str, dict[str, list[object]]] = {}
    for question in filled.questionnaire.questions:
        for row in question.rows or (None,):
            for choice in question.boxes:
                state = states.get((question.id, row, choice), "empty")
                found.setdefault(variable_of(question, row, choice), {})[choice] = [state, 1.0]
    return found


def _styles(filled: FilledForm) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for mark in filled.marks:
        question = filled.questionnaire.question(mark.question)
        found.setdefault(variable_of(question, mark.row, mark.choice), {})[mark.choice] = mark.style
    return found


def variable_of(question: Question, row: str | None, choice: str) -> str:
    """The variable under which a box's mark is listed."""
    if question.kind == "grid":
        return f"{question.id}_{row}"
    if question.kind == "multiple" and choice in question.choices:
        return f"{question.id}_{question.choices[choice]}"
    return question.id
