"""A JPEG that is not whole is not read: its decoder paints what is missing grey."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from omr.errors import DamagedPage
from omr.files.jpeg import decode_jpeg
from omr.files.pixels import Grey


def page(width: int = 1001, height: int = 1403) -> Grey:
    rng = np.random.default_rng(3)
    grey = np.full((height, width), 245.0) + rng.normal(0, 3, (height, width))
    grey[200:900:40, 100:900] = 30
    return np.clip(grey, 0, 255).astype(np.uint8)


def coded(**options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(page()).save(stream, "JPEG", quality=85, **options)
    return stream.getvalue()


@pytest.mark.parametrize("shrink", [1, 2, 4, 8])
def test_a_jpeg_is_decoded_at_the_scale_that_is_asked_for(shrink: int) -> None:
    grey = decode_jpeg(coded(), shrink)
    assert grey.shape == (-(-1403 // shrink), -(-1001 // shrink))
    assert grey.mean() == pytest.approx(page().mean(), abs=2)


WHOLE = coded()
HALF = len(WHOLE) // 2
DAMAGED = {
    "cut": WHOLE[:HALF],
    "cut by three bytes": WHOLE[:-3],
    "cut and ended": WHOLE[:HALF] + b"\xff\xd9",
    "cut and filled up": WHOLE[:HALF] + bytes(len(WHOLE) - HALF),
    "a gap of zeros": WHOLE[:HALF] + bytes(4096) + WHOLE[HALF + 4096 :],
    "surplus of another kind": WHOLE[:-2] + b"surplus" + b"\xff\xd9",
    "a gap of zeros, in intervals": (lambda c: c[:HALF] + bytes(4096) + c[HALF + 4096 :])(coded(restart_marker_rows=1)),
    "half of its passes": (lambda c: c[: len(c) // 2] + b"\xff\xd9")(coded(progressive=True)),
    "nothing": b"",
    "a beginning": WHOLE[:100],
}


@pytest.mark.parametrize("shrink", [1, 2, 4, 8])
@pytest.mark.parametrize("fault", DAMAGED)
def test_a_jpeg_of_which_something_is_missing_is_damaged(fault: str, shrink: int) -> None:
    """Grey where answers stood would be called no answer; at the small scale too, at which it is read."""
    with pytest.raises(DamagedPage):
        decode_jpeg(DAMAGED[fault], shrink)


HARMLESS = {
    "no end": WHOLE[:-2],
    "filled up before its end": WHOLE[:-2] + bytes(30) + b"\xff\xd9",
    "something behind its end": WHOLE + b"a film of the moment before" + bytes(500),
    "an odd number in its header": WHOLE.replace(b"\x00\x3f\x00", b"\x00\x00\x00", 1),
    "in passes": coded(progressive=True),
    "in intervals": coded(restart_marker_rows=1),
}


@pytest.mark.parametrize("oddity", HARMLESS)
def test_what_costs_no_pixel_is_no_damage(oddity: str) -> None:
    """Some copiers write every page so: refusing them would refuse the office."""
    assert np.array_equal(decode_jpeg(HARMLESS[oddity]), simplejpeg.decode_jpeg(WHOLE, "GRAY")[:, :, 0])
