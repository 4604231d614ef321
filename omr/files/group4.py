"""Decode CCITT Group 4 (ITU-T T.6), and notice damage: decoders fill up what they could not read, without a word.

A row of our own is coded behind the last one of the scan.  A row is coded by what changed since the row above, so it
comes out as it went in, and in its place, only where every code before it was understood.
"""

from __future__ import annotations

import io
import struct

import numpy as np

from omr.errors import DamagedPage
from omr.files.pixels import FAULTS, Grey, opened

_END = 0x001001
"""End of facsimile block: two end-of-line codes, 24 bits, which no row's codes can contain.  Anything may follow it."""
_PAIR, _WHITE_0, _WHITE_64, _BLACK_0, _BLACK_1, _BLACK_4 = "001", "00110101", "11011", "0000110111", "010", "011"
"""Codes of T.4 and T.6: a white and a black run follow; runs of 0, 64, 0, 1 and 4 pixels."""
MIN_WIDTH = 128
"""Pixels that the row of our own needs at least."""
_SPARE_ROWS = 64
"""Rows by which the stated height may differ from the coded one: some programs state it before they scan."""


def decode_group4(data: bytes, width: int, height: int) -> Grey:
    """One block as 8-bit grey, shape (height, width): runs of "black" are 0, of "white" 255.  Raises DamagedPage.

    `width` is at least MIN_WIDTH.
    """
    ends = _block_end(data)
    if not ends:  # a block without an end: its last row ends anywhere in the last byte
        ends = [len(data) * 8 - bits for bits in range(8)]
    for end in ends:
        rows = _rows(_with_sentinel(data, end, width), width, height + _SPARE_ROWS)
        at = _sentinel_row(rows, max(0, height - _SPARE_ROWS), width)
        if at is not None:
            rows[at:] = 255
            return rows[:height]
    raise DamagedPage()


def _block_end(data: bytes) -> list[int]:
    """The bit at which the end of the block begins, if there is one."""
    octets = np.frombuffer(data + b"\0", np.uint8).astype(np.uint32)
    windows = octets[:-3] << 24 | octets[1:-2] << 16 | octets[2:-1] << 8 | octets[3:]
    at = [
        int(found[0]) * 8 + shift
        for shift in range(8)
        if len(found := np.flatnonzero((windows >> np.uint32(8 - shift) & 0xFFFFFF) == _END))
    ]
    return [min(at)] if at else []


def _sentinel(width: int) -> str:
    """The bits of a row that begins with 64 to 127 black pixels; the rest is white."""
    black = 64 + width % 64
    fours, ones = divmod(black, 4)
    runs = fours * (_PAIR + _WHITE_0 + _BLACK_4) + ones * (_PAIR + _WHITE_0 + _BLACK_1)
    return runs + _PAIR + (width - black) // 64 * _WHITE_64 + _WHITE_0 + _BLACK_0


def _with_sentinel(data: bytes, end: int, width: int) -> bytes:
    """The block up to bit `end`, the sentinel row and the end of the block."""
    whole, rest = divmod(end, 8)
    head = f"{data[whole]:08b}"[:rest] if rest else ""
    bits = head + _sentinel(width) + f"{_END:024b}"
    bits += "0" * (-len(bits) % 8)
    return data[:whole] + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _sentinel_row(rows: Grey, first: int, width: int) -> int | None:
    """The row, from `first` on, that is the sentinel."""
    black = 64 + width % 64
    return next((at for at in range(first, len(rows)) if not rows[at, :black].any() and rows[at, black:].all()), None)


def _rows(data: bytes, width: int, height: int) -> Grey:
    """What libtiff makes of the block, as the only strip of a TIFF in memory."""
    entries = ((256, width), (257, height), (258, 1), (259, 4), (262, 0), (266, 1), (273, 8), (277, 1), (278, height),
               (279, len(data)))  # fmt: skip
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    data += bytes(len(data) % 2)
    content = (
        b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(entries)) + directory + bytes(4)
    )
    try:
        with opened(io.BytesIO(content)) as image:
            return np.frombuffer(bytearray(image.tobytes("raw", "L")), np.uint8).reshape(height, width)
    except FAULTS as fault:
        raise DamagedPage() from fault
