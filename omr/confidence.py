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
    "clean": ((0.00, 0.99752), (0.84, 0.99955), (0.91, 0.99977)),  # 35416 boxes, 17 wrong
    "specked": ((0.00, 0.71429),),  # 13 boxes, 3 wrong
    "entered": ((0.00, 0.92683), (0.72, 0.99240)),  # 302 boxes, 3 wrong
    "shaped": ((0.00, 0.99986),),  # 6943 boxes, 0 wrong
    "stroke": ((0.00, 0.99950),),  # 2014 boxes, 0 wrong
    "full": ((0.00, 0.99756),),  # 817 boxes, 1 wrong
    "taken back": ((0.00, 0.99750),),  # 399 boxes, 0 wrong
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
