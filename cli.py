"""The door for a terminal: print forms, simulate piles, read scans."""

from __future__ import annotations

import csv
import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO

import click

from form_layouts.catalogue import EXAMPLES, Catalogue, assert_unchanged, forms_of, keep_printed, open_catalogue
from form_layouts.cover_sheet import cover_sheet
from form_layouts.errors import CrosscheckError, NotWritable
from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.layout import Layout
from form_layouts.typesetting import typeset
from omr.assembly import assemble
from omr.check_sheet.scanner_command import scanner_check
from omr.debug import DebugWriter
from omr.engines.both import Engines
from omr.errors import ReaderFault, RejectedPage, UnusableFile
from omr.image import PageImage
from omr.pages import ScanFile, open_scan, page_images
from omr.pipeline import read_page, rejected_page
from omr.placing.blanks import check_blanks
from omr.reading import Line, PageReading, Rejected, Submission
from omr.threads import one_thread
from service.commands import users
from service.db.migrate import upgrade
from service.export_command import export
from service.forms import publish
from simulation.answers_file import read_given
from simulation.hand import MIXES
from simulation.scan_files import FileFormat
from simulation.scanner import PRESETS
from simulation.stack import simulate as simulate_pile
from workers.commands import prepare_command, serve

LAST_COPY = 999_999
"""The highest copy number that a page code holds."""
COPIES_A_FILE = 50
"""Copies printed into one PDF: 200 pages take about 1 GB while they are set."""
EXIT_REJECTED = 1
EXIT_UNUSABLE = 2
PLACES_SHOWN = 8
"""Pages named one by one behind the same message; all of them stand in the output."""
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


def _speaks() -> str:
    """de where the terminal's locale is German, else en; by its name alone, for it need not be installed."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "de" if named.startswith("de") else "en"


class Door(click.Group):
    """Words every fault that has a sentence for a person, and ends with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CrosscheckError, PermissionError, FileExistsError, NotADirectoryError, FileNotFoundError) as fault:
            if isinstance(fault, OSError):  # a place that the person named
                fault = NotWritable(path=fault.filename, problem=fault.strerror)
            click.echo(fault.sentence(ctx.params.get("messages") or _speaks()), err=True)
            ctx.exit(EXIT_UNUSABLE)


@click.group(cls=Door)
@click.option(
    "--messages", type=click.Choice(["de", "en"]), help="Language of messages; that of the terminal by default."
)
@click.pass_context
def main(ctx: click.Context, messages: str | None) -> None:
    """Crosscheck turns scanned paper questionnaires into research data that can be trusted."""
    one_thread()
    ctx.obj = messages or _speaks()


@main.group()
def forms() -> None:
    """Check, print and publish questionnaires."""


@forms.command("check")
@click.argument("folder", type=FOLDER)
def check_form(folder: Path) -> None:
    """Check a form folder: wording in every language, ids, codes, filters, labels."""
    form = load_form_folder(folder)
    for language in form.wordings:
        if language not in form.fields:
            _assert_as_published(form, typeset(form, language).layout)
    check_blanks(Catalogue(list(forms_of(form))))
    click.echo(f"{form.questionnaire.questionnaire} {form.questionnaire.version}: {', '.join(form.languages)}")


@forms.command("print")
@click.argument("folder", type=FOLDER)
@click.option("--lang", "languages", required=True, help="One language or several, separated by commas.")
@click.option("--copies", type=click.IntRange(1, 2000), help="Numbered copies.  Without it: one form without a number.")
@click.option(
    "--first", type=click.IntRange(1, LAST_COPY), default=1, show_default=True, help="Number of the first copy."
)
@click.option(
    "--duplex", is_flag=True, help="For printing on both sides: the binding margin of the back is on its right."
)
@click.option("-o", "--out", type=FOLDER, required=True, help="Folder for the PDF and its layout.")
def print_form(folder: Path, languages: str, copies: int | None, first: int, duplex: bool, out: Path) -> None:
    """Print a form as PDF, and keep its layout beside it for reading."""
    if copies and first + copies - 1 > LAST_COPY:
        raise click.BadParameter(f"{first} + {copies} copies go beyond {LAST_COPY}, the highest copy number.")
    form = load_form_folder(folder)
    for language in _split(languages):
        blank = typeset(form, language, numbered=False)
        layout = blank.layout
        _assert_as_published(form, layout)
        keep_printed(blank, form.questionnaire, out)
        for start in range(first, first + (copies or 1), COPIES_A_FILE):
            last = min(first + (copies or 1), start + COPIES_A_FILE) - 1
            named = copies and (form.questionnaire.copy_numbers or copies > COPIES_A_FILE)
            path = out / f"{layout.key}{f'_{start}-{last}' if named else ''}.pdf"
            path.write_bytes(_printed_apart(form, language, start, last - start + 1, duplex, copies is not None))
            click.echo(path)


