"""The scanner check: what a scan of the check sheet says about the copier's settings, and which of them to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import zxingcpp

from form_layouts.check_sheet import SHEET_CODE, STROKE_INKS
from form_layouts.errors import CrosscheckError
from form_layouts.page_code import parse_page_code
from omr.check_sheet.scan_source import Colour, Source, scan_source
from omr.check_sheet.sheet_measures import SheetMeasures, measure_sheet, sheet_plane
from omr.debug import DebugWriter
from omr.image import PageImage, is_blank
from omr.markers import find_markers
from omr.pages import ScanFile
from omr.quality import LOW_JPEG_QUALITY

State = Literal["good", "note", "change"]

LEAST_DPI = 285.0
"""Below is no longer 300 dpi; at 200 dpi pages are read too, with more fields for a person."""
MUCH_DPI = 450.0
"""Above, files are large and nothing more is read."""
SCALE_OFF = 0.02
"""Printed size from which a form gets the finding `printed_scale`."""
LIKELY_SCALE = (0.6, 1.5)
"""Outside, it is not the size but the file's resolution that is wrong: A3 to A5 is 0.5, photos state 72 or 96 dpi."""
SKEWED_DEG = 3.0
"""Office feeders stay within 1.5 degrees; pages are read up to 10."""
STRETCHED = 0.01
SOFT_MM = 0.15
"""Blur (standard deviation) from which a scanner is not sharp: office scans measure 0 to 0.05 mm, bad ones 0.04 to 0.11."""
DARK_PAPER = 190.0
"""White paper gives 222 to 255 in an office, recycled paper about 200."""
PALE_INK = 110.0
"""Grey of printed black, from which toner is short; office scans give 0 to 15, bad ones up to 43."""
LEAST_CONTRAST = 130.0
"""Grey levels between paper and print."""
SATURATED = 0.5
"""Share of pure white in unprinted paper from which the copier cuts off its lightest greys; office scans have up to 0.03."""
STEP_KEPT = 0.25
"""Of the palest grey step's ink: 20 simulated office scans keep 0.94 and more, one cleaned above 225 at most 0.06."""
STROKE_KEPT = 0.3
"""Of a pale stroke's ink: 20 simulated office scans keep 0.91 and more of each, what is cleaned or one bit keeps 0 to 0.1."""
PALEST_STROKES = STROKE_INKS.index(12)
"""From this stroke on all must be kept: one-bit scans lose those up to 30 %, cleaned ones those up to 8."""
CROSS_KEPT = 0.3
"""Of a printed cross's ink: office scans keep 0.9 and more, one-bit scans nothing of the pale ones."""
OWN_CLEAR, OWN_SEEN = 0.12, 0.05
"""Darkness of the person's own crosses, clear and seen at all: 0.36 to 0.56 for a simulated pencil and pale pen, 0 for none."""
LOST_MM = 7.0
"""From the sheet's edge, what may lie beyond the picture: print begins at 8 mm."""


@dataclass(frozen=True)
class Item:
    """One thing checked.  `value` fills the wording of `kind`, `advice` names what to do; null where all is well."""

    kind: str
    state: State
    value: tuple[float | str, ...] = ()
    advice: str | None = None


@dataclass(frozen=True)
class SheetCheck:
    """What is to be said about one scan of the check sheet."""

    dpi: int
    colour: Colour
    scale: float | None
    """Size of the print on the scan over its design; None where the file states no resolution."""
    items: tuple[Item, ...]

    @property
    def good(self) -> bool:
        return not self.changes

    @property
    def changes(self) -> int:
        return sum(item.state == "change" for item in self.items)


class NoCheckSheet(CrosscheckError):
    en = "The check sheet is not on this page, or its corners cannot be seen. Print it (crosscheck scanner-check --print FILE), scan it flat and whole, and check that scan."
    de = "Auf dieser Seite ist das Prüfblatt nicht zu finden, oder seine Ecken sind nicht zu sehen. Drucken Sie es (crosscheck scanner-check --print DATEI), scannen Sie es glatt und ganz und prüfen Sie diesen Scan."


class FormInstead(CrosscheckError):
    en = "This is a page of the questionnaire '{questionnaire}', not the check sheet. Read it with crosscheck read."
    de = "Das ist eine Seite des Fragebogens „{questionnaire}“ und nicht das Prüfblatt. Lesen Sie sie mit crosscheck read."


class NeverScanned(CrosscheckError):
    en = "This is the check sheet as it is printed, not a scan of it. Print it on paper, scan the paper, and check that scan."
    de = "Das ist das Prüfblatt, wie es gedruckt wird, und kein Scan. Drucken Sie es auf Papier, scannen Sie das Papier und prüfen Sie diesen Scan."


def check_page(scan: ScanFile, image: PageImage) -> SheetCheck | None:
    """Check one page of a scan; None for an empty side.  Raises NoCheckSheet, FormInstead, NeverScanned."""
    if is_blank(image.grey):
        return None
    plane = sheet_plane(markers := find_markers(image, DebugWriter()))
    if plane is None:
        raise NoCheckSheet()
    texts = [code.text for code in zxingcpp.read_barcodes(np.ascontiguousarray(image.grey))]
    form = next((code for text in texts if (code := parse_page_code(text))), None)
    if form:
        raise FormInstead(questionnaire=form.questionnaire)
    source = scan_source(scan, image)
    if source.images == 0:
        raise NeverScanned()
    measures = measure_sheet(image.grey, plane, source, corners=len(markers.corners))
    if SHEET_CODE not in texts and not measures.wedge:
        raise NoCheckSheet()
    return judged(measures, source)


