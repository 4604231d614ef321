"""A pile of pages, some with a defect of the set `bad`, shuffled, through `crosscheck read` on files.

Every page must be accounted for once, and none may lie in a submission that it does not belong to.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner

from benchmarks.reading_bad import Delivered, deliver_bad
from benchmarks.reading_forms import EXAMPLES
from benchmarks.reading_mix import the_mix
from cli import main as crosscheck
from form_layouts.form_folder import load_form_folder
from omr.threads import one_thread
from simulation.answers import random_answers
from simulation.filling import fill_page
from simulation.printing import PrintedCopy, printed_copies
from simulation.scan_files import EncodedPage, encode, write_file
from simulation.scanner import OFFICE, scan

FORMS = (("2025-02", "de"), ("2025-02", "ar"), ("2025-08", "de"), ("2025-08", "uk"), ("2025-08", "ar"))
COPIES, QUICK_COPIES = 250, 3
"""Of four pages each."""
COPIES_A_TASK = 4
DEFECTIVE = 0.05
PAGES_A_FILE = 50
SHUFFLE = 1 << 20
Key = tuple[str, str, int]
"""Version, language and copy number: one submission."""


@dataclass(frozen=True)
class Scanned:
    """One page of the pile."""

    key: Key
    page: int
    """From 1."""
    defects: tuple[str, ...]
    encoded: EncodedPage


@dataclass(frozen=True)
class Task:
    """A few copies of one form to print, fill in and scan."""

    form: tuple[str, str]
    first: int
    copies: int
    seed: int
    spool: Path


def run_pile(quick: bool) -> dict[str, Any]:
    """Draw the pile, read it through the command line, and hold what came out against what went in."""
    seed = the_mix().raw["seeds"]["pile"]
    with tempfile.TemporaryDirectory(prefix="crosscheck-pile-") as name:
        folder = Path(name)
        started = time.perf_counter()
        pages = _drawn(QUICK_COPIES if quick else COPIES, seed, folder, quick=quick)
        files, truth = _bound(pages, seed, folder)
        drawn = time.perf_counter()
        out = folder / "read.jsonl"
        arguments = ["read", *map(str, files), "-o", str(out), "--no-ocr"]
        done = CliRunner().invoke(crosscheck, arguments, catch_exceptions=True)
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if out.is_file() else []
        return {
            "seed": seed,
            "exit_code": done.exit_code,
            **accounts(lines, truth),
            "seconds_drawn": round(drawn - started, 1),
            "seconds_read": round(time.perf_counter() - drawn, 1),
        }


def accounts(lines: Iterable[dict[str, Any]], truth: dict[tuple[str, int], Scanned]) -> dict[str, Any]:
    """What became of every page.

    `misplaced`: in a submission of another person or form, or counted as another page.  `apart`: with nobody else's
    pages, but not with its own.  `lost` and `double`: in no line, in two.
    """
    seen: Counter[tuple[str, int]] = Counter()
    kinds: Counter[str] = Counter()
    wrong: list[dict[str, Any]] = []
    submissions: Counter[Key] = Counter()
    for line in lines:
        if line["kind"] != "submission":
            seen[line["file"], line["index"]] += 1
            kinds[line["kind"]] += 1
            continue
        places = [(page["file"], page["index"]) for page in line["pages"]]
        seen.update(places)
        kinds["submission_pages"] += len(places)
        owner = _owner([truth[place] for place in places if place in truth], line)
        submissions[owner] += 1
        for page, place in zip(line["pages"], places, strict=True):
            true = truth.get(place)
            if true is None or true.key != owner or true.page != page["page"]:
                wrong.append({"place": place, "true": true and [*true.key, true.page], "in": [*owner, page["page"]]})
    accounted = sum(count == 1 and place in truth for place, count in seen.items())
    return {
        "pages": len(truth),
        "submissions": len({scanned.key for scanned in truth.values()}),
        "defective": sum(bool(scanned.defects) for scanned in truth.values()),
        "accounted": accounted,
        "lost": sum(place not in seen for place in truth),
        "double": sum(count > 1 for count in seen.values()),
        "misplaced": len(wrong),
        "apart": sum(count - 1 for count in submissions.values()),
        **dict(kinds),
        "cases": wrong[:20],
    }


def _owner(pages: Sequence[Scanned], line: dict[str, Any]) -> Key:
    """Whose submission a line is: by its number where it has one, else by the most of its pages."""
    if line["copy"] is not None or not pages:
        return line["version"], line["language"], line["copy"] or 0
    return Counter(page.key for page in pages).most_common(1)[0][0]


def _drawn(copies: int, seed: int, folder: Path, *, quick: bool) -> list[Scanned]:
    forms = FORMS[2:3] if quick else FORMS
    each = copies // len(forms)
    tasks = [
        Task(form, first, min(COPIES_A_TASK, each + 1 - first), seed, folder)
        for form in forms
        for first in range(1, each + 1, COPIES_A_TASK)
    ]
    with multiprocessing.get_context("spawn").Pool(2, initializer=one_thread) as pool:
        return [page for pages in pool.imap(_copies, tasks) for page in pages]


def _copies(task: Task) -> list[Scanned]:
    folder = load_form_folder(EXAMPLES / task.form[0])
    printed = printed_copies(folder, task.form[1], task.copies, first=task.first)
    return [page for copy in printed for page in _filled(copy, task)]


def _filled(copy: PrintedCopy, task: Task) -> list[Scanned]:
    version, language = task.form
    folder = load_form_folder(EXAMPLES / version)
    assert copy.number is not None
    rng = np.random.default_rng([task.seed, *version.encode(), *language.encode(), copy.number])
    filled = random_answers(folder.questionnaire, language, the_mix().hand(rng), rng)
    found = []
    for number, page in enumerate(copy.pages):
        fill_page(page, number, copy.layout, filled, rng)
        defects = tuple(the_mix().defects(rng)) if rng.random() < DEFECTIVE else ()
        if defects:
            done = deliver_bad(page, defects, copy.layout.pages[number], rng, back=None)
        else:
            scanner = OFFICE.draw(rng)
            done = Delivered(scan(page, scanner, rng), scanner.dpi, scanner.jpeg_quality, OFFICE.name)
        path = task.spool / f"{version}-{language}-{copy.number:04}-{number + 1}"
        found.append(Scanned((version, language, copy.number), number + 1, defects, _encoded(done, path)))
    return found


def _encoded(done: Delivered, path: Path) -> EncodedPage:
    """A photo is a file of its own without a resolution; all others are bound into PDFs."""
    kind: Any = "jpeg" if done.dpi is None else "pdf"
    dpi = done.dpi or 72
    return encode(done.image, path, dpi=dpi, one_bit=done.one_bit, file_format=kind, quality=done.quality)


def _bound(pages: list[Scanned], seed: int, folder: Path) -> tuple[list[Path], dict[tuple[str, int], Scanned]]:
    """The shuffled pile as files, and what lies where."""
    order = [pages[place] for place in np.random.default_rng([seed, SHUFFLE]).permutation(len(pages)).tolist()]
    files, truth = [], {}
    scans = [page for page in order if page.encoded.dpi != 72]
    for start in range(0, len(scans), PAGES_A_FILE):
        members = scans[start : start + PAGES_A_FILE]
        path = folder / f"pile-{start // PAGES_A_FILE + 1:03}.pdf"
        write_file([member.encoded for member in members], path, "pdf")
        truth.update({(path.name, index): member for index, member in enumerate(members)})
        files.append(path)
    for number, photo in enumerate((page for page in order if page.encoded.dpi == 72), start=1):
        path = folder / f"photo-{number:03}.jpg"
        write_file([photo.encoded], path, "jpeg")
        truth[path.name, 0] = photo
        files.append(path)
    return files, truth
