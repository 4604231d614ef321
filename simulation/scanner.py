"""A scanner: turns a clean page image into what an office's copier, a bad feeder or a fax would deliver."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from simulation.pen import MM_PER_INCH, Page

Grey = npt.NDArray[np.float32]

KEPT_INSET_MM = 7.0
"""The shift is held back so that nothing further than this from the sheet's edge leaves the image."""
BED_WHITE, BED_BLACK = 250, 18
"""Grey of what the scanner sees beside the sheet: its white lid, or a dark feeder."""
NOISE_POOL = 1 << 20
"""Random values drawn once a page and laid over it from an odd offset; the repeat is not visible."""
FAX_DPI = 200
"""A fax in fine mode has 204 x 196 dots an inch."""
FAX_LOST_ROWS = 0.002
"""Share of rows that a fax line drops and repeats from the row above."""
TEXTURE_PX = 9
"""Size of the unevenness of paper and lamp."""


@dataclass(frozen=True)
class Scanner:
    """One pass through a scanner.  The defaults change nothing but the paper's grey."""

    dpi: int = 300
    """Resolution of the scan; the page that comes in may have another."""
    rotation: int = 0
    """0, 90, 180 or 270: clockwise degrees by which the sheet was fed in turned."""
    skew_deg: float = 0.0
    """Clockwise, around the sheet's middle."""
    shift_mm: tuple[float, float] = (0.0, 0.0)
    stretch: tuple[float, float] = (1.0, 1.0)
    """Of the image in x and y; feeders that slip give 0.997 in y."""
    paper: int = 246
    """Grey of white paper."""
    blur_mm: float = 0.0
    """Standard deviation of the optics' blur."""
    contrast: float = 1.0
    brightness: float = 0.0
    """Grey levels added after contrast."""
    gamma: float = 1.0
    """Above 1 darkens mid greys."""
    noise: float = 0.0
    """Standard deviation in grey levels."""
    speckles: int = 0
    """Specks of dust and toner on the page."""
    show_through: float = 0.0
    """Share of the back's ink that shines through thin paper."""
    streaks: int = 0
    """Lines in feed direction from dirt on the glass."""
    black_border: bool = False
    """Dark where the sheet does not cover the bed."""
    one_bit: bool = False
    threshold: int = 150
    """Grey from which a one-bit scan is white."""
    fax: bool = False
    """One bit through a telephone line: also loses rows."""
    jpeg_quality: int = 85
    """For the file, where it is not one bit."""
    sharpen: float = 0.0
    """Strength of an unsharp mask, as copiers put on text: bright rims along dark strokes."""
    sharpen_mm: float = 0.12
    """Standard deviation of its blur."""
    whiten: int = 255
    """Grey from which a copier that cleans the background makes paper of it; greys below are spread up to that white."""
    bed_mm: float = 0.0
    """How far the bed, and the image of it, reaches beyond the sheet on each side."""


