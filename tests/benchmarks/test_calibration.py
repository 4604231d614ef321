"""The table of confidences is what was counted, and a state that is not sure enough waits for a person."""

import numpy as np
import pytest

from benchmarks.calibration import Decision, pooled
from omr.confidence import KINDS, MEASURED, TARGET_ERROR, confidence


def test_bins_are_pooled_until_the_share_of_right_decisions_grows_with_the_margin() -> None:
    rng = np.random.default_rng(3)
    margins = rng.random(4000)
    right = rng.random(4000) < 0.9 + 0.1 * margins
    bins = pooled([Decision("stroke", float(m), bool(r)) for m, r in zip(margins, right, strict=True)])
    shares = [one.share for one in bins]
    assert len(bins) > 2
    assert shares == sorted(shares)
    assert sum(one.boxes for one in bins) == 4000
    assert sum(one.right for one in bins) == int(right.sum())


def test_no_error_in_few_boxes_is_no_proof() -> None:
    (one,) = pooled([Decision("clean", 0.5, True)] * 39)
    assert one.share == pytest.approx(39 / 40)


def test_every_kind_was_measured_and_grows_with_the_margin() -> None:
    assert set(MEASURED) == set(KINDS)
    for kind, table in MEASURED.items():
        assert table[0][0] == 0.0, kind
        assert [share for _, share in table] == sorted(share for _, share in table), kind
        assert 0 < confidence(kind, 0.0) <= confidence(kind, 1.0) < 1


def test_an_empty_box_without_ink_is_surer_than_the_target() -> None:
    assert confidence("clean", 0.9) > 1 - TARGET_ERROR / 10
