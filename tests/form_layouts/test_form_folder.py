"""Reading a form folder: every mistake is named with its file, its line and what to do."""

from pathlib import Path

import pytest

from form_layouts.errors import NoFormFolder, NoSuchLanguage
from form_layouts.form_folder import load_form_folder
from form_layouts.typesetting import typeset
from tests.form_layouts.folders import (
    QUESTIONNAIRE,
    UKRAINIAN,
    assert_only_fault,
    faults,
    small_folder,
    write_folder,
)

ASKED, DE, UK = "questionnaire.yaml", "text.de.yaml", "text.uk.yaml"


def test_a_folder_without_mistakes_is_loaded_with_all_its_languages(tmp_path: Path) -> None:
    folder = load_form_folder(small_folder(tmp_path))
    assert folder.languages == ("de", "uk")
    assert folder.questionnaire.question("housing").choices == {"flat": 1, "shelter": 2, "other": 3}
    assert folder.wording("uk").questions["needs"].choices["doctor"] == "Лікар"


def test_a_new_language_is_one_new_file(tmp_path: Path) -> None:
    path = small_folder(tmp_path)
    turkish = UKRAINIAN.replace("Мала анкета", "Küçük anket").replace("Квартира", "Daire")
    (path / "text.tr.yaml").write_text(turkish, encoding="utf-8")
    folder = load_form_folder(path)
    assert folder.languages == ("de", "tr", "uk")
    assert typeset(folder, "tr").layout.language == "tr"


def test_a_language_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    folder = load_form_folder(small_folder(tmp_path))
    with pytest.raises(NoSuchLanguage) as caught:
        typeset(folder, "fa")
    for language in ("en", "de"):
        assert "text.fa.yaml" in caught.value.sentence(language)
        assert "de, uk" in caught.value.sentence(language)


def test_a_folder_without_questionnaire_is_no_form_folder(tmp_path: Path) -> None:
    with pytest.raises(NoFormFolder) as caught:
        load_form_folder(write_folder(tmp_path / "empty", {"notes.txt": "nothing"}))
    for language in ("en", "de"):
        assert str(tmp_path / "empty") in caught.value.sentence(language)
        assert "questionnaire.yaml" in caught.value.sentence(language)


def test_all_mistakes_of_a_folder_are_reported_at_once(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        (ASKED, "    digits: 4\n", ""),
        (ASKED, "list: countries", "list: planets"),
        (DE, "      flat: Wohnung\n", ""),
        (UK, "title: Мала анкета\n", ""),
    )
    found = faults(folder)
    assert sorted(Path(error.place).name.split(":")[0] for error in found.errors) == [ASKED, ASKED, DE, UK]
    for language in ("en", "de"):
        sentence = found.sentence(language)
        for word in ("4", "'digits'|„digits“", "'planets'|„planets“", "'flat'|„flat“", "'title'|„title“"):
            assert any(form in sentence for form in word.split("|")), sentence


# ---- wording ------------------------------------------------------------------------------------------------


def test_a_question_without_text_in_one_language(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (UK, "  housing_other: {text: Інше житло}\n", ""))
    words = (("'housing_other'", "no text", "Add it"), ("„housing_other“", "keinen Text", "Ergänzen Sie ihn"))
    assert_only_fault(folder, UK, "questions:", *words)


def test_a_choice_without_text_in_one_language(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (UK, "      shelter: Притулок\n", ""))
    words = (("'shelter' of 'housing'", "choices", "Add it"), ("„shelter“ von „housing“", "choices", "Ergänzen Sie"))
    assert_only_fault(folder, UK, "    choices:\n      flat", *words)


def test_a_row_without_text_in_one_language(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (DE, ", jobcenter: Jobcenter}", "}"))
    words = (("'jobcenter' of 'offices'", "rows", "Add it"), ("„jobcenter“ von „offices“", "rows", "Ergänzen Sie"))
    assert_only_fault(folder, DE, "    rows:", *words)


