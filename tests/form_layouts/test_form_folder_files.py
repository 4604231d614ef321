"""Form folders as files: YAML and its traps, missing files, forms that we did not print."""

from pathlib import Path

import pytest
from PIL import Image

from form_layouts.errors import FormFolderErrors, NotOurPrint
from form_layouts.form_folder import load_form_folder
from form_layouts.typesetting import typeset
from tests.form_layouts.folders import (
    Change,
    assert_only_fault,
    faults,
    german_form,
    small_folder,
    write_folder,
)

ASKED, DE, UK = "questionnaire.yaml", "text.de.yaml", "text.uk.yaml"


# ---- YAML and files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ((DE, "      flat: Wohnung\n", "      flat: Wohnung\n      flat: Haus\n"), "      flat: Haus"),
        ((ASKED, "    digits: 4\n", "    digits: 4\n    digits: 5\n"), "    digits: 5"),
    ],
    ids=["text", "question"],
)
def test_a_key_that_stands_twice(tmp_path: Path, change: Change, at: str) -> None:
    key = at.strip().split(":")[0]
    words = ((f"'{key}' stands here twice", "Remove or rename one"), (f"„{key}“ steht hier zweimal", "Entfernen Sie"))
    found = faults(small_folder(tmp_path, change))
    assert len(found.errors) == 1
    assert_only_fault(tmp_path, change[0], at, *words)


def test_a_bracket_that_is_not_closed(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (UK, "Школа, doctor: Лікар}", "Школа, doctor: Лікар"))
    words = (("not valid YAML", "Check indentation and brackets"), ("kein gültiges YAML", "Prüfen Sie Einrückung"))
    assert_only_fault(folder, UK, "  offices:", *words)  # the first line that the open bracket makes senseless


def test_an_empty_file(tmp_path: Path) -> None:
    folder = write_folder(small_folder(tmp_path), {"text.tr.yaml": ""})
    assert_only_fault(folder, "text.tr.yaml", "", ("`key: value`",), ("`Schlüssel: Wert`",))


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / DE).write_bytes((folder / DE).read_text(encoding="utf-8").encode("latin-1"))
    assert_only_fault(folder, DE, "  at_most:", ("not UTF-8", "Save it as UTF-8"), ("kein UTF-8", "Speichern Sie"))


