"""Which pages belong together: every way a pile can lie, and what may never be joined."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pytest

from omr.piles.grouping import Group, group_pages
from omr.reading import Finding, PageReading
from tests.omr.piles import BLANK, COVER, REJECTED, Person, in_file, is_pure, of, people


def pages_of(crowd: Sequence[Person], *numbers: int) -> list[PageReading]:
    """These pages of each person, one person after the other."""
    return [person.page(number) for person in crowd for number in numbers]


def shuffled(sides: Sequence[PageReading]) -> list[PageReading]:
    return [sides[place] for place in np.random.default_rng(5).permutation(len(sides)).tolist()]


def is_right(groups: Sequence[Group], crowd: Sequence[Person]) -> bool:
    """Every person's pages together, and nobody else's with them."""
    whole = [group for group in groups if not group.missing and not group.doubtful]
    return len(groups) == len(whole) == len(crowd) and all(is_pure(group, crowd) for group in groups)


def is_apart(groups: Sequence[Group]) -> bool:
    """Each page alone, with the reason."""
    return all(len(group.pages) == 1 and group.doubtful for group in groups)


# ---- which way the pile lies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("many", [1, 2, 7])
def test_a_pile_without_numbers_is_put_together_from_the_front_and_from_the_back(pages: int, many: int) -> None:
    crowd = people(many, pages)
    sides = list(chain.from_iterable(person.all() for person in crowd))
    assert is_right(group_pages(in_file(sides)), crowd)
    assert is_right(group_pages(in_file(sides[::-1])), crowd)


@pytest.mark.parametrize(
    ("pages", "order"), [(4, (2, 1, 4, 3)), (3, (2, 1, 3)), (4, (3, 4, 1, 2)), (5, (2, 1, 4, 3, 5))]
)
def test_sheets_printed_on_both_sides_may_all_lie_turned_over_or_with_the_last_sheet_first(
    pages: int, order: tuple[int, ...]
) -> None:
    crowd = people(5, pages, duplex=True)
    assert is_right(group_pages(in_file(pages_of(crowd, *order))), crowd)


def test_one_sheet_turned_over_is_set_right_where_the_form_was_printed_on_both_sides() -> None:
    for duplex in (True, False):
        a, b, c = crowd = people(3, 4, duplex=duplex)
        groups = group_pages(in_file([*a.all(), *pages_of([b], 1, 2, 4, 3), *c.all()]))
        assert is_right(groups, crowd) == duplex
        assert all(is_pure(group, crowd) for group in groups)


def test_sheets_of_two_forms_in_a_wrong_order_are_not_joined() -> None:
    """3 4 1 2 between whole forms: one person's sheets in a wrong order, or what is left of two people."""
    *before, b, c, d = crowd = people(8, 4, duplex=True)
    sides = [*pages_of(before, 1, 2, 3, 4), *pages_of([b], 3, 4), *pages_of([c], 1, 2), *d.all()]
    groups = group_pages(in_file(sides))
    assert of(groups)[-4:] == [[1, 2, 3, 4], [3, 4], [1, 2], [1, 2, 3, 4]]
    assert [group.doubtful for group in groups][-4:] == [False, True, True, False]
    assert all(is_pure(group, crowd) for group in groups)


@pytest.mark.parametrize("pages", [4, 5, 6])
@pytest.mark.parametrize("turned", [True, False])
@pytest.mark.parametrize("files", [1, 2])
def test_fronts_and_then_backs_are_put_together_where_both_runs_are_complete(
    pages: int, turned: bool, files: int
) -> None:
    """The feeder scans one side: the pile goes through twice, the second time turned over as a whole, or not."""
    crowd = people(6, pages)
    fronts = pages_of(crowd, *range(1, pages + 1, 2))
    backs = pages_of(crowd, *range(2, pages + 1, 2))[:: -1 if turned else 1]
    pile = in_file(fronts + backs) if files == 1 else [*in_file(fronts, "a.pdf"), *in_file(backs, "b.pdf")]
    assert is_right(group_pages(pile), crowd)
    lost = pile[:3] + pile[4:]
    groups = group_pages(lost)
    assert is_apart(groups)
    assert len(groups) == len(lost)


def test_fronts_and_backs_of_a_sheet_each_stay_apart() -> None:
    """1 1 1 2 2 2: nothing tells whether the second run was turned over."""
    crowd = people(3, 2)
    groups = group_pages(in_file(pages_of(crowd, 1) + pages_of(crowd, 2)))
    assert is_apart(groups)


