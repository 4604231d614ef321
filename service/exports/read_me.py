"""The read me of an export: what it holds, what it leaves out, how good it is.  Only what was counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from service.exports.codebook import SOURCE_TEXTS
from service.exports.columns import spoken
from service.exports.tables import SOURCES, Table
from service.web.words import MISSING, N_, gettext_for, word

Line = tuple[str, str]
"""A label and its text; a heading has no text, an empty line neither."""
LONG_TABLE = 50_000
"""Rows from which an XLSX file is slow to make and to open: it is written with about 150,000 cells a second."""
DAYS = {"de": "%d.%m.%Y", "en": "%Y-%m-%d"}
VERDICTS = {
    "confirmed": N_("as the machine thought"),
    "corrected": N_("otherwise than the machine thought"),
    "typed": N_("typed from the scan"),
}
"""What a person decided: kinds of verdict."""
BESIDE = {
    "<name>_m": N_(
        "for dates, texts and words from a list, whose own column cannot hold a code: why there is no value"
    ),
    "<name>_marks": N_(
        "where the value is -4: the codes of all boxes with ink in them that was not taken back, sure or unsure"
    ),
    "<name>_q": N_("where the value comes from, in the words below"),
}


def read_me(table: Table, labels: str, day: date, how_written: Iterator[Line]) -> list[Line]:
    """All lines, in German beside German labels, else in English.  `how_written`: what to know of the format."""
    language = spoken(labels)
    _ = gettext_for(language)
    lines: list[Line] = [(_("Data of the questionnaire {name}").format(name=table.questionnaire), "")]
    for heading, part in (
        (None, _what_it_is(table, labels, day, _)),
        (_("The files"), how_written),
        (_("What is left out"), _left_out(table, _)),
        (_("Where the values come from"), _origin(table, language)),
        (_("Why there is no value"), _missing(language)),
        (_("Columns beside a variable"), ((name, _(text)) for name, text in BESIDE.items())),
        (_("Words in the columns that end in _q"), ((source, _(SOURCE_TEXTS[source])) for source in SOURCES)),
    ):
        lines += [("", ""), (heading, ""), *part] if heading else part
    return lines


def is_long(table: Table) -> bool:
    return len(table.cases) > LONG_TABLE


def _what_it_is(table: Table, labels: str, day: date, _: Callable[[str], str]) -> Iterator[Line]:
    yield (
        _("What this is"),
        _("Answers from scanned paper questionnaires, one row for each case, made with Crosscheck."),
    )
    yield _("Date"), day.strftime(DAYS[spoken(labels)])
    yield _("Cases"), str(len(table.cases))
    for version in table.versions:
        yield _("Cases of version {name}").format(name=version.name), str(table.counts[version.name].cases)
    incomplete = sum(case.pages_missing > 0 for case in table.cases)
    yield (
        _("Cases with pages missing"),
        _(
            "{n}. The questions on these pages have -6, or -12 while something of their batch is not read yet. A page that was not readable counts as missing."
        ).format(n=incomplete),
    )
    yield (
        _("Fields that wait for a person"),
        _("{n}. Their values are -12, never a guess.").format(n=table.together.waiting),
    )
    for version in table.versions:
        used = version.language_for(labels)
        if used is None:
            yield _("Labels of version {name}").format(name=version.name), _("It has no wording: ids stand for labels.")
        elif used != labels:
            yield (
                _("Labels of version {name}").format(name=version.name),
                _("They are in “{used}”; there are none in “{wanted}”.").format(wanted=labels, used=used),
            )


def _left_out(table: Table, _: Callable[[str], str]) -> Iterator[Line]:
    counts, unread = table.together, table.unread
    yield _("Submissions in test batches"), str(counts.test)
    yield (
        _("Submissions that may be a paper scanned twice"),
        _("{n}. They are left out until a person has said what they are.").format(n=counts.suspected),
    )
    yield (
        _("Submissions that are a paper scanned twice"),
        _("{n}. The same paper is in the data once.").format(n=counts.same_paper),
    )
    anybody = _("{n}, of any questionnaire: most do not say which they belong to.")
    yield _("Pages that were not readable"), anybody.format(n=unread.pages)
    yield _("Files that were not readable"), anybody.format(n=unread.files)
    yield _("Pages and files still worked on"), anybody.format(n=unread.unfinished)


def _origin(table: Table, language: str) -> Iterator[Line]:
    _ = gettext_for(language)
    yield (
        _("How it was done"),
        _(
            "The machine reads marks and whether a field is empty. Whatever it is not sure of, and all handwriting, is decided by a person who looks at the scan."
        ),
    )
    for kind, sources in table.values_by().items():
        found = ", ".join(f"{source} {sources[source]}" for source in SOURCES if sources[source])
        yield _("Values of kind: {kind}").format(kind=word("kind", kind, language)), found or "0"
    for verdict, text in VERDICTS.items():
        if table.verdicts.get(verdict):
            yield _("Fields decided by a person"), f"{_(text)}: {table.verdicts[verdict]}"


def _missing(language: str) -> Iterator[Line]:
    _ = gettext_for(language)
    for code in sorted(MISSING, key=int, reverse=True):
        yield code, word("missing", code, language)
    yield (
        _("Filters"),
        _("Whom a question is for stands in the codebook and was not applied: a question passed over rightly has -9."),
    )
