"""Simulated pages of the sets `office` and `bad`: one person's copy, page by page, as a scanner or camera delivers it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.reading_bad import Delivered, deliver_bad
from benchmarks.reading_count import TrueBox
from benchmarks.reading_forms import Printed
from benchmarks.reading_mix import Mix
from omr.image import Jpeg, PageImage
from simulation.answers import FilledForm, random_answers
from simulation.filling import fill_page
from simulation.hand import Hand
from simulation.pen import Page
from simulation.scanner import Preset, scan
from simulation.truth import ScannedPage, submission, variable_of

SetName = Literal["office", "bad"]
STREAMS: dict[SetName, int] = {"office": 1, "bad": 2}
"""Keeps the random numbers of two sets with one seed apart."""
DEVICE_STREAM = 7
"""Keeps those of the device apart from those of the hand."""
VISIBLE_CONTRAST = 0.06
"""Share of the way from paper to black by which a mark must darken the scan to be seen: set by eye on a screen."""
VISIBLE_MM2 = 0.12
"""Area in mm2 that must be that dark: a dot of 0.4 mm."""
BESIDE_REACH_MM = 4.0
"""How far from its box a mark's ink is looked for where the style puts it outside."""
WEAK_PEN = 0.6
"""Darkness of a pen below which its ordinary strokes may get lost."""
LOSING = {"one bit", "fax", "copy of a copy", "corner lost", "two corners lost"}
"""Devices and defects that lose ordinary strokes."""
OUTSIDE = ("beside", "circled", "struck")


@dataclass(frozen=True)
class Sheet:
    """One page as delivered, and what is true of it."""

    number: int
    """Of the person, from 0: with set and seed it draws the page again."""
    page: int
    """From 0."""
    printed: Printed
    hand: Hand
    device: str
    defects: tuple[str, ...]
    boxes: tuple[TrueBox, ...]
    values: dict[str, Any]
    data: bytes
    """JPEG, or a one-bit TIFF."""
    shape: tuple[int, int]
    dpi: int | None
    clean: Page
    filled: Page
    deliver: Callable[[Page], Delivered]
    """Another sheet through the same device in the same way, by the same random numbers."""

    def image(self) -> PageImage:
        """As the reader opens it."""
        name = f"{self.number:05}-{self.page}"
        if self.data[:2] == b"\xff\xd8":
            return PageImage(Jpeg(self.data, min(self.shape)), self.dpi, name, 0)
        grey = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_GRAYSCALE)
        return PageImage(np.asarray(grey, np.uint8), self.dpi, name, 0)


def copy_sheets(name: SetName, seed: int, number: int, printed: Printed, mix: Mix) -> Iterator[Sheet]:
    """The pages of person `number`."""
    rng = np.random.default_rng([seed, STREAMS[name], number])
    hand = mix.hand(rng)
    filled = random_answers(printed.folder.questionnaire, printed.language, hand, rng)
    truth = submission(filled, printed.layout, None, [ScannedPage("", n, n + 1, 0) for n in range(len(printed.pages))])
    preset = mix.scanner(rng)
    for page in range(len(printed.pages)):
        key = (seed, STREAMS[name], number, page + 1)
        drawn = np.random.default_rng(key)
        clean = np.array(printed.pages[page])
        inked = clean.copy()
        fill_page(inked, page, printed.layout, filled, drawn)
        defects = tuple(mix.defects(drawn)) if name == "bad" else ()
        deliver = _delivery(name, key, defects, printed, page, preset, mix.raw["upside_down"] / 100)
        done = deliver(inked)
        yield Sheet(
            number,
            page,
            printed,
            hand,
            done.device,
            defects,
            tuple(_boxes(printed, page, filled, truth)),
            truth["answers"],
            encoded(done.image, done.quality, one_bit=done.one_bit),
            (done.image.shape[0], done.image.shape[1]),
            done.dpi,
            clean,
            inked,
            deliver,
        )


