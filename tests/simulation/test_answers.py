"""Random answers and their truth: that they agree with the questionnaire and with each other."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.layout import Layout
from simulation.answers import FilledForm, Mark, random_answers
from simulation.hand import CLEAR, MIX, Hand, draw_hand
from simulation.truth import ScannedPage, submission, values, variable_of

ROOT = Path(__file__).resolve().parents[2]
FORMS = (ROOT / "form_layouts/examples/arrival-needs/2025-08", ROOT / "tests/forms/everyday/1")
EMPTY = Layout(questionnaire="q", version="1", edition=1, language="de", page_size=(210, 297), pages=())


@pytest.fixture(scope="module", params=FORMS, ids=lambda path: path.parent.name)
def folder(request: pytest.FixtureRequest) -> FormFolder:
    return load_form_folder(Path(request.param))


def _people(folder: FormFolder, count: int = 60) -> list[FilledForm]:
    people = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        people.append(random_answers(folder.questionnaire, "de", draw_hand(MIX, rng), rng))
    return people


def test_truth_has_exactly_the_variables_of_the_questionnaire(folder: FormFolder) -> None:
    """A variable that the truth lacks is never checked, one too many always wrong."""
    expected = [variable for question in folder.questionnaire.questions for variable in question.variables]
    for filled in _people(folder, 5):
        truth = submission(filled, EMPTY, 3, [ScannedPage("a.pdf", 0, 1, 180)])
        assert list(truth["answers"]) == expected
        assert truth["copy"] == 3
        assert truth["pages"] == [{"file": "a.pdf", "index": 0, "page": 1, "rotation": 180, "findings": []}]


def test_every_box_has_a_state_under_its_variable(folder: FormFolder) -> None:
    """Boxes that are missing from the truth would not count as silent errors."""
    for filled in _people(folder, 10):
        truth = submission(filled, EMPTY, None, [])
        boxes = sum(len(states) for states in truth["marks"].values())
        assert boxes == sum(len(q.boxes) * max(1, len(q.rows)) for q in folder.questionnaire.questions)
        for mark in filled.marks:
            variable = variable_of(folder.questionnaire.question(mark.question), mark.row, mark.choice)
            assert truth["marks"][variable][mark.choice] == [mark.state, 1.0]
            assert truth["styles"][variable][mark.choice] == mark.style


def test_answers_obey_the_questionnaire(folder: FormFolder) -> None:
    """Answers that no form allows would be sent to review for the wrong reason."""
    for filled in _people(folder):
        for question in folder.questionnaire.questions:
            for row in question.rows or (None,):
                chosen = filled.chosen(question.id, row)
                assert len(chosen) <= (question.at_most or 99 if question.kind == "multiple" else 1)
                assert len(chosen) == 1 or not set(chosen) & set(question.missing)
            if question.id in filled.written:
                assert all(choice in filled.chosen(owner) for owner, choice in question.only_if.items())
                value = filled.written[question.id].value
                if question.range:
                    assert question.range[0] <= int(value) <= question.range[1]
                if question.kind == "date":
                    datetime.date.fromisoformat(str(value))


def test_people_leave_out_about_six_percent(folder: FormFolder) -> None:
    """Without blanks, nothing tests that a blank is read as a blank."""
    asked = [q for q in folder.questionnaire.questions if q.kind in ("single", "multiple") and not q.only_if]
    left_out = [not filled.chosen(question.id) for filled in _people(folder, 300) for question in asked]
    assert 0.03 < float(np.mean(left_out)) < 0.09


def test_the_mix_of_styles_is_the_stated_one() -> None:
    """Benchmarks state the mix: fewer hard marks than stated would flatter the reader."""
    people = _people(load_form_folder(FORMS[0]), 400)
    marks = [mark for filled in people for mark in filled.marks if mark.state == "marked"]
    share = {
        style: float(np.mean([mark.style == style for mark in marks])) for style in ("cross", "beside", "corrected")
    }
    assert share["cross"] == pytest.approx(0.62, abs=0.06)
    assert share["beside"] == pytest.approx(0.03, abs=0.01)
    assert share["corrected"] == pytest.approx(0.04, abs=0.01)


def test_a_correction_is_cancelled_here_and_marked_there(folder: FormFolder) -> None:
    """The blackened box of a correction is no answer, and the crossed one is."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        filled = random_answers(folder.questionnaire, "de", draw_hand(CLEAR, rng), rng, correct=True)
        wrong, right = (mark for mark in filled.marks if mark.style == "corrected")
        assert (wrong.state, right.state) == ("cancelled", "marked")
        assert (wrong.question, wrong.row) == (right.question, right.row)
        truth = submission(filled, EMPTY, None, [])
        question = folder.questionnaire.question(wrong.question)
        assert truth["marks"][variable_of(question, wrong.row, wrong.choice)][wrong.choice] == ["cancelled", 1.0]
        assert truth["marks"][variable_of(question, right.row, right.choice)][right.choice] == ["marked", 1.0]
        if question.kind == "multiple" and right.choice in question.choices and wrong.choice in question.choices:
            assert values(filled)[f"{question.id}_{question.choices[wrong.choice]}"] == 0
        elif question.kind == "single":
            assert values(filled)[question.id] == question.boxes[right.choice]


def test_codes_of_blanks_and_missing_boxes() -> None:
    """-9 is a blank, a missing box gives its own code, and a choice that was not marked is 0 only beside one that was."""
    questionnaire = load_form_folder(FORMS[1]).questionnaire
    marks = (Mark("transport", None, "no_answer_box", "cross"), Mark("leisure", None, "sport", "cross"))
    found = values(FilledForm(questionnaire, "de", Hand(), marks, {}))
    assert found["transport"] == -7
    assert [found[f"leisure_{code}"] for code in (1, 2, 3, 4)] == [0, 1, 0, 0]
    assert found["places_park"] == found["persons"] == found["wish"] == -9
