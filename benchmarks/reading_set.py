"""One simulated set, drawn, read and counted: by two processes, or by this one."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.reading_count import SeenBox, Tally, answer_counts, figures, read, seen_boxes
from benchmarks.reading_forms import COPY, catalogue_of, printed_form
from benchmarks.reading_mix import DOUBTFUL_STYLES, the_mix
from benchmarks.reading_sheets import SetName, Sheet, copy_sheets, unseen
from form_layouts.catalogue import Catalogue
from omr.reading import PageReading
from omr.threads import one_thread

WORKERS = 2
PAGES_A_COPY = 4
CROP_MM = 5.0
"""Rim around a box in a dumped picture."""
ENLARGED = 3
DUMPED = 400
"""Pictures of one process; a bad day fills no disk."""


@dataclass(frozen=True)
class Task:
    """One person's copy to draw and read."""

    set: SetName
    seed: int
    number: int
    forms: tuple[tuple[str, str], ...]
    """Every form of the catalogue, as (version, language)."""
    dump: Path | None = None

    @property
    def form(self) -> tuple[str, str]:
        return self.forms[self.number % len(self.forms)]


def run_set(
    name: SetName, pages: int, seed: int, *, quick: bool = False, workers: int = WORKERS, dump: Path | None = None,
    only: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Draw whole copies until there are `pages` pages, read them, and give the figures of the set.

    `quick` draws from fewer forms.  `dump` takes pictures of wrong boxes and of clear marks sent to review.  `only` draws
    that person alone.
    """
    forms = tuple(the_mix().forms(quick=quick))
    for form in forms:
        printed_form(*form)
    numbers = [only] if only is not None else list(range(-(-pages // PAGES_A_COPY)))
    if dump:
        dump.mkdir(parents=True, exist_ok=True)
    total = Tally()
    for tally in _tallies([Task(name, seed, number, forms, dump) for number in numbers], workers):
        total.add(tally)
    return {"seed": seed, **figures(total)}


def _tallies(tasks: list[Task], workers: int) -> Iterator[Tally]:
    if workers == 1 or len(tasks) == 1:
        yield from map(read_copy, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(workers, initializer=_alone) as pool:
        yield from pool.imap(read_copy, tasks, chunksize=1)


def _alone() -> None:
    """One thread a process: the others have theirs."""
    one_thread()


_CATALOGUES: dict[tuple[tuple[str, str], ...], Catalogue] = {}


def read_copy(task: Task) -> Tally:
    """Draw and read the pages of one person."""
    if task.forms not in _CATALOGUES:
        _CATALOGUES[task.forms] = catalogue_of(list(task.forms))
    tally = Tally()
    for sheet in copy_sheets(task.set, task.seed, task.number, printed_form(*task.form), the_mix()):
        reading = read(sheet.image(), _CATALOGUES[task.forms])
        tally.add(count(sheet, reading, task))
    return tally


def count(sheet: Sheet, reading: PageReading, task: Task) -> Tally:
    """One page's reading held against what was drawn."""
    tally = Tally()
    outcome = outcome_of(sheet, reading)
    tally.page(outcome, reading, sheet.defects)
    if outcome != "identified_right":
        tally.boxes_on_other_pages += len(sheet.boxes)
        kind = reading.reason or reading.kind if outcome == "rejected" else str(reading.identity)
        tally.cases.append({**_place(sheet, task), "page_outcome": outcome, "read": kind})
        return tally
    tally.without_copy_number += reading.identity is not None and reading.identity.copy_number is None
    questionnaire = sheet.printed.folder.questionnaire
    plane = np.array(reading.plane, np.float64)
    seen = seen_boxes(reading, questionnaire, sheet.boxes, unseen(sheet, plane))
    doubtful = {_group(box) for box in seen if box.true.style in DOUBTFUL_STYLES}
    for box in seen:
        tally.box(box, sheet.device, sheet.hand.pen.name, doubtful_question=_group(box) in doubtful)
        if box.wrong:
            tally.cases.append({**_place(sheet, task), **_shown(box)})
    answers = answer_counts(reading, sheet.values, [box.variable for box in sheet.boxes])
    tally.answers, tally.answers_review, tally.answers_silent_wrong = answers
    if task.dump:
        _dump(sheet, plane, seen, task)
    return tally


def outcome_of(sheet: Sheet, reading: PageReading) -> str:
    """Whether the page was taken for what it is.  An unknown copy number is no wrong one: it is counted apart."""
    found, layout = reading.identity, sheet.printed.layout
    if reading.kind != "page" or found is None:
        return "rejected"
    own = (layout.questionnaire, layout.version, layout.edition, layout.language, sheet.page + 1)
    same = own == (found.questionnaire, found.version, found.edition, found.language, found.page)
    return "identified_right" if same and found.copy_number in (COPY, None) else "identified_wrong"


def _group(box: SeenBox) -> str:
    """Boxes that are judged together: a multiple question's variables share their stem."""
    stem, _, code = box.true.variable.rpartition("_")
    return stem if code.isdigit() else box.true.variable


def _place(sheet: Sheet, task: Task) -> dict[str, Any]:
    """What draws the page again: --set SET --seed SEED --person PERSON."""
    return {
        "set": task.set,
        "seed": task.seed,
        "person": sheet.number,
        "page": sheet.page + 1,
        "form": sheet.printed.name,
        "pen": sheet.hand.pen.name,
        "habit": "mixed" if sheet.hand.mixes else sheet.hand.habit,
        "manner": f"{sheet.hand.manner.size:.2f} {sheet.hand.manner.cross} {sheet.hand.manner.tick}",
        "scanner": sheet.device,
        "defects": list(sheet.defects),
    }


def _shown(box: SeenBox) -> dict[str, Any]:
    true = box.true
    what = {"variable": true.variable, "choice": true.choice, "style": true.style, "meant": true.state}
    return {**what, "read": box.state, "confidence": box.confidence, "visible": box.visible}


def _dump(sheet: Sheet, plane: np.ndarray[Any, np.dtype[np.float64]], seen: list[SeenBox], task: Task) -> None:
    """Pictures of what is wrong and of what was sent to review without need."""
    assert task.dump
    odd = [box for box in seen if box.wrong or (box.unsure and box.true.style not in DOUBTFUL_STYLES)]
    if not odd or len(list(task.dump.iterdir())) > DUMPED:
        return
    grey = sheet.image().grey
    for box in odd:
        x, y, w, h = box.true.box
        corners = np.array([[x - CROP_MM, y - CROP_MM], [x + w + CROP_MM, y + h + CROP_MM]])
        px = cv2.perspectiveTransform(corners[None], plane)[0]
        (left, top), (right, bottom) = np.maximum(0, px.min(axis=0)).astype(int), px.max(axis=0).astype(int)
        crop = grey[top:bottom, left:right]
        if crop.size:
            kind = "wrong" if box.wrong else "review"
            name = f"{kind}-{box.true.style}-{box.state}-{'-'.join(box.reasons)}-{sheet.hand.pen.name}-{sheet.device}"
            place = f"{task.set}-{task.seed}-{sheet.number}-{sheet.page + 1}-{box.true.variable}-{box.true.choice}"
            large = cv2.resize(crop, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(task.dump / f"{name}-{place}.png".replace(" ", "_").replace("%", "")), large)
