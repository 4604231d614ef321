"""A published version as reviewers need it: what is asked, in which words, and where it stands on each edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from form_layouts.layout import Box, Checkbox, Layout
from form_layouts.printed_blocks import printed_blocks
from form_layouts.questionnaire import Question, Questionnaire, QuestionText, Wording
from service import storage
from service.db.models import Edition
from service.db.session import looking
from service.forms import layout_of, questionnaire_of, wording_of, wordings_of


@dataclass(frozen=True)
class Words:
    """What a question says in one language; a choice or row without words stands for itself."""

    language: str
    text: str
    hint: str
    row: str
    choices: Mapping[str, str]
    """Choices, then missing boxes, by name."""


@dataclass(frozen=True)
class Printed:
    """One version: its questionnaire, its newest wording in each language, and its editions by id."""

    questionnaire: Questionnaire
    wordings: Mapping[str, Wording]
    editions: Mapping[int, tuple[Layout, Wording | None]]

    def number(self, question: Question) -> str:
        """As printed: 4, 10a.  A text on the line of a choice carries its owner's; empty where no wording is known."""
        owner = self.questionnaire.asked_with(question)
        return self._numbers.get((owner[0] if owner else question).id, "")

    def words(self, question: Question, row: str, language: str, edition_id: int | None = None) -> Words | None:
        """The question in this language: as that edition prints it, else in the newest wording; None where unknown."""
        wording = self.editions[edition_id][1] if edition_id else self.wordings.get(language)
        text = wording.questions.get(question.id) if wording else None
        return _words(question, row, language, text) if text else None

    def words_beside(self, question: Question, row: str, language: str, form_language: str) -> Words | None:
        """The question for a person who reads `language`, or else German or English; None where the form says it so."""
        for known in () if language == form_language else (language, "de", "en"):
            if known != form_language and (words := self.words(question, row, known)):
                return words
        return None

    def boxes(self, edition_id: int, form_page: int, question: str, row: str) -> tuple[Box, ...]:
        """Where the field stands on this page of the edition, in mm from the page's top left corner."""
        page = self.editions[edition_id][0].pages[form_page - 1]
        return tuple(
            box
            for field in page.fields
            if field.question == question and (not isinstance(field, Checkbox) or (field.row or "") == row)
            for box in field.boxes
        )

    @cached_property
    def _numbers(self) -> dict[str, str]:
        for wording in self.wordings.values():
            blocks = printed_blocks(self.questionnaire, wording)
            return {block["id"]: str(block["number"]) for block in blocks if "number" in block}
        return {}


def printed(session: Session, edition: Edition) -> Printed:
    """The version that this edition belongs to; read again only when another edition was published."""
    newest = session.scalar(select(func.max(Edition.id)))
    return _printed(edition.version_id, newest or 0, str(storage.path("")))


@lru_cache(maxsize=16)
def _printed(version_id: int, _newest: int, _place: str) -> Printed:
    with looking() as session:
        editions = session.scalars(select(Edition).where(Edition.version_id == version_id)).all()
        return Printed(
            questionnaire_of(editions[0].version),
            wordings_of(editions),
            {edition.id: (layout_of(edition), wording_of(edition)) for edition in editions},
        )


def _words(question: Question, row: str, language: str, text: QuestionText) -> Words:
    said = {**text.choices, **text.missing}
    choices = {choice: said.get(choice, choice) for choice in question.boxes}
    return Words(language, text.text, text.hint or "", text.rows.get(row, row), choices)
