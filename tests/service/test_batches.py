"""What a batch's page tells: every page is somewhere, and what people said can be said otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, update

from service import batch_actions, batch_list, batches
from service.claims import MOST_ATTEMPTS
from service.db.models import Batch, Page, ScanFile, Submission
from service.db.session import engine, looking, transaction
from tests.service.seeds import Waiting, batch, publish_small, submission

FILLED: dict[str, int | str | Waiting] = {
    "housing": 1,
    "german": 3,
    "offices_jobcenter": 2,
    "birth_country": Waiting(("Syrien",)),
}
pytestmark = pytest.mark.usefixtures("database")


def papers(batch_id: int) -> dict[int, tuple[str | None, int | None]]:
    with looking() as session:
        found = session.scalars(select(Submission).where(Submission.batch_id == batch_id)).all()
        return {one.id: (one.same_paper, one.same_paper_as) for one in found}


def could_not_be_put_together(batch_id: int) -> None:
    with transaction() as session:
        session.execute(
            update(Batch).where(Batch.id == batch_id).values(revision=2, assembled=1, attempts=MOST_ATTEMPTS)
        )


def test_looking_at_a_batch_asks_as_often_for_many_submissions_as_for_one() -> None:
    publish_small()
    montag = batch()
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def statements() -> int:
        asked.clear()
        batches.overview(montag)
        return len(asked)

    submission(montag, FILLED, copy=7)
    event.listen(engine(), "before_cursor_execute", count)
    first = statements()
    for _ in range(3):
        submission(montag, FILLED, copy=7)
    assert statements() == first
    assert not any("edition.wording" in statement or "version.asked" in statement for statement in asked)
    assert [one.same_as_page is not None for one in batches.overview(montag).suspected] == [True] * 3


def test_a_batch_that_cannot_be_put_together_says_so_until_somebody_asks_again() -> None:
    montag = batch()
    could_not_be_put_together(montag)
    shown = batches.overview(montag)
    assert (shown.stuck, shown.active) == (True, False)
    assert batch_list.batches()[0].troubled == 1
    batch_actions.put_together_again(montag)
    shown = batches.overview(montag)
    assert (shown.stuck, shown.active) == (False, True)
    with looking() as session:
        row = session.get_one(Batch, montag)
        assert (row.state, row.attempts, row.sent_at) == ("waiting", 0, None)


def test_a_batch_that_is_up_to_date_is_not_put_together_again() -> None:
    montag = batch()
    batch_actions.put_together_again(montag)
    assert not batches.overview(montag).active


def test_a_file_without_its_pages_is_told_even_where_the_sum_is_right() -> None:
    publish_small()
    montag = batch()
    submission(montag, FILLED, copy=7)
    submission(montag, FILLED, copy=8)
    assert batches.overview(montag).accounted
    with transaction() as session:
        first, second = session.scalars(select(ScanFile.id).order_by(ScanFile.id))
        session.execute(update(Page).where(Page.file_id == first).values(number=Page.number + 2))
        session.execute(update(Page).where(Page.file_id == first).values(file_id=second))
        session.execute(update(ScanFile).where(ScanFile.id == second).values(pages=2))
    shown = batches.overview(montag)
    assert shown.received == sum(shown.counts.values())
    assert not shown.accounted


def test_a_page_that_was_read_and_counts_nowhere_is_told_unless_it_was_scanned_again() -> None:
    publish_small()
    montag = batch()
    submission(montag, FILLED, copy=7)
    with transaction() as session:
        lost = session.scalars(select(Page.id).order_by(Page.id)).first()
        session.execute(update(Page).where(Page.id == lost).values(submission_id=None))
    shown = batches.overview(montag)
    assert ([side.id for side in shown.lost], shown.accounted) == ([lost], False)
    with transaction() as session:
        session.execute(update(Batch).values(revision=1))
    assert batches.overview(montag).accounted  # it is put together in a moment
    with transaction() as session:
        session.execute(update(Batch).values(revision=0))
        session.execute(update(Page).where(Page.id == lost).values(again=True))
    assert batches.overview(montag).accounted


def test_a_cover_sheet_is_kept_and_is_nobodys_work() -> None:
    publish_small()
    montag = batch()
    submission(montag, FILLED, copy=7)
    with transaction() as session:
        file = session.scalars(select(ScanFile)).one()
        file.pages = 3
        session.add(Page(file_id=file.id, batch_id=montag, number=2, state="done", kind="cover"))
    shown = batches.overview(montag)
    assert (shown.counts["cover"], shown.counts["rejected"], shown.received) == (1, 0, 3)
    assert (shown.accounted, shown.troubled, shown.done) == (True, (), 3)


def test_a_batch_says_after_which_side_a_missing_page_should_lie() -> None:
    publish_small()
    montag = batch()
    one = submission(montag, FILLED, copy=7)
    other = submission(montag, FILLED, copy=8, pages=(2,))
    with transaction() as session:
        before = session.scalars(select(Page.id).where(Page.submission_id == one, Page.form_page == 2)).one()
        session.get_one(Submission, other).gap_after = before
    (line,) = batches.overview(montag).incomplete
    assert line.gap_after == (before, "scan-0.pdf", 2)


def test_of_one_paper_scanned_twice_the_scan_with_more_pages_is_kept() -> None:
    publish_small()
    montag = batch()
    first = submission(montag, FILLED, copy=7, pages=(1,))
    later = submission(montag, FILLED, copy=7)
    batch_actions.say_same_paper(later, same=True)
    assert papers(montag) == {first: ("yes", later), later: ("no", first)}
    assert batches.overview(montag).incomplete == ()
    batch_actions.say_same_paper(later, same=False)
    assert papers(montag) == {first: (None, None), later: ("no", first)}


@pytest.mark.parametrize("pages", [(1,), (1, 2)])
def test_of_two_scans_the_first_is_kept_where_the_later_has_no_more_pages(pages: tuple[int, ...]) -> None:
    publish_small()
    montag = batch()
    first = submission(montag, FILLED, copy=7)
    later = submission(montag, FILLED, copy=7, pages=pages)
    batch_actions.say_same_paper(later, same=True)
    assert papers(montag) == {first: (None, None), later: ("yes", first)}


@pytest.mark.parametrize("asked", [0, 1])
@pytest.mark.parametrize("pages", [(1,), (1, 2)])
def test_what_was_said_about_one_paper_can_be_taken_back_from_either_scan(asked: int, pages: tuple[int, ...]) -> None:
    publish_small()
    montag = batch()
    pair = submission(montag, FILLED, copy=7, pages=pages), submission(montag, FILLED, copy=7)
    before = papers(montag)
    assert before[pair[1]] == ("suspected", pair[0])
    batch_actions.say_same_paper(pair[1], same=True)
    if papers(montag)[pair[asked]][0] is None:
        return  # nothing was said about the first: its page has no such button
    batch_actions.decide_again(pair[asked], user_id=None)
    assert papers(montag) == before


def test_of_three_scans_of_one_paper_one_counts() -> None:
    publish_small()
    montag = batch()
    scans = [submission(montag, FILLED, copy=7, pages=pages) for pages in ((1,), (1, 2), (1, 2))]
    for one in (scans[2], scans[1]):
        batch_actions.say_same_paper(one, same=True)
    assert sum(same != "yes" for same, _ in papers(montag).values()) == 1


def test_fields_that_review_does_not_give_out_are_not_counted_as_waiting() -> None:
    publish_small()
    montag = batch()
    submission(montag, FILLED, copy=7)
    later = submission(montag, FILLED, copy=7)
    batch_actions.say_same_paper(later, same=True)
    shown = batches.overview(montag)
    assert (shown.fields_waiting, [one.waiting for one in shown.submissions]) == (1, [1, 0])
    assert batch_list.batches()[0].fields_waiting == 1


def test_the_mark_of_a_batch_changes_with_what_people_and_workers_do() -> None:
    publish_small()
    montag = batch()
    marks = [batch_list.mark(montag)]

    def changed() -> bool:
        marks.append(batch_list.mark(montag))
        return len(set(marks)) == len(marks)

    assert batch_list.mark(montag) == marks[0]
    submission(montag, FILLED, copy=7)
    assert changed()
    later = submission(montag, FILLED, copy=7)
    assert changed()
    batch_actions.say_same_paper(later, same=True)
    assert changed()
    with transaction() as session:
        session.execute(update(Page).where(Page.id == 1).values(state="set_aside", reason="gave_up"))
    assert changed()
    batch_actions.read_again(1)
    assert changed()
    could_not_be_put_together(montag)
    assert changed()