def test_fronts_and_backs_of_two_piles_stay_apart() -> None:
    """Two piles, each scanned in two files: in the order of their names nothing says which backs are whose."""
    one, other = people(3, 4), people(3, 4, first=4)
    files = [pages_of(one, 1, 3), pages_of(other, 1, 3), pages_of(one, 2, 4)[::-1], pages_of(other, 2, 4)[::-1]]
    groups = group_pages([side for number, file in enumerate(files) for side in in_file(file, f"{number}.pdf")])
    assert is_apart(groups)


def test_a_file_that_lies_the_other_way_round_is_put_together_by_itself() -> None:
    one, other = people(8, 2), people(3, 2, first=9)
    turned = pages_of(other, 1, 2)[::-1]
    groups = group_pages([*in_file(pages_of(one, 1, 2), "a.pdf"), *in_file(turned, "b.pdf")])
    assert is_right(groups, one + other)


def test_a_form_may_begin_in_one_file_and_end_in_the_next() -> None:
    crowd = people(6, 2)
    sides = pages_of(crowd, 1, 2)
    assert is_right(group_pages([*in_file(sides[:5], "a.pdf"), *in_file(sides[5:], "b.pdf")]), crowd)
    assert is_right(group_pages([side for n, page in enumerate(sides) for side in in_file([page], f"{n}.jpg")]), crowd)


def test_a_pile_that_begins_with_a_second_page_and_ends_with_one_stays_apart() -> None:
    """2 1 2 1 2: the first page was lost, or the pile was scanned from the back and the last one was."""
    crowd = people(3, 2)
    groups = group_pages(in_file(pages_of(crowd, 1, 2)[1:]))
    assert is_apart(groups)
    upside = in_file(pages_of(crowd, 1, 2)[::-1][:-1])
    assert is_apart(group_pages(upside))


def test_a_pile_that_begins_with_a_first_page_lies_with_first_pages_up() -> None:
    crowd = people(3, 2)
    groups = group_pages(in_file(pages_of(crowd, 1, 2)[:-1]))
    assert of(groups) == [[1, 2], [1, 2], [1]]
    assert all(is_pure(group, crowd) for group in groups)


# ---- what may never be joined ---------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [COVER, REJECTED])
def test_pages_without_a_number_are_not_joined_across_a_cover_sheet_or_a_page_that_was_not_read(
    between: PageReading,
) -> None:
    (a,) = people(1, 2)
    groups = group_pages(in_file([a.page(1), between, a.page(2)]))
    assert of(groups) == [[1], [2]]
    assert [group.doubtful for group in groups] == [between is REJECTED] * 2


def test_photocopies_of_a_number_are_not_joined_across_a_cover_sheet() -> None:
    a, b, c = (Person(name, 2, copy=17) for name in (1, 2, 3))
    sides = [*a.all(), *b.all(), c.page(1), COVER, c.page(2)]
    assert of(group_pages(in_file(sides))) == [[1], [2], [1], [2], [1], [2]]
    assert of(group_pages(in_file([side for side in sides if side is not COVER]))) == [[1, 2]] * 3


def test_a_number_of_its_own_joins_pages_across_a_cover_sheet() -> None:
    a, b = people(2, 2, numbered=True)
    assert of(group_pages(in_file([a.page(1), *b.all(), COVER, a.page(2)]))) == [[1, 2], [1, 2]]


def test_pages_of_another_form_between_two_pages_leave_them_apart() -> None:
    """A pile in order holds each form in one piece."""
    a, b = Person(1, 2), Person(2, 2, language="ar")
    groups = group_pages(in_file([a.page(1), b.page(1), a.page(2), b.page(2)]))
    assert is_apart(groups)
    assert len(groups) == 4


def test_a_shuffled_pile_without_numbers_stays_apart() -> None:
    crowd = people(40, 2)
    groups = group_pages(in_file(shuffled(pages_of(crowd, 1, 2))))
    assert is_apart(groups)
    assert len(groups) == 80


def test_the_part_of_a_pile_that_fell_down_stays_apart_and_the_rest_is_put_together() -> None:
    crowd = people(120, 2)
    sides = pages_of(crowd, 1, 2)
    groups = group_pages(in_file(shuffled(sides[:80]) + sides[80:]))
    assert all(is_pure(group, crowd) for group in groups)
    whole = [group for group in groups if not group.missing]
    assert 65 < len(whole) <= 80


def test_a_page_that_touches_a_page_of_a_print_on_both_sides_is_not_joined_to_it() -> None:
    a, b = Person(1, 2), Person(2, 2, duplex=True)
    assert of(group_pages(in_file([a.page(1), b.page(2)]))) == [[1], [2]]


# ---- what is to be said about them ----------------------------------------------------------------------------