def test_a_text_for_a_question_that_is_not_asked(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (DE, "  arrived: {", "  arival: {text: Vertippt}\n  arrived: {"))
    words = (("'arival'", "mend the id"), ("„arival“", "berichtigen Sie die Kennung"))
    assert_only_fault(folder, DE, "  arival:", *words)


def test_a_phrase_that_only_one_language_has(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (DE, "form:\n", "form:\n  thanks: Vielen Dank!\n"))
    words = (("'thanks'", DE, "Translate it"), ("„thanks“", DE, "Übersetzen Sie sie"))
    assert_only_fault(folder, UK, "form:", *words)


def test_a_limit_needs_the_phrase_that_says_it(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path, (DE, '  at_most: "Höchstens {n}."\n', ""), (UK, '  at_most: "Не більше ніж {n}."\n', "")
    )
    found = faults(folder)
    assert [Path(error.place).name for error in found.errors] == [f"{DE}:3", f"{UK}:3"]
    assert "Add: at_most:" in found.sentence("en")
    assert "Ergänzen Sie: at_most:" in found.sentence("de")


def test_a_ukrainian_label_may_have_120_bytes(tmp_path: Path) -> None:
    label = "щ" * 60
    folder = load_form_folder(small_folder(tmp_path, (UK, "flat: Квартира", f"flat: {label}")))
    assert folder.wording("uk").questions["housing"].choices["flat"] == label


def test_a_ukrainian_label_of_61_letters_would_be_cut_by_spss(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (UK, "flat: Квартира", f"flat: {'щ' * 61}"))
    assert_only_fault(folder, UK, "      flat:", ("122 bytes", "120", "Shorten"), ("122 Bytes", "120", "Kürzen Sie"))


def test_a_question_of_81_characters_needs_a_label(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (DE, "text: Wie wohnen Sie?", f"text: {'W' * 81}"))
    words = (("'housing'", "81 characters", "80", "`label:`"), ("„housing“", "81 Zeichen", "80", "`label:`"))
    assert_only_fault(folder, DE, "    text: WWW", *words)


@pytest.mark.parametrize(
    "wording", [f"text: {'W' * 80}", f"text: {'W' * 300}\n    label: Wohnform"], ids=["80", "label"]
)
def test_a_question_of_80_characters_or_with_a_label_is_fine(tmp_path: Path, wording: str) -> None:
    folder = load_form_folder(small_folder(tmp_path, (DE, "text: Wie wohnen Sie?", wording)))
    assert folder.wording("de").questions["housing"].text.startswith("WWW")


def test_a_label_of_81_characters_is_too_long_itself(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (DE, "text: Wie wohnen Sie?", f"text: Wie?\n    label: {'L' * 81}"))
    assert_only_fault(folder, DE, "    label:", ("81 characters", "short"), ("81 Zeichen", "kurzes"))


# ---- ids, codes, references ---------------------------------------------------------------------------------


def test_an_id_that_stands_twice(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "  - id: origin", "  - {id: arrived, kind: text}\n  - id: origin"))
    words = (("'arrived'", "twice", "Give each question its own"), ("„arrived“", "zweimal", "eine eigene"))
    assert_only_fault(folder, ASKED, "  - {id: arrived", *words)


def test_a_code_that_stands_twice(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "shelter: 2", "shelter: 1"))
    words = (("code 1", "'housing'", "Give each choice its own"), ("Code 1", "„housing“", "einen eigenen"))
    assert_only_fault(folder, ASKED, "      shelter:", *words)


def test_a_row_that_stands_twice(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "[town_hall, jobcenter]", "[town_hall, jobcenter, jobcenter]"))
    line = QUESTIONNAIRE[: QUESTIONNAIRE.index("    rows:")].count("\n") + 1
    found = faults(folder)
    assert f"{folder / ASKED}:{line}: the row 'jobcenter' stands twice. Remove or rename one." in found.sentence("en")
    assert "die Zeile „jobcenter“ steht zweimal da. Entfernen Sie eine" in found.sentence("de")


