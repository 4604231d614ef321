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


def _beside(name: str, end: str) -> str:
    """The name of a column beside another; the end of a long name gives way."""
    return name[: NAME_CHARACTERS - len(end)] + end


def _assert_same(questionnaire: Questionnaire, before: Variable, question: Question, part: str | None) -> None:
    other_version, other = next(iter(before.asked.items()))
    if (other.id, other.kind, before.part) == (question.id, question.kind, part):
        return
    raise VersionsDoNotPool(
        questionnaire=questionnaire.questionnaire,
        one=other_version,
        other=questionnaire.version,
        name=before.name,
        one_is=" ".join(filter(None, (other.id, other.kind, before.part))),
        other_is=" ".join(filter(None, (question.id, question.kind, part))),
    )


def _assert_names(questionnaire: str, variables: Iterable[Variable]) -> None:
    seen = set(CASE_COLUMNS)
    for variable in variables:
        if len(variable.name) > NAME_CHARACTERS:
            raise NameTooLong(questionnaire=questionnaire, name=variable.name, most=NAME_CHARACTERS)
        for name in variable.names:
            if name.lower() in seen:
                raise NameTwice(questionnaire=questionnaire, name=name, reserved=", ".join(CASE_COLUMNS))
            seen.add(name.lower())
