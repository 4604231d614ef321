"""The codebook: what every column and code means, in the words of every version and language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from form_layouts.questionnaire import Question
from service.exports.columns import YES_NO, Cell, spoken
from service.exports.published import SPOKEN, PublishedVersion, part_text, with_part
from service.exports.tables import SOURCES, Table
from service.exports.texts import tidy
from service.exports.variables import Variable
from service.web.words import MISSING, N_, gettext_for

FACTS = (
    "entry",
    "variable",
    "version",
    "code",
    "label",
    "question",
    "part",
    "kind",
    "position",
    "number",
    "page",
    "only_if",
    "list",
    "range_from",
    "range_to",
    "at_most",
    "missing_in",
    "marks_in",
    "source_in",
)
"""Columns of the codebook before the wording, text_<language>."""
CASE_TEXTS = {
    "case": N_("One filled questionnaire. The id tells nothing about the person or the copy number, and is the same in every export of this installation."),
    "version": N_("Version of the questionnaire."),
    "edition": N_("Edition of the form: how often this version was printed anew in this language."),
    "language": N_("Language of the form that was filled in."),
    "batch": N_("Name of the batch it was handed in with."),
    "pages_missing": N_("Number of pages of the form that were not there; their questions have -6, or -12 while its batch is not read to the end."),
}  # fmt: skip
SOURCE_TEXTS = {
    "machine": N_("Read by the machine, which was sure."),
    "person": N_("Decided by a person who looked at the scan."),
    "waiting": N_("Waits for a person, or for pages that are not read yet: -12."),
    "page_missing": N_("The page is not there: -6."),
    "not_in_version": N_("Not asked in this version: -11."),
}
"""What stands in the columns that end in _q."""


@dataclass(frozen=True)
class Entry:
    """One line: what it is about, and the same text in several languages."""

    facts: Mapping[str, Cell]
    texts: Mapping[str, str] = field(default_factory=dict)


def languages_of(table: Table) -> list[str]:
    return sorted({*SPOKEN, *(language for version in table.versions for language in version.wordings)})


def codebook(table: Table, labels: str) -> Iterator[list[Cell]]:
    """The header, then the lines: columns of the case, what holds for all variables, then variable by variable."""
    languages = languages_of(table)
    yield [*FACTS, *(f"text_{language}" for language in languages)]
    for entry in (*_general(labels), *_entries(table, labels)):
        yield [*(entry.facts.get(name) for name in FACTS), *(entry.texts.get(language) for language in languages)]


def _general(labels: str) -> Iterator[Entry]:
    for name, text in CASE_TEXTS.items():
        yield _told("column", text, labels, variable=name)
    for code, text in MISSING.items():
        yield _told("missing", text, labels, code=int(code))
    for source in SOURCES:
        yield _told("source", SOURCE_TEXTS[source], labels, code=source)


def _entries(table: Table, labels: str) -> Iterator[Entry]:
    for variable in table.variables:
        for version in table.versions:
            question = variable.asked.get(version.name)
            if question is not None:
                yield _variable(variable, version, question, labels)
                yield from _codes(variable, version, question, labels)


def _variable(variable: Variable, version: PublishedVersion, question: Question, labels: str) -> Entry:
    first, last = question.range or (None, None)
    facts: dict[str, Cell] = {
        "entry": "variable",
        "variable": variable.name,
        "version": version.name,
        "label": version.name_of(question, variable.part, labels),
        "question": question.id,
        "part": variable.part,
        "kind": question.kind,
        "position": version.asked.questions.index(question) + 1,
        "number": version.numbers.get(question.id),
        "page": _pages(version, question),
        "only_if": _filter(version, question),
        "list": question.list,
        "range_from": first,
        "range_to": last,
        "at_most": question.at_most,
        "missing_in": variable.missing_name,
        "marks_in": variable.marks_name,
        "source_in": variable.source_name,
    }
    texts = {}
    for language in version.wordings:
        words = version.words(question, language)
        if words:
            texts[language] = with_part(words.text, part_text(question, variable.part, words))
    return Entry(facts, texts)


def _codes(variable: Variable, version: PublishedVersion, question: Question, labels: str) -> Iterator[Entry]:
    where: dict[str, Cell] = {"variable": variable.name, "version": version.name}
    if question.kind == "multiple":
        for code, text in YES_NO.items():
            yield _told("code", text, labels, code=code, **where)
    own = version.box_labels(question, labels)
    for box, code in question.boxes.items():
        if question.kind == "multiple" and code >= 0:
            continue  # these are the variables
        texts = {}
        for language in version.wordings:
            words = version.words(question, language)
            if words:
                texts[language] = tidy({**words.choices, **words.missing}.get(box, box))
        yield Entry({"entry": "code" if code >= 0 else "missing", **where, "code": code, "label": own[code]}, texts)


def _told(entry: str, text: str, labels: str, **facts: Cell) -> Entry:
    """A line in the export's own words."""
    texts = {language: gettext_for(language)(text) for language in SPOKEN}
    return Entry({"entry": entry, "label": texts[spoken(labels)], **facts}, texts)


def _filter(version: PublishedVersion, question: Question) -> str | None:
    """Whom the question is for: `housing = 90`, or for one of several choices `languages_90 = 1`."""
    parts = []
    for name, choice in question.only_if.items():
        owner = version.asked.question(name)
        code = owner.boxes[choice]
        parts.append(f"{name}_{code} = 1" if owner.kind == "multiple" and code >= 0 else f"{name} = {code}")
    return " & ".join(parts) or None


def _pages(version: PublishedVersion, question: Question) -> Cell:
    """Page of the form, from 1; by language where the languages differ."""
    found = {language: pages[question.id] for language, pages in version.pages.items() if question.id in pages}
    if len(set(found.values())) == 1:
        pages = next(iter(found.values()))
        return pages[0] if len(pages) == 1 else ", ".join(map(str, pages))
    return "; ".join(f"{language} {', '.join(map(str, pages))}" for language, pages in sorted(found.items())) or None
