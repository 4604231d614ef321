"""`crosscheck export` writes the same file as the page."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import select

from service.db.models import Delivery
from service.db.session import looking
from service.export_command import export
from service.exports import read_me
from service.exports.published import NoSuchQuestionnaire
from tests.service.exports.received import DAY
from tests.service.exports.received import export as made_here
from tests.service.seeds import batch, publish_small, submission


def _run(*arguments: object, language: str = "en") -> Result:
    return CliRunner().invoke(export, [str(argument) for argument in arguments], obj=language)


def test_the_command_writes_the_file_and_says_what_is_in_it(sqlite_database: Path, tmp_path: Path) -> None:
    publish_small()
    submission(batch(), {"housing": 1})
    out = tmp_path / "new" / "small.zip"
    done = _run("small", "--version", "2025-02", "--date", DAY.isoformat(), "-o", out)
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == made_here("2025-02").data
    assert "1 cases, 0 fields wait" in done.stderr
    with looking() as session:
        (delivery,) = session.scalars(select(Delivery)).all()
    assert (delivery.made_by, delivery.content["versions"]) == (None, ["2025-02"])


def test_all_versions_are_in_the_workbook_by_default(sqlite_database: Path, tmp_path: Path) -> None:
    publish_small()
    out = tmp_path / "small.xlsx"
    done = _run("small", "--format", "xlsx", "--labels", "en", "--date", DAY.isoformat(), "-o", out, language="de")
    assert "0 Fälle" in done.stderr
    assert out.read_bytes() == made_here(file_format="xlsx", labels="en").data


def test_a_long_table_in_excel_is_warned_about_and_names_csv(
    sqlite_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_small()
    submission(batch(), {"housing": 1})
    monkeypatch.setattr(read_me, "LONG_TABLE", 0)
    out = tmp_path / "small.xlsx"
    assert "--format csv is faster" in _run("small", "--format", "xlsx", "-o", out).stderr
    book = load_workbook(out)
    assert "Viele Zeilen" in [cell.value for cell in book["read me"]["A"]]
    assert "faster" not in _run("small", "-o", tmp_path / "small.zip").stderr


def test_an_unknown_questionnaire_is_refused_and_no_file_is_written(clean_settings: Path, tmp_path: Path) -> None:
    done = _run("none", "-o", tmp_path / "none.zip")
    assert isinstance(done.exception, NoSuchQuestionnaire)
    assert not (tmp_path / "none.zip").exists()
