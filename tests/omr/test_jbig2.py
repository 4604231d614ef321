"""Which JBIG2 pages can be trusted: those of generic regions alone."""

from __future__ import annotations

import pytest

from omr.files.jbig2 import is_plain

PAGE, REGION, END = 48, 38, 49


def segment(kind: int, data: bytes = b"data", *, number: int = 1, refers: int = 0, wide_page: bool = False) -> bytes:
    """ITU-T T.88, 7.2.  `refers`: how many segments it names."""
    flags = bytes([kind | (0x40 if wide_page else 0)])
    long = (0xE0000000 | refers).to_bytes(4, "big") + bytes((refers + 8) // 8)
    count = bytes([refers << 5]) if refers <= 4 else long
    names = bytes(refers * (1 if number <= 256 else 2 if number <= 65536 else 4))
    page = bytes(4 if wide_page else 1)
    return number.to_bytes(4, "big") + flags + count + names + page + len(data).to_bytes(4, "big") + data


PLAIN = segment(PAGE) + segment(REGION) + segment(END, b"")


def test_a_page_of_generic_regions_is_plain() -> None:
    assert is_plain(PLAIN)
    assert is_plain(segment(PAGE, wide_page=True) + segment(39, number=300) + segment(50) + segment(62), b"")


@pytest.mark.parametrize("kind", [0, 4, 6, 7, 16, 20, 22, 23, 36, 40, 42, 43, 52, 53])
def test_patterns_symbols_and_refinements_are_not(kind: int) -> None:
    """Also behind segments with long headers, and where they are shared by all pages."""
    behind = segment(REGION, number=70_000, refers=3) + segment(REGION, number=300, refers=9)
    assert not is_plain(PLAIN + segment(kind))
    assert not is_plain(segment(PAGE) + behind + segment(kind) + segment(END, b""))
    assert not is_plain(PLAIN, segment(kind))
    assert is_plain(segment(PAGE) + behind + segment(END, b""))


@pytest.mark.parametrize(
    "stream", [b"", PLAIN[:-1], PLAIN + b"\0", segment(PAGE)[:-6] + b"\xff\xff\xff\xffdata", bytes(4) + b"\x26\xa0"]
)
def test_what_cannot_be_followed_to_its_end_is_not_trusted(stream: bytes) -> None:
    assert not is_plain(stream)
