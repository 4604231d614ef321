"""The table as a ZIP of CSV files, for statistics programs and for Excel in German."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from service.exports.codebook import codebook
from service.exports.columns import Cell, header, rows, spoken
from service.exports.read_me import Line, read_me
from service.exports.tables import Table
from service.web.words import gettext_for

SEPARATOR = ";"
"""What Excel expects where the comma separates decimals."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\n", "'")
"""Beginnings of a text that a spreadsheet would carry out or change; and the sign that makes them harmless itself, so
that taking one away from every text that begins with it gives all texts as they were."""
HARMLESS = "'"
_MODE = 0o100644 << 16
"""An ordinary file that everybody may read, as ZIP notes it."""
_UNIX = 3


def csv_file(table: Table, labels: str, day: date) -> bytes:
    """A ZIP with data.csv, codebook.csv and README.txt; the same bytes for the same table and day."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        _add(archive, "data.csv", day, _csv(chain([header(table)], rows(table))))
        _add(archive, "codebook.csv", day, _csv(codebook(table, labels)))
        _add(archive, "README.txt", day, _text(read_me(table, labels, day, _how_written(spoken(labels)))))
    return made.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula.  Numbers do not come here: every missing code begins with -."""
    return HARMLESS + text if text.startswith(DANGEROUS) else text


def _csv(lines: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR, lineterminator="\r\n")
    for line in lines:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in line])
    return text.getvalue()


def _text(lines: Iterable[Line]) -> str:
    return "".join(": ".join(filter(None, line)) + "\r\n" for line in lines)


def _how_written(language: str) -> Iterator[Line]:
    _ = gettext_for(language)
    yield "data.csv", _("the answers as codes, a row for each case and a column for each variable")
    yield "codebook.csv", _("what every column and every code means, in all languages of the forms")
    yield _("Format"), _("UTF-8 with byte order mark, columns separated by a semicolon, lines end in CR LF.")
    yield _("Dates"), _("YYYY-MM-DD, or YYYY-MM or YYYY where the day or the month is missing.")
    yield (
        "Excel",
        _(
            "Excel takes texts such as 2025-02 for dates when a CSV file is opened by double-click. Import it with all columns as text, or take the Excel file."
        ),
    )
    yield (
        _("Texts"),
        _(
            "A text that begins with = + - @ ' or a line end has an apostrophe before it, so that no program takes it for a formula. Take one apostrophe away from each text that begins with one, and all texts are as they were."
        ),
    )


def _add(archive: zipfile.ZipFile, name: str, day: date, text: str) -> None:
    """One file, dated with the export's day: nothing in it depends on the hour or the machine."""
    entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
    archive.writestr(entry, text.encode("utf-8-sig"))
