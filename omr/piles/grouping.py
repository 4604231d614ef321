"""Which pages of a pile belong together: by copy number, without one by their order.  In doubt they stay apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from omr.piles.order import Gap, order_in
from omr.piles.runs import Key, Run, key_of
from omr.piles.same_paper import same_papers
from omr.reading import SAME_PAPER, PageReading, accepted, likeness

ORDERLY_NUMBER = 0.75
"""Share of a photocopied number's pages in whole, unbroken forms from which their order says whose they are; set by
thought: two people sorted by page (1 1 2 2) reach a half, one lost page among ten people leaves nine tenths."""
PAGES_IN_TWO_RUNS = 4
"""Pages of a form from which fronts and backs scanned one after the other show in which order each run lies."""


@dataclass(frozen=True)
class Group:
    """The pages of one submission, in the order of the form.  `shared`: others carry the same copy number.
    `again`: sides of the same paper that were scanned once more.  `doubtful`: it has no number, and the order of the
    pile does not say whether other pages are of the same person.  `twice`: it has no number, and an earlier one has the
    same answers.  `gaps`: sides after which the order of the pile shows that pages of this submission are missing."""

    pages: tuple[PageReading, ...]
    shared: bool
    again: tuple[PageReading, ...] = ()
    doubtful: bool = False
    twice: bool = False
    gaps: tuple[PageReading, ...] = ()

    @property
    def missing(self) -> tuple[int, ...]:
        """Pages of the form, from 1, that are not there."""
        identities = [page.identity for page in self.pages if page.identity]
        seen = {identity.page for identity in identities}
        return tuple(number for number in range(1, identities[0].pages + 1) if number not in seen)

    @property
    def too_thin(self) -> frozenset[int]:
        """Places in `pages` whose blank fields prove nothing: one-bit scans of a pile that lost this hand's ink."""
        kinds = [{finding.kind for finding in page.findings} for page in self.pages]
        if not any("scan_too_thin" in kind for kind in kinds):
            return frozenset()
        return frozenset(place for place, kind in enumerate(kinds) if "one_bit" in kind)


@dataclass(frozen=True)
class _Numbers:
    """What came more than once of the pages with a copy number."""

    photocopied: frozenset[Key]
    """Several people carry it: other answers on the same side."""
    twice: frozenset[Key]
    """All of it came twice with the same answers: one paper, or two people of one mind; a person says which."""
    again: Mapping[Key, tuple[PageReading, ...]]
    """Sides that were scanned once more; the first scan counts."""


def group_pages(readings: Sequence[PageReading], arrived: Sequence[int] | None = None) -> list[Group]:
    """Which pages of a pile belong together, in the order of their first page.

    A copy number joins its pages wherever they lie.  Where some of its pages came twice with the same answers, a sheet
    was scanned again: the scan that arrived first counts (`arrived`: one number a reading; the pile's order without).
    Where they came with other answers, several people share the number, because the form was photocopied.  Their pages
    are joined only where whole forms lie in the pile without a gap, and pages without a number only where each follows
    the one before in a pile that is in order, and never across a cover sheet: what was put together wrongly would be
    another person's answer.  A page whose form was guessed stands alone: nobody knows its number.
    """
    guessed = [reading for reading in readings if _is_guessed(reading)]
    everything, readings = readings, [_unknown(reading) if _is_guessed(reading) else reading for reading in readings]
    numbers = _numbers(readings, arrived or range(len(readings)))
    left_out = {id(reading) for scans in numbers.again.values() for reading in scans}
    groups: list[list[PageReading]] = []
    joined: dict[tuple[Key, int], list[PageReading]] = {}
    times: Counter[tuple[Key, int]] = Counter()
    for reading in readings:
        key = _key(reading)
        if key is None or key[-1] is None or key in numbers.photocopied or id(reading) in left_out:
            continue
        page = _page(reading)
        person = (key, times[key, page])
        times[key, page] += 1
        if person not in joined:
            joined[person] = []
            groups.append(joined[person])
        joined[person].append(reading)
    loose, doubtful, gaps = _by_order(readings, numbers.photocopied)
    groups += _whole_enough(loose, numbers.photocopied)
    groups += [[reading] for reading in guessed]
    place = {id(reading): number for number, reading in enumerate(everything)}
    groups.sort(key=lambda group: min(place[id(page)] for page in group))
    return list(_described(groups, numbers, doubtful, gaps))


