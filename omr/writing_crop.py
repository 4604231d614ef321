"""A field's pictures for an engine: upright, 300 dpi, the writing alone, whole and line by line.

Frames, writing lines and whatever else the blank prints there are taken away, and the rest is trimmed to the ink.  An
engine takes a frame for letters, and finds no line of text where one stroke in ten belongs to a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box, Comb, TextArea
from omr.fields import LEAST_CONTRAST
from omr.geometry import Plane, corners_of
from omr.image import Grey
from omr.ink import INK, PAPER, PRINTED
from omr.printed_fields import Floats
from omr.reference import REFERENCE_PX_PER_MM
from omr.registration import Registration

PX_PER_MM = 11.8
"""Resolution of a crop: 300 dpi."""
RIM_MM = 3.0
"""Rim around a field that is looked at with it: writing runs over its frame."""
LINE_MM = 0.6
"""Half width of the strip in which a printed line is looked for: its own width, and fields without an outline of their own
lie up to 0.4 mm off their places."""
BLOCK_MM = 20.0
"""Length of line over which its darkness is measured: short enough for paper that is stretched unevenly."""
LINE_SHARE = 0.4
"""Part of a line's pixels, from the lightest, that its darkness is taken from: dense writing covers less than 0.6 of it."""
CORNER_MM = 1.8
"""Side of a frame's corner that counts as printed, LINE_MM of it outside: the corners of our own frames are round, 1 mm."""
GUARD_MM = 0.25
"""Rim of other print: its blur, and misplacement."""
BRIDGE_MM = 0.65
"""Widest print that a stroke is followed through: a printed line with its blur, crossed aslant."""
NEAR_MM = 0.8
"""How far from ink inside the field ink outside of it still belongs to it: the dots of a letter on the frame."""
SPECK_MM2 = 0.03
"""Smaller connected ink is dust."""
DOT_MM2 = 0.25
LONELY_MM = 3.0
"""Ink below DOT_MM2 is dust too where no larger ink is LONELY_MM near: a dot or an accent stands closer to its letter."""
SOFT_MM = 0.25
"""Rim around ink that is kept as it is: strokes have soft edges."""
MARGIN_MM = 1.5
"""White around the ink: Tesseract finds no line that touches the picture's edge."""
LINE_MARGIN_MM = 0.7
"""White around a line by itself: of 0.3 to 1.5 mm, RapidOCR's model reads best with this (108 German and Turkish names in
drawn hands: 87 as they were written, 81 to 85 with the others)."""
DESCENT_MM = 1.5
"""How far below a writing line its letters' middles still lie."""
LAST_LINE_MM = 3.0
"""A printed line nearer than this to the lower edge of its field has nothing written below it."""
MOST_LINE_MM = 14.0
"""Writing that is higher, in a field without printed lines, is more than one line: nobody knows where to cut it."""
Mask = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Crop:
    """The writing in a field, black on white, (height, width), trimmed to the ink."""

    picture: Grey
    """All of it, MARGIN_MM around; white where there is none."""
    lines: tuple[Grey, ...]
    """Line by line from the top, LINE_MARGIN_MM around; none where it is not known where to cut."""
    digits: bool = False
    """Whether a number or a date is asked for."""


class Line(NamedTuple):
    """A printed line, level or upright, in mm on the form."""

    x: float
    y: float
    length: float
    level: bool


