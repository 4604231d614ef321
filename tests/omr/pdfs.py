"""PDFs byte by byte, as scanners and the programs behind them write them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from pypdf import PdfReader

from omr.files.jpeg import decode_jpeg
from omr.files.opened_page import OpenedPage
from omr.files.pixels import Grey
from omr.image import Jpeg

A4_PT = (595.2, 841.92)
WHOLE = "q 595.2 0 0 841.92 0 0 cm /Im0 Do Q"
"""Paint the picture Im0 over the whole of an A4 page."""


@dataclass(frozen=True)
class Stream:
    """A stream object: what stands in its dictionary, and its bytes."""

    entries: str
    data: bytes


@dataclass(frozen=True)
class Sheet:
    """A page.  Objects are named by what stands before "R" in `resources` and `entries`: `{0} 0 R` is the first."""

    content: str | bytes = WHOLE
    objects: Sequence[Stream | str] = ()
    resources: str = "/XObject<</Im0 {0} 0 R>>"
    entries: str = "/MediaBox[0 0 595.2 841.92]"
    content_entries: str = field(default="", kw_only=True)


def write_pdf(path: Path, *sheets: Sheet, catalogue: str = "") -> Path:
    """A PDF 1.5 of these pages; each object and each page is written at once."""
    offsets: dict[int, int] = {}
    firsts, number = [], 3
    for sheet in sheets:
        firsts.append(number)
        number += 2 + len(sheet.objects)
    with path.open("wb") as out:

        def put(at: int, one: Stream | str) -> None:
            offsets[at] = out.tell()
            body = one.encode() if isinstance(one, str) else (
                f"<<{one.entries}/Length {len(one.data)}>>\nstream\n".encode() + one.data + b"\nendstream"
            )  # fmt: skip
            out.write(f"{at} 0 obj\n".encode() + body + b"\nendobj\n")

        out.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        put(1, f"<</Type/Catalog/Pages 2 0 R{catalogue}>>")
        put(2, f"<</Type/Pages/Count {len(sheets)}/Kids[{' '.join(f'{first} 0 R' for first in firsts)}]>>")
        for first, sheet in zip(firsts, sheets, strict=True):
            numbers = [first + 2 + at for at in range(len(sheet.objects))]
            resources, entries = (_numbered(text, numbers) for text in (sheet.resources, sheet.entries))
            put(first, f"<</Type/Page/Parent 2 0 R/Resources<<{resources}>>/Contents {first + 1} 0 R{entries}>>")
            content = sheet.content if isinstance(sheet.content, bytes) else sheet.content.encode()
            put(first + 1, Stream(sheet.content_entries, content))
            for at, one in zip(numbers, sheet.objects, strict=True):
                put(
                    at,
                    _numbered(one, numbers)
                    if isinstance(one, str)
                    else Stream(_numbered(one.entries, numbers), one.data),
                )
        start = out.tell()
        out.write(f"xref\n0 {number}\n0000000000 65535 f \n".encode())
        out.write(b"".join(f"{offsets[at]:010} 00000 n \n".encode() for at in range(1, number)))
        out.write(f"trailer\n<</Size {number}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode())
    return path


def _numbered(text: str, numbers: Sequence[int]) -> str:
    for at, number in enumerate(numbers):
        text = text.replace(f"{{{at}}}", str(number))
    return text


def image(grey: Grey, entries: str, data: bytes, *, bits: int = 8, space: str = "/DeviceGray") -> Stream:
    height, width = grey.shape[:2]
    return Stream(
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent {bits}/ColorSpace {space}{entries}",
        data,
    )


def jpeg(pixels: Grey, entries: str = "", **options: object) -> Stream:
    """A JPEG of grey pixels, or of colour ones of shape (height, width, 3)."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=90, **options)
    space = "/DeviceGray" if pixels.ndim == 2 else "/DeviceRGB"
    return image(pixels, "/Filter/DCTDecode" + entries, stream.getvalue(), space=space)


