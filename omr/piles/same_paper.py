"""One paper scanned twice: submissions without a number that have the same answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from omr.reading import NOT_ANSWERED, SAME_PAPER, likeness

PROVES_NOTHING = (NOT_ANSWERED, 0, None)
"""Values that rest on nothing being there."""
MARKS_ALIKE = 8
"""Equal answers with a mark or a missing box behind them from which two papers without a number look like one: a
questionnaire of few questions is answered alike by many people.  Set by thought."""


def same_papers(submissions: Sequence[Mapping[str, object]]) -> dict[int, int]:
    """The later of two that look like one paper -> the first of them, by their places; each with accepted answers."""
    bits: dict[tuple[str, object], int] = {}
    marks = [
        sum(1 << bits.setdefault(answer, len(bits)) for answer in answers.items() if answer[1] not in PROVES_NOTHING)
        for answers in submissions
    ]
    found: dict[int, int] = {}
    for later, answers in enumerate(submissions):
        for first in range(later):
            equal = (marks[later] & marks[first]).bit_count()
            near = equal >= MARKS_ALIKE and 2 * equal >= min(marks[later].bit_count(), marks[first].bit_count())
            if near and likeness(submissions[first], answers) >= SAME_PAPER:  # near: most pairs cost no more than that
                found[later] = found.get(first, first)
                break
    return found