@dataclass(frozen=True)
class Preset:
    """A scanner model: the ranges that a single pass is drawn from."""

    name: str
    skew_deg: float
    """Standard deviation; twice it is never exceeded."""
    shift_mm: float
    stretch: float
    """Largest departure from 1."""
    paper: tuple[int, int]
    blur_mm: tuple[float, float]
    contrast: tuple[float, float]
    brightness: tuple[float, float]
    gamma: tuple[float, float]
    noise: tuple[float, float]
    speckles: tuple[int, int]
    jpeg_quality: tuple[int, int]
    dpi: int = 300
    streak_share: float = 0.0
    black_border_share: float = 0.0
    show_through: float = 0.0
    """Most of the back's ink that shines through."""
    one_bit: bool = False
    fax: bool = False
    sharpen: tuple[float, float] = (0.0, 0.0)
    whiten: tuple[int, int] = (255, 255)
    threshold: tuple[int, int] = (135, 175)

    def draw(self, rng: np.random.Generator) -> Scanner:
        """One pass through a scanner of this model."""
        skew = float(np.clip(rng.normal(0, self.skew_deg), -2 * self.skew_deg, 2 * self.skew_deg))
        shift = np.clip(rng.normal(0, self.shift_mm, 2), -2 * self.shift_mm, 2 * self.shift_mm)
        stretch = 1 + self.stretch * rng.uniform(-1, 1, 2) * [0.3, 1.0]
        return Scanner(
            dpi=self.dpi,
            skew_deg=skew,
            shift_mm=(float(shift[0]), float(shift[1])),
            stretch=(float(stretch[0]), float(stretch[1])),
            paper=int(rng.integers(self.paper[0], self.paper[1] + 1)),
            blur_mm=rng.uniform(*self.blur_mm),
            contrast=rng.uniform(*self.contrast),
            brightness=rng.uniform(*self.brightness),
            gamma=rng.uniform(*self.gamma),
            noise=rng.uniform(*self.noise),
            speckles=int(rng.integers(self.speckles[0], self.speckles[1] + 1)),
            show_through=self.show_through * rng.random(),
            streaks=int(rng.integers(1, 4)) if rng.random() < self.streak_share else 0,
            black_border=bool(rng.random() < self.black_border_share),
            one_bit=self.one_bit,
            threshold=int(rng.integers(self.threshold[0], self.threshold[1] + 1)),
            fax=self.fax,
            jpeg_quality=int(rng.integers(self.jpeg_quality[0], self.jpeg_quality[1] + 1)),
            sharpen=rng.uniform(*self.sharpen) if self.sharpen[1] else 0.0,
            whiten=int(rng.integers(self.whiten[0], self.whiten[1] + 1)) if self.whiten[0] < 255 else 255,
        )


OFFICE = Preset(
    "office", 0.75, 0.8, 0.002, (238, 252), (0.02, 0.05), (0.95, 1.05), (-6, 6), (0.9, 1.15), (1.5, 3.5), (0, 15), (80, 90),
    streak_share=0.03, black_border_share=0.1, show_through=0.02,
)  # fmt: skip
BAD = Preset(
    "bad", 1.4, 1.5, 0.005, (205, 245), (0.05, 0.10), (0.75, 1.1), (-20, 10), (0.8, 1.5), (4, 9), (20, 200), (45, 75),
    dpi=200, streak_share=0.3, black_border_share=0.4, show_through=0.10,
)  # fmt: skip
FAX = Preset(
    "fax", 0.7, 1.5, 0.006, (235, 250), (0.04, 0.07), (0.9, 1.1), (-5, 5), (0.9, 1.2), (3, 6), (20, 150), (80, 80),
    dpi=FAX_DPI, streak_share=0.15, one_bit=True, fax=True,
)  # fmt: skip
PRESETS = {preset.name: preset for preset in (OFFICE, BAD, FAX)}


