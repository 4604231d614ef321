"""How good a scan is: sharpness and contrast of the print, resolution, stretch, what was cut off.  Looks at print only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.layout import Box, Layout, PageLayout
from omr.geometry import MM_PER_INCH, Plane, Points, View, corners_of
from omr.reading import Finding

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]

INSIDE_MM, OUTSIDE_MM = 0.9, 1.4
"""How far a profile across a marker's edge reaches: the printed rim is 1.17 mm wide, 3 mm around it stay white."""
STEP_MM = 0.05
"""Between two samples of a profile: a third of a pixel at 150 dpi."""
PROFILES_A_SIDE = 8
RIM_LEVEL = slice(4, 10)
"""Samples of a profile, 0.45 to 0.7 mm inside the edge, that give the print's grey."""
PAPER_LEVEL = slice(32, 46)
"""Samples 0.7 to 1.35 mm outside the edge, that give the paper's."""
MIN_CONTRAST = 30.0
"""Grey levels below which a profile shows no edge: its marker is torn, folded, or was not printed there."""
MIN_PROFILES = 20
"""Fewer say nothing."""
PIXEL_BLUR = 0.55
"""Blur that sampling itself adds, in pixels (standard deviation): 0.49 to 0.73 at 150, 200 and 300 dpi, full and half
scale, on simulated pages of known blur from 0 to 0.2 mm; test_quality.py holds it."""
OUTLINES = 10
"""Outlines looked at on a page without markers, spread over it."""
LINE_REACH_MM = 1.2
"""How far a profile across a printed outline reaches to both sides: a foreign form's registration is good to 0.2 mm."""
BRIGHTEST = -5
"""Which of a profile's 48 samples, from the brightest, gives its paper: one in ten may be noise."""
LINE_TO_SIGMA = 0.5
"""Blur of a line over its contrast by steepest slope: 0.61 for a hair line, 0.4 for a wide one (Gaussian)."""

BLURRED_MM = 0.2
"""Blur (standard deviation) beyond which a fine pen's stroke of 0.28 mm keeps about half its contrast.  On 400 simulated
office pages it was at most 0.051 mm, on 60 bad ones 0.105, on 17 real scans 0.044 to 0.123; codes fail from 0.35."""
LOW_CONTRAST = 100.0
"""Grey levels between paper and print, below which a pale blue pen is 40 levels and less over the paper."""
DARK_PAPER = 160.0
"""Grey of the paper below which a scan is dark: 228 and more on 400 simulated office pages, 177 on 60 bad ones."""
LIGHT_PRINT = 120.0
"""Grey of printed black above which toner or ink was short: at most 15 on office pages, 43 on bad ones."""
LOW_DPI = 140.0
"""Dots an inch on the form below which a scan is too coarse: 150 dpi of a form printed at 93 %."""
STRETCHED = 0.01
"""Difference of the scales across and down the page: at most 0.0025 on office pages, 0.0059 on bad ones, 0.003 on 17
real scans."""
PERSPECTIVE = 0.02
"""Difference of a page's opposite sides from which it is a photo: then the scales differ by the angle of view."""
CUT_RIM_MM = 0.3
"""Rim of a field that must lie in the image too: its printed line."""
LOW_JPEG_QUALITY = 40
"""On the scale of libjpeg; below, 8 px blocks smear strokes of 0.3 mm at 150 dpi (seen on simulated scans)."""
LIBJPEG_MEAN = 57.625
"""Mean of the luminance table that libjpeg scales (ITU-T T.81, table K.1)."""


@dataclass(frozen=True)
class PrintLook:
    """How print looks on a scan: `blur_mm` (standard deviation of an edge), grey of `paper` and of `ink` (black print).

    `ink` is None on a form that we did not print: nobody knows how dark its lines were meant.
    """

    blur_mm: float
    paper: float
    ink: float | None


def page_quality(
    view: View, layout: Layout, page: int, *, shrink: int = 1, compression: int | None = None
) -> tuple[Finding, ...]:
    """What is wrong with the scan of one page, as findings of docs/reading.md.

    `view` is the page at working scale, `shrink` times smaller than the scan; `page` counts from 0; `compression` is
    what `jpeg_quality` says, where the scan was a JPEG.
    """
    sheet = layout.pages[page]
    return (*_looks(print_look(view, sheet)), *_shape(view, layout, sheet, shrink), *_compressed(compression))


