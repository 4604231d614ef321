"""`python -m benchmarks writing`: what reading handwriting costs a page with three written fields."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lists import countries_form
from form_layouts.catalogue import Catalogue, Form
from form_layouts.code_lists import name_in
from form_layouts.layout import Layout
from omr.debug import DebugWriter
from omr.engines.both import Engines
from omr.image import PageImage
from omr.pipeline import read_page
from omr.threads import one_thread
from simulation.answers import FilledForm, Written
from simulation.filling import fill_page
from simulation.hand import CLEAR, draw_hand
from simulation.pen import Page
from simulation.printing import printed_copies
from simulation.scanner import OFFICE, scan

SEED = 50923
LANGUAGES = ("de", "uk")
"""One that both engines read, and one of Tesseract alone."""
WRITTEN = ("SY", "UA", "AF")
"""Countries written into the first three fields."""
PAGES, QUICK_PAGES = 12, 3
"""Written pages of each language."""


def run(quick: bool) -> dict[str, Any]:
    """Processes and processor seconds for a page, the slower language's; seeds are fixed."""
    one_thread()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    found = {language: _measured(language, QUICK_PAGES if quick else PAGES) for language in LANGUAGES}
    return {
        "seed": SEED,
        "written_fields": len(WRITTEN),
        "processes_per_page": max(one["processes"] for one in found.values()),
        "processes_per_blank_page": max(one["processes_blank"] for one in found.values()),
        "seconds_per_page": max(one["seconds"] for one in found.values()),
        "languages": found,
    }


def _measured(language: str, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as room:
        folder = countries_form(Path(room) / "lists" / "1", language)
        empty = next(printed_copies(folder, language, 1, numbered=False))
        catalogue = Catalogue([Form(folder.questionnaire, empty.layout)])
        words = [name_in("countries", code, language) or code for code in WRITTEN]
        rng = np.random.default_rng([SEED, *language.encode()])
        nobody = FilledForm(folder.questionnaire, language, draw_hand(CLEAR, rng), (), {})
        written = {
            question.id: Written(word, word)
            for question, word in zip(folder.questionnaire.questions, words, strict=False)
        }
        blank = _scanned(empty.pages[0], nobody, empty.layout, rng)
        pages = [
            _scanned(empty.pages[0], replace(nobody, hand=draw_hand(CLEAR, rng), written=written), empty.layout, rng)
            for _ in range(count)
        ]
    _cost(pages[0], catalogue)  # models are loaded
    costs = [_cost(page, catalogue) for page in pages]
    blank_costs = [_cost(blank, catalogue) for _ in range(count)]
    return {
        "pages": count,
        "processes": max(processes for _, processes in costs),
        "processes_blank": max(processes for _, processes in blank_costs),
        "seconds": round(statistics.median(seconds for seconds, _ in costs), 3),
        "seconds_blank": round(statistics.median(seconds for seconds, _ in blank_costs), 3),
    }


def _scanned(empty: Page, filled: FilledForm, layout: Layout, rng: np.random.Generator) -> Page:
    page = empty.copy()
    fill_page(page, 0, layout, filled, rng)
    return scan(page, OFFICE.draw(rng), rng)


def _cost(page: Page, catalogue: Catalogue) -> tuple[float, int]:
    """Processor seconds of this process and those that it started, and how many these were."""
    started, before = len(_started()), _seconds()
    reading = read_page(PageImage(page, 300.0, "page", 0), catalogue, Engines(), DebugWriter())
    if reading.kind != "page":
        raise RuntimeError(f"the page was not read: {reading.reason}")
    return _seconds() - before, len(_started()) - started


def _seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


@cache
def _started() -> list[str]:
    """Grows by one for each process that Python starts from now on."""
    found: list[str] = []
    sys.addaudithook(lambda event, of: found.append(str(of[0])) if event == "subprocess.Popen" else None)
    return found
