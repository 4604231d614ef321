"""A whole pile: forms printed, filled in by many people, scanned, shuffled and written to files with their truth."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from form_layouts.form_folder import FormFolder
from form_layouts.layout import Layout
from simulation.answers import FilledForm, random_answers
from simulation.answers_file import GivenLine
from simulation.filling import fill_page
from simulation.given import given_answers
from simulation.hand import CLEAR, StyleMix, draw_hand
from simulation.pen import Page
from simulation.printing import PRINT_DPI, PrintedCopy, printed_copies
from simulation.scan_files import ENDINGS, EncodedPage, FileFormat, encode, write_file
from simulation.scanner import OFFICE, Preset, scan
from simulation.truth import ScannedPage, truth_line

PAGES_A_FILE = 50
TRUTH_NAME = "truth.jsonl"
SHUFFLE_STREAM = 1 << 30
"""Keeps the shuffling's random numbers apart from those of the people."""
Progress = Callable[[int, int], None]
"""Called with the copies done and all copies."""


@dataclass(frozen=True)
class Pile:
    """What was written."""

    files: tuple[Path, ...]
    truth: Path
    submissions: int
    pages: int


@dataclass(frozen=True)
class _Job:
    """One person's copy to come."""

    folder: int
    language: str
    number: int
    """Copy number, or running number where copies carry none."""
    printed: PrintedCopy
    given: GivenLine | None
    """None: answers at random."""


@dataclass(frozen=True)
class _Sheet:
    """One scanned page before it is bound into a file."""

    page: int
    rotation: int
    encoded: EncodedPage


@dataclass(frozen=True)
class _Submission:
    filled: FilledForm
    layout: Layout
    copy: int | None
    line: int
    """Of the file with given answers; 0 without one."""
    sheets: tuple[_Sheet, ...]


def simulate(
    folders: Sequence[FormFolder],
    languages: Sequence[str],
    copies: int,
    seed: int,
    out: Path,
    *,
    given: Sequence[GivenLine] | None = None,
    style_mix: StyleMix = CLEAR,
    corrections: float = 0.1,
    upside_down: float = 0.1,
    shuffled: bool = True,
    unnumbered: bool = False,
    preset: Preset = OFFICE,
    file_format: FileFormat = "pdf",
    progress: Progress | None = None,
) -> Pile:
    """Write the scans of `copies` filled copies of each form in each of `languages` that it has, and truth.jsonl.

    `given` answers, as `read_given` checked them, take the place of `copies` random ones: a copy a line, and a truth in
    the order of the lines.
    `corrections` is the share of people who correct an answer, in a mix that has no corrections of its own;
    `upside_down` the share of pages that lie turned by 180 degrees.  Copies without numbers keep their pages together
    and in order.  Same arguments, same bytes.  Raises what `typeset` raises, NoHandwritingFont, NoLetterJoining.
    """
    out.mkdir(parents=True, exist_ok=True)
    forms = [(folder, language) for folder in folders for language in languages if language in folder.languages]
    total = sum(len(_people(given, copies, folder, language)) for folder, language in forms)
    share = 0.0 if "corrected" in style_mix.strays else corrections
    submissions: list[_Submission] = []
    with tempfile.TemporaryDirectory(dir=out, prefix=".pages-") as spool:
        for job in _jobs(folders, languages, copies, given, numbered=not unnumbered):
            rng = np.random.default_rng([seed, job.folder, *job.language.encode(), job.number])
            filled = _filled(folders[job.folder], job, style_mix, share, rng)
            stem = Path(spool) / f"{len(submissions):06}"
            sheets = _scanned(job.printed.pages, stem, preset, upside_down, file_format, rng)
            line = job.given.line if job.given else 0
            submissions.append(_Submission(filled, job.printed.layout, job.printed.number, line, sheets))
            if progress:
                progress(len(submissions), total)
        submissions.sort(key=lambda submission: submission.line)
        order = _order(submissions, seed, shuffled=shuffled)
        files, places = _bound(submissions, order, out, file_format)
    truth = out / TRUTH_NAME
    lines = (truth_line(s.filled, s.layout, s.copy, places[number]) for number, s in enumerate(submissions))
    truth.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Pile(tuple(files), truth, len(submissions), sum(len(s.sheets) for s in submissions))


def _people(
    given: Sequence[GivenLine] | None, copies: int, folder: FormFolder, language: str
) -> Sequence[GivenLine | None]:
    """Who fills in this form in this language: the given lines, or `copies` people with answers of their own."""
    return [None] * copies if given is None else [line for line in given if line.belongs_to(folder, language)]


