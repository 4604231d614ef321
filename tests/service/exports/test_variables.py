"""Names that every statistics program takes, and versions that fit into one file."""

import pytest

from form_layouts.catalogue import EXAMPLES
from form_layouts.form_folder import load_form_folder
from form_layouts.questionnaire import Question, Questionnaire
from service.exports.variables import NAME_CHARACTERS, NameTooLong, NameTwice, VersionsDoNotPool, pooled


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
