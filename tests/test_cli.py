"""The door for a terminal: what each command writes, says and answers to the shell."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from pdf2image import pdfinfo_from_path
from PIL import Image
from pydantic import TypeAdapter

from cli import main
from form_layouts.layout import read_layout
from form_layouts.questionnaire import Questionnaire
from omr.reading import Line
from simulation.pen import Page
from tests.form_layouts.folders import Change, small_folder
from tests.omr.sheets import EVERYDAY, PIXELS, crosscheck, everyday, line_as_meant, of_kind, places, published, save

CROSSCHECK = Path(sys.executable).with_name("crosscheck")
DOCTOR: Change = ("text.de.yaml", "doctor: Arzt", "doctor: Amt ")
KEYS: dict[str, set[str]] = {
    "submission": {
        "kind", "format", "questionnaire", "version", "edition", "language", "copy", "scale", "pages", "answers", "marks",
    },
    "rejected": {"kind", "format", "file", "index", "reason", "message"},
    "blank": {"kind", "format", "file", "index"},
}  # fmt: skip
"""contracts.md, and the version number that every contract carries."""
PAGE_KEYS = {"file", "index", "page", "rotation", "findings"}
ANSWER_KEYS = {"value", "accepted", "confidence", "candidates", "reasons"}
STATES = {"empty", "marked", "cancelled", "unsure"}
TRUTH_ONLY = {"styles", "list_codes"}
LINES: TypeAdapter[Line] = TypeAdapter(Line)


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed program itself."""
    command = [str(CROSSCHECK), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("forms"), everyday())


def white() -> Page:
    return np.full((3508, 2481), 255, np.uint8)


def photo() -> Page:
    """Rings on a grey ground: something, and no form."""
    rings = np.full((600, 420), 170, np.uint8)
    for radius in range(30, 200, 24):
        cv2.circle(rings, (210, 300), radius, 20, 7)
    return rings


# ---- forms ----------------------------------------------------------------------------------------------------


def test_forms_print_writes_the_pdf_its_layout_and_what_it_asks(tmp_path: Path) -> None:
    """All that reading needs later stands beside the PDF, and reads what was printed."""
    folder, out = small_folder(tmp_path / "small"), tmp_path / "out"
    done = crosscheck("forms", "print", folder, "--lang", "de, uk", "--copies", 3, "--first", 8, "-o", out)
    assert done.code == 0
    pdfs = [out / "small_1_de_1_8-10.pdf", out / "small_1_uk_1_8-10.pdf"]
    assert done.out.splitlines() == [str(path) for path in pdfs]
    written = {
        "small_1.form.json",
        "small_1_de_1.layout.json",
        "small_1_uk_1.layout.json",
        "small_1_de_1.blank.pdf",
        "small_1_uk_1.blank.pdf",
        *(path.name for path in pdfs),
    }
    assert {path.name for path in out.iterdir()} == written
    layout = read_layout(out / "small_1_de_1.layout.json")
    assert (layout.questionnaire, layout.version, layout.language, layout.edition) == ("small", "1", "de", 1)
    assert pdfinfo_from_path(str(pdfs[0]))["Pages"] == 3 * len(layout.pages)
    asked = Questionnaire.model_validate_json((out / "small_1.form.json").read_bytes())
    assert [question.id for question in asked.questions][:2] == ["housing", "housing_other"]


def test_forms_print_without_copies_prints_one_form_without_a_number(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "small")
    assert crosscheck("forms", "print", folder, "--lang", "uk", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "small_1_uk_1.pdf").is_file()


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ("en", "What was printed never changes: set `edition: 2` in text.de.yaml."),
        ("de", "Gedrucktes ändert sich nie: Setzen Sie `edition: 2` in text.de.yaml."),
    ],
)
def test_forms_print_refuses_a_changed_edition(messages: str, words: str, tmp_path: Path) -> None:
    """Neither the layout nor a PDF is written: those of the first printing stay as they are."""
    out = tmp_path / "out"
    assert crosscheck("forms", "print", small_folder(tmp_path / "a"), "--lang", "de", "-o", out).code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    done = crosscheck(
        "forms", "print", small_folder(tmp_path / "b", DOCTOR), "--lang", "de", "-o", out, messages=messages
    )
    assert done.code == 2
    assert words in done.said
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_frozen_edition_can_neither_be_printed_nor_checked_once_it_was_changed(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "small")
    frozen = crosscheck("forms", "freeze", folder)
    assert frozen.code == 0
    assert frozen.out.splitlines() == [
        str(folder / "layouts" / f"small_1_{lang}_1.layout.json") for lang in ("de", "uk")
    ]
    assert crosscheck("forms", "check", folder).code == 0
    small_folder(folder, DOCTOR)
    for command in (["check", folder], ["print", folder, "--lang", "de", "-o", tmp_path / "out"]):
        done = crosscheck("forms", *command)
        assert done.code == 2
        assert "set `edition: 2`" in done.said


