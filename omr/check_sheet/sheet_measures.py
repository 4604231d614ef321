"""What a scan of the check sheet shows, measured: nothing is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from form_layouts.check_sheet import (
    CROSS_PENS,
    CROSSES,
    LINE_WIDTHS,
    LINES_ACROSS,
    LINES_DOWN,
    MARKERS,
    OWN,
    PATTERN_LINES,
    PATTERNS_ACROSS,
    PATTERNS_DOWN,
    STROKE_INKS,
    STROKE_MM,
    STROKES,
    WEDGE,
    WHITE,
)
from form_layouts.layout import Box, PageLayout
from form_layouts.typesetting import PAGE
from omr.check_sheet.scan_source import Source
from omr.geometry import MM_PER_INCH, Plane, Points, View, corners_of
from omr.image import Grey
from omr.markers import Markers
from omr.quality import PrintLook, print_look, stretch

Values = npt.NDArray[np.float64]

FLAT_PX_PER_MM = 12.0
"""Resolution of the sheet laid flat, about 300 dpi."""
SEEK_MM = 1.2
"""How far a stroke may stand beside its place: feeders stretch paper by up to a millimetre."""
AROUND_MM = 2.0
"""To both sides of a stroke; what is beyond SEEK_MM is paper."""
BOX_RIM_MM = 1.2
"""From the outline of a box inwards, what is left out of its ink."""
MODULATION = 0.15
"""Share of full contrast from which lines are seen apart; noise of a bad scan gives 0.03."""
SQUARE_WAVE = 2 / np.pi
"""Amplitude of a square wave's first harmonic over its contrast."""
STREAK_LEVELS = 10.0
"""Grey levels by which a streak is darker than the paper beside it; noise gives 1 in the median of a column."""
STREAK_MM = 3.0
"""Half the width of the paper that a streak is compared with; a streak is narrower than a third of it."""
SHEET_RIM_MM = 2.5
"""Left out along the sheet's edges, where scanners see shadows."""
WEDGE_LEVELS, WEDGE_SLIP = 60.0, 5.0
"""Grey levels by which the wedge darkens at least, and by which one of its steps may be lighter than the one before."""
LEAST_WHITE_MM = 5.0
"""Unprinted paper that a line of pixels must cross to be judged."""


@dataclass(frozen=True)
class SheetMeasures:
    """One scan of the check sheet.  Shares of ink are of the full way from paper to black."""

    dots_per_inch: float
    """Pixels of the stored picture on one inch of the sheet as designed."""
    skew_deg: float
    stretch: float | None
    """Scale across over scale down the sheet; None where it is not known."""
    look: PrintLook | None
    saturated: float
    """Share of unprinted pixels that are pure white."""
    palest_step: float
    """Ink of the palest grey step (5 %) over its design."""
    strokes: tuple[float, ...]
    """Ink of each pale stroke over its design, palest first."""
    lines: tuple[float, ...]
    """Ink of each thin line over its design, thinnest first, the worse of both directions."""
    crosses: tuple[float, ...]
    """Ink of each printed cross over its design."""
    own: tuple[float, ...]
    """Darkness of the person's own crosses; about 0 where there is none."""
    line_pairs: int
    """Finest line pairs a millimetre that can be told apart in both directions; 0 for none."""
    streaks: int
    """Dark lines along the picture's rows or columns where nothing is printed."""
    wedge: bool
    """Whether the grey steps darken one by one: the sheet is known by them where its code cannot be read."""
    lost_mm: tuple[float, float, float, float]
    """How much of the sheet lies beyond the picture at its top, right, bottom and left edge."""


def sheet_plane(markers: Markers) -> Plane | None:
    """Where the sheet lies: by four markers with perspective, by three affine, by two without stretch; None by fewer."""
    seen = sorted(markers.corners)
    if len(seen) < 2:
        return None
    mm = np.vstack([corners_of(MARKERS[corner]) for corner in seen])
    px = np.vstack([markers.corners[corner] for corner in seen])
    if len(seen) == 4:
        return Plane(np.asarray(cv2.findHomography(mm, px, 0)[0], np.float64))
    affine = cv2.estimateAffine2D(mm, px)[0] if len(seen) == 3 else cv2.estimateAffinePartial2D(mm, px)[0]
    return Plane(np.vstack([affine, [0.0, 0.0, 1.0]]))


