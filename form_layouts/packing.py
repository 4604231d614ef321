"""Which block stands where: blocks with measured heights -> pages and columns.  A block never breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """Something that is printed in one piece; heights in mm, `wide` spans all columns."""

    height: float
    wide: bool


@dataclass(frozen=True)
class Place:
    """Where a block stands: page from 0, column from 0 in reading order (None: all columns), y in mm from the page's top."""

    block: int
    page: int
    column: int | None
    y: float


def pack(blocks: Sequence[Block], room: Sequence[tuple[float, float]], columns: int, gap: float) -> list[Place] | None:
    """Place every block, in order.

    `room` is (top, bottom) in mm of each page that may be used, `gap` the mm between two blocks.
    Runs of narrow blocks fill the columns of a page one after the other; a run that ends above a wide block,
    or is the last, is balanced.  Returns None where the pages do not suffice.
    """
    places: list[Place] = []
    page, y = 0, room[0][0] if room else 0.0
    index = 0
    while index < len(blocks):
        if page == len(room):
            return None
        top, bottom = room[page]
        run = _narrow_run(blocks, index)
        if not run:
            if y + blocks[index].height <= bottom:
                places.append(Place(index, page, None, y))
                y += blocks[index].height + gap
                index += 1
                continue
        else:
            split = _balanced(blocks, run, columns, bottom - y, gap)
            taken, lowest = 0, y
            for column, members in enumerate(split):
                at = y
                for member in members:
                    places.append(Place(member, page, column, at))
                    at += blocks[member].height + gap
                    taken += 1
                lowest = max(lowest, at)
            index += taken
            y = lowest
            if taken == len(run):
                continue
            if not taken and y == top and page + 1 == len(room):
                return None
        page += 1
        y = room[page][0] if page < len(room) else 0.0
    return places


def _narrow_run(blocks: Sequence[Block], start: int) -> list[int]:
    end = start
    while end < len(blocks) and not blocks[end].wide:
        end += 1
    return list(range(start, end))


def _balanced(blocks: Sequence[Block], run: list[int], columns: int, height: float, gap: float) -> list[list[int]]:
    """The run in `columns` columns no taller than `height`: as even as possible where all of it fits, else as much as fits."""
    tries = sorted(
        {
            round(sum(blocks[i].height + gap for i in run[a:b]) - gap, 3)
            for a in range(len(run))
            for b in range(a + 1, len(run) + 1)
        }
    )
    for limit in [limit for limit in tries if limit <= height]:
        split = _filled(blocks, run, columns, limit + 0.001, gap)
        if sum(map(len, split)) == len(run):
            return split
    return _filled(blocks, run, columns, height, gap)


def _filled(blocks: Sequence[Block], run: list[int], columns: int, height: float, gap: float) -> list[list[int]]:
    split: list[list[int]] = [[]]
    used = 0.0
    for member in run:
        while used + blocks[member].height > height:
            if len(split) == columns:
                return split
            split.append([])
            used = 0.0
            if blocks[member].height > height:
                return split
        split[-1].append(member)
        used += blocks[member].height + gap
    return split
