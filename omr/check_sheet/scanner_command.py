"""`crosscheck scanner-check`: print the check sheet, or say what a scan of it shows."""

from __future__ import annotations

from pathlib import Path

import click

from form_layouts.check_sheet import check_sheet
from form_layouts.errors import CrosscheckError
from omr.check_sheet.scanner_check import NoCheckSheet, check_page
from omr.check_sheet.scanner_words import lines, summary
from omr.errors import RejectedPage
from omr.image import PageImage
from omr.pages import open_scan, page_images

EXIT_CHANGE = 1
EXIT_UNUSABLE = 2


@click.command("scanner-check")
@click.argument("scans", nargs=-1, metavar="[SCAN]...", type=click.Path(path_type=Path))
@click.option(
    "--print", "sheet", type=click.Path(dir_okay=False, path_type=Path), help="Write the check sheet to this PDF."
)
@click.pass_context
def scanner_check(ctx: click.Context, scans: tuple[Path, ...], sheet: Path | None) -> None:
    """Check a copier: print the check sheet, scan it, and hear which setting to change.

    Exit code 0 good, 1 something to change, 2 unusable input.
    """
    if (sheet is None) == (not scans):
        raise click.UsageError("Name the scan of the check sheet, or --print FILE to get the sheet.")
    if sheet is not None:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_bytes(check_sheet())
        click.echo(sheet)
        return
    ctx.exit(max(_checked(scan, ctx.obj) for scan in scans))


def _checked(path: Path, language: str) -> int:
    """Say what every page of a scan shows; gives the exit code."""
    worst, found = 0, False
    try:
        scan = open_scan(path)
    except CrosscheckError as fault:
        click.echo(fault.sentence(language), err=True)
        return EXIT_UNUSABLE
    for page in page_images(scan):
        number = page.index if isinstance(page, PageImage) else page[0]
        name = scan.name if scan.pages == 1 else f"{scan.name}, {('page', 'Seite')[language == 'de']} {number + 1}"
        try:
            if not isinstance(page, PageImage):
                raise page[1]
            check = check_page(scan, page)
        except (RejectedPage, CrosscheckError) as fault:
            click.echo(f"{name}: {fault.sentence(language)}", err=True)
            worst, found = EXIT_UNUSABLE, True
            continue
        if check is None:
            continue
        found = True
        click.echo(f"{name}: {summary(check, language)}")
        for line in lines(check, language):
            click.echo(line)
        worst = max(worst, 0 if check.good else EXIT_CHANGE)
    if not found:
        click.echo(f"{scan.name}: {NoCheckSheet().sentence(language)}", err=True)
        return EXIT_UNUSABLE
    return worst
