"""The cover sheet: printed, scanned any way up, and known by its code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image, ImageFilter

from cli import main
from form_layouts.cover_sheet import COVER_CODE, LABEL_LENGTH, CoverSheetNotSet, LabelTooLong, cover_sheet, is_cover
from form_layouts.page_code import PageCode, parse_page_code
from tests.form_layouts.prints import render, text_of


def codes(page: Image.Image) -> list[str]:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in zxingcpp.read_barcodes(np.asarray(page), formats=formats)]


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    (page,) = render(cover_sheet("Bürgeramt Mitte, 4. August"))
    return Image.fromarray(page)


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 7, -8])
def test_a_cover_sheet_is_known_whatever_way_up(sheet: Image.Image, turn: float) -> None:
    turned = sheet.rotate(turn, expand=True, fillcolor=255)
    assert codes(turned) == [COVER_CODE] * 2


def test_a_cover_sheet_is_known_from_a_fax_and_from_a_small_blurred_picture(sheet: Image.Image) -> None:
    fax = sheet.resize((1728, 2292)).point(lambda grey: 255 * (grey > 128))
    assert COVER_CODE in codes(fax)
    small = sheet.resize((sheet.width // 5, sheet.height // 5)).filter(ImageFilter.GaussianBlur(0.7))
    assert COVER_CODE in codes(small)


def test_one_code_is_enough_where_a_corner_is_torn_off(sheet: Image.Image) -> None:
    torn = sheet.copy()
    torn.paste(0, (sheet.width - 600, 0, sheet.width, 600))
    assert codes(torn) == [COVER_CODE]


def test_the_code_of_a_cover_sheet_is_no_form_and_that_of_a_form_no_cover_sheet() -> None:
    assert is_cover(COVER_CODE)
    assert parse_page_code(COVER_CODE) is None
    like_it = PageCode("cover", "1", 1, "de", 1, 2, 0, False, "AB12").text()
    assert not is_cover(like_it)
    assert not any(map(is_cover, ("", "XC COVER", "COVER 1", "https://example.org/XC COVER 1")))


def test_the_sheet_says_what_it_is_in_german_and_english_and_carries_its_label() -> None:
    pdf = cover_sheet("  Bürgeramt\n Mitte ")
    text = text_of(pdf)
    assert all(words in text for words in ("Trennblatt", "Cover sheet", "zwischen zwei Stapel", "Bürgeramt Mitte"))
    assert pdf == cover_sheet("Bürgeramt Mitte")
    assert pdf != cover_sheet()


def test_a_label_that_does_not_fit_or_that_no_font_has_is_refused_in_words() -> None:
    with pytest.raises(LabelTooLong):
        cover_sheet("x" * (LABEL_LENGTH + 1))
    with pytest.raises(CoverSheetNotSet):
        cover_sheet("\U0001f600")


def test_the_command_writes_the_sheet(tmp_path: Path) -> None:
    out = tmp_path / "new" / "cover.pdf"
    done = CliRunner().invoke(main, ["forms", "cover-sheet", "-o", str(out), "--label", "Montag"])
    assert (done.exit_code, done.output.strip()) == (0, str(out))
    assert "Montag" in text_of(out.read_bytes())
    refused = CliRunner().invoke(
        main, ["--messages", "de", "forms", "cover-sheet", "-o", str(out), "--label", "x" * 500]
    )
    assert refused.exit_code == 2
    assert "passen 120" in refused.output
