"""One filled page, as scanners and printers may deliver it: the answers stay the same."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from omr.reading import PageReading
from simulation.pen import FELT_PEN, Page
from simulation.scanner import Scanner, scan
from tests.omr.sheets import (
    DPI,
    assert_as_meant,
    catalogue_of,
    crosscheck,
    everyday,
    kinds,
    line_as_meant,
    published,
    read,
    save,
)

LANGUAGES = ("ar", "de", "el", "en", "fa", "hi", "ka", "ro", "ti", "tr", "uk", "zh")


def scanned(**scanner: object) -> Page:
    """The German everyday page through a scanner with a little noise."""
    return scan(everyday().pages[0], Scanner(**{"noise": 2.0, "blur_mm": 0.03, **scanner}), np.random.default_rng(3))  # type: ignore[arg-type]  # any of its fields


def read_right(page: Page, dpi: float = DPI) -> PageReading:
    """The page read, after every mark and answer proved to be as meant."""
    reading = read(page, catalogue_of(everyday()), dpi=dpi)
    assert reading.kind == "page", reading.messages
    assert_as_meant(reading.answers, reading.marks, everyday().truth)
    return reading


def on_a_desk(page: Page, angle: float) -> Page:
    """The whole sheet turned by `angle` degrees, on a bed that is large enough for it."""
    rim = round(0.1 * page.shape[0])
    bed = cv2.copyMakeBorder(page, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=250.0)
    height, width = bed.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = cv2.warpAffine(bed, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=250.0)
    return np.asarray(turned, np.uint8)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(rotation: int) -> None:
    """A pile is never sorted by which way up its sheets lie."""
    reading = read_right(scanned(rotation=rotation))
    assert reading.rotation == rotation
    assert reading.scale == pytest.approx(1.0, abs=0.005)
    assert kinds(reading) == []


@pytest.mark.parametrize("angle", [3, -3, 6, -6])
@pytest.mark.parametrize("rotation", [0, 180])
def test_a_page_is_read_when_it_was_fed_in_askew(angle: int, rotation: int) -> None:
    """The sheet lies askew, not turned: its rotation is still a full quarter turn."""
    reading = read_right(on_a_desk(scanned(rotation=rotation), angle))
    assert reading.rotation == rotation
    assert kinds(reading) == []


@pytest.mark.parametrize("shift", [(8, 0), (-8, 0), (0, 8), (0, -8)])
def test_a_page_is_read_when_it_lies_eight_millimetres_beside_its_place(shift: tuple[int, int]) -> None:
    """The markers stay in the image even where the sheet's edge leaves it."""
    page = scanned()
    matrix = np.array([[1, 0, shift[0] * DPI / 25.4], [0, 1, shift[1] * DPI / 25.4]])
    moved = cv2.warpAffine(page, matrix, (page.shape[1], page.shape[0]), borderValue=250.0)
    assert set(kinds(read_right(np.asarray(moved, np.uint8)))) <= {"corner_marker_missing", "cut_off"}


@pytest.mark.parametrize("dpi", [200, 400])
def test_a_page_is_read_at_another_resolution(dpi: int) -> None:
    """The scale is that of the paper, whatever the scanner's resolution."""
    reading = read_right(scanned(dpi=dpi), dpi)
    assert reading.scale == pytest.approx(1.0, abs=0.005)
    assert kinds(reading) == []


def test_a_page_without_a_stated_resolution_is_read_without_a_scale() -> None:
    """A photograph does not say how large the paper is; a guessed scale would be a finding about nothing."""
    reading = read(scanned(), catalogue_of(everyday()), dpi=None)
    assert_as_meant(reading.answers, reading.marks, everyday().truth)
    assert reading.scale is None
    assert kinds(reading) == []