def test_a_choice_and_a_missing_box_with_one_name(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        (ASKED, "    other: housing_other\n", "    other: housing_other\n    missing:\n      flat: -7\n"),
        (DE, '      other: "Anders:"\n', '      other: "Anders:"\n    missing: {flat: Keine Angabe}\n'),
        (UK, '      other: "Інше:"\n', '      other: "Інше:"\n    missing: {flat: Не скажу}\n'),
    )
    assert_only_fault(folder, ASKED, "      flat: -7", ("'flat'", "Rename one"), ("„flat“", "Benennen Sie eines um"))


def test_two_questions_that_give_the_same_variable(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        (ASKED, "  - id: arrived", "  - {id: needs_1, kind: text}\n  - id: arrived"),
        (DE, "  arrived:", "  needs_1: {text: Eins}\n  arrived:"),
        (UK, "  arrived:", "  needs_1: {text: Один}\n  arrived:"),
    )
    words = (("second variable 'needs_1'", "Rename"), ("zweite Variable „needs_1“", "Benennen Sie"))
    assert_only_fault(folder, ASKED, "  - {id: needs_1", *words)


def test_two_names_that_differ_only_in_case_cannot_be_given(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "  - id: origin", "  - id: Arrived\n    kind: text\n  - id: origin"))
    words = (("'Arrived'", "must match ^[a-z]"), ("'Arrived'", "Erlaubt ist ^[a-z]"))
    assert_only_fault(folder, ASKED, "  - id: Arrived", *words)


def test_a_variable_of_33_characters_is_too_long_for_stata(tmp_path: Path) -> None:
    row = "r" * 25  # with offices_ 33
    folder = small_folder(
        tmp_path,
        (ASKED, "[town_hall, jobcenter]", f"[town_hall, {row}]"),
        (DE, "jobcenter: Jobcenter", f"{row}: Jobcenter"),
        (UK, "jobcenter: Джобцентр", f"{row}: Джобцентр"),
    )
    words = ((f"'offices_{row}' of 33 characters", "32", "Shorten"), (f"„offices_{row}“", "33 Zeichen", "Kürzen Sie"))
    assert_only_fault(folder, ASKED, "  - id: offices", *words)


def test_an_id_of_33_characters_is_too_long(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "- id: arrived", f"- id: {'a' * 33}"))
    assert_only_fault(folder, ASKED, "- id: aaa", ("at most 32 characters",), ("höchstens 32 Zeichen",))


@pytest.mark.parametrize(
    ("filter_", "english", "german"),
    [
        ("{house: other}", "'house', which is no other question", "„house“; eine andere Frage"),
        ("{housing_other: other}", "'housing_other', which is no other question", "„housing_other“; eine andere Frage"),
    ],
    ids=["unknown", "itself"],
)
def test_a_filter_that_names_no_other_question(tmp_path: Path, filter_: str, english: str, german: str) -> None:
    folder = small_folder(tmp_path, (ASKED, "only_if: {housing: other}", f"only_if: {filter_}"))
    assert_only_fault(folder, ASKED, "    only_if:", (english,), (german,))


def test_a_filter_that_names_an_unknown_choice(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "    digits: 4\n", "    digits: 4\n    only_if: {housing: castle}\n"))
    words = (("'castle'", "flat, shelter, other"), ("„castle“", "flat, shelter, other"))
    assert_only_fault(folder, ASKED, "    only_if: {housing: castle}", *words)


@pytest.mark.parametrize("target", ["housing_text", "arrived"], ids=["unknown", "a number"])
def test_an_other_that_names_no_text_question(tmp_path: Path, target: str) -> None:
    folder = small_folder(tmp_path, (ASKED, "    other: housing_other", f"    other: {target}"))
    words = ((f"'{target}' is no text question", "Add one"), (f"„{target}“ ist keine Textfrage", "Legen Sie"))
    assert_only_fault(folder, ASKED, "    other: ", *words)


