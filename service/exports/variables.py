"""The columns of a data file: what each version asks, put side by side under names that every program takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from form_layouts.errors import CrosscheckError
from form_layouts.questionnaire import Kind, Question, Questionnaire

CASE_COLUMNS = ("case", "version", "edition", "language", "batch", "pages_missing")
"""What stands before the answers in every row."""
WRITTEN: frozenset[Kind] = frozenset({"date", "text", "code"})
"""Kinds whose values are words: a missing code stands in a column beside them."""
CHOSEN: frozenset[Kind] = frozenset({"single", "grid"})
"""Kinds where one box is allowed: with -4, the boxes that were marked stand in a column of their own."""
NAME_CHARACTERS = 32
"""The longest name of a column: Stata's limit."""
MISSING_END, MARKS_END, SOURCE_END = "_m", "_marks", "_q"


class NameTooLong(CrosscheckError):
    en = "The data of {questionnaire} cannot be written: the variable '{name}' has more than {most} characters. Shorten the id of its question, choice or row in a new version."
    de = "Die Daten von {questionnaire} lassen sich nicht schreiben: Die Variable „{name}“ hat mehr als {most} Zeichen. Kürzen Sie die Kennung der Frage, Antwort oder Zeile in einer neuen Fassung."


class NameTwice(CrosscheckError):
    en = "The data of {questionnaire} cannot be written: two columns would be called '{name}'. The names {reserved} and names that end in _m, _marks or _q beside a question of the same name are taken. Rename the question in a new version."
    de = "Die Daten von {questionnaire} lassen sich nicht schreiben: Zwei Spalten hießen „{name}“. Vergeben sind die Namen {reserved} und Namen, die neben einer gleichnamigen Frage auf _m, _marks oder _q enden. Benennen Sie die Frage in einer neuen Fassung um."


class VersionsDoNotPool(CrosscheckError):
    en = "The versions {one} and {other} of {questionnaire} cannot go into one file: '{name}' means something else in each ({one_is}; {other_is}). Export them one by one."
    de = "Die Fassungen {one} und {other} von {questionnaire} passen nicht in eine Datei: „{name}“ bedeutet in jeder etwas anderes ({one_is}; {other_is}). Exportieren Sie sie einzeln."


class CodeReused(CrosscheckError):
    en = "In question '{question}' of {questionnaire}, version {version} says {new} where version {earlier_version} says {earlier}. A code keeps its choice, and a choice its code: give it back, or give the new choice an id and a code that no version has had."
    de = "In der Frage „{question}“ von {questionnaire} heißt es in Fassung {version} {new}, in Fassung {earlier_version} {earlier}. Ein Code behält seine Antwort, und eine Antwort ihren Code: Stellen Sie das wieder her, oder geben Sie der neuen Antwort eine Kennung und einen Code, die es noch in keiner Fassung gab."


@dataclass(frozen=True)
class Variable:
    """One variable, with its question in each version that asks it.  `part`: the choice (multiple) or row (grid)."""

    name: str
    kind: Kind
    part: str | None
    asked: Mapping[str, Question]

    @property
    def missing_name(self) -> str | None:
        """The column of its missing codes, where its own cannot hold them."""
        return _beside(self.name, MISSING_END) if self.kind in WRITTEN else None

    @property
    def marks_name(self) -> str | None:
        """The column of the boxes that were marked, where two were and one is allowed."""
        return _beside(self.name, MARKS_END) if self.kind in CHOSEN else None

    @property
    def source_name(self) -> str:
        """The column that says who gave the value."""
        return _beside(self.name, SOURCE_END)

    @property
    def names(self) -> Iterator[str]:
        """All its columns."""
        yield self.name
        yield from (name for name in (self.missing_name, self.marks_name, self.source_name) if name)


def pooled(asked: Sequence[Questionnaire]) -> tuple[Variable, ...]:
    """The variables of some versions of a questionnaire, in the order of their first appearance.

    Raises NameTooLong, NameTwice, VersionsDoNotPool.
    """
    found: dict[str, Variable] = {}
    for questionnaire in asked:
        for question in questionnaire.questions:
            for name, part in question.variables.items():
                before = found.get(name)
                if before is not None:
                    _assert_same(questionnaire, before, question, part)
                questions = {**(before.asked if before else {}), questionnaire.version: question}
                found[name] = Variable(name, question.kind, part, questions)
    _assert_names(asked[0].questionnaire, found.values())
    return tuple(found.values())


def assert_codes_kept(earlier: Sequence[Questionnaire], new: Questionnaire) -> None:
    """That no code of a choice or missing box means something else than in an earlier version.  Raises CodeReused."""
    for before in earlier:
        questions = {question.id: question for question in before.questions}
        for question in new.questions:
            changed = _changed_code(questions[question.id], question) if question.id in questions else None
            if changed:
                raise CodeReused(
                    questionnaire=new.questionnaire,
                    question=question.id,
                    earlier_version=before.version,
                    version=new.version,
                    earlier=changed[0],
                    new=changed[1],
                )


def _changed_code(one: Question, other: Question) -> tuple[str, str] | None:
    """What differs, as (`3 = hotel`, `3 = tent`): the first code with two choices, or choice with two codes."""
    choices = {code: name for name, code in one.boxes.items()}
    for name, code in other.boxes.items():
        said = f"{code} = {name}"
        if choices.get(code, name) != name:
            return f"{code} = {choices[code]}", said
        if one.boxes.get(name, code) != code:
            return f"{one.boxes[name]} = {name}", said
    return None


def _beside(name: str, end: str) -> str:
    """The name of a column beside another; the end of a long name gives way."""
    return name[: NAME_CHARACTERS - len(end)] + end


def _assert_same(questionnaire: Questionnaire, before: Variable, question: Question, part: str | None) -> None:
    """That a variable, and every code of its question, means the same in each version that asks it."""
    for other_version, other in before.asked.items():
        different: tuple[str, str] | None = None
        if (other.id, other.kind, before.part) != (question.id, question.kind, part):
            different = _called(other, before.part), _called(question, part)
        different = different or _changed_code(other, question)
        if different:
            raise VersionsDoNotPool(
                questionnaire=questionnaire.questionnaire,
                one=other_version,
                other=questionnaire.version,
                name=before.name,
                one_is=different[0],
                other_is=different[1],
            )


def _called(question: Question, part: str | None) -> str:
    return " ".join(filter(None, (question.id, question.kind, part)))


def _assert_names(questionnaire: str, variables: Iterable[Variable]) -> None:
    seen = set(CASE_COLUMNS)
    for variable in variables:
        if len(variable.name) > NAME_CHARACTERS:
            raise NameTooLong(questionnaire=questionnaire, name=variable.name, most=NAME_CHARACTERS)
        for name in variable.names:
            if name.lower() in seen:
                raise NameTwice(questionnaire=questionnaire, name=name, reserved=", ".join(CASE_COLUMNS))
            seen.add(name.lower())
