"""The set `real`: scans and photos that we did not make, read through the reader's own way of opening files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.reading_count import TrueBox, read, seen_boxes, upper95
from benchmarks.real_crops import crop_states, sheet_of_crops
from benchmarks.real_forms import DATA, form_folder
from benchmarks.real_truth import Chosen, Place, ballot_truth, bubble_truth, survey_truth, true_states
from form_layouts.catalogue import Catalogue, forms_of
from form_layouts.form_folder import FormFolder
from omr.image import PageImage
from omr.pages import open_scan, page_image
from omr.reading import PageReading

CASES_KEPT = 40
QUICK_SETS, QUICK_PAGES = ("formscanner",), 1
BALLOT_PAGES = {"0001": 1, "0002": 0, "0017": 1, "0018": 0}
"""Page (from 0) of each scanned side."""


@dataclass(frozen=True)
class RealPage:
    """One scan or photo: which page of which form it is, and the state of each box, where it is known."""

    name: str
    image: PageImage
    page: int
    states: dict[Place, str]


def run_real(quick: bool = False) -> dict[str, Any]:
    """All real sets with one catalogue of all their forms; only a note where the shared data is not here.

    `quick` reads QUICK_PAGES of the sets QUICK_SETS.
    """
    if not DATA.is_dir():
        return {"missing": f"the real scans are not here: {DATA}"}
    sets = {name: SETS[name] for name in QUICK_SETS} if quick else SETS
    folders = {name: form_folder(name) for name in dict.fromkeys(form for form, _ in sets.values())}
    catalogue = Catalogue([form for folder in folders.values() for form in forms_of(folder)])
    sums: Counter[str] = Counter()
    cases: list[dict[str, Any]] = []
    by_set = {}
    for name, (form, pages) in sets.items():
        counts: Counter[str] = Counter()
        for page in islice(pages(folders[form]), QUICK_PAGES if quick else None):
            cases += _counted(name, page, folders[form], read(page.image, catalogue), counts)
        by_set[name] = _figures(counts)
        sums.update(counts)
    return {**_figures(sums), "sets": by_set, "wrong_cases": sorted(cases, key=_weight)[:CASES_KEPT]}


def _counted(name: str, page: RealPage, folder: FormFolder, reading: PageReading, counts: Counter[str]) -> list[dict[str, Any]]:  # fmt: skip
    """Count one page; what is wrong with it."""
    found = reading.identity
    own = (folder.questionnaire.questionnaire, page.page + 1)
    outcome = "rejected"
    if reading.kind == "page" and found is not None:
        outcome = "identified_right" if (found.questionnaire, found.page) == own else "identified_wrong"
    counts.update(["pages", outcome])
    if outcome != "identified_right":
        counts.update({"boxes_on_other_pages": len(page.states)})
        return [{"set": name, "page": page.name, "page_outcome": outcome, "read": reading.reason or str(found)}]
    cases = []
    boxes = [TrueBox(variable, choice, state, "", (0, 0, 0, 0)) for (variable, choice), state in page.states.items()]
    for box in seen_boxes(reading, folder.questionnaire, boxes, set()):
        marked = box.true.state == "marked"
        right = not box.held and not box.wrong
        counts.update({"boxes": 1, "marked_boxes": marked, "review": box.held, "silent_wrong": box.wrong, "right": right, "marked_right": marked and right})  # fmt: skip
        counts["marked_read_empty"] += marked and box.state == "empty"
        if box.wrong or box.held:
            where = {"set": name, "page": page.name, "variable": box.true.variable, "choice": box.true.choice}
            what = {"meant": box.true.state, "read": box.state, "reasons": list(box.reasons)}
            cases.append({"what": "wrong" if box.wrong else "review", **where, **what})
    return cases


def _weight(case: dict[str, Any]) -> int:
    """Pages that were not recognised first, then what is wrong, then what waits for a person."""
    return 0 if "page_outcome" in case else 1 if case["what"] == "wrong" else 2


def _figures(counts: Counter[str]) -> dict[str, Any]:
    keys = ("pages", "identified_right", "identified_wrong", "rejected", "boxes", "marked_boxes", "boxes_on_other_pages", "right", "review", "silent_wrong", "marked_read_empty")  # fmt: skip
    if not counts["boxes"] + counts["boxes_on_other_pages"]:  # a set for recognition only
        return {key: counts[key] for key in keys[:4]}
    boxes, marked = max(1, counts["boxes"]), max(1, counts["marked_boxes"])
    return {
        **{key: counts[key] for key in keys},
        "right_share": round(counts["right"] / boxes, 4),
        "marked_right_share": round(counts["marked_right"] / marked, 4),
        "review_share": round(counts["review"] / boxes, 4),
        "silent_wrong_per_10000": round(10_000 * counts["silent_wrong"] / boxes, 2),
        "silent_wrong_per_10000_marked": round(10_000 * counts["silent_wrong"] / marked, 2),
        "silent_wrong_upper95_per_10000": round(10_000 * upper95(counts["silent_wrong"]) / boxes, 2),
    }


def _scanned(path: Path) -> PageImage:
    return page_image(open_scan(path), 0)


def _with_truth(folder: FormFolder, scans: Path, truth: dict[str, Chosen], page_of: Callable[[str], int]) -> Iterator[RealPage]:  # fmt: skip
    for path in sorted(scans.iterdir()):
        if path.name in truth:
            page = page_of(path.name)
            yield RealPage(path.name, _scanned(path), page, true_states(folder, page, truth[path.name]))


def _survey(folder: FormFolder) -> Iterator[RealPage]:
    scans = DATA / "formscanner-questionnaire"
    return _with_truth(folder, scans, survey_truth(scans), lambda _: 0)


def _bubbles(folder: FormFolder) -> Iterator[RealPage]:
    scans = DATA / "openmcr-75q-core-1"
    return _with_truth(folder, scans, bubble_truth(scans), lambda _: 0)


def _ballots(folder: FormFolder) -> Iterator[RealPage]:
    scans = DATA / "vw-28lb"
    return _with_truth(folder, scans, ballot_truth(scans), lambda name: BALLOT_PAGES[name[-8:-4]])


def _crops(folder: FormFolder) -> Iterator[RealPage]:
    sheet, placed = sheet_of_crops(DATA / "odkscan-crops")
    done, data = cv2.imencode(".png", sheet)
    assert done
    image = PageImage(np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8), 300, "crops.png", 0)
    yield RealPage("crops", image, 0, crop_states(placed))


def _photos(scans: Path, pattern: str) -> Callable[[FormFolder], Iterator[RealPage]]:
    """Whether photos are recognised: nobody says what is marked on them."""

    def pages(_: FormFolder) -> Iterator[RealPage]:
        for path in sorted(scans.glob(pattern)):
            yield RealPage(path.name, _scanned(path), 0, {})

    return pages


SETS: dict[str, tuple[str, Callable[[FormFolder], Iterator[RealPage]]]] = {
    "formscanner": ("restaurants", _survey),
    "openmcr": ("bubble-sheet", _bubbles),
    "votingworks": ("ballot", _ballots),
    "odk_crops": ("cut-out-boxes", _crops),
    "odk_photos": ("checkbox-sheet", _photos(DATA / "odkscan-photos-1", "IMG*.jpg")),
    "hotel_photo": ("hotel-survey", _photos(DATA / "omrchecker-survey", "omr_survey_2.jpg")),
}
"""By name: the form, and a function of its folder that gives the pages."""
