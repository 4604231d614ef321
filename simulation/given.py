"""Given answers to a questionnaire, as one person with one hand would put them on paper."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping

import numpy as np

from form_layouts.errors import CrosscheckError
from form_layouts.questionnaire import DATE_DIGITS, Question, Questionnaire
from simulation.answers import (
    FilledForm,
    Mark,
    Written,
    digits_of,
    styled,
    with_correction,
    written_date,
    written_number,
)
from simulation.hand import Hand
from simulation.phrases import COUNTRY_CODES, phrases_in
from simulation.truth import BLANK, variable_of

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DATE_CELLS = sum(DATE_DIGITS)


class UnknownVariable(CrosscheckError):
    en = "Line {line} of the answers: {form} has no variable '{variable}' (its value is {value}). It has: {allowed}."
    de = (
        "Zeile {line} der Antworten: {form} hat keine Variable „{variable}“ (ihr Wert ist {value}). Es gibt: {allowed}."
    )


class ImpossibleAnswer(CrosscheckError):
    en = "Line {line} of the answers: '{variable}' cannot be {value}. Allowed: {allowed_en}."
    de = "Zeile {line} der Antworten: „{variable}“ kann nicht {value} sein. Erlaubt: {allowed_de}."


class ContradictoryAnswers(CrosscheckError):
    en = "Line {line} of the answers: no marks give {values}. Allowed for '{question}': 1 or 0 with 1 at least once; -9 in each where nothing is marked; the code of one missing box in each."
    de = "Zeile {line} der Antworten: Keine Kreuze ergeben {values}. Erlaubt bei „{question}“: 1 oder 0 und mindestens einmal 1; überall -9, wo nichts angekreuzt ist; überall der Code eines Kästchens unter missing."


def given_answers(
    questionnaire: Questionnaire,
    values: Mapping[str, object],
    hand: Hand,
    rng: np.random.Generator,
    *,
    language: str = "",
    line: int = 1,
    correct: bool = False,
) -> FilledForm:
    """Fill in the questionnaire with `values` by variable; absent, None and -9 leave blank.

    Filters, ranges and `at_most` do not bind: people break them.  With `correct`, one answer is a correction.
    `line` is named in faults: UnknownVariable, ImpossibleAnswer, ContradictoryAnswers.
    """
    _assert_known(questionnaire, values, line)
    marks: list[Mark] = []
    written: dict[str, Written] = {}
    for question in questionnaire.questions:
        if question.boxes:
            for row in question.rows or (None,):
                marks += styled(question, row, _chosen(question, row, values, line), hand, rng)
        elif not _is_blank(values.get(question.id)):
            written[question.id] = _written(question, values[question.id], language, hand, line)
    if correct:
        marks = with_correction(questionnaire, marks, hand, rng)
    return FilledForm(questionnaire, language, hand, tuple(marks), written)


def _assert_known(questionnaire: Questionnaire, values: Mapping[str, object], line: int) -> None:
    known = [variable for question in questionnaire.questions for variable in question.variables]
    for variable, value in values.items():
        if variable not in known:
            raise UnknownVariable(
                line=line,
                form=f"{questionnaire.questionnaire} {questionnaire.version}",
                variable=variable,
                value=_shown(value),
                allowed=", ".join(known),
            )


def _is_blank(value: object) -> bool:
    return value is None or (type(value) is int and value == BLANK)


def _chosen(question: Question, row: str | None, values: Mapping[str, object], line: int) -> list[str]:
    """The boxes to mark, of a question or of a grid's row."""
    if question.kind == "multiple":
        return _several(question, values, line)
    variable = variable_of(question, row, "")
    code = values.get(variable)
    if _is_blank(code):
        return []
    boxes = [box for box, known in question.boxes.items() if type(code) is int and known == code]
    if not boxes:
        raise _impossible(variable, code, line, _named(question.boxes), "for no mark", "für kein Kreuz")
    return boxes


def _several(question: Question, values: Mapping[str, object], line: int) -> list[str]:
    """The boxes of a `multiple`: choices with 1, or the missing box whose code stands in every variable."""
    given = {variable: values[variable] for variable in question.variables if values.get(variable) is not None}
    for variable, value in given.items():
        if type(value) is not int or value not in (0, 1, BLANK, *question.missing.values()):
            allowed = ", ".join(["1", "0", *([_named(question.missing)] if question.missing else [])])
            raise _impossible(variable, value, line, allowed, "for no mark", "für kein Kreuz")
    present = set(given.values())
    if present <= {BLANK}:
        return []
    if 1 in present and present <= {0, 1}:
        return [choice for variable, choice in question.variables.items() if choice and given.get(variable) == 1]
    boxes = [box for box, code in question.missing.items() if present == {code}]
    if not boxes:
        shown = ", ".join(f"{variable}: {_shown(value)}" for variable, value in given.items())
        raise ContradictoryAnswers(line=line, question=question.id, values=shown)
    return boxes


def _written(question: Question, value: object, language: str, hand: Hand, line: int) -> Written:
    if question.kind == "number":
        most = 10 ** digits_of(question) - 1
        if type(value) is not int or not 0 <= value <= most:
            raise _impossible(question.id, value, line, f"0 … {most}", "for an empty field", "für ein leeres Feld")
        return written_number(question, value, hand)
    if not isinstance(value, str) or not value.strip():
        raise _unwritable(question, value, line)
    if question.kind == "date":
        day = _day(value)
        if day:
            return written_date(day)
        if len(value) > DATE_CELLS:
            raise _unwritable(question, value, line)
    if question.kind == "code" and question.list == "countries":
        names = dict(zip(phrases_in(language).countries, COUNTRY_CODES, strict=True))
        return Written(value, value, names.get(value))
    return Written(value, value)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if ISO_DATE.fullmatch(text) else None
    except ValueError:
        return None


def _unwritable(question: Question, value: object, line: int) -> ImpossibleAnswer:
    en, de = "a text with letters", "ein Text mit Buchstaben"
    if question.kind == "date":
        en = f"a date such as 2024-03-14, or what stands in the cells, in at most {DATE_CELLS} letters"
        de = f"ein Datum wie 2024-03-14 oder was in den Zellen steht, höchstens {DATE_CELLS} Zeichen"
    return ImpossibleAnswer(
        line=line,
        variable=question.id,
        value=_shown(value),
        allowed_en=f"{en}; {BLANK} for an empty field",
        allowed_de=f"{de}; {BLANK} für ein leeres Feld",
    )


def _impossible(
    variable: str, value: object, line: int, allowed: str, blank_en: str, blank_de: str
) -> ImpossibleAnswer:
    return ImpossibleAnswer(
        line=line,
        variable=variable,
        value=_shown(value),
        allowed_en=f"{allowed}; {BLANK} {blank_en}",
        allowed_de=f"{allowed}; {BLANK} {blank_de}",
    )


def _named(boxes: Mapping[str, int]) -> str:
    return ", ".join(f"{code} ({box})" for box, code in boxes.items())


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