def _is_guessed(reading: PageReading) -> bool:
    return any(finding.kind == "identity_guessed" for finding in reading.findings)


def _unknown(reading: PageReading) -> PageReading:
    """The page as the order of the pile sees it: it may have been any page of anybody."""
    return reading.model_copy(update={"kind": "rejected", "identity": None})


def _numbers(readings: Sequence[PageReading], arrived: Sequence[int]) -> _Numbers:
    order = {id(reading): number for reading, number in zip(readings, arrived, strict=True)}
    sides: dict[Key, dict[int, list[PageReading]]] = {}
    for reading in readings:
        key = _key(reading)
        if key is not None and key[-1] is not None:
            sides.setdefault(key, {}).setdefault(_page(reading), []).append(reading)
    photocopied, twice, again = set(), set(), {}
    for key, by_page in sides.items():
        if all(len(scans) == 1 for scans in by_page.values()):
            continue
        if not all(_same_side(scans) for scans in by_page.values()):
            photocopied.add(key)
        elif {len(scans) for scans in by_page.values()} == {2} and len(by_page) == _pages(by_page):
            twice.add(key)
        else:
            first = {id(min(scans, key=lambda scan: order[id(scan)])) for scans in by_page.values()}
            again[key] = tuple(scan for scans in by_page.values() for scan in scans if id(scan) not in first)
    return _Numbers(frozenset(photocopied), frozenset(twice), again)


# ---- by order -------------------------------------------------------------------------------------------------


def _by_order(
    readings: Iterable[PageReading], photocopied: frozenset[Key]
) -> tuple[list[list[PageReading]], set[int], tuple[Gap, ...]]:
    """Pages without a number of their own, as the order of the pile joins them; those (by id) that may belong to others;
    and where the pile lacks a side."""
    groups: list[list[PageReading]] = []
    rest: list[PageReading] = []
    sides = [reading for reading in readings if reading.kind != "blank"]
    for cover, members in groupby(sides, lambda side: side.kind == "cover"):
        stretch = list(members)
        alone = not cover and all(_is_loose(side, photocopied) for side in stretch)
        forms = _two_runs(stretch) if alone else None
        groups += forms or []
        rest += [] if forms else stretch
    order = order_in(rest)
    doubtful: set[int] = set()
    for run, decided in zip(order.runs, order.decided, strict=True):
        if not _is_loose(run.sides[0], photocopied):
            continue
        if decided:
            groups.append(list(run.sides))
        else:
            groups += [[side] for side in run.sides]
            doubtful |= {id(side) for side in run.sides}
    _doubt_neighbours([run for run in order.runs if run.sides[0].kind != "rejected"], doubtful)
    return groups, doubtful, order.gaps


def _doubt_neighbours(runs: Sequence[Run], doubtful: set[int]) -> None:
    """Two incomplete forms without a number, one after the other and with different pages, may be one."""
    for one, other in pairwise(runs):
        pages = [{_page(side) for side in run.sides} for run in (one, other)]
        same = one.identity is not None and _key(one.sides[0]) == _key(other.sides[0])
        if same and not one.whole and not other.whole and not pages[0] & pages[1]:
            doubtful |= {id(side) for run in (one, other) for side in run.sides}


def _two_runs(stretch: Sequence[PageReading]) -> list[list[PageReading]] | None:
    """Whole forms out of all fronts and then all backs: what a feeder for one side makes of sheets with two.

    Only where the stretch is nothing else, each run lies in one file, and neither lacks a page: then their orders are
    seen (1 3 1 3, 4 2 4 2), and which back belongs to which front.
    """
    halves = [list(sides) for _, sides in groupby(stretch, lambda side: _page(side) % 2)]
    if len(halves) != 2 or any(len({side.file for side in half}) > 1 for half in halves):
        return None
    one, other = _half_forms(halves[0]), _half_forms(halves[1])
    if one is None or other is None or len(one[0]) != len(other[0]):
        return None
    pairs = list(zip(one[0], other[0] if one[1] == other[1] else other[0][::-1], strict=True))
    if any(_key(first[0]) != _key(second[0]) for first, second in pairs):
        return None
    return [[*first, *second] for first, second in pairs]


