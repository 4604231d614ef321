"""A page's reading held against the truth, box by box, and the sums of many pages.

A box is *sent to review* where its state is `unsure`.  It is *held* where it is unsure, or the answer to which it belongs
is not accepted for what a pen did (every reason but those of writing).  It is *silently wrong* where it is not held and
its state is not the truth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.reading_mix import CLEAR_STYLES, DOUBTFUL_STYLES
from form_layouts.catalogue import Catalogue
from form_layouts.questionnaire import Questionnaire
from omr.debug import DebugWriter
from omr.image import PageImage
from omr.pipeline import read_page
from omr.reading import Answer, PageReading

WRITING_REASONS = {"handwriting", "page_missing"}
"""Reasons that no mark gave."""
GUESSED = "identity_guessed"
"""Reason of every answer of a page that a person must confirm."""
BINS = (0.0, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 1.0)
"""Edges of the reliability table."""
CASES_KEPT = 40


class TrueBox(NamedTuple):
    """One box: what the pen meant and how it was made; `box` in mm."""

    variable: str
    choice: str
    state: str
    style: str
    box: tuple[float, float, float, float]


class SeenBox(NamedTuple):
    """The same box as it was read."""

    true: TrueBox
    state: str
    confidence: float
    held: bool
    unsure: bool
    visible: bool
    reasons: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        return not self.held and self.state != self.true.state


@dataclass
class Tally:
    """Sums over pages.  Adding two tallies gives the sums of both."""

    pages: int = 0
    identified_right: int = 0
    identified_wrong: int = 0
    rejected: int = 0
    without_copy_number: int = 0
    """Identified right but for the number of the copy, which both codes lost or a reader did not find."""
    identity_guessed: int = 0
    """Identified right, but a person is asked to confirm it."""
    boxes: int = 0
    marked_boxes: int = 0
    boxes_on_other_pages: int = 0
    """Of pages that were rejected or taken for another; not among `boxes`."""
    silent_wrong: int = 0
    review: int = 0
    held: int = 0
    review_doubtful: int = 0
    """Boxes sent to review of a question that bears a mark of a doubtful style."""
    answers: int = 0
    answers_review: int = 0
    answers_silent_wrong: int = 0
    unseen: Counter[str] = field(default_factory=Counter)
    """Marks whose ink is below the stated visibility: n, silent_wrong, review.  Not among the counts above."""
    styles: dict[str, Counter[str]] = field(default_factory=dict)
    devices: dict[str, Counter[str]] = field(default_factory=dict)
    pens: dict[str, Counter[str]] = field(default_factory=dict)
    defects: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    bins: dict[int, Counter[str]] = field(default_factory=dict)
    cases: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(value, int):
                setattr(self, name, mine + value)
            elif isinstance(value, Counter):
                mine.update(value)
            elif isinstance(value, list):
                mine.extend(value)
            else:
                for key, counter in value.items():
                    mine.setdefault(key, Counter()).update(counter)

    def page(self, outcome: str, reading: PageReading, defects: Iterable[str]) -> None:
        """Count one page; `outcome` is identified_right, identified_wrong or rejected."""
        self.pages += 1
        setattr(self, outcome, getattr(self, outcome) + 1)
        guessed = any(GUESSED in answer.reasons for answer in reading.answers.values())
        self.identity_guessed += guessed and outcome == "identified_right"
        if outcome == "rejected":
            self.rejections[reading.reason or reading.kind] += 1
        for defect in defects:
            self.defects.setdefault(defect, Counter()).update(["pages", outcome])

    def box(self, seen: SeenBox, device: str, pen: str, *, doubtful_question: bool) -> None:
        """Count one box of a page that was identified right."""
        marked = seen.true.state == "marked"
        if marked and not seen.visible:
            self.unseen.update(n=1, silent_wrong=int(seen.wrong), review=int(seen.unsure))
            return
        self.boxes += 1
        self.marked_boxes += marked
        self.silent_wrong += seen.wrong
        self.review += seen.unsure
        self.held += seen.held
        self.review_doubtful += seen.unsure and doubtful_question
        counts = {"n": 1, "silent_wrong": int(seen.wrong), "review": int(seen.unsure)}
        self.styles.setdefault(seen.true.style, Counter()).update(counts)
        self.devices.setdefault(device, Counter()).update(counts)
        self.pens.setdefault(pen, Counter()).update(counts)
        if seen.unsure:
            self.reasons.update(seen.reasons)
        if not seen.unsure:
            place = max(n for n in range(len(BINS) - 1) if seen.confidence >= BINS[n])
            right = int(seen.state == seen.true.state)
            self.bins.setdefault(place, Counter()).update({"n": 1, "right": right, "ppm": round(1e6 * seen.confidence)})


def read(image: PageImage, catalogue: Catalogue) -> PageReading:
    """The page as the reader reads it; a reader that crashes has rejected the page, and the report says so."""
    try:
        return read_page(image, catalogue, None, DebugWriter())
    except Exception as fault:  # whatever it is, the other pages are to be measured too
        reason = f"crashed: {type(fault).__name__}: {fault}"
        return PageReading(file=image.file, index=image.index, kind="rejected", reason=reason)


def seen_boxes(
    reading: PageReading, questionnaire: Questionnaire, boxes: Iterable[TrueBox], unseen: set[tuple[str, str]]
) -> list[SeenBox]:
    """Every box of the page as it was read; one that the reading lacks is unsure."""
    found = []
    for true in boxes:
        state, confidence = reading.marks.get(true.variable, {}).get(true.choice, ("unsure", 0.0))
        reasons = mark_reasons(reading, questionnaire, true.variable)
        unsure = state == "unsure"
        visible = (true.variable, true.choice) not in unseen
        found.append(SeenBox(true, state, confidence, unsure or bool(reasons), unsure, visible, reasons))
    return found


def mark_reasons(reading: PageReading, questionnaire: Questionnaire, variable: str) -> tuple[str, ...]:
    """Why the answer to which a box belongs waits for a person; empty where it is accepted or only writing waits."""
    names = [variable]
    if variable not in reading.answers:  # a missing box of a `multiple` stands under the question's own id
        names = [name for name in reading.answers if _question_of(questionnaire, name) == variable]
    answers = [reading.answers[name] for name in names]
    if not answers:
        return ("no_answer",)
    return tuple(dict.fromkeys(reason for answer in answers for reason in _pen_reasons(answer)))


def _pen_reasons(answer: Answer) -> tuple[str, ...]:
    if answer.accepted:
        return ()
    return tuple(reason for reason in answer.reasons if reason not in WRITING_REASONS)


def _question_of(questionnaire: Questionnaire, variable: str) -> str | None:
    return next((q.id for q in questionnaire.questions if variable in q.variables), None)


def answer_counts(reading: PageReading, values: dict[str, Any], variables: Iterable[str]) -> tuple[int, int, int]:
    """Answers given by boxes, sent to review, and accepted with another value than was meant."""
    asked = [name for name in dict.fromkeys(variables) if name in reading.answers]
    review = sum(bool(_pen_reasons(reading.answers[name])) for name in asked)
    wrong = sum(
        reading.answers[name].accepted and reading.answers[name].value != values[name]["value"] for name in asked
    )
    return len(asked), review, wrong


def figures(tally: Tally) -> dict[str, Any]:
    """A tally as the keys of the report."""
    clear = [tally.styles[style] for style in CLEAR_STYLES if style in tally.styles]
    upper = upper95(tally.silent_wrong)
    unseen = {key: tally.unseen[key] for key in ("n", "silent_wrong", "review")}
    return {
        "pages": tally.pages,
        "identified_right": tally.identified_right,
        "identified_wrong": tally.identified_wrong,
        "rejected": tally.rejected,
        "without_copy_number": tally.without_copy_number,
        "identity_guessed": tally.identity_guessed,
        "identified_share": _share(tally.identified_right - tally.identity_guessed, tally.pages),
        "boxes": tally.boxes,
        "marked_boxes": tally.marked_boxes,
        "boxes_on_other_pages": tally.boxes_on_other_pages,
        "silent_wrong": tally.silent_wrong,
        "silent_wrong_per_10000": _per_10000(tally.silent_wrong, tally.boxes),
        "silent_wrong_per_10000_marked": _per_10000(tally.silent_wrong, tally.marked_boxes),
        "silent_wrong_upper95_per_10000": _per_10000(upper, tally.boxes),
        "silent_wrong_upper95_per_10000_marked": _per_10000(upper, tally.marked_boxes),
        "review_share": _share(tally.review, tally.boxes),
        "held_share": _share(tally.held, tally.boxes),
        "review_doubtful_share": _share(tally.review_doubtful, tally.review),
        "clear_review_share": _share(sum(c["review"] for c in clear), sum(c["n"] for c in clear)),
        "answers": tally.answers,
        "answers_review_share": _share(tally.answers_review, tally.answers),
        "answers_silent_wrong": tally.answers_silent_wrong,
        "below_visibility": unseen,
        "by_style": {
            style: _row(tally.styles[style])
            for style in ("empty", *CLEAR_STYLES, *DOUBTFUL_STYLES)
            if style in tally.styles
        },
        "by_device": {name: _row(counts) for name, counts in sorted(tally.devices.items())},
        "by_pen": {name: _row(counts) for name, counts in sorted(tally.pens.items())},
        "by_defect": {
            name: {key: counts[key] for key in ("pages", "identified_right", "identified_wrong", "rejected")}
            for name, counts in sorted(tally.defects.items())
        },
        "reasons": dict(tally.reasons.most_common()),
        "rejections": dict(tally.rejections.most_common()),
        "reliability": _reliability(tally),
        "wrong_cases": tally.cases[:CASES_KEPT],
    }


def _row(counts: Counter[str]) -> dict[str, int]:
    return {key: counts[key] for key in ("n", "silent_wrong", "review")}


def _reliability(tally: Tally) -> list[dict[str, Any]]:
    """Of the boxes that were given a state: how sure the reader said it was, and how often it was right."""
    rows = []
    for place, counts in sorted(tally.bins.items()):
        stated = counts["ppm"] / counts["n"] / 1e6
        span = {"from": BINS[place], "to": BINS[place + 1]}
        rows.append({**span, "n": counts["n"], "right": counts["right"], "stated": round(stated, 5)})
    return rows


def _share(part: float, whole: int) -> float:
    return round(part / whole, 5) if whole else 0.0


def _per_10000(part: float, whole: int) -> float:
    return round(10_000 * part / whole, 2) if whole else 0.0


def upper95(events: int) -> float:
    """The largest mean number of events that gives as few as these in one of 20 tries (Poisson): 3.0 where none was seen."""
    low, high = float(events), events + 10 + 4 * math.sqrt(events + 1)
    for _ in range(60):
        middle = (low + high) / 2
        terms = (math.exp(k * math.log(middle) - middle - math.lgamma(k + 1)) for k in range(events + 1))
        low, high = (middle, high) if sum(terms) > 0.05 else (low, middle)
    return low
