"""What a person may answer for each kind of question, and how it is written down."""

import pytest

from form_layouts.questionnaire import Question
from service.review.values import AnswerUnusable, checked

SINGLE = Question(id="q", kind="single", choices={"a": 1, "b": 2}, missing={"no_answer_box": -7})
MULTIPLE = Question(id="q", kind="multiple", choices={"a": 1, "b": 2}, at_most=1, missing={"no_answer_box": -7})
NUMBER = Question(id="q", kind="number", digits=3, range=(1, 20))
DATE, CODE, TEXT = (Question.model_validate({"id": "q", "kind": kind}) for kind in ("date", "code", "text"))


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (SINGLE, 2, 2), (SINGLE, -7, -7), (SINGLE, -4, -4), (SINGLE, -5, -5), (SINGLE, -9, -9),
        (NUMBER, "007", 7), (NUMBER, 12, 12), (NUMBER, " ٣٤ ", 34), (NUMBER, "999", 999), (NUMBER, -13, -13),
        (DATE, "04.08.2015", "2015-08-04"), (DATE, "4/8/2015", "2015-08-04"), (DATE, "04082015", "2015-08-04"),
        (DATE, "٠٤.٠٨.٢٠١٥", "2015-08-04"), (DATE, "03.2015", "2015-03"), (DATE, "032015", "2015-03"),
        (DATE, "2015", "2015"), (DATE, "2015-08-04", "2015-08-04"), (DATE, "2015-08", "2015-08"), (DATE, -13, -13),
        (DATE, "29.02.2016", "2016-02-29"),
        (CODE, " Syrien ", "Syrien"), (CODE, -13, -13), (TEXT, "e\u0301\r\nb", "é\nb"), (TEXT, " \n", -9),
        (TEXT, "مركز العمل", "مركز العمل"), (TEXT, "-9", "-9"), (TEXT, -5, -5),
    ],
)  # fmt: skip
def test_answers_are_kept_in_one_way_of_writing(question: Question, given: object, kept: object) -> None:
    assert checked(question, ["q"], {"q": given}) == {"q": kept}


@pytest.mark.parametrize(
    ("question", "given"),
    [
        (SINGLE, 3), (SINGLE, "1"), (SINGLE, True), (SINGLE, None), (SINGLE, -13), (SINGLE, -8), (SINGLE, 1.0),
        (SINGLE, -6), (SINGLE, -11), (SINGLE, -12), (TEXT, -6), (TEXT, -12), (NUMBER, -4), (TEXT, -4),
        (NUMBER, "1234"), (NUMBER, ""), (NUMBER, "4,5"), (NUMBER, "²"), (NUMBER, "-9"), (NUMBER, 4000),
        (DATE, "31.02.2015"), (DATE, "13.2015"), (DATE, "15"), (DATE, "gestern"), (DATE, 2015), (DATE, "00.00.2015"),
        (TEXT, 5), (TEXT, "a\x00b"), (TEXT, "a" * 10_001),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused(question: Question, given: object) -> None:
    with pytest.raises(AnswerUnusable):
        checked(question, ["q"], {"q": given})


def test_several_choices_are_marked_or_not_or_all_missing_alike() -> None:
    both = ["q_1", "q_2"]
    assert checked(MULTIPLE, both, {"q_1": 1, "q_2": 1}) == {
        "q_1": 1,
        "q_2": 1,
    }  # more than at_most: warned, not refused
    assert checked(MULTIPLE, both, {"q_1": 0, "q_2": 0}) == {"q_1": -9, "q_2": -9}
    assert checked(MULTIPLE, both, {"q_1": -7, "q_2": -7}) == {"q_1": -7, "q_2": -7}
    for given in ({"q_1": 1}, {"q_1": 1, "q_2": -9}, {"q_1": 2, "q_2": 0}, {"q_1": -4, "q_2": -4}, {"q_1": "1", "q_2": 0}, {"q_1": 1, "q_2": 0, "r": 0}):  # fmt: skip
        with pytest.raises(AnswerUnusable):
            checked(MULTIPLE, both, given)
