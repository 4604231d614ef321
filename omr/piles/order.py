"""The order of a pile: which way it lies, which sides follow each other, and where a side is missing in between.

A scanner gives the sides of a pile in one of a few orders: first pages up, scanned from the back, every sheet turned
over, or the last sheet first.  The order is chosen for each file by what it leaves open: a form that begins after its
first page or ends before its last.  Nothing here looks at copy numbers that one person alone has; see grouping.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from omr.piles.runs import FORWARD, LAST_SHEET_FIRST, TURNED, WAYS, Run, key_of, order_of, pages_of, runs_of
from omr.reading import PageReading

BREAK = 1.0
"""Cost of two neighbours that do not follow each other, and of a pile that begins or ends within a form."""
OTHER_WAY = 1.0
"""Cost of a file that lies another way than the one before: a lost side is about as likely (set by thought)."""
NOT_FIRST_PAGE_UP = 0.5
"""Cost of any way but the first where the pile begins with a first page: else a two-page form whose last page is lost
at the end of the pile would leave both ways open.  One that begins with a second page stays open."""
ONE_SIDED = {TURNED: 1.0, LAST_SHEET_FIRST: 2.0}
"""Cost of ways that only sheets printed on both sides have, where the page code says one side: somebody may have
printed on both all the same.  The last sheet first then looks like a pile cut in the middle of a form: undecided."""
CLEAR_BY = 0.5
"""Cost by which the best way must beat every other that would join other pages."""
ORDERLY = 0.8
"""Share of neighbours in order from which the order of a pile says whose a page is, of neighbours on two sheets.
People sorted by page, and shuffled two-page forms, reach a third; shuffled sheets of two-sheet forms a half; one lost
page among ten people nine tenths.  Tried with SIGHT on 1,200 shuffled piles of 10 to 200 people: one wrong pair."""
ORDERLY_FILE = 0.7
"""The same share for all of one file, so that no orderly place is found in a shuffled one by chance."""
SIGHT = 20
"""Neighbours looked at on each side of a place: a pile that fell down has orderly stretches and others."""
FEWEST_IN_ORDER = 3
"""Neighbours in order that it takes to say of a gap that its two sides were scanned one after the other."""


@dataclass(frozen=True)
class Gap:
    """Sides that are missing between two neighbours in the pile."""

    after: PageReading
    ending: tuple[int, ...]
    """Pages missing of the form that `after` belongs to."""
    next: PageReading
    beginning: tuple[int, ...]
    """Pages missing of the next side's form; the same ones, where it may be the same form."""


@dataclass(frozen=True)
class Order:
    """A pile as it was understood.  `decided[n]`: whether the order says what belongs to run n."""

    runs: tuple[Run, ...]
    decided: tuple[bool, ...]
    gaps: tuple[Gap, ...]


def order_in(pile: Sequence[PageReading]) -> Order:
    """Understand a pile: its sides in the order they were scanned, without the blank ones.

    Nothing is joined across a cover sheet; but both sides of it lie the same way.
    """
    feeds = _feeds(pile)
    if not feeds:
        return Order((), (), ())
    ways, clear = _ways(feeds)
    way_at = [way for feed, way in zip(feeds, ways, strict=True) for _ in feed]
    runs = runs_of(pile, way_at)
    steps = _steps(runs)
    clear_at: list[bool] = []
    for feed, sure in zip(feeds, clear, strict=True):
        inner = steps[len(clear_at) : len(clear_at) + len(feed) - 1]
        clear_at += [sure and _in_order(inner, ORDERLY_FILE)] * len(feed)
    decided, gaps, end = [], [], 0
    for run, then in zip(runs, [*runs[1:], None], strict=True):
        start, end = end, end + len(run.sides)
        places = range(start, end - 1) or range(max(start - 1, 0), max(start, 1))
        sure = all(clear_at[start:end]) and not run.unsure
        decided.append(sure and all(_in_order(_near(steps, place), ORDERLY) for place in places))
        if then and steps[end - 1] is False and clear_at[end - 1] and clear_at[end] and not _lost_number(run, then):
            near = _near(steps, end - 1)
            if sum(near) >= FEWEST_IN_ORDER and _in_order(near, ORDERLY):
                gaps.append(_gap(run, then, way_at[end - 1], way_at[end]))
    return Order(tuple(runs), tuple(decided), tuple(gaps))


def _feeds(pile: Sequence[PageReading]) -> list[list[PageReading]]:
    """The sides that went through the scanner in one go: those of a file, or of a row of files with one side each."""
    files = [list(sides) for _, sides in groupby(pile, lambda side: side.file)]
    feeds: list[list[PageReading]] = []
    for before, file in zip([[], *files], files, strict=False):
        if len(before) == len(file) == 1:
            feeds[-1] += file
        else:
            feeds.append(file)
    return feeds


# ---- which way it lies ----------------------------------------------------------------------------------------


def _ways(feeds: Sequence[Sequence[PageReading]]) -> tuple[list[int], list[bool]]:
    """For each feed its way, and whether every other way that would join other pages costs clearly more.

    The cheapest assignment of ways is found by dynamic programming, once from each end, so that the cheapest with a
    given way at a given feed is known too.
    """
    alone = [[_cost(feed, way) for way in WAYS] for feed in feeds]
    meet = [[[_meeting(a, b, one, other) for other in WAYS] for one in WAYS] for a, b in pairwise(feeds)]
    back = [[[row[one] for row in rows] for one in WAYS] for rows in reversed(meet)]
    before = _cheapest(alone, [_open(feeds[0][0], way, 0) for way in WAYS], meet)
    after = _cheapest(alone[::-1], [_open(feeds[-1][-1], way, -1) for way in WAYS], back)[::-1]
    ways, clear = [], []
    for number, feed in enumerate(feeds):
        total = [before[number][way] + after[number][way] - alone[number][way] for way in WAYS]
        best = total.index(min(total))
        rivals = [way for way in WAYS if way != best and total[way] < total[best] + CLEAR_BY]
        ways.append(best)
        clear.append(all(_joined(feed, way) == _joined(feed, best) for way in rivals))
    return ways, clear


