"""What a JBIG2 stream consists of (ITU-T T.88, 7.2): whether it is a plain lossless picture, or put together from patterns.

Pattern matching stores a shape once and repeats it wherever something looks alike: a ticked box may come back empty.
"""

from __future__ import annotations

_PLAIN = frozenset({38, 39, 48, 49, 50, 51, 62})
"""Types of segments of a plain picture: immediate generic regions, page, end of page, stripe and file, comments."""
_SHORT_NUMBERS, _LONG_COUNT = 4, 7
_UNKNOWN_LENGTH = 0xFFFFFFFF


def is_plain(stream: bytes, shared: bytes = b"") -> bool:
    """Whether the stream, as embedded in a PDF, holds generic regions only and is whole.  `shared`: its JBIG2Globals."""
    try:
        types = _segment_types(shared) + _segment_types(stream)
    except (IndexError, ValueError):
        return False
    return bool(types) and set(types) <= _PLAIN


def _segment_types(stream: bytes) -> list[int]:
    """The types of the segments in order.  Raises IndexError or ValueError where the stream does not end with one."""
    types, at = [], 0
    while at < len(stream):
        number, flags = int.from_bytes(stream[at : at + 4], "big"), stream[at + 4]
        at += 5
        count = stream[at] >> 5
        if count == _LONG_COUNT:
            count = int.from_bytes(stream[at : at + 4], "big") & 0x1FFFFFFF
            at += 4 + (count + 8) // 8
        elif count <= _SHORT_NUMBERS:
            at += 1
        else:
            raise ValueError("a count that does not exist")
        at += count * (1 if number <= 256 else 2 if number <= 65536 else 4)
        at += 4 if flags & 0x40 else 1
        length = int.from_bytes(stream[at : at + 4], "big")
        if at + 4 > len(stream) or length == _UNKNOWN_LENGTH or at + 4 + length > len(stream):
            raise ValueError("a segment that does not end")
        types.append(flags & 0x3F)
        at += 4 + length
    return types