@pytest.mark.parametrize("scale", [0.94, 1.04])
def test_a_page_printed_with_fit_to_page_is_read_and_says_so(scale: float) -> None:
    """Printers that fit to page shrink every millimetre of the layout."""
    page = everyday().pages[0]
    height, width = page.shape
    matrix = np.array([[scale, 0, (1 - scale) * width / 2], [0, scale, (1 - scale) * height / 2]])
    printed = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=255.0)
    reading = read_right(np.asarray(printed, np.uint8))
    assert reading.scale == pytest.approx(scale, abs=0.003)
    assert kinds(reading) == ["printed_scale"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_everyday_form_is_read_in_every_language(language: str) -> None:
    """Right-to-left grids mirror and scripts need other line heights: the layout alone says where a box stands."""
    copy = everyday(language, 40 + LANGUAGES.index(language))
    reading = read(copy.scanned(), catalogue_of(everyday(), copy))
    assert reading.identity is not None
    assert reading.identity.language == language
    assert_as_meant(reading.answers, reading.marks, copy.truth)


def test_a_page_whose_fields_are_written_over_with_a_felt_pen_is_not_called_crumpled() -> None:
    """Thick strokes hide half of the printed outlines; the markers say where the page is, and no mark is lost."""
    copy = everyday("el", 42, FELT_PEN)
    reading = read(copy.scanned(), catalogue_of(copy))
    assert reading.kind == "page", reading.messages
    for variable, boxes in copy.truth["marks"].items():
        for choice, (state, _) in boxes.items():
            assert reading.marks[variable][choice][0] in (state, "unsure")


# ---- scan files -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("forms"), everyday())


@pytest.mark.parametrize("name", ["scan.pdf", "scan.tif", "scan.jpg", "scan.png"])
def test_the_same_page_is_read_from_every_kind_of_file(name: str, forms: Path, tmp_path: Path) -> None:
    done = crosscheck("read", save(tmp_path / name, scanned()), "--forms", forms, "--no-ocr")
    assert done.code == 0
    (line,) = done.lines
    line_as_meant(line, everyday().truth)
    assert line["scale"] == pytest.approx(1.0, abs=0.005)
    assert line["pages"] == [{"file": name, "index": 0, "page": 1, "rotation": 0, "findings": []}]


@pytest.mark.parametrize("name", ["scan.tif", "scan.pdf"])
def test_a_one_bit_scan_is_read(name: str, forms: Path, tmp_path: Path) -> None:
    """Group 4, as office copiers write it: no greys are left to tell ink from paper."""
    page = save(tmp_path / name, scanned(one_bit=True), one_bit=True)
    done = crosscheck("read", page, "--forms", forms, "--no-ocr")
    assert done.code == 0
    line_as_meant(done.lines[0], everyday().truth)


@pytest.mark.parametrize("name", ["scan.pdf", "scan.tif"])
def test_every_page_of_a_file_is_read_in_its_place(name: str, forms: Path, tmp_path: Path) -> None:
    """Without a copy number each page of a one-page form is a person."""
    pages = [scanned(rotation=rotation) for rotation in (0, 180, 90)]
    done = crosscheck("read", save(tmp_path / name, *pages), "--forms", forms, "--no-ocr")
    assert done.code == 0
    assert [(line["pages"][0]["index"], line["pages"][0]["rotation"]) for line in done.lines] == [
        (0, 0),
        (1, 180),
        (2, 90),
    ]
    for line in done.lines:
        line_as_meant(line, everyday().truth)


def test_a_file_is_known_by_its_content_and_not_by_its_name(forms: Path, tmp_path: Path) -> None:
    """Copiers and mail programs rename files."""
    path = save(tmp_path / "scan.jpg", scanned()).rename(tmp_path / "scan.pdf")
    done = crosscheck("read", path, "--forms", forms, "--no-ocr")
    assert done.code == 0
    line_as_meant(done.lines[0], everyday().truth)


def test_debug_pictures_show_every_step_of_every_page(forms: Path, tmp_path: Path) -> None:
    """Who asks why a box was read so looks at these; they open as pictures, and the reading stays the same."""
    scan_file = save(tmp_path / "scan.tif", scanned(), scanned(rotation=180))
    plain = crosscheck("read", scan_file, "--forms", forms, "--no-ocr")
    assert not (tmp_path / "debug").exists()
    done = crosscheck("read", scan_file, "--forms", forms, "--no-ocr", "--debug", tmp_path / "debug")
    assert done.lines == plain.lines
    names = sorted(path.name for path in (tmp_path / "debug").iterdir())
    for index in ("000", "001"):
        steps = {
            name.rsplit("-", 1)[-1].removesuffix(".png") for name in names if name.startswith(f"scan_tif-{index}-")
        }
        assert {"markers", "code", "box", "scores"} <= steps
    assert all(cv2.imread(str(tmp_path / "debug" / name)) is not None for name in names)


@pytest.mark.parametrize("mode", ["16 bit", "transparent"])
def test_a_picture_of_an_unusual_kind_is_read_like_any_other(mode: str, tmp_path: Path, forms: Path) -> None:
    """16-bit grey is no white page, and what is transparent is white paper."""
    page = scanned()
    path = tmp_path / "scan.tif"
    if mode == "16 bit":
        Image.fromarray(page.astype(np.uint16) * 257).save(path, dpi=(300, 300))
    else:
        ink = Image.new("RGBA", (page.shape[1], page.shape[0]), (0, 0, 0, 0))
        ink.putalpha(Image.fromarray(255 - page))
        ink.save(path, dpi=(300, 300))
    plain = crosscheck("read", save(tmp_path / "plain.tif", page), "--forms", forms, "--no-ocr")
    done = crosscheck("read", path, "--forms", forms, "--no-ocr")
    values = [{name: answer["value"] for name, answer in run.lines[0]["answers"].items()} for run in (plain, done)]
    assert values[0] == values[1]
    assert set(values[0].values()) != {-9}
