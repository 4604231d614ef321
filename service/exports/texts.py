"""Texts as they stand in a file."""

from __future__ import annotations

import unicodedata

_NOWHERE = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_LEFT_OUT = dict.fromkeys(_NOWHERE)
"""Control characters and code points that no table can hold."""


def tidy(text: str) -> str:
    """Unicode NFC, lines that end in LF, without what no table can hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return unicodedata.normalize("NFC", lines.translate(_LEFT_OUT))
