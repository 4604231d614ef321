"""Handwriting: text on writing lines and digits in comb cells, from fonts that are slanted, bent and inked by a pen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from form_layouts.layout import Box
from simulation.fonts import DIGIT_FONTS, covers, font_for, installed, is_right_to_left, loaded
from simulation.pen import MM_PER_INCH, SUPERSAMPLE, Page, Pen, lay_ink

Cover = npt.NDArray[np.float32]

PROBE_PX = 100
"""Font size at which letter heights and widths are measured."""
REFERENCE = "Hdg"
"""Sets the size of Latin writing, so that a word without long letters is not blown up."""
HEIGHT_MM = (4.0, 5.6)
"""From the lowest to the highest ink of a line; a guess, chosen by eye on rendered forms."""
LINE_SHARE = 0.72
"""Height of writing as a share of the distance between writing lines, at most."""
SHRINK = (1.0, 0.88, 0.76, 0.66, 0.56, 0.46)
"""People write smaller when they see that the line is too short."""
LEVEL_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
"""First words of the Unicode names of letters with the proportions of REFERENCE."""
TEXT_STROKE = 0.09
"""Widest stroke as a share of the writing's height: with a thick pen people write with its edge or thin out."""
DIGIT_STROKE = 0.13
"""The same for single letters in cells."""
WORD_GAP = 0.42
"""Between words, as a share of the height; scripts without spaces get a tenth of it between letters."""
LINE_SPACING_MM = 9.0
"""Where the area has no printed lines."""
INDENT_MM = 1.2
BASELINE_MM = (0.3, 1.1)
"""Height of the writing above the printed line."""
BEND_MM = 0.16
"""Standard deviation by which letters are bent."""
BEND_LENGTH_MM = 2.2
"""Distance over which the bend changes."""
DIGIT_HEIGHT = (0.56, 0.78)
"""Of the cell's height."""
CELL_INSET_MM = 0.35
"""Digits keep this distance from the printed edges of their cell."""


@dataclass(frozen=True)
class Script:
    """How one person writes: always the same font, slant and size."""

    font: int = 0
    """Which of the handwriting fonts."""
    slant: float = 0.08
    """Shift to the right per unit of height."""
    size: float = 0.5
    """Where in HEIGHT_MM and DIGIT_HEIGHT, 0 to 1."""


@dataclass(frozen=True)
class _Word:
    text: str
    left_mm: float
    baseline_mm: float


def write_text(
    page: Page,
    box: Box,
    text: str,
    pen: Pen,
    script: Script,
    rng: np.random.Generator,
    *,
    rules: Sequence[float] = (),
    dpi: float = 300.0,
) -> None:
    """Write `text` into the area `box` (mm) of `page`, in place, on its printed lines `rules` (y in mm) if it has any.

    Right-to-left scripts start at the right.  A text that is too long gets smaller and ends at the area's edge.
    Raises NoHandwritingFont, NoLetterJoining.
    """
    font = font_for(text, script.font)
    lines = _baselines(box, rules)
    spacing = lines[1] - lines[0] if len(lines) > 1 else min(LINE_SPACING_MM, box[3])
    height = min(HEIGHT_MM[0] + script.size * (HEIGHT_MM[1] - HEIGHT_MM[0]), LINE_SHARE * spacing)
    for shrink in SHRINK:
        em = _em(font, text, height * shrink)
        words, fits = _set_words(text, font, em, height * shrink, box, lines)
        if fits:
            break
    for word in words:
        lift = rng.uniform(*BASELINE_MM)
        stroke = min(pen.width_mm, TEXT_STROKE * height * shrink)
        cover, origin = _written(word.text, font, em, stroke, pen, script.slant, rng, dpi)
        _put(page, cover, origin, word.left_mm, word.baseline_mm - lift, pen, rng, dpi)


