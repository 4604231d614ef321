"""A small form folder on disk, and what the checks say about it once a test has spoiled it."""

from pathlib import Path

import pytest

from form_layouts.errors import FormFolderErrors
from form_layouts.form_folder import FormFolder, load_form_folder

Change = tuple[str, str, str]
"""A file of the folder, the text in it that is replaced, what stands there instead."""

QUESTIONNAIRE = """\
questionnaire: small
version: "1"
questions:
  - id: housing
    kind: single
    choices:
      flat: 1
      shelter: 2
      other: 3
    other: housing_other
  - id: housing_other
    kind: text
    only_if: {housing: other}
  - id: needs
    kind: multiple
    at_most: 2
    choices: {work: 1, school: 2, doctor: 3}
  - id: offices
    kind: grid
    rows: [town_hall, jobcenter]
    choices: {known: 1, used: 2}
  - id: arrived
    kind: number
    digits: 4
  - id: origin
    kind: code
    list: countries
"""
GERMAN = """\
status: proofed by a test
title: Kleiner Bogen
form:
  at_most: "Höchstens {n}."
  page: "Seite {page} von {pages}"
  copy: "Nr. {copy}"
  slip: Bitte abtrennen und behalten.
questions:
  housing:
    text: Wie wohnen Sie?
    choices:
      flat: Wohnung
      shelter: Unterkunft
      other: "Anders:"
  housing_other: {text: Andere Wohnform}
  needs:
    text: Was brauchen Sie?
    choices: {work: Arbeit, school: Schule, doctor: Arzt}
  offices:
    text: Welche Stellen kennen Sie?
    rows: {town_hall: Rathaus, jobcenter: Jobcenter}
    choices: {known: Kenne ich, used: War ich}
  arrived: {text: "In welchem Jahr kamen Sie?"}
  origin: {text: "In welchem Land sind Sie geboren?"}
"""
UKRAINIAN = """\
status: unproofed
title: Мала анкета
form:
  at_most: "Не більше ніж {n}."
  page: "Сторінка {page} з {pages}"
  copy: "№ {copy}"
  slip: Відірвіть і збережіть.
questions:
  housing:
    text: Де Ви живете?
    choices:
      flat: Квартира
      shelter: Притулок
      other: "Інше:"
  housing_other: {text: Інше житло}
  needs:
    text: Що Вам потрібно?
    choices: {work: Робота, school: Школа, doctor: Лікар}
  offices:
    text: Які установи Ви знаєте?
    rows: {town_hall: Ратуша, jobcenter: Джобцентр}
    choices: {known: Знаю, used: Там бували}
  arrived: {text: "У якому році Ви приїхали?"}
  origin: {text: "У якій країні Ви народилися?"}
"""
SMALL = {"questionnaire.yaml": QUESTIONNAIRE, "text.de.yaml": GERMAN, "text.uk.yaml": UKRAINIAN}


def write_folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def small_folder(path: Path, *changes: Change) -> Path:
    """The small form folder, in German and Ukrainian, with these changes."""
    files = dict(SMALL)
    for name, old, new in changes:
        assert files[name].count(old) == 1, f"{old!r} must stand once in {name}"
        files[name] = files[name].replace(old, new)
    return write_folder(path, files)


def german_form(path: Path, questions: str, texts: str, *, head: str = "", form: str = "") -> FormFolder:
    """A form in German alone, from the lines under `questions:` of both files, loaded."""
    return load_form_folder(
        write_folder(
            path,
            {
                "questionnaire.yaml": f'questionnaire: tried\nversion: "1"\n{head}questions:\n{questions}',
                "text.de.yaml": f"status: proofed by a test\ntitle: Versuch\n{form}questions:\n{texts}",
            },
        )
    )


def faults(folder: Path) -> FormFolderErrors:
    """What is wrong with the folder."""
    with pytest.raises(FormFolderErrors) as caught:
        load_form_folder(folder)
    return caught.value


def assert_only_fault(folder: Path, file: str, at: str, english: tuple[str, ...], german: tuple[str, ...]) -> None:
    """The folder has one mistake; both sentences name the file, the line where `at` last begins, and these words."""
    found = faults(folder)
    assert len(found.errors) == 1, found.sentence("en")
    content = (folder / file).read_bytes()
    start = content.rfind(at.encode())
    assert start >= 0, f"{at!r} does not stand in {file}"
    line = content[:start].count(b"\n") + 1
    for language, words in (("en", english), ("de", german)):
        sentence = found.sentence(language)
        assert f"{folder / file}:{line}: " in sentence, f"line {line}: {sentence}"
        assert [word for word in words if word not in sentence] == [], sentence
