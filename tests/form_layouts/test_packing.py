"""Packing blocks into pages and columns."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest

from form_layouts.packing import Block, Place, pack

TOLERANCE_MM = 0.01


def narrow(*heights: float) -> list[Block]:
    return [Block(height, wide=False) for height in heights]


def wide(*heights: float) -> list[Block]:
    return [Block(height, wide=True) for height in heights]


def assert_sound(
    blocks: Sequence[Block], room: Sequence[tuple[float, float]], columns: int, gap: float, places: list[Place]
) -> None:
    """Every block stands once, in reading order, inside its page, a gap below what is above it."""
    assert [place.block for place in places] == list(range(len(blocks)))
    for place in places:
        top, bottom = room[place.page]
        assert top <= place.y
        assert place.y + blocks[place.block].height <= bottom + TOLERANCE_MM
        assert (place.column is None) == blocks[place.block].wide
        assert place.column is None or 0 <= place.column < columns
    for before, after in pairwise(places):
        next_column = before.column is not None and after.column is not None and after.column > before.column
        below = after.y >= before.y + blocks[before.block].height + gap - TOLERANCE_MM
        assert after.page > before.page or (after.page == before.page and (next_column or below))
    for index, one in enumerate(places):
        for other in places[index + 1 :]:
            together = one.column is None or other.column is None or one.column == other.column
            if one.page == other.page and together:
                assert other.y >= one.y + blocks[one.block].height + gap - TOLERANCE_MM


def lowest_possible(heights: list[float], columns: int, gap: float) -> float:
    """Height of the tallest column in the best division of these blocks, in order; tries them all."""
    whole = sum(heights) + gap * (len(heights) - 1)
    if columns == 1 or len(heights) < 2:
        return whole
    cuts = range(1, len(heights))
    divided = [
        max(sum(heights[:cut]) + gap * (cut - 1), lowest_possible(heights[cut:], columns - 1, gap)) for cut in cuts
    ]
    return min(whole, *divided)


def test_wide_blocks_stand_below_each_other_and_go_on_on_the_next_page() -> None:
    assert pack(wide(40, 40, 40), [(30, 120), (30, 120)], columns=2, gap=5) == [
        Place(0, 0, None, 30),
        Place(1, 0, None, 75),
        Place(2, 1, None, 30),
    ]


def test_columns_are_even_before_a_wide_block() -> None:
    blocks = [*narrow(20, 20, 20, 20), *wide(10)]
    assert pack(blocks, [(30, 270)], columns=2, gap=5) == [
        Place(0, 0, 0, 30),
        Place(1, 0, 0, 55),
        Place(2, 0, 1, 30),
        Place(3, 0, 1, 55),
        Place(4, 0, None, 80),
    ]


def test_a_wide_block_stands_below_the_taller_column() -> None:
    places = pack([*narrow(50, 10, 10), *wide(10)], [(0, 200)], columns=2, gap=2)
    assert places is not None
    assert [place.column for place in places] == [0, 1, 1, None]
    assert places[3].y == 52


def test_a_run_that_goes_on_on_the_next_page_fills_its_page_first() -> None:
    places = pack(narrow(40, 40, 40, 40, 40), [(0, 90), (0, 90)], columns=2, gap=5)
    assert places is not None
    assert [(place.page, place.column) for place in places] == [(0, 0), (0, 0), (0, 1), (0, 1), (1, 0)]


def test_the_room_of_each_page_is_its_own() -> None:
    places = pack(wide(50, 50), [(30, 85), (60, 120)], columns=1, gap=5)
    assert places == [Place(0, 0, None, 30), Place(1, 1, None, 60)]


def test_no_blocks_need_no_place() -> None:
    assert pack([], [(0, 100)], columns=2, gap=5) == []


@pytest.mark.parametrize(
    ("blocks", "pages"),
    [(wide(50, 50.1), 1), (wide(105.1), 3), (narrow(105.1), 3), (narrow(50, 50, 50, 50, 50), 1), (wide(1), 0)],
    ids=["second does not fit", "too tall", "too tall for a column", "five for four", "no page"],
)
def test_nothing_is_placed_where_the_pages_do_not_suffice(blocks: list[Block], pages: int) -> None:
    assert pack(blocks, [(0, 105)] * pages, columns=2, gap=5) is None


def test_blocks_that_fill_the_page_to_the_last_hair_fit() -> None:
    for blocks in (wide(50, 50), narrow(50, 50, 50, 50)):
        places = pack(blocks, [(0, 105)], columns=2, gap=5)
        assert places is not None
        assert_sound(blocks, [(0, 105)], 2, 5, places)


def test_any_blocks_keep_their_order_and_never_overlap() -> None:
    chance = random.Random(20250804)
    packed = refused = 0
    for _ in range(600):
        columns, gap = chance.choice((1, 2, 3)), chance.choice((0.0, 2.6, 5.5))
        blocks = [
            Block(round(chance.uniform(5, 90), 3), wide=chance.random() < 0.3) for _ in range(chance.randint(1, 14))
        ]
        room = [(30.0, chance.uniform(110, 260)) for _ in range(chance.randint(1, 4))]
        places = pack(blocks, room, columns, gap)
        if places is None:
            refused += 1
            continue
        packed += 1
        assert_sound(blocks, room, columns, gap, places)
    assert packed > 100
    assert refused > 100


def test_pages_with_room_for_every_block_are_never_refused() -> None:
    chance = random.Random(20250805)
    for _ in range(200):
        blocks = [Block(chance.uniform(5, 100), wide=chance.random() < 0.5) for _ in range(chance.randint(1, 12))]
        room = [(0.0, 100.0)] * len(blocks)
        assert pack(blocks, room, columns=2, gap=5) is not None


def test_columns_are_as_even_as_their_order_allows() -> None:
    chance = random.Random(20250806)
    for _ in range(200):
        columns = chance.choice((2, 3))
        heights = [round(chance.uniform(5, 60), 2) for _ in range(chance.randint(1, 8))]
        places = pack(narrow(*heights), [(0, 1000)], columns, gap=3)
        assert places is not None
        lowest = max(place.y + heights[place.block] for place in places)
        assert lowest == pytest.approx(lowest_possible(heights, columns, 3), abs=TOLERANCE_MM)