def write_comb(
    page: Page,
    cells: Sequence[Box],
    letters: str,
    pen: Pen,
    script: Script,
    rng: np.random.Generator,
    *,
    dpi: float = 300.0,
) -> None:
    """Write one letter into each cell (mm) of `page`, in place; a space leaves its cell empty.

    Ink stays inside the cell.  Raises NoHandwritingFont; ValueError where there are more letters than cells.
    """
    if len(letters) > len(cells):
        raise ValueError(f"{len(letters)} letters for {len(cells)} cells")
    hands = installed(DIGIT_FONTS)
    for letter, cell in zip(letters, cells, strict=False):
        if letter.isspace():
            continue
        font = hands[script.font % len(hands)] if hands else font_for(letter)
        if not covers(font, letter):
            font = font_for(letter, script.font)
        _write_in_cell(page, cell, letter, font, pen, script, rng, dpi)


def _write_in_cell(
    page: Page, cell: Box, letter: str, font: Path, pen: Pen, script: Script, rng: np.random.Generator, dpi: float
) -> None:
    share = DIGIT_HEIGHT[0] + script.size * (DIGIT_HEIGHT[1] - DIGIT_HEIGHT[0])
    height = cell[3] * share * rng.uniform(0.9, 1.1)
    slant = script.slant + rng.normal(0, 0.07)
    em, stroke = _em(font, letter, height), min(pen.width_mm, DIGIT_STROKE * height)
    cover, _ = _written(letter, font, em, stroke, pen, slant, rng, dpi)
    scale = dpi / MM_PER_INCH
    room_x, room_y = ((size - 2 * CELL_INSET_MM) * scale for size in cell[2:])
    cover = _trimmed(cover)
    shrink = min(1.0, room_x / cover.shape[1], room_y / cover.shape[0])
    if shrink < 1:
        size = (max(1, int(cover.shape[1] * shrink)), max(1, int(cover.shape[0] * shrink)))
        cover = np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), np.float32)
    free = np.array([room_x - cover.shape[1], room_y - cover.shape[0]])
    offset = np.clip(free * (0.5 + rng.normal(0, 0.16, 2)), 0, np.maximum(free, 0))
    corner = np.floor(np.array([cell[0], cell[1]]) * scale + CELL_INSET_MM * scale + offset).astype(int)
    lay_ink(page, cover, (int(corner[0]), int(corner[1])), pen, rng)


def _baselines(box: Box, rules: Sequence[float]) -> list[float]:
    """The y (mm) of every line to write on: the printed ones, or an even division of the area."""
    inside = sorted(rule for rule in rules if box[1] < rule <= box[1] + box[3] + 1)
    if inside:
        return inside
    count = max(1, int(box[3] / LINE_SPACING_MM))
    return [box[1] + box[3] * (number + 0.8) / count for number in range(count)]


def _set_words(
    text: str, font: Path, em: float, height: float, box: Box, lines: Sequence[float]
) -> tuple[list[_Word], bool]:
    """Where each word stands, and whether all of them found room; those that did not are left out."""
    face, per_mm = loaded(font, PROBE_PX), PROBE_PX / em
    pieces, gap = _pieces(text, height)
    backwards = is_right_to_left(text)
    words: list[_Word] = []
    line, used = 0, INDENT_MM
    for piece in pieces:
        width = face.getlength(piece) / per_mm
        if used + width > box[2] - INDENT_MM and used > INDENT_MM:
            line, used = line + 1, INDENT_MM
        if line == len(lines):
            return words, False
        left = box[0] + box[2] - used - width if backwards else box[0] + used
        words.append(_Word(piece, left, lines[line]))
        if width > box[2] - 2 * INDENT_MM:
            return words, False
        used += width + gap
    return words, True


def _pieces(text: str, height: float) -> tuple[list[str], float]:
    """The words and the gap between them (mm); Han and kana may break after every letter."""
    if any(unicodedata.name(letter, "").startswith(("CJK", "HIRAGANA", "KATAKANA")) for letter in text):
        return [letter for letter in text if not letter.isspace()], 0.1 * WORD_GAP * height
    return text.split(), WORD_GAP * height


