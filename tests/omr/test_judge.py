"""Rules that turn marks into answers, with scores given by the test."""

from form_layouts.questionnaire import Question, Questionnaire
from omr.checkboxes import BoxScore
from omr.judge import judge
from omr.reading import Answer

CROSS = {
    "line": 0.8,
    "coverage": 0.35,
    "core": 0.4,
    "gap": 0.2,
    "extent_mm": (3.4, 3.4),
    "darkness": 0.9,
    "mark_mm": (4.4, 4.4),
    "mark_mm2": 6.0,
    "inside": 0.9,
}
DOT = {
    "line": 0.2,
    "coverage": 0.03,
    "core": 0.06,
    "extent_mm": (0.9, 0.9),
    "darkness": 0.9,
    "mark_mm": (0.9, 0.9),
    "mark_mm2": 0.6,
    "inside": 1.0,
}
EMPTY = {"line": 0.004}
NEEDS = Question(
    id="needs", kind="multiple", at_most=1, choices={"a": 1, "b": 2, "c": 3}, missing={"none": -8, "no_answer_box": -7}
)


def answers(**boxes: dict[str, object]) -> dict[str, Answer]:
    """The question `needs` with these scores, every other box empty."""
    scores = [
        BoxScore(
            question="needs",
            choice=choice,
            row=None,
            box=(20.0, 20.0 + 30 * number, 5.0, 5.0),
            outline=0.9,
            **boxes.get(choice, EMPTY),
        )
        for number, choice in enumerate(NEEDS.boxes)
    ]
    asked = Questionnaire(questionnaire="q", version="1", questions=(NEEDS,))
    return judge(asked, scores, None, []).answers


def test_one_of_several_leaves_the_others_zero() -> None:
    assert [answers(a=CROSS)[f"needs_{n}"].value for n in (1, 2, 3)] == [1, 0, 0]


def test_too_many_marks_do_not_hide_that_another_box_is_doubtful() -> None:
    read = answers(a=CROSS, b=CROSS, c=DOT)
    assert [read[f"needs_{n}"].reasons for n in (1, 2, 3)] == [("too_many_marks",), ("too_many_marks",), ("dot",)]
    assert not any(answer.accepted for answer in read.values())


def test_two_boxes_for_no_answer_contradict_each_other() -> None:
    read = answers(none=CROSS, no_answer_box=CROSS)
    assert {answer.reasons for answer in read.values()} == {("contradiction",)}


def test_an_answer_and_a_box_for_no_answer_contradict_each_other() -> None:
    read = answers(a=CROSS, none=CROSS)
    assert {answer.reasons for answer in read.values()} == {("contradiction",)}


def test_a_box_for_no_answer_alone_gives_its_code_to_every_variable() -> None:
    assert {answer.value for answer in answers(none=CROSS).values()} == {-8}


def test_a_doubtful_box_leaves_open_whether_the_others_are_unanswered() -> None:
    read = answers(b=DOT)
    assert {answer.reasons for answer in read.values()} == {("dot",)}


def test_all_blank_is_an_accepted_minus_nine_in_each_variable() -> None:
    assert {(answer.value, answer.accepted) for answer in answers().values()} == {(-9, True)}
