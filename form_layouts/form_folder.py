"""A form folder on disk: questionnaire.yaml, one text file per language, and for foreign forms their blank and fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from form_layouts.errors import FormFolderError, FormFolderErrors, NoFormFolder, NoSuchLanguage
from form_layouts.field_checks import check_fields
from form_layouts.folder_checks import check_questionnaire, check_same_phrases, check_wording
from form_layouts.layout import Fields, Layout
from form_layouts.located_yaml import LocatedYaml, load_yaml
from form_layouts.questionnaire import Questionnaire, Wording

LANGUAGE_TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
Parsed = TypeVar("Parsed", bound=BaseModel)
_HINTS = {
    "string_type": ("Put it in quotes", "Setzen Sie es in Anführungszeichen"),
    "string_too_long": ("Use at most {max_length} characters", "Nehmen Sie höchstens {max_length} Zeichen"),
    "string_pattern_mismatch": ("It must match {pattern}", "Erlaubt ist {pattern}"),
    "literal_error": ("Take one of: {expected}", "Nehmen Sie eines von: {expected}"),
    "int_parsing": ("Take a whole number", "Nehmen Sie eine ganze Zahl"),
    "int_type": ("Take a whole number", "Nehmen Sie eine ganze Zahl"),
    "greater_than_equal": ("Take {ge} or more", "Nehmen Sie mindestens {ge}"),
    "less_than_equal": ("Take {le} or less", "Nehmen Sie höchstens {le}"),
}
"""What to do, by pydantic's kind of fault; any other kind gets pydantic's own English words."""


@dataclass(frozen=True)
class FormFolder:
    """One version of a questionnaire as its folder holds it, checked."""

    path: Path
    questionnaire: Questionnaire
    wordings: dict[str, Wording]
    fields: dict[str, Fields]
    """Languages whose form we did not print: where its fields stand."""
    blanks: dict[str, Path]
    """The blank PDF or PNG of those languages."""

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({*self.wordings, *self.fields}))

    def foreign_layout(self, language: str) -> Layout:
        """The layout of a form that we did not print, from its fields file."""
        fields = self.fields[language]
        return Layout(
            questionnaire=self.questionnaire.questionnaire,
            version=self.questionnaire.version,
            edition=fields.edition,
            language=language,
            page_size=fields.page_size,
            pages=fields.pages,
        ).sealed()

    def wording(self, language: str) -> Wording:
        """Raises NoSuchLanguage, which names those there are."""
        if language not in self.wordings:
            raise NoSuchLanguage(
                questionnaire=self.questionnaire.questionnaire,
                version=self.questionnaire.version,
                language=language,
                languages=", ".join(self.languages),
            )
        return self.wordings[language]


def is_form_folder(path: Path) -> bool:
    return (path / "questionnaire.yaml").is_file()


def load_form_folder(path: Path) -> FormFolder:
    """Read and check a form folder.

    Raises NoFormFolder, or FormFolderErrors with every mistake: file, line, what to do.
    """
    if not is_form_folder(path):
        raise NoFormFolder(folder=path)
    errors: list[FormFolderError] = []
    source, questionnaire = _parse(path / "questionnaire.yaml", Questionnaire, errors)
    texts = {language: _parse(file, Wording, errors) for language, file in _language_files(path, "text", errors)}
    places = {language: _parse(file, Fields, errors) for language, file in _language_files(path, "fields", errors)}
    if source and questionnaire:
        errors += check_questionnaire(source, questionnaire)
        for language, (text_source, wording) in texts.items():
            if text_source and wording:
                errors += check_wording(text_source, wording, questionnaire, on_our_paper=language not in places)
        errors += check_same_phrases([(text, w) for text, w in texts.values() if text and w])
        for fields_source, fields in places.values():
            if fields_source and fields:
                errors += check_fields(fields_source, fields, questionnaire)
    blanks = {language: _blank(path, language, errors) for language in places}
    if not texts and not places:
        errors.append(
            FormFolderError(
                str(path),
                "has no text.<language>.yaml: add one file per language, such as text.de.yaml.",
                "enthält keine text.<Sprache>.yaml: Legen Sie je Sprache eine Datei an, zum Beispiel text.de.yaml.",
            )
        )
    if errors or questionnaire is None:
        raise FormFolderErrors(str(path), errors)
    return FormFolder(
        path,
        questionnaire,
        {language: wording for language, (_, wording) in texts.items() if wording},
        {language: fields for language, (_, fields) in places.items() if fields},
        {language: blank for language, blank in blanks.items() if blank},
    )


def _parse(path: Path, model: type[Parsed], errors: list[FormFolderError]) -> tuple[LocatedYaml | None, Parsed | None]:
    try:
        source = load_yaml(path)
    except FormFolderError as error:
        errors.append(error)
        return None, None
    try:
        return source, model.model_validate(source.values)
    except ValidationError as fault:
        for problem in fault.errors():
            if problem["type"] == "too_short" and problem["input"]:
                continue  # nothing in it was right: each mistake is reported by itself
            keys = tuple(key for key in problem["loc"] if key != "[key]")
            name = ".".join(str(key) for key in keys)
            if problem["type"] == "extra_forbidden":
                en, de = (
                    f"'{name}' is not known here. Check the spelling.",
                    f"„{name}“ ist hier nicht bekannt. Prüfen Sie die Schreibweise.",
                )
            elif problem["type"] == "missing":
                en, de = f"'{name}' is missing. Add it.", f"„{name}“ fehlt. Ergänzen Sie es."
            else:
                hint_en, hint_de = _hints(problem)
                en = f"'{name}' cannot be {problem['input']!r}: {hint_en}."
                de = f"„{name}“ kann nicht {problem['input']!r} sein: {hint_de}."
            errors.append(source.error(keys, en, de))
        return source, None


def _hints(problem: ErrorDetails) -> tuple[str, str]:
    """What to do about one of pydantic's faults, in English and German."""
    if problem["type"] not in _HINTS:
        return problem["msg"], problem["msg"]
    english, german = (hint.format(**problem.get("ctx", {})) for hint in _HINTS[problem["type"]])
    return english, german.replace("' or '", "' oder '")


def _language_files(path: Path, stem: str, errors: list[FormFolderError]) -> list[tuple[str, Path]]:
    found = []
    for file in sorted(path.glob(f"{stem}.*.yaml")):
        language = file.name[len(stem) + 1 : -len(".yaml")]
        if LANGUAGE_TAG.match(language):
            found.append((language, file))
        else:
            errors.append(
                FormFolderError(
                    str(file),
                    f"'{language}' is no language code. Use one such as de, ar or zh-Hans.",
                    f"„{language}“ ist kein Sprachkürzel. Nehmen Sie eines wie de, ar oder zh-Hans.",
                )
            )
    return found


def _blank(path: Path, language: str, errors: list[FormFolderError]) -> Path | None:
    for ending in ("pdf", "png"):
        blank = path / f"blank.{language}.{ending}"
        if blank.is_file():
            return blank
    errors.append(
        FormFolderError(
            str(path / f"fields.{language}.yaml"),
            f"needs blank.{language}.pdf (or .png) beside it: the empty form it belongs to.",
            f"braucht daneben blank.{language}.pdf (oder .png): das leere Formular dazu.",
        )
    )
    return None
