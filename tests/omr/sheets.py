"""Filled sheets: printed, filled in, scanned and read as a test wants them, and held against what was meant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from click.testing import CliRunner
from PIL import Image

from cli import main
from form_layouts.catalogue import Catalogue, Form, keep_printed
from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.layout import Box, Layout
from form_layouts.typesetting import typeset
from omr.debug import DebugWriter
from omr.image import PageImage
from omr.pipeline import read_page
from omr.reading import Answer, Marks, PageReading
from simulation.answers import random_answers
from simulation.filling import fill_page
from simulation.hand import Hand
from simulation.pen import BALL_PEN, Page, Pen
from simulation.printing import PrintedCopy, printed_copies
from simulation.scanner import OFFICE, scan
from simulation.truth import ScannedPage, submission

ROOT = Path(__file__).parents[2]
EVERYDAY = ROOT / "tests/forms/everyday/1"
ARRIVAL = ROOT / "form_layouts/examples/arrival-needs"
DPI = 300
PIXELS = DPI / 25.4
"""Pixels of a millimetre on a clean page."""
A4_PX = (3508, 2481)
SHORT = (
    "filled_in", "age", "gender", "languages", "languages_other", "birth_country", "purpose", "household", "children",
    "housing", "housing_other", "needs", "comment",
)  # fmt: skip
"""Questions of the short form: one of every kind."""
Line = dict[str, Any]
Bytes = bytes | None


@dataclass(frozen=True)
class Copy:
    """One person's filled copy: `pages` clean at 300 dpi, where its fields stand, and what the person meant."""

    folder: FormFolder
    layout: Layout
    pages: Sequence[Page]
    truth: Line
    seed: int

    @property
    def form(self) -> Form:
        return Form(self.folder.questionnaire, self.layout)

    def scanned(self, number: int = 0) -> Page:
        """A page through an ordinary office scanner, at 300 dpi."""
        rng = np.random.default_rng([self.seed, number])
        return scan(self.pages[number], OFFICE.draw(rng), rng)


def filled(folder: FormFolder, printed: PrintedCopy, seed: int, pen: Pen = BALL_PEN) -> Copy:
    """A printed copy filled in by a person who crosses; the copy's own pages stay empty."""
    rng = np.random.default_rng(seed)
    answers = random_answers(folder.questionnaire, printed.layout.language, Hand(pen), rng)
    pages = [page.copy() for page in printed.pages]
    for number, page in enumerate(pages):
        fill_page(page, number, printed.layout, answers, rng)
    places = [ScannedPage("", number, number + 1, 0) for number in range(len(pages))]
    return Copy(folder, printed.layout, pages, submission(answers, printed.layout, printed.number, places), seed)


@cache
def everyday(language: str = "de", seed: int = 5, pen: Pen = BALL_PEN) -> Copy:
    """The one-page everyday form, filled in."""
    folder = load_form_folder(EVERYDAY)
    return filled(folder, next(printed_copies(folder, language, 1)), seed, pen)


