"""Rules that turn marks into answers, with scores given by the test."""

import pytest

from form_layouts.layout import TextArea
from form_layouts.questionnaire import Question, Questionnaire
from omr.checkboxes import BoxScore
from omr.judge import AGREEING, ALONE, MOST_CODES, judge
from omr.notes.held_answers import beside_notes
from omr.notes.question_zones import Near
from omr.reading import Answer, Marks
from omr.text import Reading, WritingScore

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


def written(list_name: str | None, *words: str | None) -> Answer:
    """A question with these words in its fields, each read by an engine that is sure; None: it read nothing."""
    question = Question(id="from", kind="code" if list_name else "text", list=list_name)
    area = TextArea(question="from", box=(20.0, 20.0, 80.0, 9.0))
    scores = [WritingScore(area, 5.0, reading=Reading(word, 0.9) if word else None) for word in words]
    return judge(Questionnaire(questionnaire="q", version="1", questions=(question,)), [], None, scores).answers["from"]


@pytest.mark.parametrize(
    ("words", "candidates"),
    [
        ("Syrien", ("SY", "Syrien")),
        ("Svrien", ("SY", "Svrien")),
        ("Afghanisthan", ("AF", "Afghanisthan")),
        ("Jugoslawien", ("BA", "HR", "ME", "MK", "RS", "SI", "XK", "Jugoslawien")),
    ],
)
def test_words_of_a_closed_list_become_its_codes_with_the_words_last(words: str, candidates: tuple[str, ...]) -> None:
    found = written("countries", words).candidates
    assert (found[0], found[-1]) == (candidates[0], candidates[-1])
    assert set(candidates) <= set(found)


def test_two_countries_in_one_field_are_both_suggested() -> None:
    assert set(written("countries", "Syrien und Türkei").candidates[:2]) == {"SY", "TR"}


@pytest.mark.parametrize(
    "words", ["42", "x", "asdf qwer zxcv tyui", "ich weiß es nicht mehr genau", "a" * 3000, "ab " * 500, "UK " * 9]
)
def test_words_that_are_like_no_entry_are_the_only_candidate(words: str) -> None:
    assert written("countries", words).candidates == (words,)


@pytest.mark.parametrize("words", ["Syrien", "Syrien und Türkei", "Korea", "kein Land"])
def test_no_written_country_is_ever_accepted(words: str) -> None:
    answer = written("countries", words)
    assert (answer.value, answer.accepted, answer.reasons) == (None, False, ("handwriting",))


def test_no_more_codes_are_suggested_than_the_reviewer_has_keys_for() -> None:
    assert len(written("countries", "UdSSR").candidates) == MOST_CODES + 1


def test_free_text_is_not_matched_and_kept_in_nfc() -> None:
    assert written(None, "Syrien").candidates == ("Syrien",)
    assert written(None, "Tu\u0308rkei").candidates == ("Türkei",)


def test_a_field_that_was_not_read_leaves_no_half_of_the_words() -> None:
    assert written("countries", "Bosnien und", None).candidates == ()
    assert written("countries", "Bosnien und", "Herzegowina").candidates[0] == "BA"


def two_read(list_name: str | None, first: str, other: str | None) -> Answer:
    """A field that two engines read."""
    question = Question(id="from", kind="code" if list_name else "text", list=list_name)
    area = TextArea(question="from", box=(20.0, 20.0, 80.0, 9.0))
    score = WritingScore(area, 5.0, reading=Reading(first, 0.99, (other,) if other else ()))
    return judge(Questionnaire(questionnaire="q", version="1", questions=(question,)), [], None, [score]).answers[
        "from"
    ]


@pytest.mark.parametrize(
    ("list_name", "first", "other", "agree"),
    [
        (None, "Deutsch kurse", "deutschkurse", True),
        (None, "A\u0308gypten", "\u00c4GYPTEN", True),
        (None, "Deutschkurse", "Deutschkunst", False),
        (None, "Deutschkurse", None, False),
        ("countries", "Philippinen", "Philipinen", True),
        ("countries", "Irak", "Irak", False),
        ("countries", "Philippinen", "Slowenien", False),
        ("countries", "Philippinen", None, False),
    ],
)
def test_engines_that_agree_are_surer_and_nothing_is_accepted(
    list_name: str | None, first: str, other: str | None, agree: bool
) -> None:
    """For a closed list they agree on a code that no other is near: Iraq is one letter from Iran."""
    answer = two_read(list_name, first, other)
    assert (answer.confidence, answer.accepted) == (AGREEING if agree else ALONE, False)


def test_what_the_first_engine_read_is_suggested_first_and_what_the_other_read_after_it() -> None:
    assert two_read(None, "Schule", "Schale").candidates == ("Schule", "Schale")
    assert two_read(None, "Schule", "Schule").candidates == ("Schule",)
    assert two_read("countries", "Philippinen", "Slowenien").candidates == ("PH", "SI", "Philippinen")


def test_choices_whose_labels_are_inked_are_suggested_in_the_order_of_the_question() -> None:
    """Whatever order the notes were found in: the same scan gives the same bytes."""
    asked = Questionnaire(
        questionnaire="q",
        version="1",
        questions=(Question(id="way", kind="single", choices={"d": 4, "a": 1, "c": 3, "b": 2}),),
    )
    marks: Marks = {"way": dict.fromkeys("dacb", ("empty", 0.999))}
    near = Near(frozenset(), frozenset(("way", choice) for choice in "abcd"))
    blank = {"way": Answer(value=-9, accepted=True, confidence=0.999)}
    assert beside_notes(blank, marks, near, asked)["way"].candidates == (-9, 4, 1, 3, 2)
