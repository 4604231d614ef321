"""What is asked: questions, choices with codes, filters, and their wording in every language."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["single", "multiple", "grid", "number", "date", "code", "text"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
DATE_DIGITS = (2, 2, 4)
"""Comb cells of a date: day, month, year."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Model):
    """One thing asked.  Its id, and the codes of its choices, are never reused or renamed."""

    id: Identifier
    kind: Kind
    choices: dict[Identifier, Annotated[int, Field(ge=0)]] = {}
    missing: dict[Identifier, Annotated[int, Field(lt=0)]] = {}
    """Boxes that say why there is no answer, such as no_answer_box: -7."""
    rows: tuple[Identifier, ...] = ()
    at_most: Annotated[int, Field(ge=1)] | None = None
    other: str | None = None
    """The text question that takes what is written beside the choice `other`."""
    only_if: dict[str, str] = {}
    digits: Annotated[int, Field(ge=1, le=12)] | None = None
    range: tuple[int, int] | None = None
    list: str | None = None
    lines: Annotated[int, Field(ge=1, le=20)] = 1
    part_of: str | None = None
    """The question whose number it shares: 10a, 10b."""

    @property
    def variables(self) -> dict[str, str | None]:
        """The variables it gives, each with the choice (multiple) or row (grid) it stands for."""
        if self.kind == "multiple":
            return {f"{self.id}_{code}": choice for choice, code in self.choices.items()}
        if self.kind == "grid":
            return {f"{self.id}_{row}": row for row in self.rows}
        return {self.id: None}

    @property
    def boxes(self) -> dict[str, int]:
        """Every box of the question, or of each of its rows: choices, then missing boxes, with their codes."""
        return {**self.choices, **self.missing}


class Questionnaire(_Model):
    """One version of a questionnaire, without its wording."""

    format: Literal[1] = 1
    questionnaire: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=12)]
    first_page: bool = False
    """Print the opening: voluntary, how to mark, warm-up box, privacy."""
    copy_numbers: bool = True
    """Each copy carries a number and a slip; false for an anonymous form."""
    columns: Literal[1, 2] = 1
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    def question(self, name: str) -> Question:
        """The question with this id; KeyError where there is none."""
        for question in self.questions:
            if question.id == name:
                return question
        raise KeyError(name)

    def asked_with(self, question: Question) -> tuple[Question, str] | None:
        """For a text asked on the line of a choice: that question and its choice."""
        for owner in self.questions:
            if owner.other == question.id:
                return owner, question.only_if.get(owner.id, "other")
        return None


class QuestionText(_Model):
    """One question's wording in one language."""

    text: Annotated[str, Field(min_length=1)]
    label: str | None = None
    """A short form for data files, where `text` has more than 80 characters."""
    hint: str | None = None
    choices: dict[str, str] = {}
    missing: dict[str, str] = {}
    rows: dict[str, str] = {}


class FormPhrases(_Model):
    """What stands on the form beside the questions.  A phrase that is absent is not printed."""

    subtitle: str = ""
    voluntary: tuple[str, ...] = ()
    how_to_mark: str = ""
    mark_right: str = ""
    mark_wrong: str = ""
    mark_corrected: str = ""
    pen: str = ""
    warm_up: str = ""
    privacy_title: str = ""
    privacy: str = ""
    privacy_own: str = ""
    stamp: str = ""
    at_most: str = ""
    several: str = ""
    page: str = "{page} / {pages}"
    copy_number: Annotated[str, Field(alias="copy")] = "{copy}"
    thanks: str = ""
    slip: str = ""
    draft: str = ""


class Wording(_Model):
    """A questionnaire's wording in one language: one file, text.<language>.yaml."""

    format: Literal[1] = 1
    status: Annotated[str, Field(pattern=r"^(unproofed|proofed by .+)$")]
    edition: Annotated[int, Field(ge=1, le=99)] = 1
    title: Annotated[str, Field(min_length=1)]
    form: FormPhrases = FormPhrases()
    questions: dict[str, QuestionText]

    @property
    def proofed(self) -> bool:
        return self.status != "unproofed"