def _em(font: Path, text: str, height: float) -> float:
    """The font size (mm an em) at which the writing is `height` mm high; a single digit fills the height itself."""
    letters = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
    level = len(text) > 1 and all(name.startswith(LEVEL_SCRIPTS) for name in letters)
    sample = REFERENCE if level and covers(font, REFERENCE) else text
    _, top, _, bottom = loaded(font, PROBE_PX).getbbox(sample, anchor="ls")
    return height * PROBE_PX / float(max(1, bottom - top))


def _written(
    word: str, font: Path, em: float, stroke: float, pen: Pen, slant: float, rng: np.random.Generator, dpi: float
) -> tuple[Cover, tuple[float, float]]:
    """One word's ink, 0 to 1, at page resolution, and where its left end on the baseline lies in it (pixels x, y).

    `em` is the font size and `stroke` the least width of its strokes, both in mm.
    """
    scale = dpi / MM_PER_INCH * SUPERSAMPLE
    face = loaded(font, max(8, round(em * scale)))
    left, top, right, bottom = (int(edge) for edge in face.getbbox(word, anchor="ls"))
    margin = int(1.5 * scale) + int(abs(slant) * (bottom - top))
    image = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin))
    ImageDraw.Draw(image).text((margin - left, margin - top), word, fill=255, font=face, anchor="ls")
    letters = _bent(_thickened(np.asarray(image), stroke * scale), margin - top, slant, scale, rng)
    size = (letters.shape[1] // SUPERSAMPLE, letters.shape[0] // SUPERSAMPLE)
    cover = np.asarray(cv2.resize(letters, size, interpolation=cv2.INTER_AREA), np.float32) / 255
    uneven = cv2.resize(rng.normal(1, pen.pressure, (2, 2 + size[0] // 30)).astype(np.float32), size)
    origin = ((margin - left) / SUPERSAMPLE, (margin - top) / SUPERSAMPLE)
    return np.clip(cover * np.asarray(uneven, np.float32), 0, 1), origin


def _thickened(letters: Page, width: float) -> Page:
    """Letters whose strokes are at least as wide as the pen (pixels)."""
    inside = np.asarray(cv2.distanceTransform(letters, cv2.DIST_L2, 3))
    deep = inside[inside > 0]
    missing = int(width - 2 * float(np.percentile(deep, 90))) if deep.size else 0
    if missing < 1:
        return letters
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1))
    return np.asarray(cv2.dilate(letters, kernel), np.uint8)


def _bent(letters: Page, baseline: int, slant: float, scale: float, rng: np.random.Generator) -> Page:
    """Letters slanted and slightly turned around the baseline's left end, and bent at random; `scale` is px a mm."""
    high, wide = letters.shape
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    knots = (max(3, int(high / scale / BEND_LENGTH_MM) + 2), max(3, int(wide / scale / BEND_LENGTH_MM) + 2))
    bends = [
        cv2.resize(
            rng.normal(0, BEND_MM * scale, knots).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC
        )
        for _ in range(2)
    ]
    turn = float(np.clip(rng.normal(0, 0.015), -0.03, 0.03))
    source_x = columns + slant * (rows - baseline) + np.asarray(bends[0], np.float32)
    source_y = rows + turn * columns + np.asarray(bends[1], np.float32)
    return np.asarray(
        cv2.remap(letters, source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_LINEAR), np.uint8
    )


def _trimmed(cover: Cover) -> Cover:
    """The cover without its empty margins."""
    inked = np.argwhere(cover > 0)
    if not inked.size:
        return cover[:1, :1]
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0)
    return cover[top : bottom + 1, left : right + 1]


def _put(
    page: Page,
    cover: Cover,
    origin: tuple[float, float],
    left_mm: float,
    baseline_mm: float,
    pen: Pen,
    rng: np.random.Generator,
    dpi: float,
) -> None:
    scale = dpi / MM_PER_INCH
    corner = (round(left_mm * scale - origin[0]), round(baseline_mm * scale - origin[1]))
    lay_ink(page, cover, corner, pen, rng)