def measure_sheet(grey: Grey, plane: Plane, source: Source, *, corners: int) -> SheetMeasures:
    """Measure the sheet on its scan; `corners` is how many markers gave the plane."""
    flat = _flat(grey, plane)
    paper = _mean(flat, WEDGE[0])
    contrast = max(1.0, paper - _mean(flat, WEDGE[-1]))
    stored = max(source.width, source.height) / max(grey.shape)
    white = _white(grey, plane)
    lines = [
        min(_ink(flat, down, contrast), _ink(flat, across, contrast)) / width
        for down, across, width in zip(LINES_DOWN, LINES_ACROSS, LINE_WIDTHS, strict=True)
    ]
    return SheetMeasures(
        dots_per_inch=plane.px_per_mm((PAGE[0] / 2, PAGE[1] / 2)) * MM_PER_INCH * stored,
        skew_deg=_skew(plane),
        stretch=stretch(plane, PAGE) if corners >= 3 else None,
        look=print_look(View(grey, plane), PageLayout(markers=MARKERS)),
        saturated=float((grey[white] == 255).mean()) if white.any() else 0.0,
        palest_step=(paper - _mean(flat, WEDGE[1])) / contrast / 0.05,
        strokes=tuple(
            _ink(flat, box, contrast) / STROKE_MM / (ink / 100) for box, ink in zip(STROKES, STROKE_INKS, strict=True)
        ),
        lines=tuple(lines),
        crosses=tuple(
            _cross(flat, box, contrast) / _covered(width) / (ink / 100)
            for box, (width, ink) in zip(CROSSES, CROSS_PENS, strict=True)
        ),
        own=tuple(_own(flat, box, contrast) for box in OWN),
        line_pairs=_line_pairs(flat, contrast),
        streaks=_streaks(grey, white, plane),
        wedge=_darkens(flat),
        lost_mm=_lost(plane, grey.shape),
    )


