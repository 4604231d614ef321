"""Answers from a file: JSON Lines in the shape of a reading or a truth, one submission a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from form_layouts.errors import CrosscheckError
from form_layouts.form_folder import FormFolder
from simulation.given import given_answers
from simulation.hand import Hand


class UnreadableAnswers(CrosscheckError):
    en = "The answers in {path} cannot be read ({problem}). Name a text file in UTF-8 with one JSON object a line."
    de = "Die Antworten in {path} lassen sich nicht lesen ({problem}). Geben Sie eine Textdatei in UTF-8 mit einem JSON-Objekt je Zeile an."


class NoAnswers(CrosscheckError):
    en = "{path} holds no submission. Write one a line, with questionnaire, version and answers."
    de = "{path} enthält keinen ausgefüllten Bogen. Schreiben Sie je Zeile einen, mit questionnaire, version und answers."


class DamagedAnswersLine(CrosscheckError):
    en = 'Line {line} of the answers is not a submission. Write it as {{"questionnaire": "…", "version": "…", "answers": {{"variable": value}}}}.'
    de = 'Zeile {line} der Antworten ist kein ausgefüllter Bogen. Schreiben Sie {{"questionnaire": "…", "version": "…", "answers": {{"Variable": Wert}}}}.'


class AnswersToOtherForm(CrosscheckError):
    en = "Line {line} of the answers is for {form}, which is not among the form folders. Allowed: {allowed}."
    de = "Zeile {line} der Antworten gehört zu {form}; dieses Formular ist nicht unter den Formularordnern. Erlaubt: {allowed}."


class AnswersInOtherLanguage(CrosscheckError):
    en = "Line {line} of the answers is in '{language}', which is not printed here. Add it to --lang, if {form} has it. Allowed: {allowed}."
    de = "Zeile {line} der Antworten hat die Sprache „{language}“, in der hier nicht gedruckt wird. Ergänzen Sie --lang, wenn {form} sie hat. Erlaubt: {allowed}."


@dataclass(frozen=True)
class GivenLine:
    """One submission to fill in."""

    line: int
    """In the file, from 1."""
    questionnaire: str
    version: str
    language: str | None
    """None: to be filled in once in every language."""
    values: Mapping[str, object]
    """By variable."""

    @property
    def form(self) -> str:
        return f"{self.questionnaire} {self.version}"

    def belongs_to(self, folder: FormFolder, language: str) -> bool:
        """Whether it is to be filled into this form in this language."""
        return self.form == _form(folder) and self.language in (None, language) and language in folder.languages


def read_given(path: Path, folders: Sequence[FormFolder], languages: Sequence[str]) -> list[GivenLine]:
    """The submissions of the file, every one of which can be filled into one of the forms; other kinds of lines are left out.

    Raises the faults above, and those of `given_answers`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        problem = fault.strerror if isinstance(fault, OSError) else fault.reason
        raise UnreadableAnswers(path=path, problem=problem) from fault
    parsed = (_parsed(row, number) for number, row in enumerate(text.split("\n"), start=1) if row.strip())
    given = [line for line in parsed if line]
    if not given:
        raise NoAnswers(path=path)
    for line in given:
        folder = _folder_of(line, folders, languages)
        given_answers(folder.questionnaire, line.values, Hand(), np.random.default_rng(0), line=line.line)
    return given


def _parsed(text: str, number: int) -> GivenLine | None:
    """None for a line of another kind, such as a blank page."""
    try:
        found = json.loads(text)
    except ValueError as fault:
        raise DamagedAnswersLine(line=number) from fault
    if not isinstance(found, dict):
        raise DamagedAnswersLine(line=number)
    if found.get("kind", "submission") != "submission":
        return None
    answers, language = found.get("answers"), found.get("language")
    named = [found.get(key) for key in ("questionnaire", "version")]
    if not (isinstance(answers, dict) and all(named) and isinstance(language, str | None)):
        raise DamagedAnswersLine(line=number)
    values = {name: a["value"] if isinstance(a, dict) and "value" in a else a for name, a in answers.items()}
    return GivenLine(number, str(named[0]), str(named[1]), language, values)


def _folder_of(line: GivenLine, folders: Sequence[FormFolder], languages: Sequence[str]) -> FormFolder:
    having = [folder for folder in folders if _form(folder) == line.form]
    if not having:
        raise AnswersToOtherForm(line=line.line, form=line.form, allowed=", ".join(map(_form, folders)))
    for folder in having:
        if any(line.belongs_to(folder, language) for language in languages):
            return folder
    allowed = [language for language in languages if any(language in folder.languages for folder in having)]
    shown = line.language or ", ".join(languages)
    raise AnswersInOtherLanguage(line=line.line, language=shown, form=line.form, allowed=", ".join(allowed) or "–")


def _form(folder: FormFolder) -> str:
    return f"{folder.questionnaire.questionnaire} {folder.questionnaire.version}"