def test_forms_check_names_the_form_and_its_languages() -> None:
    done = crosscheck("forms", "check", EVERYDAY)
    assert (done.code, done.said) == (0, "")
    assert done.out == "everyday 1: ar, de, el, en, fa, hi, ka, ro, ti, tr, uk, zh\n"


@pytest.mark.parametrize(("messages", "words"), [("en", "has 2 mistake(s)"), ("de", "hat 2 Fehler")])
def test_forms_check_names_every_mistake_with_its_line(messages: str, words: str, tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path,
        ("questionnaire.yaml", "shelter: 2", "shelter: 1"),
        ("text.de.yaml", "  arrived: {text", "  arived: {text"),
    )
    done = crosscheck("forms", "check", folder, messages=messages)
    assert done.code == 2
    assert words.replace("2", str(done.said.count(f"{folder}/"))) in done.said
    assert f"{folder / 'questionnaire.yaml'}:8: " in done.said
    assert f"{folder / 'text.de.yaml'}:" in done.said


@pytest.mark.parametrize(
    ("messages", "words"),
    [("en", "has no language 'xx'. It has: de, uk."), ("de", "gibt es nicht in der Sprache „xx“. Es gibt: de, uk.")],
)
def test_a_language_that_a_form_lacks_is_refused_by_every_command(messages: str, words: str, tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "small")
    for command in (["forms", "print", folder], ["simulate", folder]):
        done = crosscheck(*command, "--lang", "xx", "-o", tmp_path / "out", messages=messages)
        assert done.code == 2
        assert words in done.said


# ---- read -----------------------------------------------------------------------------------------------------


def assert_in_contract(line: dict[str, Any]) -> None:
    """A line has the keys of the contract, none more, and is what the reader's own model holds."""
    kind = line["kind"]
    assert set(line) - TRUTH_ONLY == KEYS[kind]
    assert line["format"] == 1
    if kind == "submission":
        assert all(set(page) == PAGE_KEYS for page in line["pages"])
        assert all(set(finding) == {"kind", "box"} for page in line["pages"] for finding in page["findings"])
        assert all(set(answer) == ANSWER_KEYS for answer in line["answers"].values())
        marks = [mark for boxes in line["marks"].values() for mark in boxes.values()]
        assert all(state in STATES and 0 <= confidence <= 1 for state, confidence in marks)
    plain = {key: value for key, value in line.items() if key not in TRUTH_ONLY}
    assert LINES.validate_python(plain).model_dump(mode="json", by_alias=True) == plain


def test_every_kind_of_line_is_what_the_contract_says(forms: Path, tmp_path: Path) -> None:
    scan_file = save(tmp_path / "scan.tif", everyday().scanned(), white(), photo())
    done = crosscheck("read", scan_file, "--forms", forms, "--no-ocr")
    assert [line["kind"] for line in done.lines] == ["submission", "blank", "rejected"]
    for line in done.lines:
        assert_in_contract(line)


def test_the_exit_code_tells_the_shell_what_became_of_the_pile(forms: Path, tmp_path: Path) -> None:
    """0 all read, 1 some pages rejected, 2 unusable input, which outweighs a rejected page."""
    good = save(tmp_path / "good.png", everyday().scanned())
    odd = save(tmp_path / "odd.png", photo())
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    for files, code in (([good], 0), ([good, odd], 1), ([good, empty], 2), ([good, odd, empty], 2)):
        done = crosscheck("read", *files, "--forms", forms, "--no-ocr")
        assert done.code == code
        assert places(done.lines) == sorted((path.name, 0) for path in files)


