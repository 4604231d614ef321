"""What a person may answer for each kind of question, and how it is written down."""

from datetime import date

import pytest

from form_layouts.questionnaire import Question
from service.review import values
from service.review.values import AnswerUnlikely, AnswerUnusable, checked

SINGLE = Question(id="q", kind="single", choices={"a": 1, "b": 2}, missing={"no_answer_box": -7})
MULTIPLE = Question(id="q", kind="multiple", choices={"a": 1, "b": 2}, at_most=1, missing={"no_answer_box": -7})
NUMBER = Question(id="q", kind="number", digits=3, range=(1, 20))
DATE, CODE, TEXT = (Question.model_validate({"id": "q", "kind": kind}) for kind in ("date", "code", "text"))
COUNTRY, LANGUAGE = (Question(id="q", kind="code", list=name) for name in ("countries", "languages"))


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (SINGLE, 2, 2), (SINGLE, -7, -7), (SINGLE, -4, -4), (SINGLE, -5, -5), (SINGLE, -9, -9),
        (NUMBER, "007", 7), (NUMBER, 12, 12), (NUMBER, " ٢٠ ", 20), (NUMBER, -13, -13),
        (DATE, "04.08.2015", "2015-08-04"), (DATE, "4/8/2015", "2015-08-04"), (DATE, "04082015", "2015-08-04"),
        (DATE, "٠٤.٠٨.٢٠١٥", "2015-08-04"), (DATE, "03.2015", "2015-03"), (DATE, "032015", "2015-03"),
        (DATE, "2015", "2015"), (DATE, "2015-08-04", "2015-08-04"), (DATE, "2015-08", "2015-08"), (DATE, -13, -13),
        (DATE, "29.02.2016", "2016-02-29"),
        (COUNTRY, " Syrien ", "SY"), (COUNTRY, "سوريا", "SY"), (COUNTRY, "Suriye", "SY"), (COUNTRY, "SY", "SY"), (COUNTRY, "sy", "SY"),
        (COUNTRY, "Syrien (SY)", "SY"), (COUNTRY, "Kongo (CD)", "CD"), (COUNTRY, "\x00", -9), (COUNTRY, -13, -13), (COUNTRY, -5, -5),
        (LANGUAGE, "Kurmancî", "kmr"), (LANGUAGE, "DE", "de"), (CODE, " Syrien ", "Syrien"), (CODE, -13, -13), (TEXT, "e\u0301\r\nb", "é\nb"), (TEXT, " \n", -9),
        (TEXT, "a\x00b\x1b[1m\x85", "ab[1m"), (CODE, "\x00", -9), (TEXT, "a\tb", "a\tb"), (TEXT, "مركز العمل", "مركز العمل"), (TEXT, "-9", "-9"), (TEXT, -5, -5),
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
        (COUNTRY, "Congo"), (COUNTRY, "Atlantis"), (COUNTRY, "Syr"), (COUNTRY, "Syrien, Türkei"), (COUNTRY, "Syrien (TR)"), (COUNTRY, "-9"), (COUNTRY, 7),
        (COUNTRY, "a\ud800"), (LANGUAGE, "SY"), (LANGUAGE, "ga"), (TEXT, 5), (TEXT, "a\ud800"), (CODE, "\udfff\ud800"), (NUMBER, "\ud800"), (DATE, "\ud800"), (TEXT, "a" * 10_001),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused(question: Question, given: object) -> None:
    with pytest.raises(AnswerUnusable):
        checked(question, ["q"], {"q": given})


TODAY = date(2026, 11, 23)
OF_YEARS = Question(id="q", kind="date", range=(2015, 2020))


class _Clock(date):
    @classmethod
    def today(cls) -> date:  # type: ignore[override]  # a date is enough
        return TODAY


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (NUMBER, "0", 0), (NUMBER, "21", 21), (NUMBER, 999, 999),
        (DATE, "24.11.2026", "2026-11-24"), (DATE, "12.2026", "2026-12"), (DATE, "2027", "2027"),
        (DATE, "31.12.1899", "1899-12-31"), (DATE, "1899", "1899"), (DATE, "04082925", "2925-08-04"),
        (OF_YEARS, "31.12.2014", "2014-12-31"), (OF_YEARS, "2021", "2021"),
    ],
)  # fmt: skip
def test_what_is_unlikely_is_kept_only_as_written(
    monkeypatch: pytest.MonkeyPatch, question: Question, given: object, kept: object
) -> None:
    monkeypatch.setattr(values, "date", _Clock)
    with pytest.raises(AnswerUnlikely) as fault:
        checked(question, ["q"], {"q": given})
    assert fault.value.status == 422
    assert "erwartet war" in fault.value.sentence("de")
    assert checked(question, ["q"], {"q": given}, as_written=True) == {"q": kept}


@pytest.mark.parametrize(
    ("question", "given"),
    [
        (NUMBER, "1"), (NUMBER, "20"), (NUMBER, -5), (DATE, "23.11.2026"), (DATE, "11.2026"), (DATE, "2026"),
        (DATE, "01.01.1900"), (DATE, "1900"), (DATE, -9), (OF_YEARS, "31.12.2020"), (OF_YEARS, "2015"),
    ],
)  # fmt: skip
def test_what_is_expected_needs_no_word(monkeypatch: pytest.MonkeyPatch, question: Question, given: object) -> None:
    monkeypatch.setattr(values, "date", _Clock)
    assert checked(question, ["q"], {"q": given})


def test_as_written_allows_nothing_that_cannot_be() -> None:
    for question, given in ((NUMBER, "1234"), (DATE, "31.02.1850"), (SINGLE, 3), (COUNTRY, "Atlantis")):
        with pytest.raises(AnswerUnusable):
            checked(question, ["q"], {"q": given}, as_written=True)


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


def test_words_that_are_no_code_are_refused_with_what_to_do() -> None:
    for words, english, german in (
        (
            "Congo",
            "several entries of the list are called so (CD, CG)",
            "mehrere Einträge der Liste heißen so (CD, CG)",
        ),
        ("Atlantis", "the list has no such entry", "die Liste hat keinen solchen Eintrag"),
    ):
        with pytest.raises(AnswerUnusable) as fault:
            checked(COUNTRY, ["q"], {"q": words})
        assert english in fault.value.sentence("en")
        assert german in fault.value.sentence("de")