def crop_field(registration: Registration, field: TextArea | Comb) -> Crop:
    """The writing in a field, without what is printed there."""
    boxes = field.boxes
    left, top = min(x for x, _, _, _ in boxes) - RIM_MM, min(y for _, y, _, _ in boxes) - RIM_MM
    right, bottom = max(x + w for x, _, w, _ in boxes) + RIM_MM, max(y + h for _, y, _, h in boxes) + RIM_MM
    whole = (left, top, right - left, bottom - top)
    dx, dy = registration.shift_at(whole)
    grey = _warped(registration.image.grey, registration.plane, (left + dx, top + dy, *whole[2:]))
    paper = float(np.percentile(grey, 100 * PAPER))
    dark = np.clip((paper - grey.astype(np.float32)) / max(registration.contrast, LEAST_CONTRAST), 0, 1)
    lines = _line_darkness(dark, _lines(field), whole)
    dark_alone = dark - lines
    printed = _printed(registration, field, whole)
    ink = (dark_alone > INK) & ~printed
    through = (dark > INK) & ((lines > INK) | printed)  # print, or a stroke over it
    bridged = through & (cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, _disc(BRIDGE_MM)) > 0)
    kept = _belonging(ink | bridged, _inside(boxes, whole, dark.shape))
    writing = np.clip(np.where(bridged, dark, np.where(printed, 0, dark_alone)), 0, 1)
    digits = registration.form.questionnaire.question(field.question).kind in ("number", "date")
    lines_of_ink = _written_lines(kept, field, whole)
    return Crop(
        _trimmed(writing, kept, MARGIN_MM),
        tuple(_trimmed(writing, line, LINE_MARGIN_MM) for line in lines_of_ink if line.any()),
        digits,
    )


def _written_lines(kept: Mask, field: TextArea | Comb, whole: Box) -> list[Mask]:
    """The ink of each line: whole strokes by where their middles lie, those that run through several cut."""
    rules = field.rules if isinstance(field, TextArea) else ()
    bottom = max(y + h for _, y, _, h in field.boxes)
    ends = [(rule + DESCENT_MM - whole[1]) * PX_PER_MM for rule in rules if rule < bottom - LAST_LINE_MM]
    if not ends:
        height = cv2.boundingRect(kept.astype(np.uint8))[3]
        return [kept] if height <= MOST_LINE_MM * PX_PER_MM else []
    _, parts, stats, middles = cv2.connectedComponentsWithStats(kept.astype(np.uint8), connectivity=8)
    line_of_part = np.searchsorted(ends, middles[:, 1])
    long = stats[:, cv2.CC_STAT_HEIGHT] > MOST_LINE_MM * PX_PER_MM
    line_of_row = np.searchsorted(ends, np.arange(kept.shape[0]))[:, None]
    line = np.where(long[parts], line_of_row, line_of_part[parts])
    return [np.asarray(kept & (line == number), np.bool_) for number in range(len(ends) + 1)]


def _lines(field: TextArea | Comb) -> list[Line]:
    """The sides of a field's boxes, and its writing lines.  Where nothing is printed, nothing is taken away."""
    lines = []
    for x, y, w, h in field.boxes:
        lines += [Line(x, y, w, True), Line(x, y + h, w, True), Line(x, y, h, False), Line(x + w, y, h, False)]
    if isinstance(field, TextArea):
        lines += [Line(field.box[0], rule, field.box[2], True) for rule in field.rules]
    return lines


def _line_darkness(dark: Floats, lines: Sequence[Line], whole: Box) -> Floats:
    """How dark each printed line stands on the scan, (height, width), 0 elsewhere: what most of its length shows."""
    found = np.zeros_like(dark)
    strip, block = round(LINE_MM * PX_PER_MM), round(BLOCK_MM * PX_PER_MM)
    for line in lines:
        at = round(((line.y - whole[1]) if line.level else (line.x - whole[0])) * PX_PER_MM)
        start = round(((line.x - whole[0]) if line.level else (line.y - whole[1])) * PX_PER_MM)
        source, target = (dark, found) if line.level else (dark.T, found.T)
        end = start + round(line.length * PX_PER_MM)
        rows = slice(max(0, at - strip), at + strip + 1)
        for first in range(max(0, start), end, block):
            part = (rows, slice(first, min(first + block, end)))
            usual = np.quantile(source[part], LINE_SHARE, axis=1, keepdims=True)
            target[part] = np.maximum(target[part], usual)
    return found