def flate(pixels: Grey, entries: str = "", *, bits: int = 8, space: str = "/DeviceGray") -> Stream:
    """Rows as they are, packed."""
    return image(pixels, "/Filter/FlateDecode" + entries, zlib.compress(packed(pixels, bits)), bits=bits, space=space)


def packed(pixels: Grey, bits: int) -> bytes:
    """Rows of levels from 0 to 2**bits - 1, each row filled up to whole bytes."""
    if bits == 8:
        return pixels.tobytes()
    spread = np.unpackbits(pixels[..., None], axis=-1)[..., -bits:].reshape(len(pixels), -1)
    return np.packbits(spread, axis=1).tobytes()


def group4_data(ink: Grey) -> bytes:
    """CCITT Group 4 of a page; below 128 is a black run."""
    stream = io.BytesIO()
    Image.fromarray(ink >= 128).save(stream, "PDF", resolution=300)
    (found,) = PdfReader(stream).pages[0]["/Resources"]["/XObject"].values()  # type: ignore[index]  # as Pillow writes it
    return bytes(found.get_object()._data)


def group4(ink: Grey, parameters: str = "", entries: str = "", *, space: str = "/DeviceGray") -> Stream:
    """Pillow's own stream takes white for black: with `/BlackIs1 true` the page looks like `ink`."""
    width = ink.shape[1]
    coding = f"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns {width}/Rows {len(ink)}{parameters}>>"
    return image(ink, coding + entries, group4_data(ink), bits=1, space=space)


def jbig2(ink: Grey, *before: bytes, shared: str = "") -> Stream:
    """A page as one generic region, coded like a fax, behind other segments of its own or `shared` ones."""
    height, width = ink.shape
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    page = segment(0, 48, size + bytes(8) + bytes(3))
    region = segment(9, 38, size + bytes(8) + b"\0" + b"\1" + group4_data(255 - ink))
    data = page + b"".join(before) + region + segment(10, 49, b"")
    parameters = f"/DecodeParms<</JBIG2Globals {shared}>>" if shared else ""
    return image(ink, f"/Filter/JBIG2Decode{parameters}", data, bits=1)


def segment(number: int, kind: int, data: bytes) -> bytes:
    """ITU-T T.88, 7.2, for the first page."""
    return number.to_bytes(4, "big") + bytes([kind, 0, 1]) + len(data).to_bytes(4, "big") + data


SYMBOLS = segment(1, 0, b"\0\0" + bytes([3, 255, 253, 255, 2, 254, 254, 254]) + bytes(8) + bytes(4))
"""A dictionary of no symbols: the least that tells that shapes may be repeated."""


def patterned(path: Path) -> Path:
    """A PDF of one page that may have been put together from patterns."""
    ink = np.full((1100, 800), 255, np.uint8)
    ink[100:1000:50, 100:700] = 0
    return write_pdf(path, Sheet(objects=[jbig2(ink, SYMBOLS)]))


def small_scan(*, colour: bool = False) -> Grey:
    """A page at 150 dpi that looks different from every side: 500 x 708 px."""
    rng = np.random.default_rng(11)
    page = np.full((708, 500), 250, np.uint8)
    for line in range(12):
        cv2.putText(page, f"{line}: what is your age?", (30, 60 + 55 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 40, 2)
    cv2.rectangle(page, (380, 20), (480, 180), 90, -1)
    page = np.clip(page + rng.normal(0, 2, page.shape), 0, 255).astype(np.uint8)
    return np.dstack([page, page, np.minimum(page, 180)]) if colour else page


def pixels(page: OpenedPage) -> Grey:
    return decode_jpeg(page.source.data) if isinstance(page.source, Jpeg) else page.source


def far(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """How different two pages look on the whole, in levels: of different size, and a pixel apart."""
    small = [cv2.resize(page, (125, 177), interpolation=cv2.INTER_AREA).astype(float) for page in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())
