"""What a person may answer for a field, and how it is written down."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date

from form_layouts.errors import CrosscheckError
from form_layouts.questionnaire import Question
from form_layouts.written_codes import meant
from omr.reading import NOT_ANSWERED
from service.review.listed import is_listed

Value = int | str
TWO_MARKS, ILLEGIBLE, NOT_TRANSCRIBED = -4, -5, -13
WRITTEN = ("number", "date", "code", "text")
"""Kinds of question whose answer is handwriting."""
MOST_LETTERS = 10_000
"""Letters of one text: a page written full by hand has about 3,000."""
FIRST_DAY = "1900-01-01"
"""Earlier dates are asked about: nobody who fills in a form was born before."""
_DATE = re.compile(r"(?:(?:(\d{1,2})[ ./-])?(\d{1,2})[ ./-])?([12]\d{3})")
_DATE_TOGETHER = re.compile(r"(\d{2})?(\d{2})([12]\d{3})")
_DATE_STORED = re.compile(r"([12]\d{3})-(\d{2})(?:-(\d{2}))?")


class AnswerUnusable(CrosscheckError):
    en = "This answer was not taken: {problem_en}. Correct it and send it again."
    de = "Diese Antwort wurde nicht übernommen: {problem_de}. Berichtigen Sie sie und senden Sie sie noch einmal."

    def __init__(self, problem_en: str, problem_de: str) -> None:
        super().__init__(problem_en=problem_en, problem_de=problem_de)


class AnswerUnlikely(AnswerUnusable):
    """It can be kept, once a person has said that it is what is written."""

    status = 422
    en = "This answer was not taken yet: {problem_en}. If this is what is written, confirm it and send it again."
    de = "Diese Antwort wurde noch nicht übernommen: {problem_de}. Wenn es so dasteht, bestätigen Sie das und senden Sie sie noch einmal."


def expected_days(question: Question) -> tuple[str, str] | None:
    """The first and last day that a date is expected at: the years of its range, else 1900 to today.

    As 2015-08-04.  None: it asks for no date.
    """
    if question.kind != "date":
        return None
    if question.range:
        first, last = question.range
        return f"{first:04}-01-01", f"{last:04}-12-31"
    return FIRST_DAY, date.today().isoformat()


def missing_codes(question: Question) -> tuple[int, ...]:
    """The missing codes that a person may give for this question.

    Never -6, -11 and -12: that a page is missing, a question not in the version, or a field still waits, is no decision.
    """
    if question.kind in WRITTEN:
        general: tuple[int, ...] = (NOT_ANSWERED, ILLEGIBLE, NOT_TRANSCRIBED)
    elif question.kind == "multiple":
        general = (NOT_ANSWERED, ILLEGIBLE)
    else:
        general = (NOT_ANSWERED, TWO_MARKS, ILLEGIBLE)
    return tuple(dict.fromkeys((*general, *question.missing.values())))


def checked(
    question: Question, variables: Collection[str], given: Mapping[str, object], *, as_written: bool = False
) -> dict[str, Value]:
    """The values as they are kept, for exactly these variables of a field.

    Missing codes are integers, never texts.  Number: an int.  Date: 2015-08-04, 2015-08 or 2015.  Text: NFC, trimmed; -9
    where nothing is left.  Code: that of the one entry of its list that is named.  `multiple`: 1 or 0 for each, or one missing code in all.
    `as_written`: a person says that an unlikely number or date is what is written.
    Raises AnswerUnusable; AnswerUnlikely for a number or date out of its range, unless it is as written.
    """
    if set(given) != set(variables):
        raise AnswerUnusable("it does not belong to this field", "sie gehört nicht zu diesem Feld")
    if question.kind == "multiple":
        return _choices(question, given)
    return {variable: _one(question, value, as_written) for variable, value in given.items()}


def _choices(question: Question, given: Mapping[str, object]) -> dict[str, Value]:
    codes = {value for value in given.values() if type(value) is int}
    if len(codes) == 1 and codes <= set(missing_codes(question)) and all(type(v) is int for v in given.values()):
        return dict.fromkeys(given, next(iter(codes)))
    if not codes <= {0, 1} or any(type(value) is not int for value in given.values()):
        raise AnswerUnusable(
            "each choice is either marked or not, or one missing code stands for all of them",
            "jede Antwort ist entweder angekreuzt oder nicht, oder eine fehlende Angabe gilt für alle",
        )
    if codes == {0}:
        return dict.fromkeys(given, NOT_ANSWERED)
    return {variable: 1 if value == 1 else 0 for variable, value in given.items()}


def _one(question: Question, value: object, as_written: bool) -> Value:
    if type(value) is int and value < 0:
        if value in missing_codes(question):
            return value
        raise AnswerUnusable(
            f"the missing code {value} cannot be given here", f"die fehlende Angabe {value} gibt es hier nicht"
        )
    if question.kind in ("single", "grid"):
        if type(value) is int and value in question.choices.values():
            return value
        raise AnswerUnusable("it is none of the question's choices", "sie ist keine der Antworten dieser Frage")
    if question.kind == "number":
        number = _number(question, str(value) if type(value) is int else value)
        if not as_written:
            _assert_in_range(question, number)
        return number
    if not isinstance(value, str):
        raise AnswerUnusable("it must be a text", "sie muss ein Text sein")
    if question.kind != "date":
        text = _text(value)
        return _code(question.list or "", text) if is_listed(question) and isinstance(text, str) else text
    day = _date(_digits(value))
    if not as_written:
        _assert_expected_day(question, day)
    return day


def _digits(text: str) -> str:
    """Trimmed, with the digits of other scripts as 0-9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text.strip())


