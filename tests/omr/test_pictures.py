"""Pictures as cameras and scanners write them: turned, photographed, with more than grey in them."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from omr.errors import DamagedPage, PageTooLarge
from omr.files import tiff
from omr.files.file_kinds import kind_of
from omr.files.pixels import Grey
from omr.files.tiff import Tiff
from omr.image import Jpeg
from omr.pages import open_scan, page_image, page_images

FILES = Path(__file__).parent / "files"
ORIENTATION = 274


def sheet() -> Grey:
    """A page that looks different from every side: 640 x 880 px."""
    page = np.full((880, 640), 245, np.uint8)
    for line in range(14):
        cv2.putText(page, f"{line}: what is your age?", (60, 80 + 55 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2)
    cv2.rectangle(page, (500, 20), (600, 200), 90, -1)
    return page


def stored(orientation: int) -> tuple[Grey, Image.Exif]:
    """The sheet as a camera that was held otherwise stores it, and what it notes of that."""
    page = sheet()
    lying = {
        1: page, 2: page[:, ::-1], 3: page[::-1, ::-1], 4: page[::-1],
        5: page.T, 6: np.rot90(page), 7: page[::-1, ::-1].T, 8: np.rot90(page, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return np.ascontiguousarray(lying), exif


def opened(path: Path) -> Grey:
    return page_image(open_scan(path), 0).grey


def off(one: Grey, other: Grey) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize(
    ("ending", "orientation"), [*itertools.product(["jpg", "tif"], range(1, 9)), ("avif", 1), ("avif", 6), ("avif", 7)]
)
def test_a_picture_is_turned_as_its_camera_noted(ending: str, orientation: int, tmp_path: Path) -> None:
    lying, exif = stored(orientation)
    path = tmp_path / f"a.{ending}"
    Image.fromarray(lying).save(path, exif=exif)
    page = page_image(open_scan(path), 0)
    assert off(page.grey, sheet()) < 2
    assert off(page.small.grey, sheet()) < 2


def test_a_jpeg_is_decoded_when_its_pixels_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(sheet()).save(path, dpi=(200, 200))
    page = page_image(open_scan(path), 0)
    assert isinstance(page.source, Jpeg)
    assert (page.source.short_side, page.dpi, page.grey.shape) == (640, 200.0, (880, 640))


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_colours_of_a_jpeg_become_grey(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(sheet()).convert(mode).save(path, quality=90)
    assert off(opened(path), sheet()) < 3


def test_a_photo_of_a_telephone_is_read(tmp_path: Path) -> None:
    """HEIC, stored lying and noted so twice: once for all programs, once for cameras.  Made by libheif with x265."""
    page = page_image(open_scan(FILES / "turned.heic"), 0)
    assert page.dpi is None
    assert off(page.grey, sheet()) < 3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_a_photo_is_a_damaged_page(share: float, tmp_path: Path) -> None:
    content = (FILES / "turned.heic").read_bytes()
    (tmp_path / "a.heic").write_bytes(content[: int(share * len(content))])
    (page,) = page_images(open_scan(tmp_path / "a.heic"))
    assert isinstance(page, tuple)
    assert isinstance(page[1], DamagedPage)


def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """Its size is stated in a box of its own; nothing behind it is looked at."""
    content = bytearray((FILES / "turned.heic").read_bytes())
    at = -1
    while (at := content.find(b"ispe", at + 1)) >= 0:
        content[at + 8 : at + 16] = (30_000).to_bytes(4, "big") * 2
    (tmp_path / "a.heic").write_bytes(content)
    (page,) = page_images(open_scan(tmp_path / "a.heic"))
    assert isinstance(page, tuple)
    assert isinstance(page[1], PageTooLarge | DamagedPage)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "picture"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "picture"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", None),
        (b"PK\x03\x04 %PDF-1.4", None),
        (b"\r\n%PDF-1.4", "pdf"),
        (b"II*\0", "tiff"),
        (b"BM", None),
    ],
)
def test_a_file_is_told_by_its_first_bytes(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


# ---- TIFF -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_grey_tiffs_of_every_coding_are_read(compression: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(sheet()).save(path, compression=compression, dpi=(300, 300))
    page = page_image(open_scan(path), 0)
    assert off(page.grey, sheet()) < 3
    assert page.dpi == 300


def raw_tiff(path: Path, page: Grey, bits: int, *, white_is_zero: bool) -> Path:
    """Grey levels from 0 to 2**bits - 1, not packed."""
    levels = page.astype(np.uint32) * ((1 << bits) - 1) // 255
    levels = (1 << bits) - 1 - levels if white_is_zero else levels
    if bits == 16:
        data = levels.astype("<u2").tobytes()
    else:
        spread = np.unpackbits(levels.astype(np.uint8)[..., None], axis=-1)[..., -bits:].reshape(len(page), -1)
        data = np.packbits(spread, axis=1).tobytes()
    height, width = page.shape
    entries = ((256, width), (257, height), (258, bits), (259, 1), (262, int(not white_is_zero)), (273, 8), (277, 1),
               (278, height), (279, len(data)))  # fmt: skip
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    path.write_bytes(
        b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(entries)) + table + bytes(4)
    )
    return path


@pytest.mark.parametrize("white_is_zero", [True, False])
@pytest.mark.parametrize("bits", [1, 4, 8, 16])
def test_black_is_black_whatever_number_it_has(bits: int, white_is_zero: bool, tmp_path: Path) -> None:
    page = np.where(sheet() < 128, 0, 255).astype(np.uint8) if bits == 1 else sheet()
    assert off(opened(raw_tiff(tmp_path / "a.tif", page, bits, white_is_zero=white_is_zero)), page) < 10


def ink() -> Grey:
    return np.where(sheet() < 128, 0, 255).astype(np.uint8)


def group4(path: Path, *pages: Grey, **options: Any) -> Path:
    images = [Image.fromarray(page >= 128) for page in pages]
    images[0].save(path, compression="group4", save_all=True, append_images=images[1:], **options)
    return path


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("photometric", [0, 1])
def test_a_one_bit_page_is_read_strip_by_strip(photometric: int, orientation: int, tmp_path: Path) -> None:
    """Group 4 in strips of 100 rows, ink 0 or 1, lying or upright."""
    page = ink() if orientation == 1 else np.ascontiguousarray(np.rot90(ink()))
    path = group4(tmp_path / "a.tif", page, tiffinfo={262: photometric, 278: 100, ORIENTATION: orientation})
    assert off(opened(path), ink()) == 0


@pytest.mark.parametrize("lying", [False, True])
def test_a_fax_comes_out_with_square_pixels(lying: bool, tmp_path: Path) -> None:
    """204 x 98 lines to the inch: a square box would be twice as wide as high."""
    fax = np.where(cv2.resize(sheet(), (640, 423), interpolation=cv2.INTER_AREA) < 128, 0, 255).astype(np.uint8)
    dpi = (204.0, 98.0)
    if lying:
        path = group4(tmp_path / "a.tif", np.ascontiguousarray(np.rot90(fax)), dpi=dpi[::-1], tiffinfo={ORIENTATION: 6})
    else:
        path = group4(tmp_path / "a.tif", fax, dpi=dpi)
    page = page_image(open_scan(path), 0)
    assert page.dpi == 204
    assert page.grey.shape == pytest.approx((880, 640), abs=2)
    assert off(np.asarray(cv2.resize(page.grey, (640, 880)), np.uint8), ink()) < 20


@pytest.mark.parametrize("dpi", [(0, 0), (1, 1), (72, 72), (300, 20), (5000, 5000)])
def test_a_resolution_that_no_scanner_has_is_none(dpi: tuple[float, float], tmp_path: Path) -> None:
    page = page_image(open_scan(group4(tmp_path / "a.tif", ink(), dpi=dpi)), 0)
    assert (page.dpi, page.grey.shape) == (None, (880, 640))


def test_a_damaged_one_bit_page_is_not_filled_up(tmp_path: Path) -> None:
    """Group 4 codes a row by the row above: after a fault the decoder leaves the rest white and says nothing."""
    path = group4(tmp_path / "a.tif", ink(), ink(), tiffinfo={278: 880})
    content = bytearray(path.read_bytes())
    with Image.open(path) as image:
        at, length = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]  # of Pillow's TIFF reader
    content[at + length // 2 : at + length // 2 + 200] = bytes(200)
    path.write_bytes(content)
    first, second = page_images(open_scan(path))
    assert isinstance(first, tuple)
    assert isinstance(first[1], DamagedPage)
    assert not isinstance(second, tuple)
    assert off(second.grey, ink()) == 0


def test_the_places_of_many_pages_are_looked_up_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 500 pages is not gone through from its beginning for each of them."""
    small = np.full((320, 320), 255, np.uint8)
    pages = [small.copy() for _ in range(30)]
    for number, page in enumerate(pages):
        page[:, : 10 * number] = 0
    scanned = open_scan(group4(tmp_path / "a.tif", *pages))
    seen: list[object] = []

    class Counted(Tiff):
        def __init__(self, image: Image.Image, stream: IO[bytes]) -> None:
            super().__init__(image, stream)
            seen.append(image)

    monkeypatch.setattr(tiff, "Tiff", Counted)
    means = [page.grey.mean() for page in page_images(scanned) if not isinstance(page, tuple)]
    assert (len(means), len(seen)) == (30, 1)
    assert means == sorted(means, reverse=True)


def test_no_page_is_kept_in_a_stream_that_was_closed(tmp_path: Path) -> None:
    """Pages stay whole after their file is closed and gone."""
    path = group4(tmp_path / "a.tif", ink())
    (page,) = page_images(open_scan(path))
    path.unlink()
    assert not isinstance(page, tuple)
    assert off(page.grey, ink()) == 0
