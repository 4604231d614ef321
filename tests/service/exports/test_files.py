"""The files that a researcher opens hold what the table says, whatever people wrote."""

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service.exports.csv_file import harmless
from service.exports.xlsx_file import CELL_CHARACTERS, CUT
from tests.service.exports.received import columns, decide, export, read_me, rows, set_key, set_same_paper, sheet
from tests.service.seeds import Waiting, batch, publish_small, submission

FILLED = {"housing": 1, "german": 3, "offices_jobcenter": 2, "needs_1": 1, "needs_2": 0, "needs_3": 0}
HOSTILE = [
    "=1+1",
    "+49 30 1",
    "-9",
    "@SUM(A1)",
    "'quoted'",
    'one\ntwo; "three"',
    "مرحبا بكم",
    "\u202eabc\u202c",
    "👩‍👧 🇩🇪",
    "http://example.org",
    "_x0041_",
    "1e5",
]


def _case(made_rows: list[dict[str, str]]) -> dict[str, str]:
    (row,) = made_rows
    return row


def test_a_row_of_the_csv_holds_codes_words_and_where_they_come_from(database: Path) -> None:
    publish_small()
    one = submission(
        batch("Büro Süd"), {**FILLED, "birth_country": Waiting(), "arrived": Waiting(), "household": Waiting()}
    )
    decide(one, "birth_country", {"birth_country": "Syrien"})
    decide(one, "arrived", {"arrived": -5})
    row = _case(rows(export("2025-02")))
    assert columns(row, ("version", "edition", "language", "batch", "pages_missing")) == {
        "version": "2025-02",
        "edition": "1",
        "language": "de",
        "batch": "Büro Süd",
        "pages_missing": "0",
    }
    assert columns(row, ("housing", "needs_1", "offices_jobcenter", "household")) == {
        "housing": "1",
        "needs_1": "1",
        "offices_jobcenter": "2",
        "household": "-12",
    }
    assert (row["birth_country"], row["birth_country_m"], row["birth_country_q"]) == ("Syrien", "", "person")
    assert (row["arrived"], row["arrived_m"], row["arrived_q"]) == ("", "-5", "person")
    assert (row["comment"], row["comment_m"], row["comment_q"]) == ("", "-9", "machine")
    assert row["housing_marks"] == ""


def test_the_columns_are_the_same_whatever_the_data(sqlite_database: Path) -> None:
    publish_small()
    empty = export("2025-02", file_format="xlsx")
    assert sheet(empty, "codes") == []
    one = submission(batch(), {**FILLED, "housing": Waiting((1, 2))})
    before = list(rows(export("2025-02"))[0])
    decide(one, "housing", {"housing": -4})
    row = _case(rows(export("2025-02")))
    assert list(row) == before
    assert row["housing_marks"] == "1 2"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_out_as_they_were(sqlite_database: Path, text: str) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "comment": Waiting()})
    decide(one, "comment", {"comment": text})
    shown = _case(rows(export()))["comment"]
    assert not shown.startswith(("=", "+", "-", "@"))
    assert (shown[1:] if shown.startswith("'") else shown) == text
    made = export(file_format="xlsx")
    cell = next(line["comment"] for line in sheet(made, "codes"))
    assert str(cell).replace("_x005F_x0041_", "_x0041_") == text  # openpyxl leaves Excel's own escape in place


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(sqlite_database: Path) -> None:
    publish_small()
    pile = batch("=1+1")
    for text in HOSTILE:
        one = submission(pile, {**FILLED, "comment": Waiting()})
        decide(one, "comment", {"comment": text})
    book = load_workbook(io.BytesIO(export(file_format="xlsx").data))
    cells = [cell for page in book for line in page.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_control_characters_are_left_out_and_letters_are_composed(sqlite_database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "comment": Waiting(), "wishes": Waiting()})
    decide(one, "comment", {"comment": "a\x07b\x0b\r\nu\u0308"})
    decide(one, "wishes", {"wishes": " \t "})
    row = _case(rows(export()))
    assert row["comment"] == "ab\nü"
    assert (row["wishes"], row["wishes_m"]) == ("", "-9")
    assert [line["comment"] for line in sheet(export(file_format="xlsx"), "codes")] == ["ab\nü"]