def _cheapest(
    alone: Sequence[Sequence[float]], first: Sequence[float], meet: Sequence[Sequence[Sequence[float]]]
) -> list[list[float]]:
    """For each feed and way the least cost of all feeds up to it.  `meet`: [feed][its way][the next one's way]."""
    found = [[first[way] + alone[0][way] for way in WAYS]]
    for costs, meeting in zip(alone[1:], meet, strict=True):
        found.append([costs[way] + min(found[-1][one] + meeting[one][way] for one in WAYS) for way in WAYS])
    return found


def _cost(feed: Sequence[PageReading], way: int) -> float:
    """What does not follow within one feed that lies this way."""
    cost = sum(_break(one, other, way) for one, other in pairwise(feed))
    first = feed[0].identity
    cost += NOT_FIRST_PAGE_UP * (first is not None and first.page == 1 and way != FORWARD)
    longer = any(side.identity and side.identity.pages > 2 and not side.identity.duplex for side in feed)
    return cost + (ONE_SIDED.get(way, 0.0) if longer else 0.0)


def _meeting(one: Sequence[PageReading], other: Sequence[PageReading], way: int, other_way: int) -> float:
    """What does not follow where one feed ends and the next begins."""
    if way == other_way:
        return _break(one[-1], other[0], way)
    return _open(one[-1], way, -1) + _open(other[0], other_way, 0) + OTHER_WAY


def _break(one: PageReading, other: PageReading, way: int) -> float:
    """Whether sides are missing between two neighbours.  Where a form goes on is not asked here: ways that only begin
    elsewhere in the form (3 4 1 2) must differ by where the pile, another form or a cover sheet begins, and not by
    which sides happen to be lost."""
    if "rejected" in (one.kind, other.kind):
        return 0.0
    if one.identity and other.identity and key_of(one.identity) == key_of(other.identity):
        order = order_of(way, one.identity.pages)
        here, there = order.index(one.identity.page), order.index(other.identity.page)
        return BREAK * (there != (here + 1) % len(order))
    return max(_open(one, way, -1), _open(other, way, 0))


def _open(side: PageReading, way: int, end: int) -> float:
    """Whether a form would begin after its first page (`end` 0), or end before its last (-1)."""
    identity = side.identity
    return BREAK * (identity is not None and identity.page != order_of(way, identity.pages)[end])


def _joined(feed: Sequence[PageReading], way: int) -> set[tuple[int, ...]]:
    return {tuple(map(id, run.sides)) for run in runs_of(feed, [way] * len(feed)) if len(run.sides) > 1}


# ---- how sure that is -----------------------------------------------------------------------------------------


def _steps(runs: Sequence[Run]) -> list[bool | None]:
    """For each two neighbours whether they are in order; None where that says nothing: beside a cover sheet or a rejected
    page, for the two sides of a sheet, which nobody can part, and between forms of one page."""
    steps: list[bool | None] = []
    for run, then in zip(runs, [*runs[1:], None], strict=True):
        steps += [None if _one_sheet(one, other) else True for one, other in pairwise(pages_of(run))]
        if then is None:
            continue
        known = run.identity and then.identity and max(run.identity.pages, then.identity.pages) > 1
        steps.append(run.ends and then.begins if known else None)
    return steps


def _one_sheet(one: int, other: int) -> bool:
    return (one + 1) // 2 == (other + 1) // 2


def _near(steps: Sequence[bool | None], place: int) -> list[bool]:
    """What the neighbours around a place say, itself included."""
    before = [step for step in steps[max(0, place - 3 * SIGHT) : place] if step is not None][-SIGHT:]
    after = [step for step in steps[place : place + 3 * SIGHT] if step is not None][: SIGHT + 1]
    return before + after


def _in_order(steps: Sequence[bool | None], share: float) -> bool:
    """Whether all but one of the neighbours are in order, or nearly all."""
    said = [step for step in steps if step is not None]
    good = sum(said)
    return len(said) - good <= 1 or good >= share * len(said)


def _lost_number(run: Run, then: Run) -> bool:
    """Whether one of two neighbours may be a page of the other's form whose page code nobody could read."""
    one, other = run.identity, then.identity
    if one is None or other is None or (one.copy_number is None) == (other.copy_number is None):
        return False
    return key_of(one)[:-1] == key_of(other)[:-1]


def _gap(run: Run, then: Run, way: int, next_way: int) -> Gap:
    """What is missing between two runs that are next to each other."""
    last, first = run.sides[-1].identity, then.sides[0].identity
    assert last is not None
    assert first is not None
    order, next_order = order_of(way, last.pages), order_of(next_way, first.pages)
    place, next_place = order.index(last.page), next_order.index(first.page)
    if key_of(last) == key_of(first) and way == next_way and next_place > place:
        between = order[place + 1 : next_place]
        return Gap(run.sides[-1], between, then.sides[0], between)
    return Gap(run.sides[-1], order[place + 1 :], then.sides[0], next_order[:next_place])