def judged(measures: SheetMeasures, source: Source) -> SheetCheck:
    """What the measures mean for the copier's settings."""
    scale = None if source.dpi is None else measures.dots_per_inch / source.dpi
    if scale is not None and not LIKELY_SCALE[0] < scale < LIKELY_SCALE[1]:
        scale = None
    dpi = source.dpi if source.dpi is not None and scale is not None else measures.dots_per_inch
    items = (
        _resolution(dpi, stated=scale is not None),
        Item("colour", "change", (source.colour,), "one_bit")
        if source.colour == "one_bit"
        else Item("colour", "good", (source.colour,)),
        *_geometry(measures, scale),
        *_tones(measures, source),
        Item("streaks", "change", (measures.streaks,), "streaks") if measures.streaks else Item("streaks", "good"),
        *_file(source),
    )
    return SheetCheck(round(dpi), source.colour, scale, items)


def _resolution(dpi: float, *, stated: bool) -> Item:
    if dpi < LEAST_DPI:
        return Item("resolution", "change", (dpi,), "resolution")
    if dpi > MUCH_DPI:
        return Item("resolution", "note", (dpi,), "much_resolution")
    return Item("resolution", "good", (dpi,)) if stated else Item("resolution", "note", (dpi,), "not_stated")


def _geometry(measures: SheetMeasures, scale: float | None) -> list[Item]:
    items = []
    if scale is not None:
        off = abs(scale - 1) > SCALE_OFF
        items.append(Item("scale", "change", (scale,), "scale") if off else Item("scale", "good", (scale,)))
    skew = measures.skew_deg
    crooked = abs(skew) > SKEWED_DEG
    items.append(Item("skew", "change", (abs(skew),), "skew") if crooked else Item("skew", "good", (abs(skew),)))
    if measures.stretch is not None:
        by = measures.stretch - 1
        uneven = abs(by) > STRETCHED
        items.append(
            Item("stretch", "change", (abs(by),), "stretch") if uneven else Item("stretch", "good", (abs(by),))
        )
    lost = max(measures.lost_mm)
    if lost > LOST_MM:  # a crooked sheet loses its corners whatever the paper size: one advice at a time
        items.append(Item("edges", "note", (lost,)) if crooked else Item("edges", "change", (lost,), "edges"))
    else:
        items.append(Item("edges", "good"))
    return items


def _tones(measures: SheetMeasures, source: Source) -> list[Item]:
    look, items = measures.look, []
    if look is not None:
        soft = look.blur_mm > SOFT_MM
        seen = (measures.line_pairs,)
        items.append(Item("sharpness", "change", seen, "blur") if soft else Item("sharpness", "good", seen))
        greys = (look.paper, look.ink if look.ink is not None else 0.0)
        advice = _brightness(*greys)
        items.append(Item("brightness", "change" if advice else "good", greys, advice))
    items.append(_pale(measures, source))
    return items + _own(measures)


def _brightness(paper: float, ink: float) -> str | None:
    if paper < DARK_PAPER:
        return "dark"
    if ink > PALE_INK:
        return "toner"
    return "contrast" if paper - ink < LEAST_CONTRAST else None


def _pale(measures: SheetMeasures, source: Source) -> Item:
    """Whether pale strokes survive: what black and white scans and cleaned backgrounds lose."""
    lost = [ink for ink, kept in zip(STROKE_INKS, measures.strokes, strict=True) if kept < STROKE_KEPT]
    cleaned = measures.saturated > SATURATED
    gone = (
        min(measures.strokes[PALEST_STROKES:]) < STROKE_KEPT
        or min(measures.crosses) < CROSS_KEPT
        or (cleaned and measures.palest_step < STEP_KEPT)
    )
    if gone:
        return Item("pale", "change", (max([5, *lost]),), "pale_one_bit" if source.colour == "one_bit" else "pale")
    return Item("pale", "note", (), "pure_white") if cleaned else Item("pale", "good")


def _own(measures: SheetMeasures) -> list[Item]:
    """The person's own crosses, the only real strokes on the sheet.  Where none is seen, perhaps none was made."""
    items = []
    for kind, darkness in zip(("own_pencil", "own_pen"), measures.own, strict=True):
        if darkness >= OWN_CLEAR:
            items.append(Item(kind, "good"))
        elif darkness >= OWN_SEEN:
            items.append(Item(kind, "change", (), "own_faint"))
        else:
            items.append(Item(kind, "note", (), "own_none"))
    return items


def _file(source: Source) -> list[Item]:
    if source.jbig2:
        return [Item("file", "change", (), "jbig2")]
    if source.images > 1:
        return [Item("file", "change", (), "layers")]
    if source.jpeg_quality is not None and source.jpeg_quality < LOW_JPEG_QUALITY:
        return [Item("file", "change", (), "compression")]
    return [Item("file", "good")]