def _half_forms(half: Sequence[PageReading]) -> tuple[list[list[PageReading]], bool] | None:
    """The forms whose fronts, or backs, follow each other in a run, and whether their pages count up."""
    for upward in (True, False):
        forms: list[list[PageReading]] = []
        rest = list(half)
        while rest and rest[0].identity:
            pages = rest[0].identity.pages
            wanted = [page for page in range(1, pages + 1) if page % 2 == _page(rest[0]) % 2]
            form, rest = rest[: len(wanted)], rest[len(wanted) :]
            seen = [_page(side) for side in form]
            same = len({_key(side) for side in form}) == 1
            if pages < PAGES_IN_TWO_RUNS or not same or seen != (wanted if upward else wanted[::-1]):
                forms = []
                break
            forms.append(form)
        if forms:
            return forms, upward
    return None


def _whole_enough(groups: Sequence[list[PageReading]], photocopied: frozenset[Key]) -> list[list[PageReading]]:
    """Of people who share a number only whole forms, and only where nearly all pages of the number lie in such: else
    the pile was sorted or shuffled, and pages that touch may be two people's."""
    whole: Counter[Key | None] = Counter()
    pages: Counter[Key | None] = Counter()
    for group in groups:
        pages[_key(group[0])] += len(group)
        whole[_key(group[0])] += len(group) * _is_whole(group)
    joined = []
    for group in groups:
        key = _key(group[0])
        if key in photocopied and not (_is_whole(group) and whole[key] >= ORDERLY_NUMBER * pages[key]):
            joined += [[page] for page in group]
        else:
            joined.append(group)
    return joined


# ---- what is to be said about them ----------------------------------------------------------------------------


def _described(
    groups: Sequence[list[PageReading]], numbers: _Numbers, doubtful: set[int], gaps: Sequence[Gap]
) -> Iterator[Group]:
    ending = {id(gap.after): gap for gap in gaps}
    beginning = {id(gap.next): gap for gap in gaps}
    twice = _scanned_twice(groups)
    for number, pages in enumerate(groups):
        key = _key(pages[0])
        assert key is not None
        group = Group(
            pages=tuple(sorted(pages, key=_page)),
            shared=key in numbers.photocopied or key in numbers.twice,
            again=numbers.again.get(key, ()),
            doubtful=key[-1] is None and any(id(page) in doubtful for page in pages) and not _is_whole(pages),
            twice=number in twice,
        )
        missing = set(group.missing)
        ends = [ending[id(page)] for page in pages if id(page) in ending]
        starts = [beginning[id(page)] for page in pages if id(page) in beginning]
        found = [gap for gap in ends if missing & set(gap.ending)]
        found += [gap for gap in starts if gap not in ends and missing & set(gap.beginning)]
        yield replace(group, gaps=tuple(gap.after for gap in found))


def _scanned_twice(groups: Sequence[Sequence[PageReading]]) -> set[int]:
    """Places of groups without a number that have the same answers as an earlier one of their form."""
    found: set[int] = set()
    forms: dict[Key, list[int]] = {}
    for number, group in enumerate(groups):
        key = _key(group[0])
        if key is not None and key[-1] is None:
            forms.setdefault(key, []).append(number)
    for members in forms.values():
        answers = [
            {name: value for page in groups[number] for name, value in accepted(page.answers).items()}
            for number in members
        ]
        found |= {members[later] for later in same_papers(answers)}
    return found


def _same_side(scans: Sequence[PageReading]) -> bool:
    """Whether all scans of one side show the same answers."""
    return all(likeness(accepted(scans[0].answers), accepted(scan.answers)) >= SAME_PAPER for scan in scans[1:])


def _is_loose(side: PageReading, photocopied: frozenset[Key]) -> bool:
    """Whether only the order of the pile can say whose page it is."""
    key = _key(side)
    return key is not None and (key[-1] is None or key in photocopied)


def _is_whole(group: Sequence[PageReading]) -> bool:
    identity = group[0].identity
    return identity is not None and len(group) == identity.pages


def _key(side: PageReading) -> Key | None:
    return key_of(side.identity) if side.identity else None


def _page(side: PageReading) -> int:
    return side.identity.page if side.identity else 0


def _pages(by_page: Mapping[int, Sequence[PageReading]]) -> int:
    """How many pages the form has."""
    return next(scan.identity.pages for scans in by_page.values() for scan in scans if scan.identity)