def test_an_invisible_character_from_a_word_processor(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (DE, "text: Andere Wohnform", "text: Andere\vWohnform"))
    assert_only_fault(folder, DE, "  housing_other:", ("U+000B", "Delete it"), ("U+000B", "Löschen Sie es"))


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / DE).write_text((folder / DE).read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert load_form_folder(folder).wording("de").title == "Kleiner Bogen"


def test_yes_and_no_without_quotes_keep_their_names(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        (ASKED, "{known: 1, used: 2}", "{yes: 1, no: 2, on: 3, off: 4}"),
        (DE, "{known: Kenne ich, used: War ich}", "{yes: Ja, no: Nein, on: An, off: Aus}"),
        (UK, "{known: Знаю, used: Там бували}", "{yes: Так, no: Ні, on: Є, off: Немає}"),
    )
    offices = load_form_folder(folder).questionnaire.question("offices")
    assert offices.choices == {"yes": 1, "no": 2, "on": 3, "off": 4}


@pytest.mark.parametrize("version", ['"2025-02"', "2025-02", "2025-02-01", "'1.0'"])
def test_a_version_stays_text(tmp_path: Path, version: str) -> None:
    folder = small_folder(tmp_path, (ASKED, 'version: "1"', f"version: {version}"))
    assert load_form_folder(folder).questionnaire.version == version.strip("\"'")


def test_a_version_that_is_a_number_must_stand_in_quotes(tmp_path: Path) -> None:
    folder = small_folder(tmp_path, (ASKED, 'version: "1"', "version: 2025"))
    assert_only_fault(folder, ASKED, "version:", ("2025", "Put it in quotes"), ("2025", "in Anführungszeichen"))


def test_a_folder_without_any_text(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / DE).unlink()
    (folder / UK).unlink()
    found = faults(folder)
    assert "add one file per language, such as text.de.yaml" in found.sentence("en")
    assert "Legen Sie je Sprache eine Datei an" in found.sentence("de")


def test_a_text_whose_name_has_no_language_code(tmp_path: Path) -> None:
    found = faults(write_folder(small_folder(tmp_path), {"text.Deutsch.yaml": ""}))
    assert [Path(error.place).name for error in found.errors] == ["text.Deutsch.yaml"]
    assert "'Deutsch' is no language code. Use one such as" in found.sentence("en")
    assert "„Deutsch“ ist kein Sprachkürzel. Nehmen Sie" in found.sentence("de")


# ---- forms that we did not print ----------------------------------------------------------------------------

FOREIGN = {
    ASKED: """\
questionnaire: foreign
version: "1"
questions:
  - {id: housing, kind: single, choices: {flat: 1, shelter: 2}}
  - {id: offices, kind: grid, rows: [town_hall], choices: {known: 1}}
  - {id: arrived, kind: number, digits: 2}
""",
    DE: """\
status: proofed by a test
title: Fremder Bogen
questions:
  housing: {text: "Wie wohnen Sie?", choices: {flat: Wohnung, shelter: Unterkunft}}
  offices: {text: "Was kennen Sie?", rows: {town_hall: Rathaus}, choices: {known: Kenne ich}}
  arrived: {text: "Seit wann?"}
""",
    "fields.de.yaml": """\
page_size: [210, 297]
pages:
  - checkboxes:
      - {question: housing, choice: flat, box: [20, 31, 4, 4], shape: circle}
      - {question: housing, choice: shelter, box: [20, 41, 4, 4]}
      - {question: offices, row: town_hall, choice: known, box: [20, 51, 4, 4]}
    combs:
      - {question: arrived, cells: [[20, 60, 6, 8], [26, 60, 6, 8]]}
""",
}


def foreign_folder(path: Path, old: str = "", new: str = "") -> Path:
    """The foreign form folder, with one change in its fields."""
    fields = FOREIGN["fields.de.yaml"]
    assert not old or fields.count(old) == 1
    write_folder(path, {**FOREIGN, "fields.de.yaml": fields.replace(old, new) if old else fields})
    Image.new("L", (210, 297), 255).save(path / "blank.de.png")
    return path


def test_a_foreign_form_is_loaded_with_its_blank_and_never_printed(tmp_path: Path) -> None:
    folder = load_form_folder(foreign_folder(tmp_path))
    assert folder.blanks == {"de": tmp_path / "blank.de.png"}
    assert folder.fields["de"].pages[0].checkboxes[0].shape == "circle"
    with pytest.raises(NotOurPrint, match="print that file"):
        typeset(folder, "de")


@pytest.mark.parametrize("box", ["[207, 41, 4, 4]", "[20, 294, 4, 4]", "[-1, 41, 4, 4]", "[20, 41, 0, 4]"])
def test_a_foreign_field_outside_its_page(tmp_path: Path, box: str) -> None:
    folder = foreign_folder(tmp_path, "[20, 41, 4, 4]", box)
    words = (("'housing'", "outside the page of 210 x 297 mm", "Mend"), ("„housing“", "außerhalb", "Berichtigen Sie"))
    assert_only_fault(folder, "fields.de.yaml", f"box: {box}", *words)


def test_a_foreign_field_of_an_unknown_choice(tmp_path: Path) -> None:
    extra = "[20, 41, 4, 4]}\n      - {question: housing, choice: castle, box: [40, 41, 4, 4]}"
    folder = foreign_folder(tmp_path, "[20, 41, 4, 4]}", extra)
    words = (("'housing' has no choice 'castle'",), ("„housing“ hat keine Antwort „castle“",))
    assert_only_fault(folder, "fields.de.yaml", "choice: castle", *words)


def test_a_foreign_field_of_an_unknown_question(tmp_path: Path) -> None:
    extra = "8]]}\n      - {question: arival, cells: [[90, 60, 6, 8]]}"
    folder = foreign_folder(tmp_path, "8]]}", extra)
    words = (("no question 'arival'", "Mend the id"), ("keine Frage „arival“", "Berichtigen Sie die Kennung"))
    assert_only_fault(folder, "fields.de.yaml", "question: arival", *words)


def test_a_foreign_form_that_leaves_a_choice_without_a_box(tmp_path: Path) -> None:
    line = "      - {question: housing, choice: shelter, box: [20, 41, 4, 4]}\n"
    folder = foreign_folder(tmp_path, line, "")
    words = (("'housing shelter' has no field", "Add it"), ("„housing shelter“", "Ergänzen Sie es"))
    assert_only_fault(folder, "fields.de.yaml", "pages:", *words)


def test_a_box_of_a_foreign_grid_needs_its_row(tmp_path: Path) -> None:
    found = faults(foreign_folder(tmp_path, "row: town_hall, ", ""))
    assert f"{tmp_path / 'fields.de.yaml'}:6: " in found.sentence("en")
    assert "A grid needs its row" in found.sentence("en")
    assert "Eine Tabelle braucht ihre Zeile" in found.sentence("de")


def test_fields_without_a_blank(tmp_path: Path) -> None:
    folder = foreign_folder(tmp_path)
    (folder / "blank.de.png").unlink()
    found = faults(folder)
    assert [error.place for error in found.errors] == [str(folder / "fields.de.yaml")]
    assert "needs blank.de.pdf (or .png) beside it" in found.sentence("en")
    assert "braucht daneben blank.de.pdf (oder .png)" in found.sentence("de")


def test_a_table_with_more_columns_than_fit_is_refused(tmp_path: Path) -> None:
    columns = [f"c{n}" for n in range(13)]
    with pytest.raises(FormFolderErrors) as caught:
        german_form(
            tmp_path,
            f"  - {{id: wide, kind: grid, rows: [a], choices: {{{', '.join(f'{c}: {n}' for n, c in enumerate(columns))}}}}}\n",
            f"  wide: {{text: Breit, rows: {{a: A}}, choices: {{{', '.join(f'{c}: X' for c in columns)}}}}}\n",
        )
    (error,) = caught.value.errors
    assert "13 columns; 12 fit" in error.sentence("en")
    assert "13 Spalten" in error.sentence("de")


def test_an_alias_that_contains_itself_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    (folder / "text.de.yaml").write_text("status: &a [*a]\n", encoding="utf-8")
    assert "text.de.yaml" in faults(folder).sentence("en")


def test_a_comb_with_another_number_of_cells_than_digits_is_refused(tmp_path: Path) -> None:
    cells = ", ".join(f"[{20 + 6 * n}, 60, 6, 8]" for n in range(3))
    write_folder(
        tmp_path,
        {
            "questionnaire.yaml": 'questionnaire: tried\nversion: "1"\nquestions:\n  - {id: year, kind: number, digits: 4}\n',
            "fields.de.yaml": f"page_size: [210, 297]\npages:\n  - combs: [{{question: year, cells: [{cells}]}}]\n",
            "blank.de.png": "",
        },
    )
    (error,) = faults(tmp_path).errors
    assert "has 3 cells" in error.sentence("en")
    assert "hat 3 Zellen" in error.sentence("de")


def foreign_with(path: Path, fields: str, questions: str) -> list[str]:
    """The English faults of a foreign form with these fields and questions."""
    write_folder(
        path,
        {
            "questionnaire.yaml": f'questionnaire: tried\nversion: "1"\nquestions:\n{questions}',
            "fields.de.yaml": f"page_size: [210, 297]\npages:\n{fields}",
            "blank.de.png": "",
        },
    )
    return [error.sentence("en") for error in faults(path).errors]


def test_boxes_of_one_answer_on_two_pages_or_twice_would_overwrite_each_other(tmp_path: Path) -> None:
    box = "{{question: q, choice: {0}, box: [20, 20, 4, 4]}}"
    asked = "  - {id: q, kind: single, choices: {a: 1, b: 2}}\n"
    a, b = box.format("a"), box.format("b")
    assert [
        "two pages" in fault
        for fault in foreign_with(tmp_path / "1", f"  - checkboxes: [{a}]\n  - checkboxes: [{b}]\n", asked)
    ] == [True]
    assert [
        "two boxes" in fault for fault in foreign_with(tmp_path / "2", f"  - checkboxes: [{a}, {a}, {b}]\n", asked)
    ] == [True]


def test_a_text_area_cannot_answer_a_question_with_boxes(tmp_path: Path) -> None:
    box = "{question: q, choice: a, box: [20, 20, 4, 4]}"
    area = "{question: q, box: [40, 20, 60, 9]}"
    found = foreign_with(
        tmp_path, f"  - checkboxes: [{box}]\n    text_areas: [{area}]\n", "  - {id: q, kind: single, choices: {a: 1}}\n"
    )
    assert ["text question of its own" in fault for fault in found] == [True]


def test_two_questions_cannot_share_the_line_for_other_words(tmp_path: Path) -> None:
    asked = (
        "  - {id: q, kind: single, choices: {other: 1}, other: words}\n"
        "  - {id: r, kind: single, choices: {other: 1}, other: words}\n"
        "  - {id: words, kind: text}\n"
    )
    boxes = ", ".join(f"{{question: {name}, choice: other, box: [20, 20, 4, 4]}}" for name in "qr")
    found = foreign_with(
        tmp_path, f"  - checkboxes: [{boxes}]\n    text_areas: [{{question: words, box: [40, 20, 60, 9]}}]\n", asked
    )
    assert ["words of two questions" in fault for fault in found] == [True, True]
