"""The forms that can be read: found, kept as they were printed, told apart by their page codes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from form_layouts.catalogue import Catalogue, keep_printed, open_catalogue
from form_layouts.errors import DamagedLayout, EditionChanged, FormFolderErrors, NoFormFolder, VersionChanged
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Layout, read_layout
from form_layouts.page_code import PageCode
from form_layouts.typesetting import Typeset, page_codes, typeset
from tests.form_layouts.folders import Change, small_folder, write_folder

LAYOUT = "small_1_de_1.layout.json"
DE = "text.de.yaml"
NEW_EDITION: Change = (DE, "status:", "edition: 2\nstatus:")
OTHER_WORDS: Change = (DE, "doctor: Arzt", "doctor: Amt ")
OTHER_PLACES: Change = (DE, "Wie wohnen Sie?", "Wie und wo wohnen Sie? " * 6 + "\n    label: Wohnen")


def layout_of(path: Path, *changes: Change) -> Layout:
    """The German layout of the small form with these changes."""
    return typeset(load_form_folder(small_folder(path, *changes)), "de").layout


def keep(path: Path, to: Path, *changes: Change) -> Path:
    """Print the small form with these changes, and keep its layout."""
    folder = load_form_folder(small_folder(path, *changes))
    return keep_printed(typeset(folder, "de", numbered=False), folder.questionnaire, to)


def code_of(layout: Layout) -> PageCode:
    """What the code on the layout's first page says."""
    return page_codes(layout, 12, duplex=False)[0]


def found_by_code(catalogue: Catalogue, layout: Layout) -> Layout | None:
    form = catalogue.printed(code_of(layout))
    return form.layout if form else None


# ---- what was printed never changes -------------------------------------------------------------------------


def test_a_kept_layout_is_the_one_that_was_printed(tmp_path: Path) -> None:
    path = keep(tmp_path / "form", tmp_path / "out")
    assert path == tmp_path / "out" / LAYOUT
    assert read_layout(path) == layout_of(tmp_path / "form")


def test_the_same_edition_is_accepted_again(tmp_path: Path) -> None:
    first = keep(tmp_path / "form", tmp_path / "out").read_bytes()
    assert keep(tmp_path / "form", tmp_path / "out").read_bytes() == first


def test_a_proofed_translation_is_the_same_edition(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "out", (DE, "proofed by a test", "unproofed"))
    keep(tmp_path / "form", tmp_path / "out")
    assert (tmp_path / "out" / LAYOUT).is_file()


def test_the_same_edition_with_other_words_is_refused(tmp_path: Path) -> None:
    before = keep(tmp_path / "form", tmp_path / "out").read_bytes()
    assert layout_of(tmp_path / "form", OTHER_WORDS).hash == json.loads(before)["hash"]
    with pytest.raises(EditionChanged) as caught:
        keep(tmp_path / "form", tmp_path / "out", OTHER_WORDS)
    assert "set `edition: 2` in text.de.yaml" in caught.value.sentence("en")
    assert "Setzen Sie `edition: 2` in text.de.yaml" in caught.value.sentence("de")
    assert (tmp_path / "out" / LAYOUT).read_bytes() == before


def test_the_same_edition_with_other_places_is_refused(tmp_path: Path) -> None:
    before = keep(tmp_path / "form", tmp_path / "out").read_bytes()
    layout = read_layout(tmp_path / "out" / LAYOUT)
    page = layout.pages[0]
    x, y, width, height = page.checkboxes[0].box
    moved = page.checkboxes[0].model_copy(update={"box": (x + 0.1, y, width, height)})
    pages = (page.model_copy(update={"checkboxes": (moved, *page.checkboxes[1:])}),)
    with pytest.raises(EditionChanged, match="edition: 2"):
        keep_printed(
            Typeset(b"", layout.model_copy(update={"pages": pages}).sealed()),
            load_form_folder(tmp_path / "form").questionnaire,
            tmp_path / "out",
        )
    assert (tmp_path / "out" / LAYOUT).read_bytes() == before


def test_the_same_version_with_another_code_is_refused_in_every_edition(tmp_path: Path) -> None:
    """Else what was already filled in would silently mean something else."""
    other_code: Change = ("questionnaire.yaml", "shelter: 2", "shelter: 4")
    keep(tmp_path / "form", tmp_path / "out")
    with pytest.raises(VersionChanged) as caught:
        keep(tmp_path / "form", tmp_path / "out", other_code, NEW_EDITION)
    assert "new version" in caught.value.sentence("en")
    assert "neue Fassung" in caught.value.sentence("de")
    assert not (tmp_path / "out" / "small_1_de_2.layout.json").exists()


def test_a_published_folder_whose_codes_were_changed_is_not_read(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "form" / "layouts")
    small_folder(tmp_path / "form", ("questionnaire.yaml", "shelter: 2", "shelter: 4"))
    with pytest.raises(VersionChanged):
        open_catalogue([tmp_path / "form"])


