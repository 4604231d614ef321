"""The codebook explains every column and every code, in every language."""

from pathlib import Path

from service.exports.tables import SOURCES
from tests.service.exports.received import Row, export, rows, sheet
from tests.service.seeds import batch, publish_small, submission


def _lines(entry: str, variable: str, version: str = "2025-02") -> list[Row]:
    lines = rows(export(), "codebook.csv")
    wanted = (entry, variable, version)
    return [line for line in lines if (line["entry"], line["variable"], line["version"]) == wanted]


def test_a_question_stands_with_its_wording_place_and_rules(database: Path) -> None:
    publish_small()
    (housing,) = _lines("variable", "housing")
    assert housing["text_de"] == "Wie wohnen Sie?"
    assert housing["text_ar"] == "كيف تسكن؟"
    assert (housing["kind"], housing["position"], housing["number"], housing["page"]) == ("single", "1", "1", "1")
    assert (housing["marks_in"], housing["source_in"]) == ("housing_marks", "housing_q")
    (other,) = _lines("variable", "housing_other")
    assert (other["only_if"], other["number"]) == ("housing = 90", "")
    (household,) = _lines("variable", "household")
    assert (household["range_from"], household["range_to"]) == ("1", "20")
    (country,) = _lines("variable", "birth_country")
    assert (country["list"], country["missing_in"]) == ("countries", "birth_country_m")
    (need,) = _lines("variable", "needs_2")
    assert (need["part"], need["at_most"]) == ("work", "2")
    assert need["label"] == "Wobei brauchen Sie gerade am meisten Hilfe? – Arbeit"


def test_each_version_stands_with_the_codes_it_has(sqlite_database: Path) -> None:
    publish_small()
    assert [line["code"] for line in _lines("code", "housing")] == ["1", "2", "90"]
    assert [line["code"] for line in _lines("code", "housing", "2025-08")] == ["1", "2", "3", "90"]
    (refused,) = _lines("missing", "housing")
    assert (refused["code"], refused["label"]) == ("-7", "Möchte ich nicht sagen")
    assert _lines("variable", "household", "2025-08") == []


def test_missing_codes_and_sources_are_explained_in_german_and_english(sqlite_database: Path) -> None:
    publish_small()
    lines = rows(export(), "codebook.csv")
    missing = {line["code"]: line for line in lines if line["entry"] == "missing" and not line["variable"]}
    assert {"-3", "-4", "-5", "-6", "-7", "-8", "-9", "-10", "-11", "-12", "-13"} == set(missing)
    assert missing["-6"]["text_en"] == "page missing"
    assert {line["code"] for line in lines if line["entry"] == "source"} == set(SOURCES)


def test_every_column_of_the_data_stands_in_the_codebook(sqlite_database: Path) -> None:
    publish_small()
    submission(batch(), {"housing": 1})
    made = export()
    told = {
        line[place]
        for line in rows(made, "codebook.csv")
        for place in ("variable", "missing_in", "marks_in", "source_in")
    }
    assert set(rows(made)[0]) <= told


def test_the_workbook_has_the_same_codebook(sqlite_database: Path) -> None:
    publish_small()
    lines = sheet(export(file_format="xlsx"), "codebook")
    assert [{k: "" if v is None else str(v) for k, v in line.items()} for line in lines] == rows(
        export(), "codebook.csv"
    )