def scan(
    page: Page, scanner: Scanner, rng: np.random.Generator, *, dpi: float = 300.0, back: Page | None = None
) -> Page:
    """The scan of `page` (clean, at `dpi`): of the bed's size at the scanner's resolution, 0 and 255 if one bit.

    `back` is what is printed on the sheet's other side, same shape as `page`.
    """
    sheet = _see_through(page, back, scanner.show_through)
    sheet = np.ascontiguousarray(np.rot90(sheet, k=-scanner.rotation // 90))
    image = _fed(sheet, scanner, dpi)
    if scanner.blur_mm > 0:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), scanner.blur_mm * scanner.dpi / MM_PER_INCH), np.uint8)
    image = _toned(image, scanner)
    _speckle(image, scanner, rng)
    _streak(image, scanner, rng)
    if scanner.noise > 0:
        image = _noisy(image, scanner.noise, rng)
    if scanner.sharpen > 0:
        soft = cv2.GaussianBlur(image, (0, 0), scanner.sharpen_mm * scanner.dpi / MM_PER_INCH)
        image = np.asarray(cv2.addWeighted(image, 1 + scanner.sharpen, soft, -scanner.sharpen, 0.0), np.uint8)
    if scanner.whiten < 255:
        levels = np.clip(np.arange(256) * 255.0 / scanner.whiten, 0, 255)
        image = np.asarray(cv2.LUT(image, np.rint(levels).astype(np.uint8)), np.uint8)
    if scanner.fax:
        _lose_rows(image, rng)
    if scanner.one_bit:
        image = np.asarray(cv2.threshold(image, scanner.threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)
    return image


def _see_through(page: Page, back: Page | None, share: float) -> Page:
    if back is None or share <= 0:
        return page
    blurred = cv2.blur(255 - np.fliplr(back), (TEXTURE_PX, TEXTURE_PX))
    return np.asarray(cv2.addWeighted(page, 1.0, np.asarray(blurred, np.uint8), -share, 0.0), np.uint8)


def _fed(sheet: Page, scanner: Scanner, dpi: float) -> Page:
    """The sheet skewed, shifted and stretched by the feeder, on a bed of its own size, at the scanner's resolution."""
    height, width = sheet.shape
    zoom = scanner.dpi / dpi
    rim = 2 * scanner.bed_mm / MM_PER_INCH * scanner.dpi
    size = (round(width * zoom + rim), round(height * zoom + rim))
    linear = _feed_matrix(scanner)
    middle = np.array([width, height]) / 2
    room = middle / dpi * MM_PER_INCH + scanner.bed_mm
    shift = _held_shift(linear, middle / dpi * MM_PER_INCH, room, scanner.shift_mm) / MM_PER_INCH * scanner.dpi
    matrix = np.column_stack([zoom * linear, np.array(size) / 2 - zoom * linear @ middle + shift])
    bed = BED_BLACK if scanner.black_border else BED_WHITE
    if zoom < 1:
        sheet = np.asarray(cv2.blur(sheet, (2, 2)), np.uint8)
    return np.asarray(cv2.warpAffine(sheet, matrix, size, flags=cv2.INTER_LINEAR, borderValue=bed), np.uint8)


def _feed_matrix(scanner: Scanner) -> npt.NDArray[np.float64]:
    """2 x 2: skew clockwise on the screen (y runs down), then stretch."""
    turn = np.deg2rad(scanner.skew_deg)
    skew = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(np.diag(scanner.stretch) @ skew)


def _held_shift(
    linear: npt.NDArray[np.float64],
    middle: npt.NDArray[np.float64],
    bed: npt.NDArray[np.float64],
    shift: tuple[float, float],
) -> npt.NDArray[np.float64]:
    """The shift (mm), no larger than keeps the sheet's content in the image; `middle` and `bed` are half sizes in mm."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (middle - KEPT_INSET_MM)
    room = np.maximum(0, bed - np.abs(corners @ linear.T).max(axis=0))
    return np.asarray(np.clip(shift, -room, room))


def _toned(image: Page, scanner: Scanner) -> Page:
    """Paper's grey, then contrast around middle grey, brightness and gamma, as one table."""
    levels = np.arange(256) / 255 * scanner.paper
    levels = (levels - 128) * scanner.contrast + 128 + scanner.brightness
    levels = 255 * (np.clip(levels, 0, 255) / 255) ** scanner.gamma
    return np.asarray(cv2.LUT(image, np.rint(levels).astype(np.uint8)), np.uint8)


def _noisy(image: Page, sigma: float, rng: np.random.Generator) -> Page:
    pool = np.rint(rng.standard_normal(NOISE_POOL, dtype=np.float32) * sigma).astype(np.int16)
    start = int(rng.integers(NOISE_POOL))
    noise = np.resize(np.roll(pool, start), image.shape)
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)


def _speckle(image: Page, scanner: Scanner, rng: np.random.Generator) -> None:
    height, width = image.shape
    for _ in range(scanner.speckles):
        spot = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(1, 1 + scanner.dpi // 100)), int(rng.integers(1, 1 + max(1, scanner.dpi // 120))))
        cv2.ellipse(image, spot, axes, float(rng.uniform(0, 180)), 0, 360, int(rng.integers(30, 190)), -1)


def _streak(image: Page, scanner: Scanner, rng: np.random.Generator) -> None:
    """Vertical lines, a little darker or lighter than what lies under them."""
    for _ in range(scanner.streaks):
        left = int(rng.integers(image.shape[1]))
        band = image[:, left : left + int(rng.integers(1, 4))]
        band[:] = np.clip(band.astype(np.int16) + int(rng.choice([-90, -60, -40, 40])), 0, 255).astype(np.uint8)


def _lose_rows(image: Page, rng: np.random.Generator) -> None:
    rows = np.flatnonzero(rng.random(image.shape[0] - 1) < FAX_LOST_ROWS) + 1
    image[rows] = image[rows - 1]
