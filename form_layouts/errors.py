"""What can be wrong with a questionnaire or its printing, worded for the person who can mend it."""

from __future__ import annotations

from typing import Any, ClassVar

LANGUAGES = ("en", "de")


class CrosscheckError(Exception):
    """Base of every fault with a sentence for a person.  `details` fill the sentence's placeholders."""

    en: ClassVar[str]
    de: ClassVar[str]

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.sentence("en"))

    def __reduce__(self) -> tuple[Any, ...]:
        """A fault keeps its details on its way out of another process."""
        return _revived, (type(self), self.args, self.__dict__)

    def sentence(self, language: str) -> str:
        """The fault in `language` (`en` or `de`; any other gets English): what happened and what to do."""
        return (self.de if language == "de" else self.en).format(**self.details)


def _revived(kind: type[CrosscheckError], args: tuple[Any, ...], state: dict[str, Any]) -> CrosscheckError:
    fault = kind.__new__(kind, *args)
    fault.__dict__.update(state)
    return fault


class FormFolderError(CrosscheckError):
    """A mistake in a form folder: where it stands, what is wrong, what to do.

    `problem` is (English, German), `place` the file and line.
    """

    en = "{place}: {problem_en}"
    de = "{place}: {problem_de}"

    def __init__(self, place: str, problem_en: str, problem_de: str) -> None:
        self.place = place
        super().__init__(place=place, problem_en=problem_en, problem_de=problem_de)


class FormFolderErrors(CrosscheckError):
    """All mistakes found in one form folder, so that they can be mended in one go."""

    en = "The form folder {folder} has {count} mistake(s):\n{lines}"
    de = "Der Formularordner {folder} hat {count} Fehler:\n{lines}"

    def __init__(self, folder: str, errors: list[FormFolderError]) -> None:
        self.errors = errors
        super().__init__(folder=folder, count=len(errors), lines="")

    def sentence(self, language: str) -> str:
        lines = "\n".join(f"  {error.sentence(language)}" for error in self.errors)
        return (self.de if language == "de" else self.en).format(**{**self.details, "lines": lines})


class NoFormFolder(CrosscheckError):
    en = "{folder} holds no form: there is no questionnaire.yaml and no *.layout.json in it. Name the folder of one version, such as arrival-needs/2025-08."
    de = "{folder} enthält kein Formular: Es gibt dort weder questionnaire.yaml noch *.layout.json. Geben Sie den Ordner einer Fassung an, zum Beispiel arrival-needs/2025-08."


class NoSuchLanguage(CrosscheckError):
    en = "{questionnaire} {version} has no language '{language}'. It has: {languages}. For a new one, add text.{language}.yaml."
    de = "{questionnaire} {version} gibt es nicht in der Sprache „{language}“. Es gibt: {languages}. Für eine neue Sprache legen Sie text.{language}.yaml an."


class NotOurPrint(CrosscheckError):
    en = "{questionnaire} {version} in '{language}' comes with its own blank PDF: print that file. Crosscheck only reads it."
    de = "{questionnaire} {version} in „{language}“ bringt ein eigenes Blanko-PDF mit: Drucken Sie diese Datei. Crosscheck liest sie nur."


class MissingGlyph(CrosscheckError):
    en = "No installed font has every letter of text.{language}.yaml. Install the font of this script (script/bootstrap lists them) or mend the text. Typesetter: {problem}"
    de = "Keine installierte Schrift enthält alle Zeichen von text.{language}.yaml. Installieren Sie die Schrift (siehe script/bootstrap) oder ändern Sie den Text. Satzprogramm: {problem}"


class TypesettingFault(CrosscheckError):
    en = "The form could not be set, through a fault of the program and not of text.{language}.yaml. Please report it: {problem}"
    de = "Das Formular ließ sich nicht setzen; schuld ist das Programm und nicht text.{language}.yaml. Bitte melden Sie es: {problem}"


class TooTall(CrosscheckError):
    en = "Question '{question}' in '{language}' needs {height} mm and does not fit on a page with {room} mm. Use fewer or shorter choices or rows."
    de = "Die Frage „{question}“ ({language}) braucht {height} mm und passt nicht auf eine Seite mit {room} mm. Kürzen Sie Antworten oder Zeilen."


class EditionChanged(CrosscheckError):
    en = "Edition {edition} of {questionnaire} {version} in '{language}' was printed before with other words or positions ({path}). What was printed never changes: set `edition: {next}` in text.{language}.yaml."
    de = "Der Druckstand {edition} von {questionnaire} {version} ({language}) wurde schon mit anderen Wörtern oder Positionen gedruckt ({path}). Gedrucktes ändert sich nie: Setzen Sie `edition: {next}` in text.{language}.yaml."


class VersionChanged(CrosscheckError):
    en = "Version {version} of {questionnaire} was printed before and asked something else ({path}). What is asked never changes once printed: give the changed questionnaire a new version, in a folder of its own."
    de = "Die Fassung {version} von {questionnaire} wurde schon gedruckt und fragte etwas anderes ({path}). Was gedruckt ist, fragt immer dasselbe: Geben Sie dem geänderten Fragebogen eine neue Fassung in einem eigenen Ordner."


class PageCodeTooLong(CrosscheckError):
    en = "The name, version and language '{text}' are too long for the page code. Shorten the questionnaire's name to {room} characters."
    de = "Name, Fassung und Sprache „{text}“ sind zu lang für den Seitencode. Kürzen Sie den Namen des Fragebogens auf {room} Zeichen."


class NotWritable(CrosscheckError):
    en = "{path} cannot be written ({problem}). Name another place; nothing was read or changed."
    de = "{path} lässt sich nicht schreiben ({problem}). Geben Sie einen anderen Ort an; es wurde nichts gelesen oder geändert."


class DamagedLayout(CrosscheckError):
    en = "{path} is damaged or was changed by hand: {problem}. Take it from the backup, or print the form again into an empty folder."
    de = "{path} ist beschädigt oder wurde von Hand geändert: {problem}. Holen Sie die Datei aus der Sicherung oder drucken Sie das Formular neu in einen leeren Ordner."
