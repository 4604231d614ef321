"""What a scan file says about one of its pages without decoding it: colour, resolution, layers, compression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from omr.image import PageImage
from omr.pages import ScanFile
from omr.quality import jpeg_quality

Colour = Literal["colour", "grey", "one_bit"]
POINTS_PER_INCH = 72
_DEEPEST = 4
"""Levels of drawings within drawings that are followed."""
_ONE_BIT_FILTERS = {"/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}


@dataclass(frozen=True)
class Source:
    """How a page is stored.  `dpi` is what the file states; None where it states nothing."""

    colour: Colour
    dpi: float | None
    width: int
    height: int
    images: int
    """Pictures that make up the page: 0 where it was drawn and never scanned, above 1 in a layered PDF."""
    jpeg_quality: int | None = None
    jbig2: bool = False


def scan_source(scan: ScanFile, image: PageImage) -> Source:
    """The source of one page, `image` being what was read of it."""
    source = _of_pdf_or_unknown(scan, image) if scan.kind in ("pdf", "pdf_drawn") else _of_picture(scan, image)
    if image.one_bit and source.images == 1:  # black and white, whatever it is stored as
        return Source("one_bit", source.dpi, source.width, source.height, 1, source.jpeg_quality, source.jbig2)
    return source


def _of_picture(scan: ScanFile, image: PageImage) -> Source:
    try:
        with Image.open(scan.path) as picture:
            picture.seek(image.index)
            mode = picture.mode
    except (OSError, EOFError):  # a kind that only its own decoder opens, such as a telephone's
        mode = "RGB"
    colour: Colour = "one_bit" if mode == "1" else "grey" if mode.startswith(("L", "I", "F")) else "colour"
    height, width = image.grey.shape
    head = scan.path.read_bytes() if scan.kind == "picture" else b""
    quality = jpeg_quality(head) if head.startswith(b"\xff\xd8") else None
    return Source(colour, image.dpi, width, height, 1, quality)


def _of_pdf_or_unknown(scan: ScanFile, image: PageImage) -> Source:
    try:
        return _of_pdf(scan, image)
    except Exception:  # pypdf raises whatever the bytes lead to, and the page itself was opened
        return Source("grey", image.dpi, image.grey.shape[1], image.grey.shape[0], 1)


def _of_pdf(scan: ScanFile, image: PageImage) -> Source:
    """The largest picture of the page speaks for it; its resolution follows from the size of the page."""
    page = PdfReader(scan.path, strict=False).pages[image.index]
    pictures = list(_pictures(page.get("/Resources"), 0))
    if not pictures:
        return Source("grey", None, image.grey.shape[1], image.grey.shape[0], 0)
    largest = max(pictures, key=lambda picture: _number(picture, "/Width") * _number(picture, "/Height"))
    filters = _names(largest.get("/Filter"))
    width, height = int(_number(largest, "/Width")), int(_number(largest, "/Height"))
    unit = float(page.get("/UserUnit", 1))
    long_side = max(float(page.cropbox.width), float(page.cropbox.height)) * unit / POINTS_PER_INCH
    return Source(
        colour=_colour(largest, filters),
        dpi=max(width, height) / long_side if long_side else None,
        width=width,
        height=height,
        images=len(pictures),
        jpeg_quality=jpeg_quality(largest.get_data()) if filters[-1:] == ["/DCTDecode"] else None,
        jbig2=any("/JBIG2Decode" in _names(picture.get("/Filter")) for picture in pictures),
    )


def _pictures(resources: Any, depth: int) -> Iterator[StreamObject]:
    """The pictures among a page's resources and those of the drawings in it."""
    resources = _resolved(resources)
    objects = _resolved(resources.get("/XObject")) if isinstance(resources, DictionaryObject) else None
    if not isinstance(objects, DictionaryObject) or depth > _DEEPEST:
        return
    for name in objects:
        member = _resolved(objects.raw_get(name))
        if not isinstance(member, StreamObject):
            continue
        if member.get("/Subtype") == "/Image":
            yield member
        elif member.get("/Subtype") == "/Form":
            yield from _pictures(member.get("/Resources"), depth + 1)


def _colour(picture: StreamObject, filters: list[str]) -> Colour:
    if _number(picture, "/BitsPerComponent") == 1 or picture.get("/ImageMask") or _ONE_BIT_FILTERS & set(filters):
        return "one_bit"
    space = _resolved(picture.get("/ColorSpace"))
    name = str(space[0] if isinstance(space, list) and space else space)
    if name == "/ICCBased" and isinstance(space, list):
        return "grey" if _number(_resolved(space[1]), "/N") == 1 else "colour"
    return "grey" if name in ("/DeviceGray", "/CalGray", "/G") else "colour"


def _number(of: Any, name: str) -> float:
    value = _resolved(of.get(name))
    return float(value) if isinstance(value, (int, float)) else 0.0


def _names(value: Any) -> list[str]:
    value = _resolved(value)
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