def _printed_apart(form: FormFolder, language: str, first: int, copies: int, duplex: bool, numbered: bool) -> bytes:
    """The PDF of one file's copies, set in a process of its own: the typesetter keeps what it has set in memory."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        print_copies = partial(typeset, first_copy=first, copies=copies, duplex=duplex, numbered=numbered)
        return pool.submit(print_copies, form, language).result().pdf


@forms.command("freeze")
@click.argument("folder", type=FOLDER)
def freeze_form(folder: Path) -> None:
    """Record today's editions in FOLDER/layouts: from now on neither their words nor their positions may change."""
    form = load_form_folder(folder)
    for language in form.wordings:
        if language not in form.fields:
            blank = typeset(form, language, numbered=False)
            click.echo(keep_printed(blank, form.questionnaire, folder / "layouts"))


@forms.command("publish")
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@click.pass_context
def publish_form(ctx: click.Context, folders: tuple[Path, ...]) -> None:
    """Let the service read a form: its editions go into the service's database, and with it into the backup."""
    upgrade()
    for folder in folders:
        form = load_form_folder(folder)
        for language in form.wordings:
            if language not in form.fields:
                _assert_as_published(form, typeset(form, language).layout)
        check_blanks(Catalogue(list(forms_of(form))))
        new = publish(folder)
        words = ("nothing new: it was published before", "nichts Neues: schon veröffentlicht")
        for key in new or [f"{folder}: {words[ctx.obj == 'de']}"]:
            click.echo(key)


@forms.command("cover-sheet")
@click.option("--label", default="", help="Printed on it in large letters, such as a place and a date.")
@click.option("-o", "--out", type=FILE, required=True, help="Write the PDF to this file.")
def print_cover_sheet(label: str, out: Path) -> None:
    """Print a sheet to lay between two piles: it is kept, counts as no questionnaire, and keeps them apart."""
    pdf = cover_sheet(label)
    _assert_writable(out)
    out.write_bytes(pdf)
    click.echo(out)


def _assert_as_published(form: FormFolder, layout: Layout) -> None:
    published = form.path / "layouts" / f"{layout.key}.layout.json"
    if published.exists():
        assert_unchanged(layout, published)


main.add_command(users)
main.add_command(serve)
main.add_command(export)
main.add_command(prepare_command)
main.add_command(scanner_check)


