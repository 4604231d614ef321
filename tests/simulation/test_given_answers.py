"""Given answers: that they, and nothing else, come to stand on paper, and that impossible ones are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from form_layouts.form_folder import FormFolder, load_form_folder
from simulation.answers import FilledForm
from simulation.given import ContradictoryAnswers, ImpossibleAnswer, UnknownVariable, given_answers
from simulation.hand import Hand
from simulation.truth import values
from tests.omr.sheets import EVERYDAY, Done, crosscheck

FORM = {"questionnaire": "everyday", "version": "1"}
BLANK = {
    "transport": -9, "transport_other": -9, "leisure_1": -9, "leisure_2": -9, "leisure_3": -9, "leisure_4": -9,
    "persons": -9, "moved_in": -9, "origin": -9, "places_park": -9, "places_library": -9, "places_pool": -9, "wish": -9,
}  # fmt: skip
FIRST = {
    **BLANK, "transport": 90, "transport_other": "mit dem Roller", "leisure_1": 0, "leisure_2": 1, "leisure_3": 0,
    "leisure_4": 1, "persons": 4, "moved_in": "2019-03-07", "origin": "Syrien", "places_park": 3, "places_pool": 1,
}  # fmt: skip
SECOND = {**BLANK, "transport": -7, "places_library": 2}


@pytest.fixture(scope="module")
def folder() -> FormFolder:
    return load_form_folder(EVERYDAY)


def given(folder: FormFolder, answers: dict[str, Any], line: int = 3) -> FilledForm:
    return given_answers(folder.questionnaire, answers, Hand(), np.random.default_rng(0), language="de", line=line)


def answers_file(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def simulated(answers: Path, out: Path, *options: object, messages: str = "en") -> Done:
    return crosscheck("simulate", EVERYDAY, "--answers", answers, "-o", out, *options, messages=messages)


def truth_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


def plain(line: dict[str, Any]) -> dict[str, Any]:
    return {variable: answer["value"] for variable, answer in line["answers"].items()}


def test_given_answers_come_back_from_the_reader(tmp_path: Path) -> None:
    """Every accepted answer is the given one, every box question is accepted, and writing is seen where it was given."""
    file = answers_file(
        tmp_path / "given.jsonl",
        {"kind": "blank", "format": 1, "file": "a.pdf", "index": 0},
        {**FORM, "language": "de", "answers": {name: {"value": value} for name, value in FIRST.items()}},
        {**FORM, "answers": {name: value for name, value in SECOND.items() if value != -9}},
    )
    assert simulated(file, tmp_path / "out", "--lang", "de", "--seed", 4).code == 0
    truth = truth_of(tmp_path / "out")
    assert [plain(line) for line in truth] == [FIRST, SECOND]
    assert truth[0]["list_codes"] == {"origin": "SY"}
    read = crosscheck("read", tmp_path / "out" / "scan-0001.pdf", "--forms", EVERYDAY, "--no-ocr").lines
    by_page = {line["pages"][0]["index"]: line for line in read}
    for true in truth:
        line = by_page[true["pages"][0]["index"]]
        expected = {
            name: None if isinstance(value, str) or (name == "persons" and value != -9) else value
            for name, value in plain(true).items()
        }
        assert plain(line) == expected
        assert all(
            line["answers"][name]["reasons"] == ["handwriting"] for name, value in expected.items() if value is None
        )


def test_the_truth_can_be_filled_in_again(tmp_path: Path) -> None:
    """In the file's order; a line without language once in each."""
    first = {**FORM, "language": "fa", "answers": {"transport": 2}}
    file = answers_file(tmp_path / "given.jsonl", first, {**FORM, "answers": {"places_park": 1}})
    assert simulated(file, tmp_path / "a", "--lang", "de,fa").code == 0
    truth = truth_of(tmp_path / "a")
    assert [line["language"] for line in truth] == ["fa", "de", "fa"]
    assert simulated(tmp_path / "a" / "truth.jsonl", tmp_path / "b", "--lang", "de,fa", "--seed", 9).code == 0
    assert [(line["language"], plain(line)) for line in truth_of(tmp_path / "b")] == [
        (line["language"], plain(line)) for line in truth
    ]


def test_a_missing_code_ticks_its_box(folder: FormFolder) -> None:
    """A reason for no answer is a mark too; no answer at all is none."""
    filled = given(folder, {"transport": -7, "places_park": -9, "leisure_1": None})
    assert [(mark.question, mark.choice) for mark in filled.marks] == [("transport", "no_answer_box")]
    assert values(filled) == {**BLANK, "transport": -7}


def test_a_missing_code_in_every_choice_ticks_the_one_box_of_a_multiple(folder: FormFolder) -> None:
    """A multiple question has one such box, but a variable for each choice."""
    questions = tuple(
        q.model_copy(update={"missing": {"no_answer_box": -7}}) if q.id == "leisure" else q
        for q in folder.questionnaire.questions
    )
    form = folder.questionnaire.model_copy(update={"questions": questions})
    meant = {f"leisure_{code}": -7 for code in (1, 2, 3, 4)}
    filled = given_answers(form, meant, Hand(), np.random.default_rng(0))
    assert filled.chosen("leisure") == ["no_answer_box"]
    assert values(filled) == {**BLANK, **meant}