def _jobs(
    folders: Sequence[FormFolder],
    languages: Sequence[str],
    copies: int,
    given: Sequence[GivenLine] | None,
    *,
    numbered: bool,
) -> Iterator[_Job]:
    """Every copy of every form, printed.  Numbers run on through the languages of a form."""
    for place, folder in enumerate(folders):
        first = 1
        for language in languages:
            if language not in folder.languages:
                continue
            people = _people(given, copies, folder, language)
            printed = printed_copies(folder, language, len(people), first=first, numbered=numbered) if people else ()
            for number, (copy, line) in enumerate(zip(printed, people, strict=True), start=first):
                yield _Job(place, language, number, copy, line)
            first += len(people)


def _filled(folder: FormFolder, job: _Job, mix: StyleMix, corrections: float, rng: np.random.Generator) -> FilledForm:
    """One person's answers, drawn onto the pages of the job's copy."""
    hand = draw_hand(mix, rng)
    correct = bool(rng.random() < corrections)
    asked, given = folder.questionnaire, job.given
    if given:
        filled = given_answers(asked, given.values, hand, rng, language=job.language, line=given.line, correct=correct)
    else:
        filled = random_answers(asked, job.language, hand, rng, correct=correct)
    for number, page in enumerate(job.printed.pages):
        fill_page(page, number, job.printed.layout, filled, rng, dpi=PRINT_DPI)
    return filled


def _scanned(
    pages: Sequence[Page],
    stem: Path,
    preset: Preset,
    upside_down: float,
    file_format: FileFormat,
    rng: np.random.Generator,
) -> tuple[_Sheet, ...]:
    """The pages of one copy through the scanner, one by one; the other page of the sheet shines through."""
    sheets = []
    for number, page in enumerate(pages):
        rotation = 180 if rng.random() < upside_down else 0
        scanner = replace(preset.draw(rng), rotation=rotation)
        back = pages[number ^ 1] if number ^ 1 < len(pages) else None
        image = scan(page, scanner, rng, dpi=PRINT_DPI, back=back)
        path = stem.with_name(f"{stem.name}-{number}")
        encoded = encode(
            image, path, dpi=scanner.dpi, one_bit=scanner.one_bit, file_format=file_format, quality=scanner.jpeg_quality
        )
        sheets.append(_Sheet(number + 1, rotation, encoded))
    return tuple(sheets)


def _order(submissions: Sequence[_Submission], seed: int, *, shuffled: bool) -> list[list[tuple[int, _Sheet]]]:
    """The pile from first to last: pages, or whole submissions where no number would bring their pages together."""
    units: list[list[tuple[int, _Sheet]]] = []
    for number, submission in enumerate(submissions):
        pages = [(number, sheet) for sheet in submission.sheets]
        units += [pages] if submission.copy is None else [[page] for page in pages]
    if shuffled:
        order = np.random.default_rng([seed, SHUFFLE_STREAM]).permutation(len(units))
        units = [units[place] for place in order.tolist()]
    return units


def _bound(
    submissions: Sequence[_Submission],
    units: Sequence[Sequence[tuple[int, _Sheet]]],
    out: Path,
    file_format: FileFormat,
) -> tuple[list[Path], list[list[ScannedPage]]]:
    """Write the files; give back their paths and, for each submission, where its pages lie."""
    places: list[list[ScannedPage]] = [[] for _ in submissions]
    files = []
    for number, members in enumerate(_batches(units, 1 if file_format == "jpeg" else PAGES_A_FILE), start=1):
        path = out / f"scan-{number:04}.{ENDINGS[file_format]}"
        write_file([sheet.encoded for _, sheet in members], path, file_format)
        for index, (owner, sheet) in enumerate(members):
            places[owner].append(ScannedPage(path.name, index, sheet.page, sheet.rotation))
        files.append(path)
    return files, places


def _batches(units: Sequence[Sequence[tuple[int, _Sheet]]], most: int) -> Iterator[list[tuple[int, _Sheet]]]:
    """At most `most` pages each; a unit is only divided where it alone is longer."""
    batch: list[tuple[int, _Sheet]] = []
    for unit in units:
        if batch and len(batch) + len(unit) > most:
            yield batch
            batch = []
        batch.extend(unit)
        while len(batch) > most:
            yield batch[:most]
            batch = batch[most:]
    if batch:
        yield batch
