"""The versions of a questionnaire as they were published: what was asked, its words, and where it stood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from form_layouts.printed_blocks import printed_blocks
from form_layouts.questionnaire import Question, Questionnaire, QuestionText, Wording
from service.db.models import Edition, Version
from service.exports.texts import tidy
from service.forms import layout_of, questionnaire_of, wordings_of

SPOKEN = ("de", "en")
"""Languages that the export itself speaks: missing codes, the read me."""


class NoSuchQuestionnaire(CrosscheckError):
    status = 404
    en = "There is no questionnaire '{name}'. Published are: {known}."
    de = "Einen Fragebogen „{name}“ gibt es nicht. Veröffentlicht sind: {known}."


class NoSuchVersion(CrosscheckError):
    status = 404
    en = "{questionnaire} has no version '{version}'. It has: {known}."
    de = "{questionnaire} hat keine Fassung „{version}“. Es gibt: {known}."


class NoVersionChosen(CrosscheckError):
    en = "Choose at least one version. No file was made."
    de = "Wählen Sie mindestens eine Fassung. Es wurde keine Datei erstellt."


class NoLabels(CrosscheckError):
    en = "{questionnaire} has no labels in '{language}'. It has: {known}."
    de = "{questionnaire} hat keine Bezeichnungen in „{language}“. Es gibt: {known}."


@dataclass(frozen=True)
class PublishedVersion:
    """One version.  `wordings`: the newest of each language; `pages`: the form's pages from 1, language -> question."""

    id: int
    asked: Questionnaire
    wordings: Mapping[str, Wording]
    page_counts: Mapping[int, int]
    """Edition id -> pages of its form."""
    pages: Mapping[str, Mapping[str, tuple[int, ...]]]
    numbers: Mapping[str, str]
    """Question -> the number printed before it; empty for a form that was printed elsewhere."""

    @property
    def name(self) -> str:
        return self.asked.version

    def words(self, question: Question, language: str) -> QuestionText | None:
        """A question's wording in this language; None where there is none."""
        wording = self.wordings.get(language)
        return wording.questions.get(question.id) if wording else None

    def language_for(self, labels: str) -> str | None:
        """The language its labels are in: `labels` where it has it, else German, English, or any; None without words."""
        return next((one for one in (labels, *SPOKEN, *sorted(self.wordings)) if one in self.wordings), None)

    def name_of(self, question: Question, part: str | None, labels: str) -> str:
        """The label of a variable: its short form where it has one, with its choice or row."""
        text = self.words(question, self.language_for(labels) or "")
        whole = (text.label or text.text) if text else question.id
        return with_part(whole, part_text(question, part, text))

    def box_labels(self, question: Question, labels: str) -> dict[int, str]:
        """Code -> label, of choices and missing boxes; ids where there are no words."""
        text = self.words(question, self.language_for(labels) or "")
        words = {**text.choices, **text.missing} if text else {}
        return {code: tidy(words.get(box, box)) for box, code in question.boxes.items()}


def part_text(question: Question, part: str | None, text: QuestionText | None) -> str:
    """The words of a choice or row; its id without words; empty for a variable that is a whole question."""
    if part is None:
        return ""
    words = (text.rows if question.kind == "grid" else {**text.choices, **text.missing}) if text else {}
    return words.get(part, part)


def with_part(question: str, part: str) -> str:
    return tidy(f"{question} – {part}" if part else question)


def questionnaires(session: Session) -> dict[str, list[str]]:
    """Every published questionnaire with its versions, by name."""
    found: dict[str, list[str]] = {}
    chosen = select(Version.questionnaire, Version.version)
    for questionnaire, version in sorted((name, version) for name, version in session.execute(chosen).all()):
        found.setdefault(questionnaire, []).append(version)
    return found


def versions_of(session: Session, questionnaire: str, versions: Iterable[str] | None = None) -> list[PublishedVersion]:
    """The chosen versions by name, all of them where none are named.

    Raises NoSuchQuestionnaire, NoSuchVersion, NoVersionChosen.
    """
    known = questionnaires(session)
    if questionnaire not in known:
        raise NoSuchQuestionnaire(name=questionnaire, known=", ".join(known) or "–")
    chosen = set(known[questionnaire] if versions is None else versions)
    if not chosen:
        raise NoVersionChosen()
    for version in sorted(chosen.difference(known[questionnaire])):
        raise NoSuchVersion(questionnaire=questionnaire, version=version, known=", ".join(known[questionnaire]))
    editions: dict[str, list[Edition]] = {version: [] for version in sorted(chosen)}
    rows = {
        version.version: version
        for version in session.scalars(select(Version).where(Version.questionnaire == questionnaire))
    }
    wanted = select(Edition).join(Version).where(Version.questionnaire == questionnaire, Version.version.in_(chosen))
    for edition in session.scalars(wanted.order_by(Edition.language, Edition.number)):
        editions[edition.version.version].append(edition)
    return [_published(rows[name], found) for name, found in editions.items()]


def label_languages(versions: Iterable[PublishedVersion]) -> list[str]:
    """Languages that labels can be in: those of the forms, and German and English."""
    return sorted({*SPOKEN, *(language for version in versions for language in version.wordings)})


def _published(version: Version, editions: Sequence[Edition]) -> PublishedVersion:
    asked, wordings = questionnaire_of(version), wordings_of(editions)
    page_counts, pages = {}, {}
    for edition in editions:
        layout = layout_of(edition)
        page_counts[edition.id] = len(layout.pages)
        found: dict[str, set[int]] = {}
        for question, page in layout.question_pages():
            found.setdefault(question, set()).add(page + 1)
        pages[edition.language] = {question: tuple(sorted(on)) for question, on in found.items()}
    numbers: dict[str, str] = {}
    if wordings and all(layout_of(edition).ours for edition in editions):
        blocks = printed_blocks(asked, next(iter(wordings.values())))
        numbers = {block["id"]: block["number"] for block in blocks if "number" in block}
    return PublishedVersion(version.id, asked, wordings, page_counts, pages, numbers)
