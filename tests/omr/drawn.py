"""The everyday form, ticked by the test with a pen and read."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pdf2image

from form_layouts.catalogue import Catalogue, Form
from form_layouts.form_folder import load_form_folder
from form_layouts.typesetting import typeset
from omr.debug import DebugWriter
from omr.image import Grey, PageImage
from omr.pipeline import read_page
from omr.reading import PageReading
from simulation.handwriting import Script, write_comb, write_text
from simulation.marks import Style, draw_mark
from simulation.pen import BALL_PEN, Pen
from simulation.scanner import Scanner, scan

FOLDER = Path(__file__).parent.parent / "forms" / "everyday" / "1"
Marks = Sequence[tuple[str, str, Style]]
"""(question or question.row, choice, style)"""


@cache
def printed() -> tuple[Catalogue, Grey]:
    """The catalogue with the German form, and its empty page at 300 dpi."""
    folder = load_form_folder(FOLDER)
    done = typeset(folder, "de")
    page = pdf2image.convert_from_bytes(done.pdf, dpi=300, grayscale=True)[0].convert("L")
    return Catalogue([Form(folder.questionnaire, done.layout)]), np.asarray(page)


def draw(marks: Marks, *, pen: Pen = BALL_PEN, seed: int = 1) -> Grey:
    """The empty page with these marks."""
    catalogue, empty = printed()
    page, rng = empty.copy(), np.random.default_rng(seed)
    boxes = catalogue.forms[0].layout.pages[0].checkboxes
    for where, choice, style in marks:
        question, _, row = where.partition(".")
        box = next(b.box for b in boxes if (b.question, b.row or "", b.choice) == (question, row, choice))
        draw_mark(page, box, style, pen, rng, others=[b.box for b in boxes if b.box != box])
    return page


def write(page: Grey, question: str, text: str, *, pen: Pen = BALL_PEN, seed: int = 1) -> Grey:
    """The page with `text` in the comb or text area of a question."""
    layout = printed()[0].forms[0].layout.pages[0]
    rng = np.random.default_rng(seed)
    script = Script()
    for comb in layout.combs:
        if comb.question == question:
            write_comb(page, comb.cells, text, pen, script, rng, dpi=300)
    for area in layout.text_areas:
        if area.question == question:
            write_text(page, area.box, text, pen, script, rng, rules=area.rules, dpi=300)
    return page


def scanned(page: Grey, scanner: Scanner, seed: int = 1) -> Grey:
    return np.asarray(scan(page, scanner, np.random.default_rng(seed), dpi=300))


def read(page: Grey, *, dpi: float | None = 300.0) -> PageReading:
    """Read without an engine."""
    return read_page(PageImage(page, dpi, "drawn", 0), printed()[0], None, DebugWriter())