def test_an_other_without_a_choice_it_belongs_to(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        (ASKED, "      other: 3\n", "      hotel: 3\n"),
        (ASKED, "    only_if: {housing: other}\n", ""),
        (DE, '      other: "Anders:"', "      hotel: Hotel"),
        (UK, '      other: "Інше:"', "      hotel: Готель"),
    )
    words = (("which choice is 'other'?", "only_if: {housing:"), ("welche Antwort ist", "only_if: {housing:"))
    assert_only_fault(folder, ASKED, "    other: housing_other", *words)


def test_a_part_of_a_question_that_is_not_there(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "    digits: 4\n", "    digits: 4\n    part_of: journey\n"))
    assert_only_fault(folder, ASKED, "    part_of:", ("no question 'journey'",), ("keine Frage „journey“",))


# ---- kinds and their keys -----------------------------------------------------------------------------------


def test_a_grid_without_rows(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        (ASKED, "    rows: [town_hall, jobcenter]\n", ""),
        (DE, "    rows: {town_hall: Rathaus, jobcenter: Jobcenter}\n", ""),
        (UK, "    rows: {town_hall: Ратуша, jobcenter: Джобцентр}\n", ""),
    )
    words = (("grid question needs 'rows'", "Add it"), ("Art grid braucht „rows“", "Ergänzen Sie es"))
    assert_only_fault(folder, ASKED, "  - id: offices", *words)


def test_a_number_without_digits(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "    digits: 4\n", ""))
    words = (("number question needs 'digits'", "Add it"), ("Art number braucht „digits“", "Ergänzen Sie es"))
    assert_only_fault(folder, ASKED, "  - id: arrived", *words)


def test_a_key_that_its_kind_does_not_have(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "    digits: 4\n", "    digits: 4\n    lines: 2\n"))
    words = (("'lines' has no meaning for a number", "Remove it"), ("„lines“", "keine Bedeutung", "Entfernen Sie es"))
    assert_only_fault(folder, ASKED, "    lines:", *words)


@pytest.mark.parametrize("limit", [3, 4])
def test_a_limit_that_all_choices_keep_is_none(tmp_path: Path, limit: int) -> None:
    folder = small_folder(tmp_path, (ASKED, "at_most: 2", f"at_most: {limit}"))
    words = ((f"at most {limit} of 3", "Lower or remove"), (f"höchstens {limit} von 3", "Verringern oder entfernen"))
    assert_only_fault(folder, ASKED, "    at_most:", *words)


def test_a_list_of_codes_that_is_not_known(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "list: countries", "list: planets"))
    assert_only_fault(folder, ASKED, "    list:", ("'planets'", "Take one of"), ("„planets“", "Nehmen Sie eine von"))


def test_a_range_that_ends_before_it_begins(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "    digits: 4\n", "    digits: 4\n    range: [2025, 1950]\n"))
    assert_only_fault(folder, ASKED, "    range:", ("Swap the two numbers",), ("Tauschen Sie die beiden Zahlen",))


def test_a_kind_that_is_not_known(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, "kind: number", "kind: numbr"))
    words = (("'numbr'", "Take one of: 'single'"), ("'numbr'", "Nehmen Sie eines von: 'single'", "oder 'text'"))
    assert_only_fault(folder, ASKED, "    kind: numbr", *words)


@pytest.mark.parametrize(
    ("file", "old", "new", "at"),
    [
        (ASKED, "    at_most: 2", "    at_most: 2\n    at_mots: 2", "    at_mots"),
        (ASKED, "questions:", "colums: 2\nquestions:", "colums"),
        (DE, "    rows: {town", "    choises: {}\n    rows: {town", "    choises"),
        (UK, "form:\n", "form:\n  tanks: Дякуємо\n", "  tanks"),
    ],
    ids=["question", "questionnaire", "text", "phrase"],
)
def test_a_key_with_a_typing_mistake(tmp_path: Path, file: str, old: str, new: str, at: str) -> None:
    folder = small_folder(tmp_path, (file, old, new))
    key = at.strip()
    assert_only_fault(
        folder, file, at, (f"{key}' is not known", "Check the spelling"), (f"{key}“ ist hier nicht", "Schreibweise")
    )
