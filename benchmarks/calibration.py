"""`python -m benchmarks.calibration`: counts how often each kind of decision on a box is right, and prints omr.confidence.MEASURED.

Office and bad sheets of seeds that nothing else uses.  Errors count for what they are on paper: marks that the scan lost
altogether are left out, as in the benchmark.
"""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from typing import NamedTuple

import click
import numpy as np

from benchmarks.reading_forms import catalogue_of, printed_form
from benchmarks.reading_mix import the_mix
from benchmarks.reading_sheets import SetName, Sheet, copy_sheets, unseen
from form_layouts.catalogue import Catalogue
from omr.checkboxes import score_checkboxes
from omr.confidence import KINDS, Kind
from omr.debug import DebugWriter
from omr.errors import RejectedPage
from omr.identify import identify
from omr.markers import find_markers
from omr.marks import judge_marks
from omr.one_mark import Mark
from omr.registration import register
from omr.threads import one_thread

SEEDS: dict[SetName, int] = {"office": 71001, "bad": 71002}
PAGES: dict[SetName, int] = {"office": 800, "bad": 400}
PAGES_A_COPY = 4
BINS = 8
"""Bins of equal numbers of boxes for each kind, before pooling."""
LEAST = 40
"""Fewest boxes of a bin."""


class Decision(NamedTuple):
    kind: Kind
    margin: float
    right: bool


class Bin(NamedTuple):
    start: float
    right: int
    boxes: int

    @property
    def share(self) -> float:
        """One error more than was seen, one box more than was looked at."""
        return self.right / (self.boxes + 1)


@click.command()
@click.option("--pages", type=float, default=1.0, help="Share of the full number of pages.")
def main(pages: float) -> None:
    """Count, pool and print."""
    forms = the_mix().forms(quick=False)
    for form in forms:
        printed_form(*form)
    copies = [(name, number) for name in SEEDS for number in range(round(pages * PAGES[name] / PAGES_A_COPY))]
    by_kind: dict[Kind, list[Decision]] = defaultdict(list)
    with multiprocessing.get_context("spawn").Pool(2, initializer=one_thread) as pool:
        for decisions in pool.imap_unordered(decided, copies):
            for decision in decisions:
                by_kind[decision.kind].append(decision)
    for kind in KINDS:
        own = by_kind[kind]
        if not own:
            click.echo(f'    "{kind}": on no simulated sheet')
            continue
        wrong = sum(not decision.right for decision in own)
        table = ", ".join(f"({one.start:.2f}, {one.share:.5f})" for one in pooled(own))
        click.echo(f'    "{kind}": ({table},),  # {len(own)} boxes, {wrong} wrong')


_CATALOGUES: list[Catalogue] = []


def decided(copy: tuple[SetName, int]) -> list[Decision]:
    """What is decided on the boxes of one person's sheets, and whether it is right."""
    name, number = copy
    forms = the_mix().forms(quick=False)
    if not _CATALOGUES:
        _CATALOGUES.append(catalogue_of(forms))
    found: list[Decision] = []
    for sheet in copy_sheets(name, SEEDS[name], number, printed_form(*forms[number % len(forms)]), the_mix()):
        found += _on_sheet(sheet, _CATALOGUES[0])
    return found


def _on_sheet(sheet: Sheet, catalogue: Catalogue) -> list[Decision]:
    image, debug = sheet.image(), DebugWriter()
    try:
        markers = find_markers(image, debug)
        registration = register(image, markers, identify(image, markers, catalogue, debug))
    except RejectedPage:
        return []
    page = registration.form.layout.pages[registration.page]
    if page != sheet.printed.layout.pages[sheet.page]:
        return []
    boxes, warm_up = score_checkboxes(registration, page, debug)
    marks = judge_marks(boxes, warm_up, one_bit=image.one_bit)
    lost = unseen(sheet, np.asarray(registration.plane.matrix))
    return [
        Decision(mark.kind, mark.margin, mark.likely == true.state)
        for mark, true in zip(marks, sheet.boxes, strict=True)
        if mark.kind and _stands(mark) and (true.variable, true.choice) not in lost
    ]


def _stands(mark: Mark) -> bool:
    """Whether only the threshold of confidence, if anything, makes it unsure."""
    return mark.state in ("unsure", mark.likely)


def pooled(decisions: list[Decision]) -> list[Bin]:
    """Bins whose share of right decisions grows with the margin: pool adjacent violators (Ayer et al. 1955)."""
    ordered = sorted(decisions, key=lambda decision: decision.margin)
    size = max(LEAST, -(-len(ordered) // BINS))
    bins: list[Bin] = []
    for start in range(0, len(ordered), size):
        part = ordered[start : start + size]
        margin = 0.0 if start == 0 else part[0].margin
        bins.append(Bin(margin, sum(decision.right for decision in part), len(part)))
        while len(bins) > 1 and bins[-1].share <= bins[-2].share:
            last, before = bins.pop(), bins.pop()
            bins.append(Bin(before.start, before.right + last.right, before.boxes + last.boxes))
    return bins


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.calibration")