def _printed(registration: Registration, field: TextArea | Comb, whole: Box) -> Mask:
    """What else the blank prints there: from its picture, and the corners of frames."""
    to_reference = Plane(np.array([[REFERENCE_PX_PER_MM, 0, -0.5], [0, REFERENCE_PX_PER_MM, -0.5], [0, 0, 1]]))
    blank = _warped(registration.reference, to_reference, whole)
    print_ = (blank < 255 * (1 - PRINTED)).astype(np.uint8)
    for line in _lines(field):  # these are measured on the scan
        half, along = LINE_MM, (-LINE_MM, line.length + 2 * LINE_MM)
        box = (line.x + along[0], line.y - half, along[1], 2 * half)
        print_[_part(box if line.level else (line.x - half, line.y + along[0], 2 * half, along[1]), whole)] = 0
    printed = np.asarray(cv2.dilate(print_, _disc(2 * GUARD_MM)) > 0, np.bool_)
    side = CORNER_MM if isinstance(field, TextArea) else 2 * LINE_MM
    for box in field.boxes:
        for x, y in corners_of(box).tolist():
            left = x - LINE_MM if x == box[0] else x + LINE_MM - side
            top = y - LINE_MM if y == box[1] else y + LINE_MM - side
            printed[_part((left, top, side, side), whole)] = True
    return printed


def _inside(boxes: Sequence[Box], whole: Box, shape: tuple[int, ...]) -> Mask:
    inside = np.zeros(shape, np.bool_)
    for box in boxes:
        inside[_part(box, whole)] = True
    return inside


def _part(box: Box, whole: Box) -> tuple[slice, slice]:
    """A box's pixels in the picture of `whole`."""
    left, top = box[0] - whole[0], box[1] - whole[1]
    right, bottom = left + box[2], top + box[3]
    left, top, right, bottom = (max(0, round(side * PX_PER_MM)) for side in (left, top, right, bottom))
    return slice(top, bottom), slice(left, right)


def _belonging(ink: Mask, inside: Mask) -> Mask:
    """The ink that stands in the field, runs out of it, or lies beside ink that does."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= SPECK_MM2 * PX_PER_MM**2
    large[0] = False
    own = ((np.bincount(parts[inside], minlength=len(large)) > 0) & large)[parts]
    beside = cv2.dilate(own.astype(np.uint8), _disc(2 * NEAR_MM)) > 0
    near = (np.bincount(parts[beside], minlength=len(large)) > 0) & large
    letters = near & (stats[:, cv2.CC_STAT_AREA] >= DOT_MM2 * PX_PER_MM**2)
    if letters.any():
        side = 2 * round(LONELY_MM * PX_PER_MM) + 1
        around = cv2.dilate(letters[parts].astype(np.uint8), np.ones((side, side), np.uint8)) > 0
        near &= np.bincount(parts[around], minlength=len(large)) > 0
    return np.asarray(near[parts], np.bool_)


def _trimmed(writing: Floats, kept: Mask, margin_mm: float) -> Grey:
    soft = np.asarray(cv2.dilate(kept.astype(np.uint8), _disc(2 * SOFT_MM)) > 0, np.bool_)
    x, y, width, height = cv2.boundingRect(kept.astype(np.uint8))
    part = (slice(y, y + height), slice(x, x + width))
    grey = np.asarray(np.rint(255 * (1 - np.where(soft[part], writing[part], 0))), np.uint8)
    margin = round(margin_mm * PX_PER_MM)
    sides = (margin, margin, margin, margin)
    return np.asarray(cv2.copyMakeBorder(grey, *sides, cv2.BORDER_CONSTANT, value=255.0), np.uint8)


def _disc(width_mm: float) -> Bits:
    side = round(width_mm * PX_PER_MM) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _warped(grey: Grey, plane: Plane, box: Box) -> Grey:
    """A box of the form (mm) as it lies on an image, upright."""
    x, y, width, height = box
    half = 0.5 / PX_PER_MM
    from_crop = np.array([[1 / PX_PER_MM, 0, x + half], [0, 1 / PX_PER_MM, y + half], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (max(1, round(width * PX_PER_MM)), max(1, round(height * PX_PER_MM)))
    return np.asarray(
        cv2.warpPerspective(grey, plane.matrix @ from_crop, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
