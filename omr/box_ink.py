"""Whose the ink in and around checkboxes is: a box's own, the tail of another one's mark, or nobody's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from omr.empty_boxes import EAST, INNER, MIDDLE, NEAREST, OTHERS, OVER, WEST, EmptyBoxes
from omr.ink import PX_PER_MM2, Cleaned, Mask, Numbers, Places, parts

MIDDLE_MM2 = 0.06
"""Ink in the middle half of a box from which it is no mere tail of a neighbour's mark: it would have to run 1.3 mm in."""
RING_SIDE = 0.6
"""Part of the box's height that a ring passes on both sides; the legs of a cross above it reach down to a third."""
DIRECTIONS, RING_SHARE = 24, 0.7
"""Directions from a box's middle, and share of them in which a ring is seen: a cross that runs in is seen in a third."""
RING_WIDTHS = 1.1
"""How far from a box's middle a ring may lie, in box widths: they reach 0.9."""


@dataclass(frozen=True)
class BoxInk:
    """The new ink in and around the boxes of one size, pixel by pixel: (m,) each."""

    places: Places
    """In the stack of patches."""
    numbers: Numbers
    """Of the connected part, from 1; 0 in a speck."""
    patch: Places
    """Which patch that is."""
    lies: npt.NDArray[np.uint8]
    """The flags of EmptyBoxes.lies."""
    own: Mask
    """Of the patch's own box."""
    entered: Mask
    """Inside that box, the tail of another one's mark."""
    lonely: Mask
    """Beside that box, of no box."""
    elsewhere: npt.NDArray[np.float64]
    """Share of the part it hangs together with that lies in other boxes, of what lies in any."""
    patches: int

    def lies_in(self, flags: int) -> Mask:
        """Which of the ink has one of these flags."""
        return np.asarray((self.lies & flags) > 0)

    def count(self, some: Mask) -> Places:
        """How many pixels of some of the ink there are in each patch."""
        return np.bincount(self.patch[some], minlength=self.patches)

    def drawn(self, some: Mask, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """Some of the ink as patches of `size` (height, width): 1 where it is."""
        patches = np.zeros((self.patches, *size), np.uint8)
        patches.ravel()[self.places[some]] = 1
        return patches


def whose_ink(empty: EmptyBoxes, clean: Cleaned) -> BoxInk:
    """Ink that hangs together belongs to the box in which more of it lies than in others, or in whose middle it is seen."""
    places = clean.ink
    numbers = parts(places, empty.printed)
    lies = empty.lies.ravel()[places]
    here, amid, there = (
        np.bincount(numbers[(lies & part) > 0], minlength=int(numbers.max(initial=0)) + 1)
        for part in (INNER, MIDDLE, OTHERS)
    )
    tail = (there > here) & (amid < MIDDLE_MM2 * PX_PER_MM2)
    own, lonely = (here > 0) & ~tail, (here == 0) & (there == 0)
    own[0] = tail[0] = lonely[0] = False
    return BoxInk(
        places, numbers, places // (empty.size[0] * empty.size[1]), lies,
        own[numbers], tail[numbers] & ((lies & INNER) > 0), lonely[numbers] & ((lies & NEAREST) > 0),
        (there / np.maximum(here + there, 1))[numbers], len(empty.members),
    )  # fmt: skip


def ringed(empty: EmptyBoxes, ink: BoxInk) -> Mask:
    """Which boxes have ink all around them: a part that hangs together in most directions from the box's middle, or
    whatever ink left and right of it over most of its height, and above or below."""
    height, width = empty.size
    around = (ink.numbers > 0) & ~ink.lies_in(OTHERS)
    heights = np.array([bottom - top for _, top, _, bottom in empty.edges])
    sides = []
    for side in (WEST, EAST):
        rows = np.unique(ink.places[around & ink.lies_in(side)] // width)
        sides.append(np.bincount(rows // height, minlength=ink.patches) / heights)
    beside = (np.minimum(*sides) >= RING_SIDE) & (ink.count(around & ink.lies_in(OVER)) > 0)
    return np.asarray(beside | _encircled(empty, ink), np.bool_)


def _encircled(empty: EmptyBoxes, ink: BoxInk) -> Mask:
    """Which boxes one part of the ink goes round, through other boxes too."""
    left, top, right, bottom = np.array(empty.edges).T
    y, x = np.divmod(ink.places % (empty.size[0] * empty.size[1]), empty.size[1])
    x, y = x - (left + right)[ink.patch] / 2, y - (top + bottom)[ink.patch] / 2
    reach = RING_WIDTHS * np.maximum(right - left, bottom - top)[ink.patch]
    near = (ink.numbers > 0) & ~ink.lies_in(INNER) & (x**2 + y**2 <= reach**2)
    direction = ((np.arctan2(y[near], x[near]) / (2 * np.pi) + 0.5) * DIRECTIONS).astype(np.intp) % DIRECTIONS
    seen = np.unique(ink.numbers[near] * DIRECTIONS + direction) // DIRECTIONS
    rings = np.bincount(seen, minlength=int(ink.numbers.max(initial=0)) + 1) >= RING_SHARE * DIRECTIONS
    return ink.count(rings[ink.numbers]) > 0