def beyond_image(plane: Plane, shape: tuple[int, ...], boxes: Sequence[Box]) -> Flags:
    """Which of these boxes (mm) lie partly outside an image of `shape` (height, width), (n,): they show nothing.

    A field named here must never be read as empty.
    """
    if not boxes:
        return np.zeros(0, np.bool_)
    x, y, w, h = np.asarray(boxes, np.float64).T
    left, top, right, bottom = x - CUT_RIM_MM, y - CUT_RIM_MM, x + w + CUT_RIM_MM, y + h + CUT_RIM_MM
    mm = np.stack([left, top, right, top, right, bottom, left, bottom], axis=1).reshape(-1, 2)
    corners = plane.to_px(mm).reshape(-1, 4, 2)
    edge = np.array([shape[1], shape[0]]) - 0.5
    return np.asarray(((corners < -0.5) | (corners > edge)).any(axis=(1, 2)), np.bool_)


def print_look(view: View, page: PageLayout) -> PrintLook | None:
    """Sharpness and grey of the corner markers' edges, else of printed outlines; None where too few can be seen."""
    return _marker_look(view, page.markers) if page.markers else _outline_look(view, page)


def stretch(plane: Plane, page_size: tuple[float, float]) -> float | None:
    """Scale across over scale down the page; None on a photo, whose scales depend on the angle of view."""
    px = plane.to_px(corners_of((0.0, 0.0, *page_size)))
    top, right, bottom, left = np.linalg.norm(px - np.roll(px, -1, axis=0), axis=1)
    if max(abs(top / bottom - 1), abs(left / right - 1)) > PERSPECTIVE:
        return None
    return float((top + bottom) / page_size[0] / ((left + right) / page_size[1]))


def dots_per_inch(plane: Plane, page_size: tuple[float, float]) -> float:
    """Pixels of the image on one inch of the form, in the page's middle."""
    return plane.px_per_mm((page_size[0] / 2, page_size[1] / 2)) * MM_PER_INCH


