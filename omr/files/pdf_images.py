"""A picture inside a PDF -> pixels, without drawing the page: JPEG, Group 4, lossless grey and colour, JPEG 2000."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image
from pypdf.filters import ASCII85Decode, ASCIIHexDecode
from pypdf.generic import ByteStringObject, DictionaryObject, StreamObject, TextStringObject

from omr.errors import DamagedPage
from omr.files.group4 import MIN_WIDTH, decode_group4
from omr.files.jpeg import decode_jpeg
from omr.files.pixels import FAULTS, Grey, assert_not_too_large, eight_bit, opened
from omr.image import Jpeg

_GREY, _COLOUR = ("/DeviceGray", "/G", "/CalGray"), ("/DeviceRGB", "/RGB", "/CalRGB")
_DCT, _FLATE, _JPX = ("/DCTDecode", "/DCT"), ("/FlateDecode", "/Fl"), "/JPXDecode"
CCITT = ("/CCITTFaxDecode", "/CCF")
JBIG2 = "/JBIG2Decode"
_PNG_GREY, _PNG_COLOUR, _PNG_PALETTE = 0, 2, 3
_PNG_PREDICTORS = range(10, 16)
_BITS = (1, 2, 4, 8, 16)


class NotTaken(Exception):
    """A picture that is left to the drawing program: a kind, a colour space or a coding that is not known here."""


@dataclass(frozen=True)
class _Picture:
    stream: StreamObject
    width: int
    height: int
    bits: int
    channels: int
    palette: bytes | None
    """Red, green and blue of each index."""
    inverted: bool


def picture_pixels(stream: StreamObject) -> Grey | Jpeg:
    """The picture as it is stored: shape (height, width).

    Raises NotTaken, PageTooLarge, and DamagedPage where it is of a kind that is taken.
    """
    _assert_opaque(stream)
    names, parameters = _filters(stream)
    if not names:
        raise NotTaken("pixels that are not packed")
    width, height = _whole(stream, "/Width", "/W"), _whole(stream, "/Height", "/H")
    assert_not_too_large(width, height)
    data = _unwrapped(_raw(stream), names[:-1], parameters)
    last, parameter = names[-1], parameters[-1]
    if last == _JPX:
        return _jpeg2000(data, stream, (width, height))
    picture = _described(stream, width, height)
    if last in _DCT:
        return _jpeg(data, picture, parameter)
    if last in CCITT:
        return _group4(data, picture, parameter)
    if last in _FLATE:
        return _flate(data, picture, parameter)
    raise NotTaken(last)


def _assert_opaque(stream: StreamObject) -> None:
    for name in ("/ImageMask", "/IM", "/Mask", "/SMask", "/SMaskInData", "/Alternates", "/OC"):
        value = stream.get(name)
        if value is not None and value != False and value != 0:  # noqa: E712  # pypdf's own kind of False
            raise NotTaken(name)


def _described(stream: StreamObject, width: int, height: int) -> _Picture:
    bits = int(stream.get("/BitsPerComponent", stream.get("/BPC", 1)))
    channels, palette = _colours(stream.get("/ColorSpace", stream.get("/CS")))
    if bits not in _BITS:
        raise NotTaken("an odd number of bits")
    return _Picture(stream, width, height, bits, channels, palette, _is_inverted(stream, bits, channels, palette))


def _colours(space: Any) -> tuple[int, bytes | None]:
    """The number of channels, and the palette where the pixels are indices."""
    space = _resolved(space)
    if isinstance(space, str) and (space in _GREY or space in _COLOUR):
        return (1 if space in _GREY else 3), None
    if not isinstance(space, list) or not space:
        raise NotTaken("a colour space")
    name = _resolved(space[0])
    if name in _GREY or name in _COLOUR:
        return (1 if name in _GREY else 3), None
    if name == "/ICCBased":
        channels = int(_resolved(space[1]).get("/N", 0))
        if channels not in (1, 3):
            raise NotTaken("a colour space")
        return channels, None
    if name in ("/Indexed", "/I") and len(space) == 4:
        return 1, _palette(*space[1:])
    raise NotTaken("a colour space")


def _palette(base: Any, highest: Any, table: Any) -> bytes:
    channels, nested = _colours(base)
    table = _resolved(table)
    if isinstance(table, TextStringObject):
        levels = bytes(table.original_bytes)
    elif isinstance(table, ByteStringObject):
        levels = bytes(table)
    elif isinstance(table, StreamObject):
        levels = table.get_data()
    else:
        raise NotTaken("a palette")
    count = int(_resolved(highest)) + 1
    if nested is not None or not 0 < count <= 256 or len(levels) < count * channels:
        raise NotTaken("a palette")
    return b"".join(levels[at : at + 1] * 3 for at in range(count)) if channels == 1 else levels[: count * 3]


def _is_inverted(stream: StreamObject, bits: int, channels: int, palette: bytes | None) -> bool:
    decode = _resolved(stream.get("/Decode", stream.get("/D")))
    if decode is None:
        return False
    levels = [float(_resolved(level)) for level in decode]
    top = float((1 << bits) - 1 if palette is not None else 1)
    if levels[: 2 * channels] == [0.0, top] * channels:
        return False
    if palette is None and levels == [top, 0.0] * channels:
        return True
    raise NotTaken("levels of its own")


def _jpeg(data: bytes, picture: _Picture, parameter: DictionaryObject) -> Grey | Jpeg:
    """As it is, where nothing but decoding is to be done."""
    if picture.palette is not None or parameter.get("/ColorTransform", 1) != 1:
        raise NotTaken("colours of a JPEG")
    try:
        with opened(io.BytesIO(data)) as image:
            whole = image.size == (picture.width, picture.height) and image.format in ("JPEG", "MPO")
            fits = {1: "L", 3: "RGB"}[picture.channels] == image.mode
    except FAULTS as fault:
        raise DamagedPage() from fault
    if not whole or not fits:
        raise NotTaken("a JPEG that is not what the page says")
    if picture.inverted:
        return np.bitwise_not(decode_jpeg(data))
    return Jpeg(data, min(image.size))  # upright: a drawing program turns nothing by what a camera noted


def _group4(data: bytes, picture: _Picture, parameter: DictionaryObject) -> Grey:
    fits = parameter.get("/Columns", 1728) == picture.width and picture.bits == 1 and picture.channels == 1
    if (
        not fits
        or parameter.get("/K", 0) >= 0
        or parameter.get("/EncodedByteAlign", False)
        or picture.width < MIN_WIDTH
    ):
        raise NotTaken("a kind of fax coding")
    black_is_1 = bool(parameter.get("/BlackIs1", False))
    ink = decode_group4(data, picture.width, picture.height)
    if black_is_1 != picture.inverted:
        ink = np.bitwise_not(ink)
    if picture.palette is None:
        return ink
    return np.where(ink == 0, *_grey_levels(picture.palette)[:2]).astype(np.uint8)


def _flate(data: bytes, picture: _Picture, parameter: DictionaryObject) -> Grey:
    """As a PNG: its rows are coded like those of a PDF with a PNG predictor."""
    predictor = int(parameter.get("/Predictor", 1))
    row = (picture.width * picture.bits * picture.channels + 7) // 8
    if predictor in _PNG_PREDICTORS:
        stated = (parameter.get("/Columns", 1), parameter.get("/Colors", 1), parameter.get("/BitsPerComponent", 8))
        if stated != (picture.width, picture.channels, picture.bits):
            raise NotTaken("rows of another length")
    elif predictor == 1:
        pixels = _inflated(data, row * picture.height)
        if picture.bits == 8 and picture.palette is None:
            levels = np.frombuffer(pixels, np.uint8).reshape(picture.height, picture.width, picture.channels)
            grey = levels[:, :, 0] if picture.channels == 1 else np.asarray(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY))
            return np.bitwise_not(grey) if picture.inverted else np.asarray(grey, np.uint8)
        rows = np.frombuffer(pixels, np.uint8).reshape(picture.height, row)
        data = zlib.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes(), 0)  # each row behind a zero: no predictor
    else:
        raise NotTaken("a predictor")
    try:
        with opened(io.BytesIO(_png(data, picture))) as image:
            grey = eight_bit(image)
    except FAULTS as fault:
        raise DamagedPage() from fault
    return np.bitwise_not(grey) if picture.inverted else grey


def _inflated(data: bytes, size: int) -> bytes:
    """Exactly `size` bytes.  Raises DamagedPage for fewer; more are ignored, as drawing programs do."""
    try:
        pixels = zlib.decompressobj().decompress(data, size)
    except zlib.error as fault:
        raise DamagedPage() from fault
    if len(pixels) < size:
        raise DamagedPage()
    return pixels


def _png(data: bytes, picture: _Picture) -> bytes:
    colours = _PNG_PALETTE if picture.palette else _PNG_GREY if picture.channels == 1 else _PNG_COLOUR
    if (colours == _PNG_COLOUR and picture.bits < 8) or (colours == _PNG_PALETTE and picture.bits > 8):
        raise NotTaken("an odd number of bits")
    header = struct.pack(">IIBBBBB", picture.width, picture.height, picture.bits, colours, 0, 0, 0)
    palette = _chunk(b"PLTE", picture.palette) if picture.palette else b""
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + palette + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _jpeg2000(data: bytes, stream: StreamObject, size: tuple[int, int]) -> Grey:
    """Its own colour space, grey or colour, unless the page gives it another one."""
    if "/Decode" in stream:
        raise NotTaken("levels of its own")
    channels = _colours(stream["/ColorSpace"]) if "/ColorSpace" in stream else None
    try:
        with opened(io.BytesIO(data)) as image:
            fits = image.format == "JPEG2000" and image.size == size and image.mode in ("L", "RGB")
            if not fits or channels not in (None, ({"L": 1, "RGB": 3}[image.mode], None)):
                raise NotTaken("a kind of JPEG 2000")
            return eight_bit(image)
    except FAULTS as fault:
        raise DamagedPage() from fault


def _grey_levels(palette: bytes) -> list[int]:
    colours = Image.frombytes("RGB", (len(palette) // 3, 1), palette)
    levels = [int(level) for level in np.asarray(colours.convert("L"))[0]]
    return levels + levels[-1:]


def filters(stream: StreamObject) -> list[str]:
    """The names of a stream's filters, in the order in which they are undone."""
    return _filters(stream)[0]


