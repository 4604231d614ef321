"""The reader's groups become rows: every finding of the pile reaches the submission that it is about."""

from __future__ import annotations

from omr.reading import PageReading
from service.submissions import Pile
from tests.omr.piles import COVER, in_file, people
from workers import steps


def pile(readings: list[PageReading]) -> Pile:
    """As the database gives it: rows from 100."""
    editions = tuple(1 if reading.identity else None for reading in readings)
    return Pile(tuple(range(100, 100 + len(readings))), editions, tuple(readings))


def test_two_sheets_fed_together_point_to_the_side_before_the_gap() -> None:
    sides = [side for person in people(5, 4, numbered=True, duplex=True) for side in person.all()]
    groups = steps._groups(pile(in_file(sides[:7] + sides[9:])))
    told = [(group.copy_number, group.findings, group.gap_after) for group in groups if group.findings]
    assert told == [(2, ("pages_missing", "double_feed"), 106), (3, ("pages_missing", "double_feed"), 106)]


def test_pages_without_a_number_and_in_no_order_say_so() -> None:
    one, other = people(2, 2)
    groups = steps._groups(pile(in_file([one.page(1), other.page(1), one.page(2), other.page(2)])))
    assert [(group.pages, group.findings) for group in groups] == [
        ((number,), ("pages_missing", "order_doubtful")) for number in range(100, 104)
    ]


def test_a_cover_sheet_is_in_no_group() -> None:
    one, other = people(2, 2)
    groups = steps._groups(pile(in_file([*one.all(), COVER, *other.all()])))
    assert [group.pages for group in groups] == [(100, 101), (103, 104)]
