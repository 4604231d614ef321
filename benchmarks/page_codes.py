"""QR code or Data Matrix?  The same text at the same printed size through scans that get worse."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from form_layouts.page_code import CODE_MM, PageCode

SEED = 20260811
TEXT = PageCode("arrival-needs", "2025-02", 1, "de", 1, 4, 17, False, "AB3D").text()
_QR, _MATRIX = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix
CODES: dict[str, tuple[zxingcpp.BarcodeFormat, dict[str, Any]]] = {
    "QR 29, level M": (_QR, {"version": 3, "ec_level": "M"}),
    "QR 33, level M": (_QR, {"version": 4, "ec_level": "M"}),
    "QR 33, level Q": (_QR, {"version": 4, "ec_level": "Q"}),
    "Data Matrix 26": (_MATRIX, {"version": 9}),
    "Data Matrix 32": (_MATRIX, {"version": 10}),
}
DRAW_DPI = 600
SCANS: dict[str, tuple[int, float, float, bool]] = {
    # name: dpi, blur in px, noise in grey levels, one bit
    "office": (300, 0.7, 6, False),
    "fax": (200, 0.8, 20, True),
    "copy of a copy": (200, 1.3, 25, True),
    "photo": (150, 1.0, 15, False),
    "blurred": (150, 1.3, 15, False),
}
Grey = npt.NDArray[np.uint8]


def run(quick: bool) -> dict[str, Any]:
    """Share of codes read, per scan and code, without and with a pen stroke through the code."""
    tries = 40 if quick else 200
    figures: dict[str, Any] = {"seed": SEED, "tries": tries, "side_mm": CODE_MM, "text": TEXT}
    for scan in SCANS:
        for stroke in (False, True):
            rng = np.random.default_rng(SEED)
            figures[f"{scan}{', stroke' if stroke else ''}"] = {
                name: sum(_is_read(name, scan, stroke, rng) for _ in range(tries)) / tries for name in CODES
            }
    return figures


def _is_read(name: str, scan: str, stroke: bool, rng: np.random.Generator) -> bool:
    wanted, options = CODES[name]
    modules = np.array(zxingcpp.create_barcode(TEXT, wanted, **options).to_image(scale=1, add_quiet_zones=False))
    image = _scanned(_printed(modules), scan, stroke, rng)
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(wanted), try_invert=False)
    return any(barcode.text.strip() == TEXT for barcode in found)


def _printed(modules: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The code, CODE_MM wide, on white paper, at DRAW_DPI."""
    side = round(CODE_MM / 25.4 * DRAW_DPI)
    code = cv2.resize(modules, (side, side), interpolation=cv2.INTER_NEAREST).astype(np.float32)
    return np.pad(code, round(5 / 25.4 * DRAW_DPI), constant_values=255)


def _scanned(page: npt.NDArray[np.float32], scan: str, stroke: bool, rng: np.random.Generator) -> Grey:
    dpi, blur, noise, one_bit = SCANS[scan]
    if stroke:
        ends = rng.integers(0, page.shape[0], 4)
        page = np.ascontiguousarray(page)
        cv2.line(page, (int(ends[0]), 0), (int(ends[1]), page.shape[0]), 30.0, round(0.5 / 25.4 * DRAW_DPI))
    shrink = dpi / DRAW_DPI
    size = round(page.shape[0] * shrink)
    turn = cv2.getRotationMatrix2D((page.shape[0] / 2, page.shape[0] / 2), rng.uniform(-10, 10), shrink)
    turn[:, 2] += size / 2 - page.shape[0] / 2 + rng.uniform(0, 1, 2)
    soft = cv2.GaussianBlur(page, (0, 0), 0.5 / shrink)
    image = cv2.warpAffine(soft, turn, (size, size), borderValue=255.0)
    image = cv2.GaussianBlur(image, (0, 0), blur) + rng.normal(0, noise, image.shape)
    if one_bit:
        image = np.where(image > rng.uniform(100, 170), 255.0, 0.0)
    return np.clip(image, 0, 255).astype(np.uint8)
