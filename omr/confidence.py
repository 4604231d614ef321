"""How sure a state is: the share that was right of all boxes like it, counted on simulated sheets of other seeds.

`python -m benchmarks.calibration` draws the sheets, counts, and prints MEASURED anew.  Bins are pooled until the share
grows with the margin (pool adjacent violators, Ayer et al. 1955); an error is added to each, since none in n is no proof.
"""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["clean", "specked", "entered", "shaped", "stroke", "full", "taken back", "bubble"]
"""What speaks for a state: an empty box without ink, with specks, with a neighbour's tail; a plain cross or tick, another
stroke, a filled box on a filling person's sheet, a blackened box beside a stroke, a bubble."""
KINDS: tuple[Kind, ...] = get_args(Kind)
TARGET_ERROR = 0.025
"""Largest share of wrong states among boxes that are just sure enough: whatever is less sure, a person looks at.  The
average lies far below it: most boxes are far from the threshold."""
MEASURED: dict[Kind, tuple[tuple[float, float], ...]] = {
    "clean": ((0.00, 0.99703), (0.76, 0.99984)),  # 35002 boxes, 16 wrong
    "specked": ((0.00, 0.90244), (0.79, 0.93750)),  # 103 boxes, 6 wrong
    "entered": ((0.00, 0.95122), (0.52, 0.97521), (0.88, 0.98851)),  # 246 boxes, 3 wrong
    "shaped": ((0.00, 0.99743), (0.69, 0.99982)),  # 6224 boxes, 1 wrong
    "stroke": ((0.00, 0.98580), (0.80, 0.99432), (1.00, 0.99952)),  # 2801 boxes, 5 wrong
    "full": ((0.00, 0.99876),),  # 805 boxes, 0 wrong
    "taken back": ((0.00, 0.99746),),  # 393 boxes, 0 wrong
    "bubble": (
        (0.00, 0.99),
    ),  # on no simulated sheet; 3231 of real sheets, 0 wrong, but the thresholds were set on them
}
"""For each kind: margin from 0 to 1 from which, and probability."""


def confidence(kind: Kind, margin: float) -> float:
    """The probability that a state of this kind is right; `margin` 0 is at the threshold, 1 far from it."""
    probability = MEASURED[kind][0][1]
    for start, share in MEASURED[kind]:
        if margin >= start:
            probability = share
    return probability
