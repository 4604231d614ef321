"""What ink outside the fields means for answers: who wrote beside a question may have answered it there."""

from __future__ import annotations

from collections.abc import Mapping

from form_layouts.questionnaire import Question, Questionnaire
from omr.notes.question_zones import Near
from omr.reading import NOT_ANSWERED, Answer, MarkReading, Marks


def beside_notes(answers: dict[str, Answer], marks: Marks, near: Near, asked: Questionnaire) -> dict[str, Answer]:
    """The answers without those that ink beside them may change, each with the reason `stray_ink`.

    A question that looks unanswered waits where there is ink in its zone; an answered one only where the label of
    another choice is inked: circled instead of ticked, or struck.
    """
    held = dict(answers)
    for question in asked.questions:
        for variable, answer in answers.items():
            if not answer.accepted or variable not in question.variables:
                continue
            zone = variable if question.kind == "grid" else question.id
            touched = [choice for choice in question.boxes if (question.id, choice) in near.labels]
            inked = [choice for choice in touched if _is_open(marks, variable, choice)]
            if any(boxes.get(c, ("",))[0] == "marked" for boxes in _marks_of(question, marks) for c in touched):
                inked = []  # a ring round the label of what is ticked reaches its neighbours' lines
            if inked or (answer.value == NOT_ANSWERED and zone in near.variables):
                held[variable] = _waiting(answer, question, inked)
    return held


def _marks_of(question: Question, marks: Marks) -> list[Mapping[str, MarkReading]]:
    """The question's boxes, variable by variable; missing boxes of a `multiple` stand under its own id."""
    return [marks[name] for name in dict.fromkeys((*question.variables, question.id)) if name in marks]


def _is_open(marks: Marks, variable: str, choice: str) -> bool:
    """Whether the choice stands under this variable, and its box is not marked."""
    boxes = marks.get(variable, {})
    return choice in boxes and boxes[choice][0] != "marked"


def _waiting(answer: Answer, question: Question, inked: list[str]) -> Answer:
    several = question.kind == "multiple"
    codes = [1 if several else question.boxes[choice] for choice in inked]
    known = () if answer.value is None else (answer.value,)
    return Answer(value=None, accepted=False, confidence=0.5, candidates=(*known, *codes), reasons=("stray_ink",))