def jpeg_quality(data: bytes) -> int | None:
    """The quality (1 to 100, libjpeg's scale) that a JPEG's first quantisation table stands for; None without one."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xDB and length >= 67 and data[at + 4] & 0x0F == 0:
            wide = 2 if data[at + 4] >> 4 else 1
            table = np.frombuffer(data[at + 5 : at + 5 + 64 * wide], ">u2" if wide == 2 else np.uint8)
            percent = float(table.mean()) / LIBJPEG_MEAN * 100
            return max(1, min(100, round((200 - percent) / 2 if percent <= 100 else 5000 / percent)))
        at += 2 + length
    return None


def _looks(look: PrintLook | None) -> list[Finding]:
    if look is None:
        return []
    found = []
    if look.blur_mm > BLURRED_MM:
        found.append(Finding(kind="blurred"))
    if look.paper < DARK_PAPER:
        found.append(Finding(kind="dark"))
    elif look.ink is not None and look.ink > LIGHT_PRINT:
        found.append(Finding(kind="light_print"))
    elif look.ink is not None and look.paper - look.ink < LOW_CONTRAST:
        found.append(Finding(kind="low_contrast"))
    return found


def _shape(view: View, layout: Layout, page: PageLayout, shrink: int) -> list[Finding]:
    found = []
    warm_up = [page.warm_up] if page.warm_up else []
    boxes = [*page.markers, *page.code_boxes, *warm_up, *(box for field in page.fields for box in field.boxes)]
    if beyond_image(view.plane, view.grey.shape, boxes).any():
        found.append(Finding(kind="cut_off"))
    if dots_per_inch(view.plane, layout.page_size) * shrink < LOW_DPI:
        found.append(Finding(kind="low_resolution"))
    ratio = stretch(view.plane, layout.page_size)
    if ratio is not None and abs(ratio - 1) > STRETCHED:
        found.append(Finding(kind="stretched"))
    return found


def _compressed(quality: int | None) -> list[Finding]:
    return [Finding(kind="strong_compression")] if quality is not None and quality < LOW_JPEG_QUALITY else []


def _marker_look(view: View, markers: Sequence[Box]) -> PrintLook | None:
    """Profiles across all edges of all markers: their levels, and how steeply they rise."""
    starts, outward = _sides(markers)
    offsets = np.arange(-INSIDE_MM, OUTSIDE_MM, STEP_MM)
    profiles = _sampled(view, starts, outward, offsets)
    ink, paper = profiles[:, RIM_LEVEL].mean(axis=1), profiles[:, PAPER_LEVEL].mean(axis=1)
    seen = paper - ink > MIN_CONTRAST
    if seen.sum() < MIN_PROFILES:
        return None
    shares = (profiles - ink[:, None]) / np.maximum(paper - ink, 1)[:, None]
    blurs = _blurs(shares)
    across = np.abs(outward[:, 0]) > 0.5
    sigma = max(_middle(blurs[seen & across]), _middle(blurs[seen & ~across]))
    return PrintLook(
        _less_pixel(sigma, view.plane, markers[0]), float(np.median(paper[seen])), float(np.median(ink[seen]))
    )


def _outline_look(view: View, page: PageLayout) -> PrintLook | None:
    """Profiles across printed outlines of unknown width and colour: contrast over steepest slope."""
    boxes = [box for field in page.fields for box in field.boxes]
    if not boxes:
        return None
    chosen = [boxes[i] for i in np.linspace(0, len(boxes) - 1, min(OUTLINES, len(boxes))).astype(int)]
    starts, outward = _sides(chosen)
    profiles = _sampled(view, starts, outward, np.arange(-LINE_REACH_MM, LINE_REACH_MM, STEP_MM))
    paper = np.partition(profiles, BRIGHTEST, axis=1)[:, BRIGHTEST]
    contrast = paper - profiles.min(axis=1)
    seen = contrast > MIN_CONTRAST
    if seen.sum() < MIN_PROFILES:
        return None
    slope = np.abs(profiles[:, 2:] - profiles[:, :-2]).max(axis=1) / (2 * STEP_MM)
    sigma = float(np.median(contrast[seen] / np.maximum(slope[seen], 1))) * LINE_TO_SIGMA
    return PrintLook(_less_pixel(sigma, view.plane, chosen[0]), float(np.median(paper)), None)


def _sides(boxes: Sequence[Box]) -> tuple[Points, Points]:
    """Points along the four sides of each box, (n, 2) mm, and the directions outward, (n, 2)."""
    along = np.linspace(0.12, 0.88, PROFILES_A_SIDE)
    corners = np.stack([corners_of(box) for box in boxes])[:, :, None]
    starts = corners + along[:, None] * (np.roll(corners, -1, axis=1) - corners)
    ways = np.array([[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    outward = np.broadcast_to(ways[:, None], starts.shape)
    return starts.reshape(-1, 2), outward.reshape(-1, 2)


def _sampled(view: View, starts: Points, outward: Points, offsets: Values) -> Values:
    """Grey along lines, (n, samples).  Beyond the image it repeats its edge, which shows no contrast."""
    at, beside = view.plane.to_px(starts), view.plane.to_px(starts + outward)
    x, y = ((at[:, axis, None] + offsets * (beside - at)[:, axis, None]).astype(np.float32) for axis in (0, 1))
    return np.asarray(cv2.remap(view.grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float64)


def _blurs(shares: Values) -> Values:
    """Standard deviation of each edge (mm), (n,): for a Gaussian edge F the integral of F (1 - F) is that over the root of pi."""
    return np.asarray((shares * (1 - shares)).sum(axis=1) * STEP_MM * np.sqrt(np.pi), np.float64)


def _middle(values: Values) -> float:
    """Mean of the middle half: a pen's stroke or a fold over some of the edges does not count."""
    ranked = np.sort(values)[len(values) // 4 : len(values) - len(values) // 4]
    return float(ranked.mean()) if len(ranked) else 0.0


def _less_pixel(sigma: float, plane: Plane, at: Box) -> float:
    """The blur in mm without what the pixels themselves add."""
    pixel = PIXEL_BLUR / plane.px_per_mm((at[0], at[1]))
    return float(np.sqrt(max(0.0, sigma**2 - pixel**2)))