def short_form(version: str, to: Path) -> FormFolder:
    """The questions of SHORT from an example form, as a form folder of its own, in German, Arabic and Ukrainian."""
    to.mkdir(parents=True)
    for name in ("questionnaire.yaml", "text.de.yaml", "text.ar.yaml", "text.uk.yaml"):
        content = yaml.safe_load((ARRIVAL / version / name).read_text(encoding="utf-8"))
        questions = content["questions"]
        if isinstance(questions, list):
            content["questions"] = [
                {k: v for k, v in q.items() if k != "part_of"} for q in questions if q["id"] in SHORT
            ]
        else:
            content["questions"] = {name: text for name, text in questions.items() if name in SHORT}
        (to / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_form_folder(to)


def catalogue_of(*copies: Copy) -> Catalogue:
    return Catalogue([copy.form for copy in copies])


def published(to: Path, *copies: Copy) -> Path:
    """A folder for --forms that holds the layouts of these copies: opened in no time."""
    for copy in copies:
        keep_printed(typeset(copy.folder, copy.layout.language, numbered=False), copy.folder.questionnaire, to)
    return to


def read(page: Page, catalogue: Catalogue, *, dpi: float | None = DPI) -> PageReading:
    return read_page(PageImage(page, dpi, "scan.png", 0), catalogue, None, DebugWriter())


def save(path: Path, *pages: Page, dpi: int = DPI, one_bit: bool = False) -> Path:
    """A scan file of the kind that its ending says."""
    images = [Image.fromarray(page) for page in pages]
    if one_bit:
        images = [image.convert("1", dither=Image.Dither.NONE) for image in images]
    options: dict[str, Any] = {"resolution": dpi} if path.suffix == ".pdf" else {"dpi": (dpi, dpi)}
    if path.suffix == ".tif":
        options["compression"] = "group4" if one_bit else "tiff_lzw"
    if len(images) > 1:
        options |= {"save_all": True, "append_images": images[1:]}
    images[0].save(path, **options)
    return path


@dataclass(frozen=True)
class Done:
    """What a command said and gave back."""

    code: int
    lines: list[Line]
    said: str
    """On standard error."""
    out: str


def crosscheck(*arguments: object, messages: str = "en") -> Done:
    """Run a command of the terminal; `lines` are those of its output that are JSON."""
    result = CliRunner().invoke(main, ["--messages", messages, *map(str, arguments)], catch_exceptions=False)
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return Done(result.exit_code, lines, result.stderr, result.stdout)


def read_files(forms: Path, *paths: Path, messages: str = "en") -> Done:
    return crosscheck("read", *paths, "--forms", forms, "--no-ocr", messages=messages)


def of_kind(lines: Iterable[Line], kind: str) -> list[Line]:
    return [line for line in lines if line["kind"] == kind]


def places(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """Every page that the lines account for, in order of file and page."""
    found = []
    for line in lines:
        found += (
            [(page["file"], page["index"]) for page in line["pages"]]
            if "pages" in line
            else [(line["file"], line["index"])]
        )
    return sorted(found)


def kinds(reading: PageReading) -> list[str]:
    return [finding.kind for finding in reading.findings]


def assert_as_meant(answers: dict[str, Answer], marks: Marks, truth: Line) -> None:
    """Every box has the state that was meant, every closed answer is accepted and right, every writing waits for a person."""
    read = _states({v: {c: s for c, (s, _) in boxes.items()} for v, boxes in marks.items()})
    drawn = _states({v: {c: s for c, (s, _) in boxes.items()} for v, boxes in truth["marks"].items()})
    other = {place: (state, drawn.get(place)) for place, state in read.items() if state != drawn.get(place)}
    assert not other, f"read and meant: {other}"
    assert read.keys() == drawn.keys()
    assert set(answers) == set(truth["answers"])
    for variable, meant in truth["answers"].items():
        got = answers[variable]
        if variable in truth["marks"] or meant["value"] == -9:
            assert (variable, got.accepted, got.value) == (variable, True, meant["value"])
        else:
            assert (variable, got.accepted, got.value, got.reasons) == (variable, False, None, ("handwriting",))


def _states(marks: dict[str, dict[str, str]]) -> dict[tuple[str, str], str]:
    return {(variable, choice): state for variable, boxes in marks.items() for choice, state in boxes.items()}


def line_as_meant(line: Line, truth: Line) -> None:
    """The same for a line of the command's output."""
    answers = {name: Answer.model_validate(answer) for name, answer in line["answers"].items()}
    assert_as_meant(answers, line["marks"], truth)


def whiten(page: Page, box: Box, value: int = 255) -> None:
    """Paint a box (mm) over, in place."""
    x, y, width, height = (round(side * PIXELS) for side in box)
    page[max(0, y) : y + height, max(0, x) : x + width] = value