def _number(question: Question, value: object) -> int:
    text = _digits(value) if isinstance(value, str) else ""
    most = question.digits or 12
    if not text.isascii() or not text.isdigit():
        raise AnswerUnusable("a number has only digits", "eine Zahl hat nur Ziffern")
    if len(text) > most:
        raise AnswerUnusable(f"it has more than {most} digits", f"sie hat mehr als {most} Ziffern")
    return int(text)


def _date(text: str) -> str:
    """Day, month and year, with or without points; day, or day and month, may be absent."""
    if stored := _DATE_STORED.fullmatch(text):
        year, month, day = stored.groups()
    elif typed := _DATE.fullmatch(text) or _DATE_TOGETHER.fullmatch(text):
        day, month, year = typed.groups()
    else:
        raise AnswerUnusable("a date is 04.08.2015, 08.2015 or 2015", "ein Datum ist 04.08.2015, 08.2015 oder 2015")
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise AnswerUnusable("there is no such day", "diesen Tag gibt es nicht") from None
    return "-".join((year, *(f"{int(part):02}" for part in (month, day) if part)))


def _assert_in_range(question: Question, number: int) -> None:
    first, last = question.range or (number, number)
    if not first <= number <= last:
        raise AnswerUnlikely(f"{first} to {last} was expected", f"erwartet war {first} bis {last}")


def _assert_expected_day(question: Question, day: str) -> None:
    """A date without day or month stands for its first day."""
    first, last = expected_days(question) or (day, day)
    if not first <= day + "-01-01"[len(day) - len("2015") :] <= last:
        german = [".".join(reversed(limit.split("-"))) for limit in (first, last)]
        raise AnswerUnlikely(
            f"a date from {first} to {last} was expected", f"erwartet war ein Datum von {german[0]} bis {german[1]}"
        )


def _code(name: str, words: str) -> str:
    """The code of the one entry of the list that words name."""
    codes = meant(words, name)
    if not codes:
        raise AnswerUnusable(
            "the list has no such entry; choose one that it has, or “written, not transcribed”",
            "die Liste hat keinen solchen Eintrag; wählen Sie einen, den es gibt, oder „geschrieben, nicht abgeschrieben“",
        )
    if len(codes) > 1:
        raise AnswerUnusable(
            f"several entries of the list are called so ({', '.join(codes)}); choose one of them",
            f"mehrere Einträge der Liste heißen so ({', '.join(codes)}); wählen Sie einen davon",
        )
    return codes[0]


def _text(value: str) -> Value:
    """Without control characters, which no database or table holds; lines end in LF."""
    if any(unicodedata.category(c) == "Cs" for c in value):
        raise AnswerUnusable("it holds half a character", "sie enthält ein halbes Zeichen")
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")
    text = unicodedata.normalize("NFC", kept).strip()
    if len(text) > MOST_LETTERS:
        raise AnswerUnusable(f"it has more than {MOST_LETTERS} letters", f"sie hat mehr als {MOST_LETTERS} Zeichen")
    return text or NOT_ANSWERED
