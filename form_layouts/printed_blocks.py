"""What is printed, in order: the opening, the numbered questions with their choices, the thanks."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

from form_layouts.questionnaire import DATE_DIGITS, Question, Questionnaire, Wording

RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku-Arab", "prs", "ps", "sd", "syr", "ug", "ur", "yi"}
LARGE_LETTERS = RIGHT_TO_LEFT | {"am", "ti", "tig"}
"""Scripts whose letters are as legible at 14 pt as Latin ones at 12 pt: Arabic and its kin, Ethiopic."""
NARROW_LABEL = 2
"""Letters of a column heading that still stand over its boxes in a half-width table."""
NARROW_CHOICES = 4
"""Columns of a half-width table that leave room for the text of its rows."""
NARROW_DIGITS = 9
"""Comb cells that fit in half the width."""
TALL_TEXT = 3
"""Writing lines from which a text question takes the whole width."""


def is_right_to_left(language: str) -> bool:
    return language in RIGHT_TO_LEFT or language.split("-")[0] in RIGHT_TO_LEFT


def text_size(language: str) -> int:
    """Size of the main text in points."""
    return 14 if language in LARGE_LETTERS or language.split("-")[0] in LARGE_LETTERS else 12


def printed_blocks(questionnaire: Questionnaire, wording: Wording) -> list[dict[str, Any]]:
    """The template's blocks: plain data, ready for JSON."""
    blocks: list[dict[str, Any]] = []
    if questionnaire.first_page:
        blocks.append({"type": "opening", "id": "opening", "wide": True})
    numbers = _numbers(questionnaire)
    for question in questionnaire.questions:
        if question.id in numbers:
            blocks.append(_question(questionnaire, wording, question, numbers[question.id]))
    if wording.form.thanks:
        blocks.append({"type": "thanks", "id": "thanks", "wide": True})
    return blocks


def _numbers(questionnaire: Questionnaire) -> dict[str, str]:
    """The printed number of each question: 1, 2a, 2b.  A text on the line of a choice has none."""
    parts: dict[str, list[str]] = {}
    for question in questionnaire.questions:
        if questionnaire.asked_with(question) is None:
            parts.setdefault(question.part_of or question.id, []).append(question.id)
    numbers = {}
    for number, members in enumerate(parts.values(), start=1):
        for index, name in enumerate(members):
            letter = ascii_lowercase[index % 26] * (index // 26 + 1)
            numbers[name] = f"{number}{letter}" if len(members) > 1 else str(number)
    return numbers


def _question(questionnaire: Questionnaire, wording: Wording, question: Question, number: str) -> dict[str, Any]:
    text = wording.questions[question.id]
    hints = [text.hint] if text.hint else []
    if question.at_most:
        hints.append(wording.form.at_most.replace("{n}", str(question.at_most)))
    elif question.kind == "multiple" and wording.form.several:
        hints.append(wording.form.several)
    other = _other_choice(questionnaire, question)
    labels = {**text.choices, **text.missing}
    return {
        "type": "question",
        "id": question.id,
        "kind": question.kind,
        "number": number,
        "text": text.text,
        "hint": " ".join(hints),
        "wide": _is_wide(questionnaire, question, labels),
        "choices": [
            {
                "choice": name,
                "label": labels[name],
                "other": question.other if name == other else None,
                "missing": name in question.missing,
            }
            for name in question.boxes
        ],
        "rows": [{"row": row, "label": text.rows[row]} for row in question.rows],
        "digits": list(DATE_DIGITS) if question.kind == "date" else [question.digits or 0],
        "lines": question.lines,
    }


def _other_choice(questionnaire: Questionnaire, question: Question) -> str | None:
    if question.other is None:
        return None
    asked = questionnaire.asked_with(questionnaire.question(question.other))
    return asked[1] if asked else None


def _is_wide(questionnaire: Questionnaire, question: Question, labels: dict[str, str]) -> bool:
    if questionnaire.columns == 1:
        return True
    if question.kind == "grid":
        return len(labels) > NARROW_CHOICES or any(len(label) > NARROW_LABEL for label in labels.values())
    if question.kind == "number":
        return (question.digits or 0) > NARROW_DIGITS
    return question.kind == "text" and question.lines >= TALL_TEXT
