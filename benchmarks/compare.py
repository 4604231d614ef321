"""A reading held against the truth: what was accepted and wrong, what waits, what was lost or put into the wrong submission."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLEAR = {"cross", "tick", "fill", "corrected", "none"}
"""Styles that need no second look."""
Place = tuple[str, int]
Line = dict[str, Any]


@dataclass
class Comparison:
    """Counts over a pile.  A silent error is an accepted value, or an accepted mark, that is not the truth."""

    pages: int = 0
    pages_lost: int = 0
    pages_misplaced: int = 0
    answers: int = 0
    accepted: int = 0
    silent_wrong: int = 0
    closed_clear: int = 0
    closed_clear_accepted: int = 0
    boxes: int = 0
    marked_boxes: int = 0
    boxes_wrong: int = 0
    boxes_unsure: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def clear_accepted_share(self) -> float:
        return self.closed_clear_accepted / max(1, self.closed_clear)


def load_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def compare(truth: Iterable[Line], read: Iterable[Line]) -> Comparison:
    """Match submissions by their pages, then answers and marks by variable."""
    result = Comparison()
    read_at: dict[Place, Line] = {
        (page["file"], page["index"]): line for line in read if line["kind"] == "submission" for page in line["pages"]
    }
    for true in truth:
        if true["kind"] != "submission":
            continue
        places = [(page["file"], page["index"]) for page in true["pages"]]
        result.pages += len(places)
        result.pages_lost += sum(place not in read_at for place in places)
        lines = [read_at[place] for place in places if place in read_at]
        if not lines:
            continue
        got = Counter(id(line) for line in lines).most_common(1)[0][0]
        seen = next(line for line in lines if id(line) == got)
        own = set(places)
        result.pages_misplaced += sum((page["file"], page["index"]) not in own for page in seen["pages"])
        result.pages_misplaced += sum(id(line) != got for line in lines)
        _compare_answers(result, true, seen)
        _compare_marks(result, true, seen)
    return result


def _compare_answers(result: Comparison, true: Line, seen: Line) -> None:
    styles: dict[str, dict[str, str]] = true.get("styles", {})
    doubtful = {_group(true, variable) for variable, boxes in styles.items() if not set(boxes.values()) <= CLEAR}
    for variable, answer in true["answers"].items():
        result.answers += 1
        got = seen["answers"][variable]
        result.accepted += got["accepted"]
        if got["accepted"] and got["value"] != answer["value"]:
            result.silent_wrong += 1
            result.wrong.append(
                f"{true['pages'][0]['file']} {true['language']} {true['copy']} {variable}: {got['value']} for {answer['value']}"
            )
        if variable in true["marks"] and _group(true, variable) not in doubtful:
            result.closed_clear += 1
            result.closed_clear_accepted += got["accepted"]
            for reason in got["reasons"]:
                result.reasons[reason] += 1


def _group(true: Line, variable: str) -> str:
    """Boxes that are judged together: a multiple question's variables share their stem."""
    stem, _, code = variable.rpartition("_")
    return stem if code.isdigit() and stem not in true["answers"] else variable


def _compare_marks(result: Comparison, true: Line, seen: Line) -> None:
    for variable, boxes in true["marks"].items():
        for choice, (state, _) in boxes.items():
            got = seen["marks"].get(variable, {}).get(choice, ["unsure", 0])[0]
            result.boxes += 1
            result.marked_boxes += state == "marked"
            result.boxes_unsure += got == "unsure"
            if got not in ("unsure", state):
                result.boxes_wrong += 1
                result.wrong.append(
                    f"{true['language']} {true['copy']} {variable} {choice}: {got} for {state} ({true.get('styles', {}).get(variable, {}).get(choice)})"
                )
