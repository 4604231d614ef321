"""Pages of a PDF: taken out where the picture is all there is, and drawn where anything else can be seen."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from omr.errors import DamagedPage
from omr.files.opened_page import OpenedPage
from omr.files.pdf_drawing import drawn_page
from omr.files.pdf_pages import open_pdf
from omr.files.pixels import Grey
from omr.pages import open_scan, page_image
from tests.omr.pdfs import (
    Sheet,
    Stream,
    far,
    flate,
    group4,
    image,
    jpeg,
    packed,
    pixels,
    small_scan,
    write_pdf,
)

SIZE = (240, 340)
"""Of the small pages here, in points: they are drawn with 1000 x 1417 px."""
BOX = f"/MediaBox[0 0 {SIZE[0]} {SIZE[1]}]"
PAINT = f"q {SIZE[0]} 0 0 {SIZE[1]} 0 0 cm /Im0 Do Q"
DPI = 150


def scan(colour: bool = False) -> Grey:
    return small_scan(colour=colour)


def ink() -> Grey:
    return np.where(scan() < 128, 0, 255).astype(np.uint8)


def opened(path: Path) -> OpenedPage:
    with open_pdf(path) as pdf:
        return pdf.page(0)


def png_rows(page: Grey) -> bytes:
    """The rows as a PNG codes them, each with a predictor of its own."""
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "PNG")
    content, at, data = stream.getvalue(), 8, b""
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        data += content[at + 8 : at + 8 + length] if content[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    return data


def jpeg2000(page: Grey) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "JPEG2000")
    return stream.getvalue()


def hexed(stream: Stream) -> Stream:
    """As programs write pictures that want nothing but letters in a file."""
    return Stream(
        stream.entries.replace("/Filter/DCTDecode", "/Filter[/ASCIIHexDecode/DCTDecode]"),
        stream.data.hex().encode() + b">",
    )


LEVELS = "".join(f"{17 * level:02x}" for level in range(16))
COLUMNS = "/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 500/Colors {}/BitsPerComponent 8>>"
PICTURES = {
    "a grey JPEG": lambda: jpeg(scan()),
    "a colour JPEG": lambda: jpeg(scan(True)),
    "a JPEG of inverted levels": lambda: jpeg(255 - scan(), "/Decode[1 0]"),
    "a JPEG written as letters": lambda: hexed(jpeg(scan())),
    "a JPEG whose camera was turned": lambda: jpeg(scan(), exif=turned_camera()),
    "lossless grey": lambda: flate(scan()),
    "lossless colour": lambda: flate(scan(True), space="/DeviceRGB"),
    "lossless with predictors": lambda: image(scan(), COLUMNS.format(1), png_rows(scan())),
    "colour with predictors": lambda: image(scan(True), COLUMNS.format(3), png_rows(scan(True)), space="/DeviceRGB"),
    "sixteen greys": lambda: flate(scan() // 16, bits=4),
    "a palette": lambda: flate(scan() // 16, bits=4, space=f"[/Indexed/DeviceGray 15<{LEVELS}>]"),
    "one bit": lambda: flate(ink() // 255, bits=1),
    "one bit of inverted levels": lambda: flate(1 - ink() // 255, "/Decode[1 0]", bits=1),
    "Group 4": lambda: group4(255 - ink()),
    "Group 4 where black is 1": lambda: group4(ink(), "/BlackIs1 true"),
    "Group 4 of inverted levels": lambda: group4(ink(), "", "/Decode[1 0]"),
    "Group 4 with a palette": lambda: group4(255 - ink(), space="[/Indexed/DeviceRGB 1<000000ffffff>]"),
    "JPEG 2000": lambda: image(scan(), "/Filter/JPXDecode", jpeg2000(scan())),
}  # fmt: skip


def turned_camera() -> Image.Exif:
    exif = Image.Exif()
    exif[274] = 6
    return exif


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_taken_out_looks_like_the_page_drawn(kind: str, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", Sheet(PAINT, [PICTURES[kind]()], entries=BOX))
    page = opened(path)
    assert pixels(page).shape == (708, 500), "it was drawn"
    assert page.dpi == pytest.approx(DPI, abs=0.1)
    assert far(pixels(page), drawn_page(path, 0)) < 2


W, H = SIZE
MATRICES = {
    "upright": f"{W} 0 0 {H} 0 0", "mirrored": f"-{W} 0 0 {H} {W} 0", "head over": f"{W} 0 0 -{H} 0 {H}",
    "upside down": f"-{W} 0 0 -{H} {W} {H}", "a quarter": f"0 {H} -{W} 0 {W} 0", "three quarters": f"0 -{H} {W} 0 0 {H}",
    "across": f"0 {H} {W} 0 0 0", "the other diagonal": f"0 -{H} -{W} 0 {W} {H}",
    "in two steps": f"2 0 0 2 0 0 cm {W / 2} 0 0 {H / 2} 0 0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("way", "rotate"),
    [(way, 0) for way in MATRICES] + [(way, turn) for way in ("upright", "across") for turn in (90, 180, 270)],
)
def test_a_picture_is_turned_as_the_page_shows_it(way: str, rotate: int, tmp_path: Path) -> None:
    """Feeders write backs upside down and turn them by the page, or by the matrix, or by both."""
    lying = MATRICES[way].startswith("0")
    picture = np.ascontiguousarray(np.rot90(scan())) if lying else scan()
    sheet = Sheet(f"q {MATRICES[way]} cm /Im0 Do Q", [jpeg(picture)], entries=f"{BOX}/Rotate {rotate}")
    path = write_pdf(tmp_path / "a.pdf", sheet)
    drawn = drawn_page(path, 0)
    page = page_image(open_scan(path), 0)
    assert max(page.grey.shape) == 708, "it was drawn"
    fitted = cv2.resize(drawn, page.grey.shape[::-1], interpolation=cv2.INTER_AREA)
    assert far(page.grey, fitted) < 3
    assert min(far(page.grey[::-1], fitted), far(page.grey[:, ::-1], fitted)) > 5
    assert far(page.small.grey, fitted) < 3


def test_what_changes_nothing_visible_does_not_make_a_page_be_drawn(tmp_path: Path) -> None:
    """A clip around the page, states, marked content, a drawing within the drawing, and the words of text recognition."""
    content = (
        f"/Artifact BMC q 0 0 {W} {H} re W n /G0 gs 0 g BT /F1 12 Tf ET /Fm0 Do Q EMC BT 3 Tr /F1 9 Tf (words) Tj ET"
    )
    form = Stream(
        f"/Type/XObject/Subtype/Form/BBox[0 0 {W} {H}]/Resources<</XObject<</Im0 {{0}} 0 R>>>>", PAINT.encode()
    )
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    resources = (
        "/XObject<</Fm0 {1} 0 R>>/Font<</F1 {2} 0 R>>/ExtGState<</G0<</Type/ExtGState/ca 1/BM/Normal/SMask/None>>>>"
    )
    path = write_pdf(tmp_path / "a.pdf", Sheet(content, [jpeg(scan()), form, font], resources, BOX))
    assert pixels(opened(path)).shape == (708, 500)


MARK = "0 0 0 rg 60 60 40 40 re f"
INK = Stream("/Type/XObject/Subtype/Form/BBox[0 0 240 340]", MARK.encode())
MASK = "/Type/XObject/Subtype/Image/ImageMask true/Width 8/Height 8/BitsPerComponent 1/Filter/FlateDecode"
WHITE = "1 1 1 rg 60 60 40 40 re f"
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>"
TYPE3 = (
    "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a {2} 0 R>>/FirstChar 97/LastChar 97"
    "/Widths[1]/Encoding<</Type/Encoding/Differences[97/a]>>/Resources<<>>>>"
)
STAMP = "40 0 0 40 60 60 cm"
DARK, LIGHT, ANY = True, False, None
"""How the place of the mark looks on the page as it is drawn."""
VISIBLE: dict[str, tuple[bool | None, Sheet]] = {
    "a pen's annotation": (DARK, Sheet(PAINT, [jpeg(scan()), INK], entries=BOX + (
        "/Annots[<</Type/Annot/Subtype/Ink/Rect[0 0 240 340]/InkList[[60 60 100 100]]/AP<</N {1} 0 R>>>>]"))),
    "a stamp's annotation": (DARK, Sheet(PAINT, [jpeg(scan()), INK], entries=BOX + (
        "/Annots[<</Type/Annot/Subtype/Stamp/F 4/Rect[0 0 240 340]/AP<</N {1} 0 R>>>>]"))),
    "something painted on it": (DARK, Sheet(f"{PAINT} {MARK}", [jpeg(scan())], entries=BOX)),
    "something painted out": (LIGHT, Sheet(f"{PAINT} {WHITE}", [jpeg(255 - scan())], entries=BOX)),
    "text": (DARK, Sheet(f"{PAINT} BT /F1 70 Tf 55 55 Td (M) Tj ET", [jpeg(scan()), FONT],
        "/XObject<</Im0 {0} 0 R>>/Font<</F1 {1} 0 R>>", BOX)),
    "letters that heed no text mode": (ANY, Sheet(f"{PAINT} BT 3 Tr /F1 40 Tf 60 60 Td (a) Tj ET",
        [jpeg(scan()), TYPE3, Stream("", b"1 0 0 0 1 1 d1 0 0 1 1 re f")],
        "/XObject<</Im0 {0} 0 R>>/Font<</F1 {1} 0 R>>", BOX)),
    "a stencil over a background": (DARK, Sheet(f"{PAINT} q 0 g {STAMP} /Im1 Do Q",
        [jpeg(scan()), Stream(MASK, zlib.compress(bytes(8)))], "/XObject<</Im0 {0} 0 R/Im1 {1} 0 R>>", BOX)),
    "a second picture": (DARK, Sheet(f"{PAINT} q {STAMP} /Im1 Do Q", [jpeg(scan()), jpeg(np.zeros((80, 80), np.uint8))],
        "/XObject<</Im0 {0} 0 R/Im1 {1} 0 R>>", BOX)),
    "a picture in the content itself": (DARK, Sheet(
        f"{PAINT} q {STAMP} BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI Q".encode(), [jpeg(scan())], entries=BOX)),
    "a shade": (DARK, Sheet(f"{PAINT} q 60 60 40 40 re W n /S0 sh Q", [jpeg(scan())],
        "/XObject<</Im0 {0} 0 R>>/Shading<</S0<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 0 340]/Extend[true true]"
        "/Function<</FunctionType 2/Domain[0 1]/C0[0]/C1[0]/N 1>>>>>>", BOX)),
    "a drawing that paints": (DARK, Sheet(f"{PAINT} /Fm0 Do", [jpeg(scan()), INK],
        "/XObject<</Im0 {0} 0 R/Fm0 {1} 0 R>>", BOX)),
    "a clip": (LIGHT, Sheet(f"q 120 0 120 340 re W n {PAINT} Q", [jpeg(np.zeros_like(scan()))], entries=BOX)),
    "half of it": (LIGHT, Sheet(f"q {W} 0 0 170 0 170 cm /Im0 Do Q", [jpeg(np.zeros_like(scan()))], entries=BOX)),
    "a transparent picture": (LIGHT, Sheet(f"/G0 gs {PAINT}", [jpeg(np.zeros_like(scan()))],
        "/XObject<</Im0 {0} 0 R>>/ExtGState<</G0<</ca 0.2>>>>", BOX)),
    "a soft mask": (LIGHT, Sheet(PAINT, [jpeg(np.zeros_like(scan()), "/SMask {1} 0 R"), flate(np.zeros((8, 8), np.uint8))],
        entries=BOX)),
    "a mask of one colour": (LIGHT, Sheet(PAINT, [flate(np.zeros_like(scan()), "/Mask[0 0]")], entries=BOX)),
    "a hidden layer": (LIGHT, Sheet(f"/OC /L0 BDC {PAINT} EMC", [jpeg(np.zeros_like(scan())), "<</Type/OCG/Name(Scan)>>"],
        "/XObject<</Im0 {0} 0 R>>/Properties<</L0 {1} 0 R>>", BOX)),
}  # fmt: skip


@pytest.mark.parametrize("what", VISIBLE)
def test_nothing_that_can_be_seen_on_a_page_is_lost(what: str, tmp_path: Path) -> None:
    """A pen on a tablet, a stamp, a compact PDF in layers: the mark is not in the large picture."""
    dark, sheet = VISIBLE[what]
    hidden = "/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>" if what == "a hidden layer" else ""
    path = write_pdf(tmp_path / "a.pdf", sheet, catalogue=hidden)
    page = opened(path)
    assert (pixels(page).shape, page.dpi) == ((1417, 1000), 300.0), "it was not drawn"
    place = pixels(page)[-400:-270, 270:400]  # of the square from 60 to 100 points
    assert dark is None or (place.mean() < 140 if dark else place.mean() > 190)


@pytest.mark.parametrize("entries", [f"{BOX}/CropBox[0 0 100 100]", f"{BOX}/UserUnit 1"])
def test_a_page_is_taken_out_as_large_as_it_is_drawn(entries: str, tmp_path: Path) -> None:
    """The drawing program draws the media box."""
    path = write_pdf(tmp_path / "a.pdf", Sheet(PAINT, [jpeg(scan())], entries=entries))
    assert pixels(opened(path)).shape == (708, 500)
    assert far(pixels(opened(path)), drawn_page(path, 0)) < 2


def test_two_half_pictures_are_drawn_as_one_page(tmp_path: Path) -> None:
    """Some scanners write a page in strips."""
    page = scan()
    strips = f"q {W} 0 0 {H / 2} 0 {H / 2} cm /Im0 Do Q q {W} 0 0 {H / 2} 0 0 cm /Im1 Do Q"
    sheet = Sheet(strips, [jpeg(page[:354]), jpeg(page[354:])], "/XObject<</Im0 {0} 0 R/Im1 {1} 0 R>>", BOX)
    drawn = opened(write_pdf(tmp_path / "a.pdf", sheet))
    assert drawn.dpi == 300.0
    assert far(pixels(drawn), page) < 3


def test_a_fax_in_a_pdf_comes_out_with_square_pixels(tmp_path: Path) -> None:
    """204 x 98 dots to the inch: boxes would be twice as wide as high."""
    fax = np.asarray(cv2.resize(ink(), (680, 463), interpolation=cv2.INTER_NEAREST), np.uint8)
    path = write_pdf(tmp_path / "a.pdf", Sheet(PAINT, [group4(255 - fax)], entries=BOX))
    page = opened(path)
    assert page.dpi == pytest.approx(204, abs=0.5)
    assert pixels(page).shape == pytest.approx((963, 680), abs=2)
    assert far(pixels(page), drawn_page(path, 0)) < 3


@pytest.mark.parametrize("kind", ["Group 4", "lossless grey", "lossless with predictors", "a JPEG with an end"])
def test_half_a_picture_is_a_damaged_page_and_no_half_empty_one(kind: str, tmp_path: Path) -> None:
    """What is missing is filled up by every decoder, without a word, and a person's answers with it."""
    whole = PICTURES.get(kind, PICTURES["a grey JPEG"])()
    half = whole.data[: len(whole.data) // 2] + (b"\xff\xd9" if "JPEG" in kind else b"")
    path = write_pdf(tmp_path / "a.pdf", Sheet(PAINT, [Stream(whole.entries, half)], entries=BOX))
    with pytest.raises(DamagedPage):
        pixels(opened(path))


def test_packed_rows_end_with_whole_bytes() -> None:
    """The tests' own writer: five pixels of one bit take a byte."""
    assert packed(np.array([[1, 0, 1, 1, 0]], np.uint8), 1) == b"\xb0"
