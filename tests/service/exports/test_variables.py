"""Names that every statistics program takes, and versions that fit into one file."""

from pathlib import Path

import pytest

from form_layouts.catalogue import EXAMPLES
from form_layouts.form_folder import load_form_folder
from form_layouts.questionnaire import Question, Questionnaire
from service.exports.variables import (
    NAME_CHARACTERS,
    CodeReused,
    NameTooLong,
    NameTwice,
    VersionsDoNotPool,
    assert_codes_kept,
    pooled,
)
from tests.service.seeds import SMALL


def _asked(*questions: Question, version: str = "1") -> Questionnaire:
    return Questionnaire(questionnaire="small", version=version, questions=questions)


def _single(name: str) -> Question:
    return Question(id=name, kind="single", choices={"yes": 1})


def test_every_column_of_the_forms_that_ship_has_a_short_name_of_its_own() -> None:
    asked = [load_form_folder(folder).questionnaire for folder in sorted((EXAMPLES / "arrival-needs").iterdir())]
    names = [name for variable in pooled(asked) for name in variable.names]
    assert max(map(len, names)) <= NAME_CHARACTERS
    assert len({name.lower() for name in names}) == len(names)
    assert "offices_migration_counsell_marks" in names


@pytest.mark.parametrize("name", ["case", "version", "language", "housing_q", "housing_marks"])
def test_a_question_named_like_another_column_is_refused(name: str) -> None:
    with pytest.raises(NameTwice):
        pooled([_asked(_single("housing"), _single(name))])


def test_a_variable_that_is_too_long_is_refused() -> None:
    grid = Question(id="a" * 20, kind="grid", rows=("b" * 12,), choices={"yes": 1})
    with pytest.raises(NameTooLong):
        pooled([_asked(grid)])


def test_a_variable_of_another_kind_in_another_version_is_refused() -> None:
    text = Question(id="housing", kind="text")
    with pytest.raises(VersionsDoNotPool) as fault:
        pooled([_asked(_single("housing")), _asked(text, version="2")])
    assert "housing single" in str(fault.value)
    assert "housing text" in str(fault.value)


def test_a_choice_that_means_something_else_in_another_version_is_refused() -> None:
    first = Question(id="needs", kind="multiple", choices={"work": 1})
    second = Question(id="needs", kind="multiple", choices={"doctor": 1})
    with pytest.raises(VersionsDoNotPool):
        pooled([_asked(first), _asked(second, version="2")])


ONE = Question(id="q", kind="single", choices={"flat": 1, "hotel": 3}, missing={"no_answer_box": -7})
GRID = Question(id="q", kind="grid", rows=("office",), choices={"known": 1, "used": 2})
OTHERWISE = [
    (ONE, {"choices": {"flat": 1, "tent": 3}}, ("3 = hotel", "3 = tent")),
    (ONE, {"choices": {"flat": 1, "hotel": 4}}, ("3 = hotel", "4 = hotel")),
    (ONE, {"choices": {"flat": 3, "hotel": 1}}, ("3 = hotel", "3 = flat")),
    (ONE, {"missing": {"no_answer_box": -8}}, ("-7 = no_answer_box", "-8 = no_answer_box")),
    (ONE, {"missing": {"dont_know_box": -7}}, ("-7 = no_answer_box", "-7 = dont_know_box")),
    (GRID, {"choices": {"known": 2, "used": 1}}, ("2 = used", "2 = known")),
]


@pytest.mark.parametrize(("question", "changed", "said"), OTHERWISE)
def test_a_code_that_means_something_else_in_another_version_is_refused(
    question: Question, changed: dict[str, object], said: tuple[str, str]
) -> None:
    first, between = _asked(question), _asked(_single("other"), version="2")
    new = _asked(question.model_copy(update=changed), version="3")
    with pytest.raises(VersionsDoNotPool) as fault:
        pooled([first, between, new])
    with pytest.raises(CodeReused) as reused:
        assert_codes_kept([first, between], new)
    for text in said:
        assert text in fault.value.sentence("de")
        assert text in reused.value.sentence("de")
        assert text in str(reused.value)


def test_a_code_is_held_against_every_earlier_version() -> None:
    first, second, third = (
        _asked(ONE.model_copy(update={"choices": choices}), version=str(number))
        for number, choices in enumerate(({"flat": 1}, {"flat": 1, "tent": 4}, {"flat": 1, "hut": 4}), start=1)
    )
    with pytest.raises(VersionsDoNotPool):
        pooled([first, second, third])
    with pytest.raises(CodeReused):
        assert_codes_kept([first, second], third)


@pytest.mark.parametrize("folder", [EXAMPLES / "arrival-needs", SMALL])
def test_the_versions_that_ship_keep_their_codes(folder: Path) -> None:
    versions = [load_form_folder(version).questionnaire for version in sorted(folder.iterdir())]
    for place, version in enumerate(versions):
        assert_codes_kept(versions[:place], version)
    assert pooled(versions)
