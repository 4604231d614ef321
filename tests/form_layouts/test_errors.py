"""Faults that leave a process: the typesetter works in one of its own."""

import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from form_layouts.errors import CrosscheckError, FormFolderError, FormFolderErrors, NoSuchLanguage, TypesettingFault
from form_layouts.form_folder import load_form_folder
from form_layouts.typesetting import _document, _query
from tests.form_layouts.folders import small_folder


def test_a_fault_keeps_its_sentences_on_its_way_out_of_another_process() -> None:
    one = FormFolderError("a.yaml:3", "is wrong", "ist falsch")
    faults: tuple[CrosscheckError, ...] = (
        one,
        FormFolderErrors("a", [one]),
        NoSuchLanguage(questionnaire="q", version="1", language="xx", languages="de"),
    )
    for fault in faults:
        back = pickle.loads(pickle.dumps(fault))
        assert [back.sentence(language) for language in ("en", "de")] == [
            fault.sentence(language) for language in ("en", "de")
        ]


def test_a_name_too_long_for_the_page_code_is_told_when_it_is_printed(tmp_path: Path) -> None:
    folder = small_folder(
        tmp_path / "form",
        ("questionnaire.yaml", "questionnaire: small", "questionnaire: " + "long-" * 7 + "name"),
        ("questionnaire.yaml", 'version: "1"', 'version: "2025-08-beta"'),
    )
    (folder / "text.de.yaml").rename(folder / "text.de-Latn-DE-1996-formal.yaml")
    arguments = [
        "--messages",
        "de",
        "forms",
        "print",
        str(folder),
        "--lang",
        "de-Latn-DE-1996-formal",
        "--copies",
        "1",
        "-o",
        str(tmp_path),
    ]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "zu lang für den Seitencode" in done.output


def test_a_fault_of_the_template_is_not_told_as_a_missing_letter(tmp_path: Path) -> None:
    """Else somebody looks for a font for a day."""
    folder = load_form_folder(small_folder(tmp_path))
    data = _document(folder, "de")
    del data["blocks"]
    with pytest.raises(TypesettingFault) as caught:
        _query(data, "de", "height")
    assert "fault of the program" in caught.value.sentence("en")
    assert "schuld ist das Programm" in caught.value.sentence("de")
