"""Decode a JPEG at the scale that is asked for, and notice what is missing of it.

libjpeg paints what is missing grey and goes on with a warning; a page half of which is grey must not be read.
"""

from __future__ import annotations

import numpy as np
import simplejpeg

from omr.errors import DamagedPage
from omr.files.pixels import Grey

_NO_END = "Premature end of JPEG file"
_SURPLUS = " extraneous bytes before marker 0xd9"
_HARMLESS = ("Invalid SOS parameters", "Unknown Adobe color transform", "Inconsistent progression sequence")
"""Warnings of libjpeg (jerror.h) that say nothing about missing pixels; some cameras and copiers always cause them."""
_END = b"\xff\xd9"
_PADDING = b"\0\xff"


def decode_jpeg(data: bytes, shrink: int = 1) -> Grey:
    """A grey or colour JPEG as grey, shape (height, width) divided by `shrink` (1, 2, 4, 8) and rounded up.

    Raises DamagedPage, also where the decoder would have painted missing pixels grey.
    """
    try:
        return _decoded(data, shrink)
    except ValueError as fault:
        said = str(fault)
    harmless = said.startswith(_HARMLESS)
    mended = data if harmless else _mended(data, said)
    try:
        return _decoded(mended, shrink, strict=not harmless)
    except ValueError as fault:
        raise DamagedPage() from fault


def _decoded(data: bytes, shrink: int, *, strict: bool = True) -> Grey:
    height, width, _, _ = simplejpeg.decode_jpeg_header(data, strict=strict)
    least = {"min_height": -(-height // shrink), "min_width": -(-width // shrink)}
    grey = simplejpeg.decode_jpeg(data, "GRAY", min_factor=shrink, strict=strict, **least)
    return np.asarray(grey, np.uint8)[:, :, 0]


def _mended(data: bytes, fault: str) -> bytes:
    """The same picture without a fault that costs no pixel: no end marker, or padding before it.  Else as it is."""
    if fault.startswith(_NO_END) and data[-1:] not in (b"\0", b"\xff"):  # a copy that broke off may end in zeros
        return data + _END
    end = data.rfind(_END)
    if fault.endswith(_SURPLUS) and end > 0:
        return data[:end].rstrip(_PADDING) + _END
    return data
