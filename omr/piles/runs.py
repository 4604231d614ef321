"""What follows what in a pile that lies one way: sides in runs, each of which may be one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from omr.reading import PageIdentity, PageReading

Key = tuple[str, str, int, str, int | None]
"""Questionnaire, version, edition, language, copy number: what pages of one person have in common."""
FORWARD, BACKWARD, TURNED, LAST_SHEET_FIRST = WAYS = range(4)
"""First pages up; from the last page back; each sheet turned over; sheets from the last, each the right way up."""


@dataclass(frozen=True)
class Run:
    """Sides that follow each other without a gap and may be one form; or a rejected page or cover sheet alone."""

    sides: tuple[PageReading, ...]
    begins: bool
    """The first of them is where a form begins."""
    ends: bool
    """The last of them is where a form ends."""
    unsure: bool = False
    """Sheets of it may be turned over: then its pages are two people's."""

    @property
    def identity(self) -> PageIdentity | None:
        return self.sides[0].identity

    @property
    def whole(self) -> bool:
        return self.begins and self.ends


def key_of(identity: PageIdentity) -> Key:
    return identity.questionnaire, identity.version, identity.edition, identity.language, identity.copy_number


@cache
def order_of(way: int, pages: int) -> tuple[int, ...]:
    """The pages of a form in the order in which they are scanned."""
    numbers = range(1, pages + 1)
    sheets = [numbers[first : first + 2] for first in range(0, pages, 2)]
    if way == TURNED:
        sheets = [sheet[::-1] for sheet in sheets]
    if way in (BACKWARD, LAST_SHEET_FIRST):
        sheets = [sheet[::-1] if way == BACKWARD else sheet for sheet in reversed(sheets)]
    return tuple(page for sheet in sheets for page in sheet)


def runs_of(pile: Sequence[PageReading], ways: Sequence[int]) -> list[Run]:
    """The pile in runs, each as long as page follows page; turned sheets of forms on both sides set right.

    `ways`: for each side which way it lies; runs end where it changes.
    """
    members: list[list[int]] = []
    for number, side in enumerate(pile):
        same_way = number and ways[number] == ways[number - 1]
        if same_way and follows(pile[number - 1], side, ways[number]):
            members[-1].append(number)
        else:
            members.append([number])
    runs = []
    for numbers in members:
        sides = tuple(pile[number] for number in numbers)
        first, last = sides[0].identity, sides[-1].identity
        order = order_of(ways[numbers[0]], first.pages) if first else ()
        begins = first is not None and first.page == order[0]
        runs.append(Run(sides, begins, last is not None and last.page == order[-1]))
    return _set_right(runs, [ways[numbers[0]] for numbers in members])


def follows(before: PageReading, after: PageReading, way: int) -> bool:
    """Whether a side is the next one of the same form."""
    one, other = before.identity, after.identity
    if one is None or other is None or key_of(one) != key_of(other):
        return False
    if None not in (one.duplex, other.duplex) and one.duplex != other.duplex:
        return False
    order = order_of(way, one.pages)
    return order.index(other.page) == order.index(one.page) + 1


def _set_right(runs: Sequence[Run], ways: Sequence[int]) -> list[Run]:
    """Cut sheets printed on both sides anew where single ones lie turned over: from 1 2 | 2 | 1 2 | 1 | 1 2 come five
    whole forms.  Only between whole forms, for a lost side may look like it; else what lies there is in doubt."""
    blocks: list[tuple[int, int]] = []
    start = 0
    while start < len(runs):
        end = _turned_until(runs, ways, start)
        if end:
            blocks.append((start, end))
        start = end or start + 1
    found = list(runs)
    for start, end in reversed(blocks):
        near = [n for n in (start - 1, end) if 0 <= n < len(runs) and runs[n].identity]
        clean = all(runs[n].whole or any(n in range(*block) for block in blocks) for n in near)
        sides, pages = _sides(runs[start:end]), _pages(runs[start])
        forms = [sides[first : first + pages] for first in range(0, len(sides), pages)]
        anew = [Run(tuple(form), begins=True, ends=True) for form in forms]
        found[start:end] = anew if clean else [replace(run, unsure=True) for run in runs[start:end]]
    return found


def _turned_until(runs: Sequence[Run], ways: Sequence[int], start: int) -> int | None:
    """Where the fewest runs end that begin with an incomplete one and are whole forms sheet by sheet.  Beside a page
    that was not read a run is incomplete for that."""
    identity = runs[start].identity
    if identity is None or not identity.duplex or runs[start].whole or _is_unread(runs, start - 1):
        return None
    for end in range(start + 1, len(runs)):
        other = runs[end].identity
        if other is None or key_of(other) != key_of(identity) or ways[end] != ways[start] or not other.duplex:
            return None
        incomplete = not runs[end].whole and not _is_unread(runs, end + 1)
        if incomplete and _sheet_by_sheet(_sides(runs[start : end + 1]), ways[start], identity.pages):
            return end + 1
    return None


def _is_unread(runs: Sequence[Run], number: int) -> bool:
    return 0 <= number < len(runs) and runs[number].sides[0].kind == "rejected"


def _sides(runs: Sequence[Run]) -> list[PageReading]:
    return [side for run in runs for side in run.sides]


def _pages(run: Run) -> int:
    return run.identity.pages if run.identity else 1


def _sheet_by_sheet(sides: Sequence[PageReading], way: int, pages: int) -> bool:
    """Whether the sides are whole forms, sheet after sheet, whichever side of a sheet comes first."""
    order = order_of(way, pages)
    if len(sides) % pages:
        return False
    for number, side in enumerate(sides):
        place = number % pages
        sheet = {page for page in order if (page + 1) // 2 == (order[place] + 1) // 2}
        if not side.identity or side.identity.page not in sheet:
            return False
    numbers = [side.identity.page if side.identity else 0 for side in sides]
    return all(len(set(numbers[first : first + pages])) == pages for first in range(0, len(sides), pages))


def pages_of(run: Run) -> tuple[int, ...]:
    return tuple(side.identity.page for side in run.sides if side.identity)
