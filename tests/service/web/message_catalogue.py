"""Every text of the screens, taken from program and templates, and the German file beside it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[3]
SERVICE = ROOT / "service"
GERMAN = SERVICE / "web" / "locale" / "de" / "messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "_text": None, "NN_": (1, 2)}
JINJA = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def asked_for() -> Catalog:
    """The texts that stand in program and templates, in English."""
    found = Catalog()
    for path in sorted(SERVICE.rglob("*.py")):
        for _line, text, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
            found.add(text, context=context)
    for path in sorted((SERVICE / "web" / "templates").rglob("*.html")):
        for _line, text, _comments, context in extract_from_file("jinja2", path, keywords=KEYWORDS, options=JINJA):
            found.add(text, context=context)
    return found


def german() -> Catalog:
    """The German file as it is."""
    with GERMAN.open("rb") as file:
        return read_po(file, locale="de")


def renewed() -> Catalog:
    """The German file with every text that is asked for, translations kept, and without what nobody asks for."""
    catalog = german()
    catalog.update(asked_for(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The texts that have no German yet."""
    return [
        str(message.id)
        for message in catalog
        if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]


def written(catalog: Catalog) -> str:
    """The file's text: sorted, without places, dates or names of tools."""
    text = BytesIO()
    write_po(text, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return HEADER + text.getvalue().decode().strip() + "\n"