def filter_parameters(stream: StreamObject) -> list[DictionaryObject]:
    """The parameters of each of the filters, empty where it has none."""
    return _filters(stream)[1]


def _filters(stream: StreamObject) -> tuple[list[str], list[DictionaryObject]]:
    names = _listed(stream.get("/Filter", stream.get("/F")))
    parameters = [_resolved(one) for one in _listed(stream.get("/DecodeParms", stream.get("/DP")))]
    known = [one if isinstance(one, DictionaryObject) else DictionaryObject() for one in parameters]
    return [str(_resolved(name)) for name in names], known + [DictionaryObject()] * (len(names) - len(known))


def _listed(value: Any) -> list[Any]:
    value = _resolved(value)
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _unwrapped(data: bytes, names: list[str], parameters: list[DictionaryObject]) -> bytes:
    """What the last filter is to undo: some programs write pictures as text."""
    for name, parameter in zip(names, parameters, strict=False):
        if name in ("/ASCII85Decode", "/A85"):
            data = ASCII85Decode.decode(data)
        elif name in ("/ASCIIHexDecode", "/AHx"):
            data = ASCIIHexDecode.decode(data)
        elif name in _FLATE and not parameter:
            data = zlib.decompressobj().decompress(data, 10 * len(data) + 1000)
        else:
            raise NotTaken(name)
    return data


def _raw(stream: StreamObject) -> bytes:
    """The bytes as they stand in the file: pypdf has no public name for them."""
    return bytes(stream._data)


def _whole(stream: StreamObject, *names: str) -> int:
    value = next((stream[name] for name in names if name in stream), 0)
    if not isinstance(value, int) or value <= 0:
        raise NotTaken("no size")
    return value


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
