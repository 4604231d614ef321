"""Which kind of scan a file is, by its first bytes and not by its name."""

from __future__ import annotations

from typing import Literal

Kind = Literal["pdf", "tiff", "picture"]
HEAD_BYTES = 1024
"""A PDF may begin this late."""
_ZIP = b"PK"
"""An archive may hold a PDF within its first bytes."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_TIFF = (b"II*\0", b"MM\0*")
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif", b"mif1", b"msf1", b"avif", b"avis")
"""The brands, after `ftyp`, of pictures as telephones make them (ISO/IEC 23008-12)."""


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head`; None where it is no scan."""
    if b"%PDF-" in head[:HEAD_BYTES] and not head.startswith(_ZIP):
        return "pdf"
    if head.startswith(_TIFF):
        return "tiff"
    return "picture" if head.startswith(_PICTURES) or is_heif(head) else None


def is_heif(head: bytes) -> bool:
    """Whether it is a HEIC or AVIF picture."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF
