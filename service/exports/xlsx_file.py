"""The table as an Excel workbook: codes, labels, codebook, read me."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from service.exports.codebook import codebook
from service.exports.columns import Cell, header, labelled_header, labelled_rows, rows, spoken
from service.exports.read_me import LONG_TABLE, Line, is_long, read_me
from service.exports.tables import Table
from service.web.words import gettext_for

CELL_CHARACTERS = 32_767
"""What a cell holds, in UTF-16 units: Excel's limit."""
CUT = " […]"
"""Ends a text that was longer."""
AS_THEY_ARE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
"""Texts stay texts; and no answer lies in a temporary file."""
NARROWEST, WIDEST, LABELS, WORDING = 6, 60, 24, 40
"""Widths of columns, in digits."""


def xlsx_file(table: Table, labels: str, day: date) -> bytes:
    """A workbook; the same bytes for the same table and day."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, AS_THEY_ARE) as book:
        book.set_properties({"created": datetime(day.year, day.month, day.day)})
        bold, folded = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        writer = _Sheets(book, bold)
        names = header(table)
        writer.add("codes", names, rows(table), 2, [len(name) + 2 for name in names])
        names = labelled_header(table)
        writer.add("labels", names, labelled_rows(table, labels), 2, [max(LABELS, len(name) + 2) for name in names])
        facts, *lines = codebook(table, labels)
        widths = [WORDING if str(name).startswith(("text_", "label")) else len(str(name)) + 4 for name in facts]
        writer.add("codebook", facts, lines, 2, widths)
        words = read_me(table, labels, day, _how_written(table, spoken(labels), writer.cut))
        _add_read_me(book, words, bold, folded)
    return made.getvalue()


class _Sheets:
    """Writes tables into sheets of their own and counts the texts that a cell could not hold."""

    def __init__(self, book: Any, bold: Any) -> None:
        self.book, self.bold, self.cut = book, bold, 0

    def add(self, name: str, names: Sequence[Cell], lines: Iterable[list[Cell]], fixed: int, widths: list[int]) -> None:
        """A sheet with a header that stays, like the first `fixed` columns."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, fixed)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(WIDEST, max(NARROWEST, width)))
        for column, text in enumerate(names):
            sheet.write_string(0, column, str(text), self.bold)
        row = 0
        for row, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell)
                elif cell:
                    sheet.write_string(row, column, self._fitting(cell))
        sheet.autofilter(0, 0, row, len(names) - 1)

    def _fitting(self, text: str) -> str:
        units = text.encode("utf-16-le")
        if len(units) <= 2 * CELL_CHARACTERS:
            return text
        self.cut += 1
        return units[: 2 * (CELL_CHARACTERS - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def _add_read_me(book: Any, lines: Iterable[Line], bold: Any, folded: Any) -> None:
    sheet = book.add_worksheet("read me")
    sheet.set_column(0, 0, WORDING, folded)
    sheet.set_column(1, 1, 2 * WORDING, folded)
    for row, (label, text) in enumerate(lines):
        sheet.write_string(row, 0, label, folded if text else bold)
        if text:
            sheet.write_string(row, 1, text, folded)


def _how_written(table: Table, language: str, cut: int) -> Iterator[Line]:
    _ = gettext_for(language)
    yield "codes", _("the answers as codes, a row for each case and a column for each variable")
    yield "labels", _("the same with words in place of codes, to look at")
    yield "codebook", _("what every column and every code means, in all languages of the forms")
    yield _("Dates"), _("YYYY-MM-DD, or YYYY-MM or YYYY where the day or the month is missing.")
    if cut:
        yield (
            _("Shortened"),
            _("{n} texts were longer than an Excel cell and end in […]; the CSV file has them whole").format(n=cut),
        )
    if is_long(table):
        yield (
            _("Many rows"),
            _("The table has more than {n} rows: the CSV file is faster to open.").format(n=LONG_TABLE),
        )