@main.command("simulate")
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@click.option("--lang", "languages", required=True, help="One language or several, separated by commas.")
@click.option("--copies", type=click.IntRange(1), help="Copies of each folder in each language; 25 by default.")
@click.option("--answers", type=FILE, help="Fill in these answers, a copy for each line; random ones by default.")
@click.option(
    "--marks", type=click.Choice(sorted(MIXES)), default="clear", show_default=True, help="mix: doubtful too."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--scanner", type=click.Choice(sorted(PRESETS)), default="office", show_default=True)
@click.option("--format", "file_format", type=click.Choice(["pdf", "tiff", "jpeg"]), default="pdf", show_default=True)
@click.option("-o", "--out", type=FOLDER, required=True, help="Folder for the scans and truth.jsonl.")
def simulate(
    folders: tuple[Path, ...],
    languages: str,
    copies: int | None,
    answers: Path | None,
    marks: str,
    seed: int,
    scanner: str,
    file_format: FileFormat,
    out: Path,
) -> None:
    """Fill printed forms with a simulated pen, scan them, and write the truth beside the scans."""
    if copies and answers:
        raise click.UsageError("--answers makes one copy for each line of its file: leave out --copies.")
    loaded = [load_form_folder(folder) for folder in folders]
    wanted = _split(languages)
    if not wanted:
        raise click.BadParameter("Name at least one language.", param_hint="--lang")
    for language in wanted:
        if not any(language in form.languages for form in loaded):
            loaded[0].wording(language)  # raises NoSuchLanguage, which names those there are
    given = read_given(answers, loaded, wanted) if answers else None
    looks = partial(simulate_pile, style_mix=MIXES[marks], preset=PRESETS[scanner], file_format=file_format)
    for path in looks(loaded, wanted, copies or 25, seed, out, given=given).files:
        click.echo(path)


@main.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--forms", "folders", multiple=True, type=FOLDER, help="Folders with forms; those that ship by default.")
@click.option("-o", "--out", type=FILE, help="Write JSON Lines to this file; to the terminal by default.")
@click.option("--csv", "table", type=FILE, help="Write a flat table of accepted answers too.")
@click.option("--debug", "debug_folder", type=FOLDER, help="Write one picture per step to this folder.")
@click.option("--no-ocr", is_flag=True, help="Find writing, but do not let an engine suggest what it says.")
@click.pass_context
def read(
    ctx: click.Context,
    files: tuple[Path, ...],
    folders: tuple[Path, ...],
    out: Path | None,
    table: Path | None,
    debug_folder: Path | None,
    no_ocr: bool,
) -> None:
    """Read scans: PDF, TIFF, JPEG, PNG, many pages in any order.  Exit code 0 all read, 1 some pages rejected, 2 unusable input."""
    catalogue = open_catalogue(folders or [EXAMPLES])
    targets = [path.resolve() for path in (out, table) if path]
    if len(set(targets)) < len(targets) or set(targets) & {path.resolve() for path in files}:
        raise NotWritable(path=targets[0], problem="it is a scan, or named twice")
    for path in (out, table):
        if path:
            _assert_writable(path)  # now: nobody reads a pile for an hour to find that there is no place for it
    check_blanks(catalogue)
    scans, unusable = _open(files, ctx.obj)
    engine = None if no_ocr else Engines()
    debug = DebugWriter(debug_folder)

    def one(page: PageImage | PageReading) -> PageReading:
        if isinstance(page, PageReading):
            return page
        try:
            return read_page(page, catalogue, engine, debug)
        except Exception as fault:  # one page must not cost the pile: told, kept, and shown with where it happened
            traceback.print_exc()
            return rejected_page(page.file, page.index, ReaderFault(fault=repr(fault)))

    readings = list(_with_progress(scans, _pages(scans), one))
    lines: list[Line] = [*assemble(readings, catalogue, ctx.obj), *unusable]
    stream: TextIO = out.open("w", encoding="utf-8") if out else sys.stdout
    for line in lines:
        stream.write(json.dumps(line.model_dump(mode="json", by_alias=True), ensure_ascii=False) + "\n")
    if out:
        stream.close()
    if table:
        _write_table(table, lines)
    _summary(readings, lines, ctx.obj)
    if unusable:
        ctx.exit(EXIT_UNUSABLE)
    if any(reading.kind == "rejected" for reading in readings):
        ctx.exit(EXIT_REJECTED)


def _assert_writable(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as fault:
        raise NotWritable(path=path, problem=fault.strerror) from None


def _open(files: Iterable[Path], language: str) -> tuple[list[ScanFile], list[Rejected]]:
    """Files that open; those that do not are said at once and become a line, so that the others are still read.

    A file named twice is read once; files of the same name in two folders are called by their paths.
    """
    scans, unusable = [], []
    once = list({path.resolve(): path for path in files}.values())
    names = Counter(path.name for path in once)
    for path in once:
        name = path.name if names[path.name] == 1 else str(path)
        try:
            scans.append(open_scan(path, name))
        except UnusableFile as fault:
            message = fault.sentence(language)
            click.echo(message, err=True)
            unusable.append(Rejected(file=name, index=0, reason=fault.reason, message=message))
    return scans, unusable


def _pages(scans: Iterable[ScanFile]) -> Iterator[PageImage | PageReading]:
    for scan in scans:
        for page in page_images(scan):
            if isinstance(page, PageImage):
                yield page
            else:
                index, rejected = page
                assert isinstance(rejected, RejectedPage)
                yield rejected_page(scan.name, index, rejected)


def _with_progress(
    scans: Iterable[ScanFile],
    pages: Iterator[PageImage | PageReading],
    one: Callable[[PageImage | PageReading], PageReading],
) -> Iterator[PageReading]:
    """Read page by page; on a terminal with a bar."""
    total = sum(scan.pages for scan in scans)
    if not sys.stderr.isatty():
        yield from map(one, pages)
        return
    with click.progressbar(pages, length=total, file=sys.stderr, show_pos=True) as bar:
        yield from map(one, bar)


def _write_table(path: Path, lines: Iterable[Line]) -> None:
    """One row a submission: accepted values, empty where a person must look."""
    submissions = [line for line in lines if isinstance(line, Submission)]
    variables = list(dict.fromkeys(variable for submission in submissions for variable in submission.answers))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["questionnaire", "version", "edition", "language", "copy", "first_page", *variables])
        for s in submissions:
            place = f"{s.pages[0].file}:{s.pages[0].index}"
            values = [s.answers[v].value if v in s.answers and s.answers[v].accepted else None for v in variables]
            writer.writerow([s.questionnaire, s.version, s.edition, s.language, s.copy_number, place, *values])


def _summary(readings: list[PageReading], lines: list[Line], language: str) -> None:
    """What became of the pile, on standard error."""
    submissions = [line for line in lines if isinstance(line, Submission)]
    waiting = sum(not answer.accepted for s in submissions for answer in s.answers.values())
    total = sum(len(s.answers) for s in submissions)
    kinds = {kind: sum(reading.kind == kind for reading in readings) for kind in ("page", "blank", "cover", "rejected")}
    click.echo(
        f"{len(readings)} pages: {kinds['page']} read into {len(submissions)} submissions, {kinds['blank']} blank, "
        f"{kinds['cover']} cover sheets, "
        f"{kinds['rejected']} rejected; {total - waiting} of {total} answers accepted, {waiting} wait for a person.",
        err=True,
    )
    rejected: dict[str, list[PageReading]] = {}
    for reading in readings:
        if reading.kind == "rejected":
            rejected.setdefault(reading.messages[language], []).append(reading)
    for message, pages in rejected.items():
        places = ", ".join(f"{page.file} {page.index + 1}" for page in pages[:PLACES_SHOWN])
        more = f" +{len(pages) - PLACES_SHOWN}" if len(pages) > PLACES_SHOWN else ""
        click.echo(f"{places}{more}: {message}", err=True)


def _split(languages: str) -> list[str]:
    wanted = [language.strip() for language in languages.split(",") if language.strip()]
    if not wanted:
        raise click.BadParameter("name at least one language, such as de,ar", param_hint="--lang")
    return wanted