def gaps(groups: Sequence[Group]) -> list[tuple[int, list[int], tuple[int, ...]]]:
    """For each incomplete group: its number, the places in the file after which to look, and what is missing."""
    found = enumerate(groups)
    return [(n, [side.index for side in group.gaps], group.missing) for n, group in found if group.missing]


@pytest.mark.parametrize("numbered", [True, False])
def test_two_sheets_fed_together_are_noticed_between_the_sides_that_show_it(numbered: bool) -> None:
    """Printed on both sides, the scanner sees the front of one sheet and the back of the next: 1 and 4."""
    crowd = people(4, 4, numbered=numbered, duplex=True)
    sides = in_file(pages_of(crowd, 1, 2, 3, 4))
    groups = group_pages(in_file(sides[:5] + sides[7:]))
    if numbered:
        assert gaps(groups) == [(1, [4], (2, 3))]
    else:
        assert gaps(groups) == [(1, [4], (2, 3, 4)), (2, [4], (1, 2, 3))]
        assert [group.doubtful for group in groups] == [False, True, True, False, False]


def test_two_peoples_sheets_fed_together_are_told_for_both() -> None:
    crowd = people(5, 4, numbered=True, duplex=True)
    sides = pages_of(crowd, 1, 2, 3, 4)
    groups = group_pages(in_file(sides[:7] + sides[9:]))
    assert gaps(groups) == [(1, [6], (4,)), (2, [6], (1,))]
    assert all(is_pure(group, crowd) for group in groups)


def test_a_sheet_missing_from_a_pile_of_fronts_is_noticed() -> None:
    """One side scanned: of two sheets fed together the lower one is not seen."""
    crowd = people(5, 3, numbered=True)
    sides = pages_of(crowd, 1, 2, 3)
    with_backs = list(chain.from_iterable((side, BLANK) for side in sides))
    assert gaps(group_pages(in_file(sides[:7] + sides[8:]))) == [(2, [6], (2,))]
    assert gaps(group_pages(in_file(with_backs[:14] + with_backs[16:]))) == [(2, [12], (2,))]
    assert gaps(group_pages(in_file((sides[:7] + sides[8:])[::-1]))) == [(2, [6], (2,))]


def test_a_page_that_is_missing_from_a_shuffled_pile_is_only_missing() -> None:
    crowd = people(30, 3, numbered=True)
    groups = group_pages(in_file(shuffled(pages_of(crowd, 1, 2, 3))[1:]))
    ((_, places, missing),) = gaps(groups)
    assert (places, len(missing)) == ([], 1)


def test_a_page_that_lies_elsewhere_or_was_not_readable_was_not_fed_with_another() -> None:
    crowd = people(6, 3, numbered=True)
    sides = pages_of(crowd, 1, 2, 3)
    assert gaps(group_pages(in_file([*sides[:7], *sides[8:], sides[7]]))) == []
    ((_, places, _),) = gaps(group_pages(in_file([*sides[:7], REJECTED, *sides[8:]])))
    assert places == []


def test_a_page_whose_number_was_not_read_is_not_missing_where_it_lies() -> None:
    crowd = people(6, 3, numbered=True)
    sides = pages_of(crowd, 1, 2, 3)
    sides[7] = Person(3, 3).page(2)
    found = gaps(group_pages(in_file(sides)))
    assert found == [(2, [], (2,)), (3, [], (1, 3))]


def test_a_paper_without_a_number_that_was_scanned_twice_is_told() -> None:
    crowd = people(4, 2)
    a = crowd[1]
    groups = group_pages(in_file([*pages_of(crowd, 1, 2), *a.all()]))
    assert [group.twice for group in groups] == [False, False, False, False, True]


def test_short_forms_answered_alike_are_not_taken_for_one_paper() -> None:
    """Six equal answers are no proof; a questionnaire of few questions is answered alike by many."""
    a = Person(1, 1)
    groups = group_pages(in_file([*a.all(), *a.all()]))
    assert [group.twice for group in groups] == [False, False]


def test_a_page_whose_form_was_guessed_stands_alone() -> None:
    """Nobody knows its number: it may be any page of anybody, even where it would fit the order."""
    a, b = people(2, 3)
    guess = a.page(2).model_copy(update={"findings": (Finding(kind="identity_guessed"),)})
    groups = group_pages(in_file([a.page(1), guess, a.page(3), *b.all()]))
    alone = [
        group for group in groups if any(f.kind == "identity_guessed" for page in group.pages for f in page.findings)
    ]
    assert [len(group.pages) for group in alone] == [1]
    assert sum(len(group.pages) for group in groups) == 6
    assert all(is_pure(group, [a, b]) for group in groups)
