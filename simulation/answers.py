"""Random answers to a questionnaire, as one person with one hand would give them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from form_layouts.questionnaire import DATE_DIGITS, Question, Questionnaire
from simulation.hand import Hand
from simulation.marks import Style
from simulation.phrases import COUNTRY_CODES, phrases_in

State = Literal["marked", "cancelled"]

NON_RESPONSE = 0.06
"""Share of questions, or rows of a grid, that people leave out."""
MISSING_BOX = 0.04
"""Share of questions with such a box in which people mark it."""
OTHER_WRITTEN = 0.8
"""Share of people who write beside the choice `other` after marking it."""
WISH_WRITTEN = 0.35
"""Share of people who write into a field for comments."""
MANY_CHOICES = 4
"""Most choices that people mark where any number is allowed."""
POSTCODE_DIGITS = 5
"""From this many cells on, people write leading zeros: postcodes."""
DATES = (datetime.date(1950, 1, 1), datetime.date(2025, 12, 31))


@dataclass(frozen=True)
class Mark:
    """A box that was marked: what the pen meant, and how it looks."""

    question: str
    row: str | None
    choice: str
    style: Style
    state: State = "marked"


@dataclass(frozen=True)
class Written:
    """What stands in a comb or text area, and the value it means; spaces in `text` are empty cells."""

    text: str
    value: int | str
    list_code: str | None = None
    """The entry of a closed list that is meant, such as the ISO code of a country."""


@dataclass(frozen=True)
class FilledForm:
    """One person's answers."""

    questionnaire: Questionnaire
    language: str
    hand: Hand
    marks: tuple[Mark, ...]
    written: dict[str, Written]

    def chosen(self, question: str, row: str | None = None) -> list[str]:
        """The boxes of a question, or of a grid's row, that are meant."""
        return [m.choice for m in self.marks if (m.question, m.row, m.state) == (question, row, "marked")]


def random_answers(
    questionnaire: Questionnaire, language: str, hand: Hand, rng: np.random.Generator, *, correct: bool = False
) -> FilledForm:
    """Fill in the questionnaire.  With `correct`, one answer is a correction whatever the hand's mix says."""
    marks: list[Mark] = []
    written: dict[str, Written] = {}
    for question in questionnaire.questions:
        for row in question.rows or (None,):
            if rng.random() >= NON_RESPONSE and _applies(question, marks):
                marks += _marked(question, row, hand, rng)
        if not question.boxes and _applies(question, marks) and rng.random() < _eagerness(questionnaire, question):
            written[question.id] = _written(question, language, hand, rng)
    if correct:
        marks = with_correction(questionnaire, marks, hand, rng)
    return FilledForm(questionnaire, language, hand, tuple(marks), written)


def _applies(question: Question, marks: Sequence[Mark]) -> bool:
    """Whether all filters of the question are met."""
    there = {(mark.question, mark.choice) for mark in marks if mark.state == "marked"}
    return all((owner, choice) in there for owner, choice in question.only_if.items())


def _eagerness(questionnaire: Questionnaire, question: Question) -> float:
    """The share of people who write where they may."""
    if questionnaire.asked_with(question):
        return OTHER_WRITTEN
    return WISH_WRITTEN if question.kind == "text" else 1 - NON_RESPONSE


def _marked(question: Question, row: str | None, hand: Hand, rng: np.random.Generator) -> list[Mark]:
    if not question.boxes:
        return []
    if question.missing and (not question.choices or rng.random() < MISSING_BOX):
        return styled(question, row, [_any(list(question.missing), rng)], hand, rng)
    choices = list(question.choices)
    if question.kind != "multiple":
        return styled(question, row, [_any(choices, rng)], hand, rng)
    most = min(question.at_most or MANY_CHOICES, len(choices))
    count = int(rng.integers(1, most + 1))
    places = sorted(rng.choice(len(choices), count, replace=False).tolist())
    return styled(question, row, [choices[place] for place in places], hand, rng)


def styled(
    question: Question, row: str | None, choices: Sequence[str], hand: Hand, rng: np.random.Generator
) -> list[Mark]:
    """The marks that mean these choices of one question or row; a correction brings the box that was taken back."""
    marks: list[Mark] = []
    for choice in choices:
        style = hand.style(rng)
        taken = {*choices, *(mark.choice for mark in marks)}
        free = [box for box in question.boxes if box not in taken]
        if style == "corrected" and free:
            marks.append(Mark(question.id, row, _any(free, rng), "corrected", "cancelled"))
        marks.append(Mark(question.id, row, choice, style if free or style != "corrected" else hand.habit))
    return marks


def with_correction(
    questionnaire: Questionnaire, marks: list[Mark], hand: Hand, rng: np.random.Generator
) -> list[Mark]:
    """The same answers, one of them reached by correcting another box; as they were where no box is free."""
    for place in rng.permutation(len(marks)).tolist():
        mark = marks[place]
        taken = {m.choice for m in marks if (m.question, m.row) == (mark.question, mark.row)}
        free = [box for box in questionnaire.question(mark.question).boxes if box not in taken]
        if free and mark.style == hand.habit:
            wrong = Mark(mark.question, mark.row, _any(free, rng), "corrected", "cancelled")
            right = Mark(mark.question, mark.row, mark.choice, "corrected")
            return [*marks[:place], wrong, right, *marks[place + 1 :]]
    return marks


def _written(question: Question, language: str, hand: Hand, rng: np.random.Generator) -> Written:
    stock = phrases_in(language)
    if question.kind == "number":
        return _number(question, hand, rng)
    if question.kind == "date":
        day = DATES[0] + datetime.timedelta(int(rng.integers((DATES[1] - DATES[0]).days + 1)))
        return written_date(day)
    if question.kind == "code" and question.list == "countries":
        place = int(rng.integers(len(COUNTRY_CODES)))
        return Written(stock.countries[place], stock.countries[place], COUNTRY_CODES[place])
    if question.kind == "text" and question.lines > 1:
        places = rng.permutation(len(stock.wishes))[: int(rng.integers(1, min(3, question.lines) + 1))]
        text = " ".join(stock.wishes[place] for place in places.tolist())
    else:
        text = _any(stock.short, rng)
    return Written(text, text)


def _number(question: Question, hand: Hand, rng: np.random.Generator) -> Written:
    low, high = question.range or (0, 10 ** digits_of(question) - 1)
    return written_number(question, int(rng.integers(low, high + 1)), hand)


def digits_of(question: Question) -> int:
    """The cells of a number's comb."""
    return question.digits or len(str(max(question.range or (0, 99))))


def written_number(question: Question, value: int, hand: Hand) -> Written:
    """A number that fits its comb, put there as this person does."""
    digits = digits_of(question)
    if hand.alignment == "zeros" or digits >= POSTCODE_DIGITS:
        return Written(str(value).zfill(digits), value)
    return Written(str(value).rjust(digits) if hand.alignment == "right" else str(value), value)


def written_date(day: datetime.date) -> Written:
    """Day, month and year in the cells of a comb; the value in ISO form."""
    parts = zip((day.day, day.month, day.year), DATE_DIGITS, strict=True)
    return Written("".join(f"{n:0{digits}}" for n, digits in parts), day.isoformat())


def _any(names: Sequence[str], rng: np.random.Generator) -> str:
    return names[int(rng.integers(len(names)))]