def _flat(grey: Grey, plane: Plane) -> Grey:
    """The sheet upright at FLAT_PX_PER_MM."""
    size = (round(PAGE[0] * FLAT_PX_PER_MM), round(PAGE[1] * FLAT_PX_PER_MM))
    step = 1 / FLAT_PX_PER_MM
    to_mm = np.array([[step, 0, step / 2], [0, step, step / 2], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(grey, plane.matrix @ to_mm, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def _part(flat: Grey, box: Box, rim: float = 0.0) -> Grey:
    """The sheet within a box, `rim` mm further in on every side; further out where it is negative."""
    x, y, w, h = box
    left, top, right, bottom = (round(side * FLAT_PX_PER_MM) for side in (x + rim, y + rim, x + w - rim, y + h - rim))
    return flat[top:bottom, left:right]


def _mean(flat: Grey, box: Box) -> float:
    return float(_part(flat, box, 2.0).mean())


def _darkens(flat: Grey) -> bool:
    """White on the left, black on the right, and hardly a step that is lighter than the one before."""
    steps = np.diff([_mean(flat, box) for box in WEDGE])
    return bool(steps.sum() < -WEDGE_LEVELS and steps.max() < WEDGE_SLIP)


def _ink(flat: Grey, box: Box, contrast: float) -> float:
    """Ink across a line in mm of full black, whatever it was blurred to."""
    x, y, w, h = box
    down = h > w
    middle = x + w / 2 if down else y + h / 2
    strip = (
        (middle - AROUND_MM, y + 1, 2 * AROUND_MM, h - 2) if down else (x + 1, middle - AROUND_MM, w - 2, 2 * AROUND_MM)
    )
    profile = _part(flat, strip).mean(axis=0 if down else 1)
    away = np.abs(np.arange(len(profile)) + 0.5 - len(profile) / 2) / FLAT_PX_PER_MM
    paper = float(np.median(profile[away > SEEK_MM]))
    return float((paper - profile[away <= SEEK_MM]).sum()) / FLAT_PX_PER_MM / contrast


def _beside(flat: Grey, box: Box) -> float:
    """Grey of the paper left and right of a box."""
    x, y, w, h = box
    return float(np.median(np.hstack([_part(flat, (x - 2.5, y, 1.5, h)), _part(flat, (x + w + 1, y, 1.5, h))])))


def _cross(flat: Grey, box: Box, contrast: float) -> float:
    return (_beside(flat, box) - float(_part(flat, box, BOX_RIM_MM).mean())) / contrast


def _covered(width: float) -> float:
    """Share of a box's inner part that a cross of this width covers."""
    side = CROSSES[0][2] - 2 * BOX_RIM_MM
    return float((2 * np.sqrt(2) * side * width - 2 * width**2) / side**2)


def _own(flat: Grey, box: Box, contrast: float) -> float:
    """The darkest twentieth of what is inside a box."""
    inner = cv2.blur(_part(flat, box, BOX_RIM_MM), (3, 3))
    return (_beside(flat, box) - float(np.percentile(inner, 5))) / contrast


def _line_pairs(flat: Grey, contrast: float) -> int:
    finest = 0
    for lines, down, across in zip(PATTERN_LINES, PATTERNS_DOWN, PATTERNS_ACROSS, strict=True):
        profiles = _part(flat, down, 1.0).mean(axis=0), _part(flat, across, 1.0).mean(axis=1)
        if min(_modulation(profile, lines) for profile in profiles) < MODULATION * contrast:
            break
        finest = lines
    return finest


def _modulation(profile: Values, lines: int) -> float:
    """Contrast of a pattern of `lines` pairs a millimetre: its first harmonic, looked for within 2 %."""
    at = np.arange(len(profile)) / FLAT_PX_PER_MM
    waves = np.exp(-2j * np.pi * lines * np.linspace(0.98, 1.02, 9)[:, None] * at)
    return float(np.abs(waves @ (profile - profile.mean())).max()) * 2 / len(profile) / (SQUARE_WAVE)


def _skew(plane: Plane) -> float:
    """Degrees by which the sheet lies crooked, to the next quarter turn."""
    left, right = plane.to_px(np.array([[PAGE[0] / 2 - 50, PAGE[1] / 2], [PAGE[0] / 2 + 50, PAGE[1] / 2]]))
    angle = float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
    return (angle + 45) % 90 - 45


def _white(grey: Grey, plane: Plane) -> npt.NDArray[np.bool_]:
    """The pixels of the picture where the sheet is unprinted."""
    mask = np.zeros(grey.shape, np.uint8)
    for x, y, w, h in WHITE:
        left, right = max(x + 0.5, SHEET_RIM_MM), min(x + w - 0.5, PAGE[0] - SHEET_RIM_MM)
        corners = plane.to_px(corners_of((left, y + 0.5, right - left, h - 1)))
        cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
    return mask.astype(np.bool_)


def _streaks(grey: Grey, white: npt.NDArray[np.bool_], plane: Plane) -> int:
    """Dark lines along columns, or along rows where the picture was turned after scanning."""
    px_per_mm = plane.px_per_mm((PAGE[0] / 2, PAGE[1] / 2))
    return sum(_dips(image, mask, px_per_mm) for image, mask in ((grey, white), (grey.T, white.T)))


def _dips(grey: Grey, white: npt.NDArray[np.bool_], px_per_mm: float) -> int:
    enough = white.sum(axis=0) >= LEAST_WHITE_MM * px_per_mm
    columns = np.flatnonzero(enough)
    if not len(columns):
        return 0
    levels = np.array([np.median(grey[white[:, column], column]) for column in columns])
    reach = round(STREAK_MM * px_per_mm)
    beside = np.array([np.median(levels[max(0, at - reach) : at + reach + 1]) for at in range(len(levels))])
    dark = columns[beside - levels > STREAK_LEVELS]
    return int((np.diff(dark, prepend=-10 * reach) > px_per_mm).sum())


def _lost(plane: Plane, shape: Sequence[int]) -> tuple[float, float, float, float]:
    corners = plane.to_px(corners_of((0.0, 0.0, *PAGE)))
    scale = plane.px_per_mm((PAGE[0] / 2, PAGE[1] / 2))
    beyond = np.maximum(np.maximum(-0.5 - corners, corners - (np.array([shape[1], shape[0]]) - 0.5)), 0) / scale
    inward = [corners[(side + 3) % 4] - corners[side] for side in range(4)]
    return _by_side(beyond, np.asarray(inward))


def _by_side(beyond: Points, inward: Points) -> tuple[float, float, float, float]:
    """mm beyond the picture at each side: of its two corners the worse, along the way that leads into the sheet."""
    sides = []
    for side in range(4):
        axis = int(np.argmax(np.abs(inward[side])))
        sides.append(float(max(beyond[side][axis], beyond[(side + 1) % 4][axis])))
    return sides[0], sides[1], sides[2], sides[3]