def test_numbers_and_dates_are_written_as_they_stand_in_combs(folder: FormFolder) -> None:
    filled = given(folder, {"persons": 4, "moved_in": "2019-03-07"})
    assert (filled.written["persons"].text, filled.written["moved_in"].text) == (" 4", "07032019")
    filled = given(folder, {"moved_in": "    2019"})
    assert (filled.written["moved_in"].text, filled.written["moved_in"].value) == ("    2019", "    2019")


def test_an_unknown_variable_is_refused_in_both_languages(folder: FormFolder) -> None:
    with pytest.raises(UnknownVariable) as refused:
        given(folder, {"transprot": 2})
    english, german = refused.value.sentence("en"), refused.value.sentence("de")
    assert english.startswith("Line 3 of the answers: everyday 1 has no variable 'transprot' (its value is 2)")
    assert german.startswith("Zeile 3 der Antworten: everyday 1 hat keine Variable „transprot“")
    assert "transport, transport_other, leisure_1" in english
    assert "transport, transport_other, leisure_1" in german


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("transport", 5, "1 (foot), 2 (bicycle), 3 (bus), 4 (car), 90 (other), -7 (no_answer_box); -9 "),
        ("transport", "2", "2 (bicycle)"),
        ("transport", True, "2 (bicycle)"),
        ("places_park", -7, "1 (never), 2 (sometimes), 3 (often); -9 "),
        ("leisure_2", 2, "1, 0; -9 "),
        ("persons", 100, "0 … 99; -9 "),
        ("persons", -7, "0 … 99; -9 "),
        ("moved_in", "2019-02-30", "2024-03-14"),
        ("wish", " ", "-9 "),
        ("wish", {"text": "a"}, "-9 "),
    ],
)
def test_an_impossible_value_is_refused_in_both_languages(
    folder: FormFolder, variable: str, value: object, allowed: str
) -> None:
    with pytest.raises(ImpossibleAnswer) as refused:
        given(folder, {variable: value})
    shown = json.dumps(value)
    assert refused.value.sentence("en").startswith(f"Line 3 of the answers: '{variable}' cannot be {shown}. Allowed: ")
    assert refused.value.sentence("de").startswith(f"Zeile 3 der Antworten: „{variable}“ kann nicht {shown} sein. ")
    assert allowed in refused.value.sentence("en")
    assert allowed in refused.value.sentence("de")


@pytest.mark.parametrize("codes", [{"leisure_1": 0, "leisure_2": 0}, {"leisure_1": 1, "leisure_2": -9}])
def test_choices_that_no_marks_give_are_refused(folder: FormFolder, codes: dict[str, int]) -> None:
    """Their truth would be another: without a mark a reader says -9 in each."""
    with pytest.raises(ContradictoryAnswers, match="leisure_1"):
        given(folder, codes)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({**FORM, "answers": {"transport": 5}}, "Zeile 1 der Antworten: „transport“ kann nicht 5 sein."),
        ({**FORM, "version": "2", "answers": {}}, "Zeile 1 der Antworten gehört zu everyday 2;"),
        ({**FORM, "language": "uk", "answers": {}}, "Zeile 1 der Antworten hat die Sprache „uk“"),
        ({"answers": {}}, "Zeile 1 der Antworten ist kein ausgefüllter Bogen."),
        ({"kind": "cover"}, "enthält keinen ausgefüllten Bogen."),
    ],
)
def test_answers_that_cannot_be_filled_in_are_refused_before_anything_is_printed(
    tmp_path: Path, line: object, said: str
) -> None:
    done = simulated(answers_file(tmp_path / "a.jsonl", line), tmp_path / "out", "--lang", "de", messages="de")
    assert done.code == 2
    assert said in done.said
    assert not (tmp_path / "out").exists()


def test_files_and_options_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    file = answers_file(tmp_path / "a.jsonl", {**FORM, "answers": {}})
    assert "leave out --copies" in simulated(file, out, "--lang", "de", "--copies", 2).said
    assert "cannot be read" in simulated(tmp_path / "none.jsonl", out, "--lang", "de").said
    done = crosscheck("simulate", EVERYDAY, "--lang", ",", "-o", out)
    assert done.code == 2
    assert "at least one language" in done.said
    assert not out.exists()


def test_the_mix_of_marks_goes_beyond_clear_ones(tmp_path: Path) -> None:
    """The same answers with doubtful marks: the truth stays the given one."""
    answers = {**FIRST, "places_library": 2}
    file = answers_file(tmp_path / "a.jsonl", *[{**FORM, "answers": answers}] * 12)
    styles = {}
    for marks in ("clear", "mix"):
        assert simulated(file, tmp_path / marks, "--lang", "de", "--marks", marks).code == 0
        truth = truth_of(tmp_path / marks)
        assert [plain(line) for line in truth] == [answers] * 12
        styles[marks] = {style for line in truth for boxes in line["styles"].values() for style in boxes.values()}
    assert styles["clear"] <= {"cross", "tick", "fill", "corrected"}
    assert styles["mix"] - {"cross", "tick", "fill", "corrected"}
