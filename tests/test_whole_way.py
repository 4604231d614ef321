"""From paper to data set, on both stacks: the short form of `python -m benchmarks service`."""

import pytest

from benchmarks.service_pile import run


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_pile_goes_through_browser_review_and_export_and_equals_the_truth_with_workers_killed() -> None:
    figures = run(quick=True)
    assert figures["different"] == []
    assert figures["values_compared"] > 400
    assert figures["browser_fields_reviewed"] == figures["killed_fields_reviewed"] > 20
    assert figures["killed_workers"] > 0
    assert (figures["killed_pages_lost"], figures["killed_submissions"]) == (0, figures["submissions"])
    assert figures["downloaded_equals_made"]
    assert figures["csv_equal_on_both_stacks"]
    assert figures["xlsx_equal_on_both_stacks"]
