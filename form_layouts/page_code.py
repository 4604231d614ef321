"""Corner markers and the page code: what they look like and what the code says.

Written by typesetting, read by the reader; both need only this file's plain data.
The code is a QR code of fixed printed size.  At equal size it beat Data Matrix under pen strokes,
lost to it under heavy blur: `python -m benchmarks page_codes` prints both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zxingcpp

from form_layouts.errors import PageCodeTooLong
from form_layouts.layout import Box

MARKER_MM = 7.0
CODE_MM = 17.0
CODE_GAP_MM = 3.0
"""From a corner marker to the code beside it; keeps the quiet zone of both."""

MARKER_BITS: tuple[tuple[int, ...], ...] = (
    (0b000000, 0b010110, 0b001010, 0b000110, 0b000100, 0b000000),
    (0b000000, 0b000000, 0b011110, 0b010010, 0b010100, 0b000000),
    (0b000000, 0b000110, 0b000110, 0b000100, 0b011010, 0b000000),
    (0b000000, 0b010010, 0b010010, 0b001000, 0b001100, 0b000000),
)
"""ArUco DICT_4X4_50, ids 0 to 3, with their black border; 1 is white.  Clockwise from the page's top left corner."""
MARKER_MODULES = 6

_SMALL = 3
"""QR version 3 (29 modules) where the text fits, else version 4: larger modules survive worse scans."""
_ROOM = {_SMALL: 61, 4: 90}
"""Alphanumeric characters at error correction level M."""
_SYNTAX = re.compile(
    r"^XC ([A-Z0-9-]+) ([A-Z0-9.-]+) (\d{1,2}) ([A-Z]{2,3}(?:-[A-Z0-9]+)*) (\d{1,2})/(\d{1,2}) (\d{1,6}) ([SD]) ([0-9A-F]{4})$"
)


@dataclass(frozen=True)
class PageCode:
    """What a page code says; `page` and `pages` count from 1, `copy` 0 means none."""

    questionnaire: str
    version: str
    edition: int
    language: str
    page: int
    pages: int
    copy: int
    duplex: bool
    check: str

    def text(self) -> str:
        """The code's content, in the upper-case alphabet that QR packs tightest."""
        side = "D" if self.duplex else "S"
        parts = (
            "XC",
            self.questionnaire,
            self.version,
            self.edition,
            self.language,
            f"{self.page}/{self.pages}",
            self.copy,
            side,
            self.check,
        )
        return " ".join(str(part) for part in parts).upper()


def parse_page_code(text: str) -> PageCode | None:
    """The page code in `text`, names in lower case; None where it is something else."""
    match = _SYNTAX.match(text.strip())
    if not match:
        return None
    name, version, edition, language, page, pages, copy, side, check = match.groups()
    return PageCode(
        name.lower(),
        version.lower(),
        int(edition),
        language.lower(),
        int(page),
        int(pages),
        int(copy),
        side == "D",
        check,
    )


def room_for_name(version: str) -> int:
    """Characters that a questionnaire's name may have beside this version and the longest of the rest."""
    return _ROOM[4] - len(PageCode("", version, 99, "zz-zzzz", 99, 99, 999999, True, "FFFF").text())


def code_modules(code: PageCode) -> npt.NDArray[np.bool_]:
    """The code's modules, True where black: 29 x 29, or 33 x 33 for a long name.

    Raises PageCodeTooLong where not even that suffices.
    """
    text = code.text()
    version = _SMALL if len(text) <= _ROOM[_SMALL] else 4
    if len(text) > _ROOM[version]:
        raise PageCodeTooLong(text=text, room=room_for_name(code.version))
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, version=version, ec_level="M")
    modules: npt.NDArray[np.bool_] = np.array(barcode.to_image(scale=1, add_quiet_zones=False)) == 0
    return modules


def marker_modules(corner: int) -> npt.NDArray[np.bool_]:
    """The corner marker's 6 x 6 modules, True where black; corners count clockwise from the top left."""
    rows = MARKER_BITS[corner]
    return np.array(
        [[not row >> (MARKER_MODULES - 1 - column) & 1 for column in range(MARKER_MODULES)] for row in rows]
    )


def code_boxes(markers: tuple[Box, ...]) -> tuple[Box, Box]:
    """Where the two codes stand: left of the top right marker, right of the bottom left one (mm)."""
    top_right, bottom_left = markers[1], markers[3]
    top = (top_right[0] - CODE_GAP_MM - CODE_MM, top_right[1], CODE_MM, CODE_MM)
    bottom = (bottom_left[0] + MARKER_MM + CODE_GAP_MM, bottom_left[1] + MARKER_MM - CODE_MM, CODE_MM, CODE_MM)
    return top, bottom


def svg(modules: npt.NDArray[np.bool_]) -> str:
    """The modules as one vector path, one unit a module."""
    height, width = modules.shape
    runs = []
    for y in range(height):
        x = 0
        while x < width:
            start = x
            while x < width and modules[y, x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><path d="{"".join(runs)}"/></svg>'