@pytest.mark.parametrize("messages", ["en", "de"])
def test_messages_are_in_the_language_that_was_asked_for(messages: str, forms: Path, tmp_path: Path) -> None:
    """In the lines and on the terminal alike."""
    done = crosscheck("read", save(tmp_path / "odd.png", photo()), "--forms", forms, messages=messages)
    words = {
        "en": "No known form was found on this page",
        "de": "Auf dieser Seite ist kein bekanntes Formular zu finden",
    }
    assert words[messages] in done.lines[0]["message"]
    assert done.lines[0]["message"] in done.said


def test_a_german_terminal_gets_german_messages(forms: Path, tmp_path: Path) -> None:
    """The installed program: its locale decides, installed or not, unless the option says otherwise."""
    english, german = "There is no file", "Es gibt keine Datei"
    for options, locale, words in (
        ([], "C.UTF-8", english),
        ([], "de_AT.UTF-8", german),
        ([], "xx_XX", english),
        (["--messages", "de"], "C.UTF-8", german),
        (["--messages", "en"], "de_DE.UTF-8", english),
    ):
        done = run(*options, "read", tmp_path / "no.pdf", "--forms", forms, LC_ALL=locale)
        assert done.returncode == 2
        assert words in done.stderr
        assert words in json.loads(done.stdout)["message"]
        assert "Traceback" not in done.stderr


def test_the_output_goes_to_a_file_and_nothing_else_to_the_terminal(forms: Path, tmp_path: Path) -> None:
    scan_file, out = save(tmp_path / "scan.png", everyday().scanned()), tmp_path / "not yet there" / "out.jsonl"
    plain = crosscheck("read", scan_file, "--forms", forms, "--no-ocr")
    done = crosscheck("read", scan_file, "--forms", forms, "--no-ocr", "-o", out)
    assert (done.code, done.out) == (0, "")
    assert out.read_text(encoding="utf-8") == plain.out
    assert [json.loads(line) for line in plain.out.splitlines()] == plain.lines
    assert "1 pages: 1 read into 1 submissions, 0 blank, 0 cover sheets, 0 rejected" in done.said


def test_the_table_holds_accepted_answers_and_leaves_open_what_waits(forms: Path, tmp_path: Path) -> None:
    """One row a submission; it opens in a German spreadsheet program: semicolons, and a mark for UTF-8."""
    table = tmp_path / "answers.csv"
    scan_file = save(tmp_path / "scan.tif", everyday().scanned(), white(), everyday().scanned())
    done = crosscheck("read", scan_file, "--forms", forms, "--no-ocr", "--csv", table)
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [row["first_page"] for row in rows] == ["scan.tif:0", "scan.tif:2"]
    submissions = of_kind(done.lines, "submission")
    for row, line in zip(rows, submissions, strict=True):
        head = [row.pop(key) for key in ("questionnaire", "version", "edition", "language", "copy")]
        assert head == ["everyday", "1", "1", "de", ""]
        del row["first_page"]
        assert row == {
            variable: str(answer["value"]) if answer["accepted"] else "" for variable, answer in line["answers"].items()
        }
    assert "" in rows[0].values()
    assert rows[0]["transport"] == str(everyday().truth["answers"]["transport"]["value"])


def test_without_an_engine_the_answers_are_the_same_but_nothing_is_suggested(forms: Path, tmp_path: Path) -> None:
    """An engine's words are suggestions: they change neither a value nor what is accepted."""
    page = everyday().scanned().copy()
    x, y, _, height = next(area.box for area in everyday().layout.pages[0].text_areas if area.question == "origin")
    at = (round((x + 3) * PIXELS), round((y + height - 2.5) * PIXELS))
    cv2.rectangle(page, (at[0] - 20, at[1] - 70), (at[0] + 500, at[1] + 12), 245, -1)
    cv2.putText(page, "Eritrea", at, cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 5, cv2.LINE_AA)
    scan_file = save(tmp_path / "scan.png", page)
    (plain,) = crosscheck("read", scan_file, "--forms", forms, "--no-ocr").lines
    (suggested,) = crosscheck("read", scan_file, "--forms", forms).lines
    line_as_meant(plain, everyday().truth)
    line_as_meant(suggested, everyday().truth)
    assert plain["marks"] == suggested["marks"]
    assert plain["answers"]["origin"]["candidates"] == []
    code, *_, words = suggested["answers"]["origin"]["candidates"]
    assert code == "ER"
    assert "Eritrea" in words
    written = [name for name, answer in plain["answers"].items() if "handwriting" in answer["reasons"]]
    assert all(plain["answers"][name]["candidates"] == [] for name in written)
    assert {n: (a["value"], a["accepted"]) for n, a in plain["answers"].items()} == {
        n: (a["value"], a["accepted"]) for n, a in suggested["answers"].items()
    }


