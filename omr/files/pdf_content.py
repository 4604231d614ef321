"""What a scanned PDF never holds: scripts, actions that start programs, files within the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from omr.errors import ActiveContent

ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}
"""Kinds of action (PDF 32000-1, 12.6.4) that do more than turn pages."""
_DEEPEST = 40


def refuse_active_content(path: Path, name: str) -> None:
    """Look at every object of a PDF, one at a time.  Raises ActiveContent.  What cannot be parsed here is left to the renderer."""
    with path.open("rb") as stream:
        try:
            reader = PdfReader(stream, strict=False)
        except Exception:  # pypdf raises whatever the bytes lead to, and the renderer may still open the file
            return
        found = next((what for dictionary in _dictionaries(reader) if (what := _active(dictionary))), None)
    if found:
        raise ActiveContent(file=name, found=found)


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    for generation, objects in list(reader.xref.items()):  # copies: pypdf mends its tables on the way
        for number in list(objects):
            yield from _within(_resolved(reader, number, generation))
            reader.resolved_objects.clear()  # it would keep every picture of the file
    holder = None
    for number, (stream, _) in sorted(reader.xref_objStm.items(), key=lambda item: item[1]):
        if stream != holder:  # the objects of one stream are parsed together, and kept until the next
            reader.resolved_objects.clear()
            holder = stream
        yield from _within(_resolved(reader, number, 0))


def _resolved(reader: PdfReader, number: int, generation: int) -> Any:
    try:
        return reader.get_object(IndirectObject(number, generation, reader))
    except Exception:  # one damaged object, of whatever kind, must not hide an active one
        return None


def _within(value: Any, depth: int = 0) -> Iterator[DictionaryObject]:
    """A value's dictionaries, without following references: every object is looked at by itself."""
    if depth > _DEEPEST:
        return
    if isinstance(value, DictionaryObject):
        yield value
        for inner in dict.values(value):
            yield from _within(inner, depth + 1)
    elif isinstance(value, ArrayObject):
        for inner in list.__iter__(value):
            yield from _within(inner, depth + 1)


def _active(dictionary: DictionaryObject) -> str | None:
    keys = set(dict.keys(dictionary))
    if dict.get(dictionary, "/S") in ACTIONS:
        return str(dict.get(dictionary, "/S"))
    if keys & {"/JS", "/JavaScript"}:
        return "/JavaScript"
    if keys & {"/EmbeddedFiles", "/EF"}:
        return "/EmbeddedFiles"
    return None
