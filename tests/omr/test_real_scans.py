"""Real paper: five scans of a survey that we did not print.  They lie outside the project, under their own licence."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest

from form_layouts.catalogue import open_catalogue
from omr.debug import DebugWriter
from omr.image import PageImage
from omr.pages import open_scan, page_images
from omr.pipeline import read_page
from omr.reading import PageReading

DATA = Path(__file__).parents[3] / "shared" / "data" / "formscanner-questionnaire"
FORM = Path(__file__).parent.parent / "forms" / "restaurants"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real scans are not here: {DATA}")

CODES = {
    "1": ("sex", {"Female": 1, "Male": 2}),
    "2": ("age", {"Under 25": 1, "25-29": 2, "30-39": 3, "40-49": 4, "50-59": 5, "60 or more": 6}),
    "3": (
        "restaurants",
        {
            "Less than once a week": 1,
            "1 or 2 times a week": 2,
            "3 or 4 times a week": 3,
            "5 or 6 times a week": 4,
            "Every day": 5,
        },
    ),
    **{
        f"4{letter}": (f"agree_{row}", {"Strongly agree": 1, "Agree": 2, "Disagree": 3, "Strongly disagree": 4})
        for letter, row in (("a", "movies"), ("b", "music"), ("c", "reading"))
    },
}
SOURCES = {"Newspapers": 1, "TV": 2, "Radio": 3, "Magazines": 4, "Internet": 5, "Books": 6}
TRUTH = json.loads((DATA / "formscanner_questionnaire.json").read_text())["forms"] if DATA.is_dir() else {}


@cache
def readings() -> dict[str, PageReading]:
    """The five scans, read with a form folder whose blank is the survey's own PDF."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        form = Path(folder) / "restaurants"
        shutil.copytree(FORM, form)
        shutil.copy(DATA / "Questionnaire.pdf", form / "1" / "blank.en.pdf")
        catalogue = open_catalogue([form])
        found = {}
        for path in sorted(DATA.glob("Q*.jpg")):
            (page,) = page_images(open_scan(path))
            assert isinstance(page, PageImage)
            found[path.stem] = read_page(page, catalogue, None, DebugWriter())
        return found


@pytest.mark.parametrize("name", ["Q00001", "Q00002", "Q00003", "Q00004", "Q00005"])
def test_real_scan_has_every_answer_of_the_truth_file(name: str) -> None:
    answers = readings()[name].answers
    for question, chosen in TRUTH[name].items():
        if question == "5":
            expected = {f"sources_{code}": int(label in chosen) for label, code in SOURCES.items()}
            assert {variable: answers[variable].value for variable in expected} == expected
            continue
        variable, codes = CODES[question]
        values = [codes[label] for label in chosen]
        if len(values) == 1:
            assert (answers[variable].value, answers[variable].accepted) == (values[0], True), variable
        else:
            assert not (len(values) > 1 and answers[variable].accepted), variable


def test_real_scan_with_a_double_mark_is_unsure_two_marks() -> None:
    answer = readings()["Q00003"].answers["agree_music"]
    assert (answer.value, answer.accepted, answer.candidates, answer.reasons) == (None, False, (1, 2), ("two_marks",))


def test_real_scan_with_a_question_left_blank_is_an_accepted_minus_nine() -> None:
    answer = readings()["Q00005"].answers["restaurants"]
    assert (answer.value, answer.accepted, answer.reasons) == (-9, True, ())


def test_real_scan_is_recognised_by_its_blank_at_the_scale_it_was_printed() -> None:
    for reading in readings().values():
        assert reading.identity is not None
        assert (reading.identity.questionnaire, reading.identity.page, reading.rotation) == ("restaurants", 1, 0)
        assert reading.scale == pytest.approx(0.944, abs=0.002)
        assert "printed_scale" in {finding.kind for finding in reading.findings}


def test_real_scan_of_another_form_is_not_taken_for_this_one() -> None:
    """A ballot and a bubble sheet, read with only the survey in the catalogue."""
    import tempfile

    others = [
        *sorted((DATA.parent / "vw-28lb").glob("*.jpg"))[:2],
        *sorted((DATA.parent / "openmcr-75q-core-1").glob("*.png"))[:1],
    ]
    assert len(others) == 3
    with tempfile.TemporaryDirectory() as folder:
        form = Path(folder) / "restaurants"
        shutil.copytree(FORM, form)
        shutil.copy(DATA / "Questionnaire.pdf", form / "1" / "blank.en.pdf")
        catalogue = open_catalogue([form])
        for path in others:
            (page,) = page_images(open_scan(path))
            assert isinstance(page, PageImage)
            assert read_page(page, catalogue, None, DebugWriter()).reason == "no_form_found"