def test_the_next_edition_is_kept_beside_the_first(tmp_path: Path) -> None:
    first = keep(tmp_path / "form", tmp_path / "out")
    second = keep(tmp_path / "form", tmp_path / "out", OTHER_WORDS, NEW_EDITION)
    assert second.name == "small_1_de_2.layout.json"
    assert first.is_file()


# ---- finding forms ------------------------------------------------------------------------------------------


def test_a_form_folder_can_be_read_in_all_its_languages(tmp_path: Path) -> None:
    path = small_folder(tmp_path / "forms" / "small" / "1")
    folder = load_form_folder(path)
    for opened in (path, tmp_path / "forms"):
        catalogue = open_catalogue([opened])
        assert sorted(form.layout.language for form in catalogue.forms) == ["de", "uk"]
        for language in ("de", "uk"):
            layout = typeset(folder, language).layout
            assert found_by_code(catalogue, layout) == layout


def test_a_folder_that_forms_were_printed_to_can_be_read(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "out")
    layout = layout_of(tmp_path / "form")
    catalogue = open_catalogue([tmp_path / "out"])
    assert [form.layout for form in catalogue.forms] == [layout]
    assert catalogue.forms[0].questionnaire == load_form_folder(tmp_path / "form").questionnaire
    assert found_by_code(catalogue, layout) == layout


def test_a_form_that_stands_in_two_folders_is_known_once(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "form" / "layouts")
    keep(tmp_path / "form", tmp_path / "out")
    catalogue = open_catalogue([tmp_path / "form", tmp_path / "out", tmp_path / "form"])
    assert sorted(form.layout.key for form in catalogue.forms) == ["small_1_de_1", "small_1_uk_1"]


def test_a_published_edition_stays_readable_after_the_text_went_on_to_the_next(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "form" / "layouts")
    first = layout_of(tmp_path / "form")
    longer = (DE, "text: Wie wohnen Sie?", f"text: Wie wohnen Sie?\n    hint: {'Bitte nur ein Kreuz. ' * 6}")
    second = layout_of(tmp_path / "form", longer, NEW_EDITION)
    assert first.hash != second.hash
    catalogue = open_catalogue([tmp_path / "form"])
    assert found_by_code(catalogue, first) == first
    assert found_by_code(catalogue, second) == second


def test_a_published_edition_is_read_with_the_geometry_it_was_printed_with(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "form" / "layouts")
    first = layout_of(tmp_path / "form")
    assert layout_of(tmp_path / "form", OTHER_PLACES).hash != first.hash  # without a new edition
    german = [f.layout for f in open_catalogue([tmp_path / "form"]).forms if f.layout.language == "de"]
    assert german == [first]


def test_a_code_with_another_check_finds_no_form(tmp_path: Path) -> None:
    catalogue = open_catalogue([small_folder(tmp_path)])
    code = code_of(layout_of(tmp_path))
    assert catalogue.printed(code) is not None
    other = "0000" if code.check != "0000" else "1111"
    assert catalogue.printed(replace(code, check=other)) is None


@pytest.mark.parametrize(
    "other",
    [{"questionnaire": "tiny"}, {"version": "2"}, {"edition": 2}, {"language": "fa"}, {"pages": 2}],
    ids=lambda other: next(iter(other)),
)
def test_the_code_of_another_form_finds_none(tmp_path: Path, other: dict[str, object]) -> None:
    catalogue = open_catalogue([small_folder(tmp_path)])
    code = code_of(layout_of(tmp_path))
    assert catalogue.printed(replace(code, **other)) is None  # type: ignore[arg-type]  # any of its fields


def test_every_copy_and_page_of_a_form_is_found(tmp_path: Path) -> None:
    catalogue = open_catalogue([small_folder(tmp_path)])
    layout = layout_of(tmp_path)
    for copy, duplex in ((0, False), (999_999, True)):
        for code in page_codes(layout, copy, duplex):
            form = catalogue.printed(code)
            assert form is not None
            assert form.layout == layout


def test_a_form_with_capitals_in_its_version_and_language_is_found(tmp_path: Path) -> None:
    path = small_folder(tmp_path, ("questionnaire.yaml", 'version: "1"', 'version: "2025-A"'))
    (path / "text.uk.yaml").rename(path / "text.uk-Cyrl.yaml")
    layout = typeset(load_form_folder(path), "uk-Cyrl").layout
    said = replace(code_of(layout), version="2025-a", language="uk-cyrl")
    form = open_catalogue([path]).printed(said)
    assert form is not None
    assert form.layout == layout


def test_a_foreign_form_is_known_by_its_blank_and_never_by_a_code(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {
            "questionnaire.yaml": 'questionnaire: foreign\nversion: "1"\nquestions:\n  - {id: name, kind: text}\n',
            "text.de.yaml": "status: unproofed\ntitle: Fremd\nquestions:\n  name: {text: Frage}\n",
            "fields.de.yaml": "page_size: [210, 297]\npages:\n  - text_areas: [{question: name, box: [20, 80, 120, 9]}]\n",
        },
    )
    Image.new("L", (210, 297), 255).save(tmp_path / "blank.de.png")
    catalogue = open_catalogue([tmp_path])
    (form,) = catalogue.foreign
    assert form.blank == tmp_path / "blank.de.png"
    assert form.layout.pages[0].text_areas[0].box == (20, 80, 120, 9)
    assert form.layout.pages[0].markers == ()
    assert catalogue.printed(code_of(form.layout)) is None


