"""The two versions of arrival-needs that ship: what they ask, what changed, and how they are printed."""

import re
from dataclasses import dataclass

import pytest

from form_layouts.catalogue import EXAMPLES
from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.printed_blocks import printed_blocks
from form_layouts.typesetting import Typeset, typeset
from tests.form_layouts.prints import text_of

LANGUAGES = {"2025-02": ("ar", "de", "en", "tr", "uk"), "2025-08": ("ar", "de", "uk")}
FORMS = [(version, language) for version, languages in LANGUAGES.items() for language in languages]
UNCHANGED = [
    *("filled_in", "age", "gender", "eu_citizen", "languages", "languages_other", "reading", "birth_country"),
    *("in_germany_since", "arrival_year", "purpose", "household", "children", "housing_other", "housing_problem"),
    *("postcode", "german", "course", "course_barriers", "schooling", "work", "recognition", "doctor", "offices"),
    *("barriers", "internet", "helpful", "needs", "comment"),
]
"""The questions that both versions ask with the same kind, choices and codes."""


@dataclass(frozen=True)
class Example:
    folder: FormFolder
    language: str
    form: Typeset


@pytest.fixture(scope="module")
def february() -> FormFolder:
    return load_form_folder(EXAMPLES / "arrival-needs/2025-02")


@pytest.fixture(scope="module")
def august() -> FormFolder:
    return load_form_folder(EXAMPLES / "arrival-needs/2025-08")


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def example(request: pytest.FixtureRequest) -> Example:
    version, language = request.param
    folder = load_form_folder(EXAMPLES / "arrival-needs" / version)
    return Example(folder, language, typeset(folder, language))


# ---- what is asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", LANGUAGES)
def test_a_shipped_version_loads_in_all_its_languages(version: str) -> None:
    folder = load_form_folder(EXAMPLES / "arrival-needs" / version)
    assert (folder.questionnaire.questionnaire, folder.questionnaire.version) == ("arrival-needs", version)
    assert folder.languages == LANGUAGES[version]
    assert (folder.fields, folder.blanks) == ({}, {})


def test_what_did_not_change_has_the_same_ids_kinds_and_codes(february: FormFolder, august: FormFolder) -> None:
    for name in UNCHANGED:
        assert february.questionnaire.question(name) == august.questionnaire.question(name)


def test_only_these_questions_were_dropped_and_these_are_new(february: FormFolder, august: FormFolder) -> None:
    before, after = ([question.id for question in folder.questionnaire.questions] for folder in (february, august))
    assert [name for name in before if name not in after] == ["childcare", "heard"]
    assert [name for name in after if name not in before] == ["nursery", "school", "news", "trusted_person"]
    both = [name for name in before if name in after]
    assert both == [name for name in after if name in before]
    assert sorted(both) == sorted([*UNCHANGED, "housing"])


def test_housing_gained_the_hotel_and_kept_every_other_code(february: FormFolder, august: FormFolder) -> None:
    before, after = (folder.questionnaire.question("housing") for folder in (february, august))
    assert after.choices == {**before.choices, "hotel": 5}
    assert before.choices == {"own_flat": 1, "shared_flat": 2, "family_or_friends": 3, "shelter": 4, "other": 90}
    assert after.model_copy(update={"choices": before.choices}) == before


@pytest.mark.parametrize("language", LANGUAGES["2025-08"])
def test_only_the_question_about_a_doctor_was_reworded(february: FormFolder, august: FormFolder, language: str) -> None:
    before, after = (folder.wording(language).questions for folder in (february, august))
    assert [name for name in UNCHANGED if before[name] != after[name]] == ["doctor"]
    assert before["doctor"].text != after["doctor"].text
    assert before["doctor"].choices == after["doctor"].choices
    assert before["housing"].text == after["housing"].text
    assert before["housing"].choices.items() < after["housing"].choices.items()


@pytest.mark.parametrize("name", ["nursery", "school"])
def test_both_questions_about_childcare_keep_its_codes(february: FormFolder, august: FormFolder, name: str) -> None:
    assert august.questionnaire.question(name).choices == february.questionnaire.question("childcare").choices


@pytest.mark.parametrize("version", LANGUAGES)
def test_german_is_proofed_and_every_translation_is_not(version: str) -> None:
    wordings = load_form_folder(EXAMPLES / "arrival-needs" / version).wordings
    assert {language for language, wording in wordings.items() if wording.proofed} == {"de"}
    assert {wording.status for language, wording in wordings.items() if language != "de"} == {"unproofed"}


# ---- how it is printed --------------------------------------------------------------------------------------


def test_a_form_has_four_pages(example: Example) -> None:
    assert len(example.form.layout.pages) == 4


def test_february_has_24_numbered_questions_and_august_26(example: Example) -> None:
    blocks = printed_blocks(example.folder.questionnaire, example.folder.wording(example.language))
    numbers = [block["number"] for block in blocks if block["type"] == "question"]
    last = 24 if example.folder.questionnaire.version == "2025-02" else 26
    assert sorted({int(re.sub("[a-z]", "", number)) for number in numbers}) == list(range(1, last + 1))
    text = text_of(example.form.pdf)  # in Arabic a number may follow a letter directly
    assert [number for number in numbers if not re.search(rf"(?<![0-9]){number}(?![0-9a-z])", text)] == []


def test_boxes_have_five_millimetres(example: Example) -> None:
    boxes = [field.box for page in example.form.layout.pages for field in page.checkboxes]
    assert len(boxes) > 100
    assert {(width, height) for _, _, width, height in boxes} == {(5, 5)}


def test_a_translation_says_on_every_page_that_it_is_a_draft_and_german_does_not(example: Example) -> None:
    draft = example.folder.wording(example.language).form.draft
    first_word = draft.split(" ")[0]
    assert (
        first_word
        == {"ar": "مسودة", "de": "ENTWURF", "en": "DRAFT", "tr": "TASLAK", "uk": "ЧЕРНЕТКА"}[example.language]
    )
    for page in range(1, 5):
        assert (first_word in text_of(example.form.pdf, page)) == (example.language != "de")