def _delivery(
    name: SetName,
    key: tuple[int, ...],
    defects: tuple[str, ...],
    printed: Printed,
    page: int,
    preset: Preset,
    upside_down: float,
) -> Callable[[Page], Delivered]:
    """The way of one sheet through its device, the same each time that it is called."""
    back = np.asarray(printed.pages[page ^ 1]) if page ^ 1 < len(printed.pages) else None

    def deliver(sheet: Page) -> Delivered:
        rng = np.random.default_rng([*key, DEVICE_STREAM])
        if name == "bad":
            return deliver_bad(sheet, defects, printed.layout.pages[page], rng, back=back)
        rotation = 180 if rng.random() < upside_down else 0
        scanner = replace(preset.draw(rng), rotation=rotation)
        image = scan(sheet, scanner, rng, back=back)
        return Delivered(image, scanner.dpi, scanner.jpeg_quality, preset.name, one_bit=scanner.one_bit)

    return deliver


def _boxes(printed: Printed, page: int, filled: FilledForm, truth: dict[str, Any]) -> Iterator[TrueBox]:
    for field in printed.layout.pages[page].checkboxes:
        question = filled.questionnaire.question(field.question)
        variable = variable_of(question, field.row, field.choice)
        state = truth["marks"][variable][field.choice][0]
        style = truth["styles"].get(variable, {}).get(field.choice, "empty")
        if filled.hand.mixes and style in ("cross", "tick"):
            style = "mixed"
        yield TrueBox(variable, field.choice, state, style, field.box)


def encoded(image: Page, quality: int, *, one_bit: bool) -> bytes:
    """The bytes of a file: Group 4 TIFF for black and white, else grey JPEG."""
    if one_bit:
        stream = io.BytesIO()
        Image.fromarray(image).convert("1", dither=Image.Dither.NONE).save(stream, "TIFF", compression="group4")
        return stream.getvalue()
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return data.tobytes()


def unseen(sheet: Sheet, plane: npt.NDArray[np.float64]) -> set[tuple[str, str]]:
    """(variable, choice) of marked boxes whose ink the device lost: below the stated visibility in the scan.

    The page is delivered once more without ink, by the same random numbers; what differs is ink.  `plane` maps mm to px.
    """
    inked = [box for box in sheet.boxes if box.state != "empty"]
    if not inked or not _may_be_lost(sheet, inked):
        return set()
    with_ink, without = (sheet.deliver(page).image.astype(np.int16) for page in (sheet.filled, sheet.clean))
    paper, black = np.percentile(without, 80), np.percentile(without, 0.5)
    darker = np.clip((without - with_ink) / max(40.0, float(paper - black)), 0, 1).astype(np.float32)
    return {(box.variable, box.choice) for box in inked if _visible_mm2(darker, box, plane) < VISIBLE_MM2}


def _may_be_lost(sheet: Sheet, inked: list[TrueBox]) -> bool:
    """Whether this pen, style or defect can lose ink at all: looking costs as much as drawing the page."""
    weak = sheet.hand.pen.darkness < WEAK_PEN or any(box.style in ("faint", "dot") for box in inked)
    return weak or sheet.device in LOSING or not LOSING.isdisjoint(sheet.defects)


def _visible_mm2(darker: npt.NDArray[np.float32], box: TrueBox, plane: npt.NDArray[np.float64]) -> float:
    reach = BESIDE_REACH_MM if box.style in OUTSIDE else 0.0  # tails of the neighbours' marks reach no further in
    x, y, w, h = box.box
    corners = np.array([[x - reach, y - reach], [x + w + reach, y - reach], [x + w + reach, y + h + reach], [x - reach, y + h + reach]])  # fmt: skip
    px = cv2.perspectiveTransform(corners[None].astype(np.float64), plane)[0]
    left, top = np.maximum(0, np.floor(px.min(axis=0)).astype(int))
    right, bottom = np.ceil(px.max(axis=0)).astype(int)
    part = darker[top:bottom, left:right]
    if not part.size:
        return 0.0
    px_per_mm = float(np.linalg.norm(px[1] - px[0])) / (w + 2 * reach)
    return float((cv2.blur(part, (3, 3)) > VISIBLE_CONTRAST).sum()) / px_per_mm**2