# ---- simulate -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people's scans in each of two languages, with their truth."""
    out = tmp_path_factory.mktemp("simulated")
    done = crosscheck(
        "simulate", EVERYDAY, "--lang", "de,fa", "--copies", 2, "--seed", 31, "--format", "tiff", "-o", out
    )
    assert done.code == 0
    assert done.out.splitlines() == [str(out / "scan-0001.tif")]
    return out


def test_simulate_writes_the_truth_in_the_shape_of_a_reading(simulated: Path) -> None:
    """The same keys as a reading's line, and every scanned page once."""
    truth = [json.loads(line) for line in (simulated / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["language"] for line in truth] == ["de", "de", "fa", "fa"]
    for line in truth:
        assert_in_contract(line)
    assert places(truth) == [("scan-0001.tif", index) for index in range(4)]


def test_what_was_simulated_is_read_by_the_program_itself(simulated: Path) -> None:
    """Form folder, pen, scanner and reader in two commands; the same variables and boxes in truth and reading."""
    done = run("read", simulated / "scan-0001.tif", "--forms", EVERYDAY, "--no-ocr", LC_ALL="C.UTF-8")
    assert done.returncode == 0
    lines = {tuple(places([line])): line for line in map(json.loads, done.stdout.splitlines())}
    for text in (simulated / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        true = json.loads(text)
        line = lines[tuple(places([true]))]
        assert list(line["answers"]) == list(true["answers"])
        assert {v: set(boxes) for v, boxes in line["marks"].items()} == {v: set(b) for v, b in true["marks"].items()}
        for variable, answer in line["answers"].items():
            assert not answer["accepted"] or answer["value"] == true["answers"][variable]["value"]
    assert len(lines) == 4


def test_the_benchmark_of_piles_prints_and_writes_its_figures(tmp_path: Path) -> None:
    """Its command is named in the documents; the figures themselves take too long for a test."""
    command = [sys.executable, "-m", "benchmarks", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert "pile" in done.stdout


def test_files_of_the_same_name_in_two_folders_are_told_apart_and_one_named_twice_is_read_once(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Image.new("L", (1240, 1754), 255).save(tmp_path / folder / "scan.png", dpi=(150, 150))
    first, second = str(tmp_path / "a" / "scan.png"), str(tmp_path / "b" / "scan.png")
    done = CliRunner().invoke(main, ["read", first, second, first, "-o", str(tmp_path / "read.jsonl")])
    assert done.exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "read.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["file"]) for line in lines] == [("blank", first), ("blank", second)]


def test_a_place_that_cannot_be_written_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = CliRunner().invoke(main, ["--messages", "de", "read", "x.pdf", "-o", str(tmp_path / "file" / "read.jsonl")])
    assert done.exit_code == 2
    assert "lässt sich nicht schreiben" in done.output


def test_a_scan_is_never_overwritten_by_what_is_read_from_it(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.new("L", (1240, 1754), 255).save(path)
    before = path.read_bytes()
    for arguments in (
        ["-o", str(path)],
        ["--csv", str(path)],
        ["-o", str(tmp_path / "x"), "--csv", str(tmp_path / "x")],
    ):
        assert CliRunner().invoke(main, ["read", str(path), *arguments]).exit_code == 2
    assert path.read_bytes() == before


def test_a_print_into_an_impossible_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    arguments = ["forms", "print", str(EVERYDAY), "--lang", "de", "-o", str(tmp_path / "file" / "out")]
    done = CliRunner().invoke(main, ["--messages", "de", *arguments])
    assert done.exit_code == 2
    assert "lässt sich nicht schreiben" in done.output