# ---- what cannot be read ------------------------------------------------------------------------------------


def test_a_folder_without_forms_is_refused(tmp_path: Path) -> None:
    small_folder(tmp_path / "form")
    for empty in (write_folder(tmp_path / "empty", {"notes.txt": ""}), tmp_path / "absent"):
        with pytest.raises(NoFormFolder) as caught:
            open_catalogue([tmp_path / "form", empty])
        assert str(empty) in caught.value.sentence("en")
        assert str(empty) in caught.value.sentence("de")


def test_a_mistake_in_a_form_folder_is_told(tmp_path: Path) -> None:
    small_folder(tmp_path / "form", ("questionnaire.yaml", "list: countries", "list: planets"))
    with pytest.raises(FormFolderErrors, match="planets"):
        open_catalogue([tmp_path])


@pytest.mark.parametrize(
    ("old", "new"),
    [('"page_size": [\n  210.0', '"page_size": [\n  211.0'), ('"choice": "flat"', '"choice": "shelter"'), ("{", "")],
    ids=["size", "choice", "no json"],
)
def test_a_layout_changed_by_hand_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = keep(tmp_path / "form", tmp_path / "out")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for attempt in (lambda: open_catalogue([tmp_path / "out"]), lambda: keep(tmp_path / "form", tmp_path / "out")):
        with pytest.raises(DamagedLayout) as caught:
            attempt()
        assert str(path) in caught.value.sentence("en")
        assert "Take it from the backup" in caught.value.sentence("en")
        assert "Holen Sie die Datei aus der Sicherung" in caught.value.sentence("de")


def test_a_damaged_list_of_what_was_asked_is_refused(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "out")
    asked = tmp_path / "out" / "small_1.form.json"
    asked.write_text(asked.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    with pytest.raises(DamagedLayout) as caught:
        open_catalogue([tmp_path / "out"])
    assert str(asked) in caught.value.sentence("en")


# ---- blanks of what we printed ------------------------------------------------------------------------------


def blank_of(folder: Path, edition: int) -> bytes | None:
    """The blank of an edition of the small form, as a reader finds it."""
    (form,) = (
        form
        for form in open_catalogue([folder]).forms
        if (form.layout.language, form.layout.edition) == ("de", edition)
    )
    return form.blank.read_bytes() if form.blank else None


def test_a_print_keeps_its_blank_beside_its_layout(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "out")
    printed = typeset(load_form_folder(tmp_path / "form"), "de", numbered=False)
    assert blank_of(tmp_path / "out", 1) == printed.pdf
    assert printed.layout == layout_of(tmp_path / "form")


def test_a_blank_kept_once_is_not_written_again(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "out")
    blank = tmp_path / "out" / "small_1_de_1.blank.pdf"
    blank.write_bytes(b"%PDF as it was printed")
    keep(tmp_path / "form", tmp_path / "out")
    assert blank.read_bytes() == b"%PDF as it was printed"


def test_a_frozen_edition_keeps_its_blank_after_the_words_changed(tmp_path: Path) -> None:
    first = typeset(load_form_folder(small_folder(tmp_path / "form")), "de", numbered=False).pdf
    keep(tmp_path / "form", tmp_path / "frozen")
    small_folder(tmp_path / "form", OTHER_WORDS, NEW_EDITION)
    (tmp_path / "frozen").rename(tmp_path / "form" / "layouts")
    assert blank_of(tmp_path / "form", 1) == first
    assert blank_of(tmp_path / "form", 2) not in (None, first)


def test_an_edition_without_a_kept_blank_has_one_only_while_its_words_stand(tmp_path: Path) -> None:
    keep(tmp_path / "form", tmp_path / "form" / "layouts")
    (tmp_path / "form" / "layouts" / "small_1_de_1.blank.pdf").unlink()
    assert blank_of(tmp_path / "form", 1) == typeset(load_form_folder(tmp_path / "form"), "de", numbered=False).pdf
    keep(tmp_path / "form", tmp_path / "kept")
    (tmp_path / "kept" / "small_1_de_1.blank.pdf").unlink()
    keep(tmp_path / "form", tmp_path / "kept")  # the words still stand: it is added
    assert (tmp_path / "kept" / "small_1_de_1.blank.pdf").is_file()
    (tmp_path / "form" / "layouts").rename(tmp_path / "layouts")
    small_folder(tmp_path / "form", OTHER_WORDS, NEW_EDITION)
    (tmp_path / "layouts").rename(tmp_path / "form" / "layouts")
    assert blank_of(tmp_path / "form", 1) is None
