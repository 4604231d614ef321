"""The files a scanner writes: PDF with one image a page, multi-page TIFF, or single JPEGs.  Same pages, same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from simulation.pen import Page

FileFormat = Literal["pdf", "tiff", "jpeg"]
ENDINGS: dict[FileFormat, str] = {"pdf": "pdf", "tiff": "tif", "jpeg": "jpg"}
POINTS_PER_INCH = 72
STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_LENGTHS = 273, 278, 279
"""TIFF tags."""


@dataclass(frozen=True)
class EncodedPage:
    """One scanned page in a file of its own: JPEG, or a TIFF with one strip.

    The TIFF is Group 4 if one bit, else LZW: deflate took nine times as long for 2 % less.
    """

    kind: Literal["jpeg", "tiff"]
    one_bit: bool
    width: int
    height: int
    dpi: int
    path: Path


def encode(page: Page, path: Path, *, dpi: int, one_bit: bool, file_format: FileFormat, quality: int) -> EncodedPage:
    """Write one scanned page (height x width) to `path`, in the coding that `file_format` will hold."""
    height, width = page.shape
    image = Image.fromarray(page)
    if file_format == "jpeg" or (file_format == "pdf" and not one_bit):
        image.save(path, "JPEG", quality=quality, dpi=(dpi, dpi))
        return EncodedPage("jpeg", one_bit, width, height, dpi, path)
    bilevel = image.convert("1", dither=Image.Dither.NONE) if one_bit else image
    compression = "group4" if one_bit else "tiff_lzw"
    bilevel.save(path, "TIFF", compression=compression, dpi=(dpi, dpi), tiffinfo={ROWS_PER_STRIP: height})
    return EncodedPage("tiff", one_bit, width, height, dpi, path)


def write_file(pages: Iterable[EncodedPage], path: Path, file_format: FileFormat) -> None:
    """Bind encoded pages into one file, reading one at a time.  A JPEG file takes the first page only."""
    if file_format == "pdf":
        _write_pdf(list(pages), path)
    elif file_format == "tiff":
        with AppendingTiffWriter(path, new=True) as writer:
            for page in pages:
                writer.write(page.path.read_bytes())
                writer.newFrame()
    else:
        path.write_bytes(next(iter(pages)).path.read_bytes())


def _write_pdf(pages: list[EncodedPage], path: Path) -> None:
    """Objects: 1 catalogue, 2 page tree, then page, content and image of each page.  No dates, no ids."""
    offsets: list[int] = []
    with path.open("wb") as file:

        def add(entries: str, stream: bytes | None = None) -> None:
            offsets.append(file.tell())
            length = "" if stream is None else f"/Length {len(stream)}"
            file.write(f"{len(offsets)} 0 obj\n<<{entries}{length}>>\n".encode())
            if stream is not None:
                file.write(b"stream\n" + stream + b"\nendstream\n")
            file.write(b"endobj\n")

        file.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        add("/Type/Catalog/Pages 2 0 R")
        kids = " ".join(f"{3 + 3 * number} 0 R" for number in range(len(pages)))
        add(f"/Type/Pages/Count {len(pages)}/Kids[{kids}]")
        for number, page in enumerate(pages):
            first = 3 + 3 * number
            wide, high = (round(size / page.dpi * POINTS_PER_INCH, 3) for size in (page.width, page.height))
            resources = f"/Resources<</XObject<</I {first + 2} 0 R>>>>"
            add(f"/Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Contents {first + 1} 0 R{resources}")
            add("", f"q {wide} 0 0 {high} 0 0 cm /I Do Q".encode())
            coding, data = _pdf_image(page)
            size = f"/Width {page.width}/Height {page.height}"
            add(f"/Type/XObject/Subtype/Image{size}/ColorSpace/DeviceGray{coding}", data)
        start = file.tell()
        rows = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
        file.write(f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n{rows}".encode())
        file.write(f"trailer\n<</Size {len(offsets) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode())


def _pdf_image(page: EncodedPage) -> tuple[str, bytes]:
    """The image's dictionary entries for its coding, and its data."""
    data = page.path.read_bytes()
    if page.kind == "jpeg":
        return "/BitsPerComponent 8/Filter/DCTDecode", data
    with Image.open(io.BytesIO(data)) as image:
        tags = image.getexif()
        offset, length = tags[STRIP_OFFSETS], tags[STRIP_LENGTHS]
    start, size = (value[0] if isinstance(value, tuple) else value for value in (offset, length))
    parameters = f"/DecodeParms<</K -1/Columns {page.width}/Rows {page.height}/BlackIs1 true>>"
    return f"/BitsPerComponent 1/Filter/CCITTFaxDecode{parameters}", data[start : start + size]
