"""The scanner check through the command line: a good copier is called good, each wrong setting is named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from pdf2image import convert_from_bytes
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from form_layouts.check_sheet import OWN, check_sheet
from omr.check_sheet.scan_source import scan_source
from omr.check_sheet.scanner_check import State
from omr.check_sheet.scanner_words import ADVICE, COLOURS, FOUND, KINDS, STATES
from omr.pages import open_scan, page_image
from simulation.marks import draw_mark
from simulation.pen import PALE_BLUE_PEN, PENCIL, Page
from simulation.scanner import OFFICE, Scanner, scan
from tests.omr.sheets import A4_PX, Done, crosscheck, everyday, save

PRINT_DPI = 600
"""Rendered finer than scanned: poppler moves the edges of thin lines to whole pixels."""


@cache
def printed() -> Page:
    """The sheet on paper, with a pencil's and a pale pen's cross in its boxes, at 300 dpi."""
    fine = np.asarray(convert_from_bytes(check_sheet(), dpi=PRINT_DPI, grayscale=True)[0].convert("L"))
    page = np.asarray(cv2.resize(fine, A4_PX[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    for box, pen in zip(OWN, (PENCIL, PALE_BLUE_PEN), strict=True):
        draw_mark(page, box, "cross", pen, np.random.default_rng(1))
    return page


def office(seed: int = 1) -> Scanner:
    return replace(OFFICE.draw(np.random.default_rng(seed)), streaks=0)


def scanned(scanner: Scanner, page: Page | None = None, seed: int = 1) -> Page:
    return scan(printed() if page is None else page, scanner, np.random.default_rng(seed))


def checked(path: Path, page: Page, *, dpi: int = 300, one_bit: bool = False, messages: str = "en") -> Done:
    return crosscheck("scanner-check", save(path, page, dpi=dpi, one_bit=one_bit), messages=messages)


def changes(done: Done) -> set[str]:
    """What is to be changed, by its label."""
    return {line[10:28].strip() for line in done.out.splitlines() if line.startswith("  CHANGE")}


@pytest.mark.parametrize(("seed", "ending"), [(0, ".jpg"), (3, ".pdf"), (15, ".tif")])
def test_a_good_copier_is_called_good_whatever_file_it_writes(seed: int, ending: str, tmp_path: Path) -> None:
    page = scanned(replace(office(seed), rotation=seed % 4 * 90), seed=seed)
    done = checked(tmp_path / f"scan{ending}", page)
    first = done.out.splitlines()[0]
    assert re.fullmatch(rf"scan\{ending}: 300 dpi, grey, (99\.[89]|100\.[012]) %, good", first), first
    assert (done.code, changes(done), "note" in done.out) == (0, set(), False)


def smaller(page: Page) -> Page:
    """Printed with "fit to page"."""
    height, width = page.shape
    matrix = np.array([[0.94, 0, 0.03 * width], [0, 0.94, 0.03 * height]])
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=255, flags=cv2.INTER_LINEAR), np.uint8)


def whitened(page: Page) -> Page:
    """What a copier does that cleans the background."""
    return np.where(page > 225, 255, page).astype(np.uint8)


PLAIN = Scanner(paper=246, noise=2.0, blur_mm=0.03, skew_deg=0.3)
DEFECTS: dict[str, tuple[Callable[[], Page], str, str]] = {
    "fit to page": (lambda: scanned(office(), smaller(printed())), "printed size", "not “fit to page”"),
    "cleaned background": (lambda: whitened(scanned(PLAIN)), "pale strokes", "background removal"),
    "out of focus": (lambda: scanned(replace(PLAIN, blur_mm=0.2)), "sharpness", "clean the glass"),
    "a streak": (lambda: scanned(replace(PLAIN, streaks=2)), "glass", "narrow strip of glass"),
    "a streak in a turned scan": (lambda: np.rot90(scanned(replace(PLAIN, streaks=2))).copy(), "glass", "strip of"),
    "dark": (lambda: scanned(replace(PLAIN, brightness=-80)), "brightness", "lighter"),
    "short of toner": (lambda: scanned(replace(PLAIN, contrast=0.5, brightness=70)), "brightness", "toner"),
    "a slipping feeder": (lambda: scanned(replace(PLAIN, stretch=(1.0, 0.985))), "feeder", "rollers"),
    "crooked": (lambda: scanned(replace(PLAIN, skew_deg=4)), "straight", "paper guides"),
    "cut to letter": (lambda: scanned(PLAIN)[:3300], "edges", "A4"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_wrong_setting_is_named_and_nothing_else(name: str, tmp_path: Path) -> None:
    page, label, words = DEFECTS[name]
    done = checked(tmp_path / "scan.jpg", page())
    assert (done.code, changes(done)) == (1, {label})
    assert words in " ".join(done.out.split())
    assert done.out.splitlines()[0].endswith("%, 1 thing to change")


def test_two_hundred_dpi_are_too_few(tmp_path: Path) -> None:
    done = checked(tmp_path / "scan.jpg", scanned(replace(PLAIN, dpi=200)), dpi=200)
    assert (done.code, changes(done)) == (1, {"resolution"})
    assert done.out.startswith("scan.jpg: 200 dpi, grey, 100.0 %")


def test_black_and_white_loses_pale_strokes_and_is_told_in_german(tmp_path: Path) -> None:
    done = checked(tmp_path / "scan.tif", scanned(replace(PLAIN, one_bit=True)), one_bit=True, messages="de")
    assert done.code == 1
    assert done.out.splitlines()[0] == "scan.tif: 300 dpi, Schwarzweiß, 100,0 %, 2 Einstellungen zu ändern"
    assert "Stellen Sie den Farbmodus auf Graustufen" in done.out
    assert "Schwarzweiß verliert sie" in done.out


def test_a_wrong_resolution_in_the_file_is_not_taken_for_a_printed_size(tmp_path: Path) -> None:
    done = checked(tmp_path / "scan.jpg", scanned(PLAIN), dpi=96)
    assert (done.code, changes(done)) == (0, set())
    assert done.out.startswith("scan.jpg: 300 dpi, grey, good")
    assert "does not say its resolution rightly" in " ".join(done.out.split())


def test_nobody_is_blamed_for_a_cross_that_was_perhaps_never_made(tmp_path: Path) -> None:
    page = printed().copy()
    for x, y, w, h in OWN:
        left, top, right, bottom = (round(at * 300 / 25.4) for at in (x - 1.5, y - 1.5, x + w + 1.5, y + h + 1.5))
        page[top:bottom, left:right] = 255
    done = checked(tmp_path / "scan.jpg", scanned(PLAIN, page))
    assert (done.code, done.out.count("no cross seen")) == (0, 2)


def test_every_page_of_a_file_is_checked_and_empty_sides_are_passed_over(tmp_path: Path) -> None:
    empty = np.full(A4_PX, 246, np.uint8)
    path = save(tmp_path / "scan.tif", scanned(PLAIN), empty, scanned(replace(PLAIN, blur_mm=0.2)))
    done = crosscheck("scanner-check", path)
    heads = [line for line in done.out.splitlines() if line.startswith("scan.tif")]
    assert heads == [
        "scan.tif, page 1: 300 dpi, grey, 100.0 %, good",
        "scan.tif, page 3: 300 dpi, grey, 100.0 %, 1 thing to change",
    ]
    assert done.code == 1


def test_the_sheet_is_written_where_it_is_asked_for_and_is_no_scan_itself(tmp_path: Path) -> None:
    path = tmp_path / "new" / "check-sheet.pdf"
    done = crosscheck("scanner-check", "--print", path)
    assert (done.code, done.out, path.read_bytes()) == (0, f"{path}\n", check_sheet())
    again = crosscheck("scanner-check", path, messages="de")
    assert (again.code, "kein Scan" in again.said) == (2, True)


def test_what_is_no_check_sheet_is_refused_with_what_it_is(tmp_path: Path) -> None:
    form = checked(tmp_path / "form.jpg", everyday().scanned())
    assert (form.code, form.out) == (2, "")
    assert "a page of the questionnaire 'everyday'" in form.said
    other = checked(tmp_path / "other.jpg", np.tile(np.arange(250, dtype=np.uint8), (1000, 3)))
    assert (other.code, "check sheet is not on this page" in other.said) == (2, True)
    empty = checked(tmp_path / "empty.jpg", np.full((1754, 1240), 250, np.uint8))
    assert (empty.code, "check sheet is not on this page" in empty.said) == (2, True)
    gone = crosscheck("scanner-check", tmp_path / "gone.pdf", save(tmp_path / "scan.jpg", scanned(PLAIN)))
    assert (gone.code, "There is no file" in gone.said, "good" in gone.out) == (2, True, True)
    assert crosscheck("scanner-check").code == 2


def test_a_sheet_whose_codes_nobody_can_read_is_known_by_its_grey_steps(tmp_path: Path) -> None:
    page = scanned(PLAIN).copy()
    page[80:310, 1870:2105] = 246
    page[3200:3430, 340:570] = 246
    done = checked(tmp_path / "scan.jpg", page)
    assert (done.code, changes(done)) == (0, set())


# ---- what the file says -----------------------------------------------------------------------------------------


def pdf_of(path: Path, change: Callable[[PdfWriter], None]) -> Path:
    """A scanned PDF, changed."""
    writer = PdfWriter(clone_from=PdfReader(save(path, scanned(PLAIN))))
    change(writer)
    writer.write(path)
    return path


def second_picture(writer: PdfWriter) -> None:
    objects = writer.pages[0]["/Resources"]["/XObject"]  # type: ignore[index]  # pypdf: any object
    first = next(iter(objects))
    objects[NameObject("/Layer")] = writer._add_object(objects[first].clone(writer, force_duplicate=True))


def test_a_pdf_of_several_layers_is_named(tmp_path: Path) -> None:
    done = crosscheck("scanner-check", pdf_of(tmp_path / "scan.pdf", second_picture))
    assert (done.code, changes(done)) == (1, {"file"})
    assert "compact PDF" in done.out


def test_the_resolution_of_a_pdf_is_that_of_its_picture(tmp_path: Path) -> None:
    """However finely the page is drawn for reading."""
    path = save(tmp_path / "scan.pdf", scanned(replace(PLAIN, dpi=200)), dpi=200)
    scan_file = open_scan(path)
    source = scan_source(scan_file, page_image(scan_file, 0))
    assert (source.colour, source.images, source.jbig2) == ("grey", 1, False)
    assert source.dpi == pytest.approx(200, abs=0.5)
    assert crosscheck("scanner-check", path).out.startswith("scan.pdf: 200 dpi, grey, 100.0 %")


@pytest.mark.parametrize(("mode", "colour"), [("RGB", "colour"), ("L", "grey"), ("P", "colour")])
def test_the_colour_mode_is_that_of_the_file(mode: str, colour: str, tmp_path: Path) -> None:
    Image.fromarray(printed()[::4, ::4]).convert(mode).save(tmp_path / "scan.png")
    scan_file = open_scan(tmp_path / "scan.png")
    assert scan_source(scan_file, page_image(scan_file, 0)).colour == colour


def test_a_strongly_compressed_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "scan.jpg"
    Image.fromarray(scanned(PLAIN)).save(path, dpi=(300, 300), quality=25)
    copy = shutil.copy(path, tmp_path / "copy.jpg")
    done = crosscheck("scanner-check", copy)
    assert (done.code, changes(done)) == (1, {"file"})


# ---- words ------------------------------------------------------------------------------------------------------


def test_everything_that_can_be_said_is_worded_in_both_languages() -> None:
    source = Path(__file__).parents[2].joinpath("omr", "check_sheet", "scanner_check.py").read_text(encoding="utf-8")
    kinds = {*re.findall(r'Item\(\s*"(\w+)"', source), "own_pencil", "own_pen"}
    assert kinds == set(KINDS)
    assert set(STATES) == set(get_args(State))
    assert set(FOUND) <= {*KINDS, *ADVICE}
    said = [*STATES.values(), *COLOURS.values(), *(KINDS[kind][0] for kind in KINDS), *ADVICE.values()]
    assert [pair for pair in said if pair[0] == pair[1] or not all(pair)] == []
    used = set(re.findall(r'"([a-z_0-9]+)"', source))
    assert set(ADVICE) <= used