def test_a_text_that_no_cell_holds_is_shortened_and_named(sqlite_database: Path) -> None:
    publish_small()
    long = "🙂" * 20_000
    one = submission(batch(), {**FILLED, "comment": Waiting()})
    decide(one, "comment", {"comment": long})
    assert _case(rows(export()))["comment"] == long
    made = export(file_format="xlsx")
    (line,) = sheet(made, "codes")
    cell = str(line["comment"])
    assert cell.endswith(CUT)
    assert CELL_CHARACTERS - 2 < len(cell.encode("utf-16-le")) // 2 <= CELL_CHARACTERS
    book = load_workbook(io.BytesIO(made.data))
    assert any("[…]" in str(cell.value) for cell in book["read me"]["B"])


@pytest.mark.parametrize("text", ["-9", "=A1", "'", "\tx"])
def test_an_apostrophe_taken_away_gives_the_text_as_it_was(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_a_workbook_has_codes_labels_codebook_and_read_me(database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "arrived": Waiting(), "birth_country": Waiting(), "household": Waiting()})
    decide(one, "arrived", {"arrived": "2015-03"})
    decide(one, "household", {"household": 4})
    made = export("2025-02", file_format="xlsx")
    (codes,), (labels,) = sheet(made, "codes"), sheet(made, "labels")
    assert (codes["housing"], codes["household"], codes["arrived"], codes["german_q"]) == (1, 4, "2015-03", "machine")
    assert (labels["housing"], labels["household"]) == ("Eigene Wohnung", 4)
    assert labels["needs_1"] != labels["needs_2"]
    assert codes["birth_country_m"] == -12
    assert str(labels["birth_country_m"]) != "-12"
    book = load_workbook(io.BytesIO(made.data))
    assert book.sheetnames == ["codes", "labels", "codebook", "read me"]
    assert book["codes"].freeze_panes == "C2"


def test_labels_come_in_the_language_that_was_asked_for_or_say_which(sqlite_database: Path) -> None:
    publish_small()
    submission(batch(), FILLED)
    submission(batch("August"), {"housing": 3}, version="2025-08")
    lines = sheet(export(file_format="xlsx", labels="ar"), "labels")
    assert sorted(str(line["housing"]) for line in lines) == sorted(["شقة خاصة", "Hotel"])
    assert "“de”" in read_me(export(labels="ar"))


def test_the_same_data_and_day_give_the_same_bytes(sqlite_database: Path, request: pytest.FixtureRequest) -> None:
    def made() -> list[bytes]:
        publish_small()
        set_key("the same")
        one = submission(batch(), {**FILLED, "comment": Waiting(), "housing": Waiting((1, 2))})
        decide(one, "comment", {"comment": "Grüße"})
        decide(one, "housing", {"housing": -4})
        submission(batch("August"), {"housing": 3}, version="2025-08", pages=(2,))
        return files()

    def files() -> list[bytes]:
        return [export(file_format="csv").data, export(file_format="xlsx").data]

    first = made()
    assert files() == first
    assert export(day=date(2026, 11, 24)).data != first[0]
    request.getfixturevalue("postgres_database")
    assert made() == first


def test_the_read_me_says_what_is_in_and_what_is_not(sqlite_database: Path) -> None:
    publish_small()
    submission(batch("Probe", test=True), FILLED)
    pile = batch("Montag")
    one, two, three = (submission(pile, {**FILLED, "comment": Waiting()}) for _ in range(3))
    decide(one, "comment", {"comment": "gut"})
    set_same_paper(three, "suspected")
    text = read_me(export("2025-02", labels="en"))
    for line in (
        "Cases of version 2025-02: 2\r\n",
        "Date: 2026-11-23",
        "Submissions in test batches: 1\r\n",
        "Submissions that may be a paper scanned twice: 1. ",
        "Fields that wait for a person: 1. ",
        "Values of kind: one choice: machine 4",
        "Fields decided by a person: typed from the scan: 1",
        "-12: awaiting review",
    ):
        assert line in text, line
    assert two
    assert "Datum: 23.11.2026" in read_me(export("2025-02", labels="de"))


def test_a_file_is_named_after_questionnaire_versions_and_day(sqlite_database: Path) -> None:
    publish_small()
    assert export().name == "small_2025-02+2025-08_2026-11-23.zip"
    assert export("2025-08", file_format="xlsx").name == "small_2025-08_2026-11-23.xlsx"
