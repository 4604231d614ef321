"""Pages become submissions, and a paper scanned twice is not counted twice."""

from pathlib import Path

from sqlalchemy import select

from service.db.models import Field, Page, Submission
from service.db.session import looking, transaction
from service.submissions import pile_of
from tests.service.seeds import Waiting, batch, publish_small, submission

FILLED = {"housing": 1, "german": 3, "offices_jobcenter": 2, "needs_1": 1, "needs_2": 0, "needs_3": 0}


def test_fields_wait_or_are_accepted_once_their_page_is_in_a_submission(database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "birth_country": Waiting(("Syrien",))}, copy=7)
    with looking() as session:
        states = {(f.question, f.row): f.state for f in session.scalars(select(Field)).all()}
        assert {question for (question, _), state in states.items() if state == "waiting"} == {"birth_country"}
        assert states["offices", "jobcenter"] == states["comment", ""] == "accepted"
        assert session.get_one(Submission, one).findings == []


def test_the_same_number_with_the_same_answers_is_suspected_to_be_one_paper(database: Path) -> None:
    publish_small()
    first = submission(batch("Montag"), FILLED, copy=7)
    again = submission(batch("Dienstag"), FILLED, copy=7)
    with looking() as session:
        later = session.get_one(Submission, again)
        assert (later.same_paper, later.same_paper_as) == ("suspected", first)


def test_a_photocopied_number_with_other_answers_is_another_person(database: Path) -> None:
    publish_small()
    submission(batch("Montag"), FILLED, copy=7)
    other = submission(batch("Dienstag"), {"housing": 2, "german": 1, "needs_3": 1}, copy=7)
    with looking() as session:
        assert session.get_one(Submission, other).same_paper is None


def test_a_test_batch_is_not_held_against_a_real_one(database: Path) -> None:
    publish_small()
    submission(batch("Probe", test=True), FILLED, copy=7)
    real = submission(batch("Montag"), FILLED, copy=7)
    with looking() as session:
        assert session.get_one(Submission, real).same_paper is None


MANY: dict[str, int | str] = {
    **FILLED,
    "needs_1": 1,
    "offices_registration": 1,
    "household": "4",
    "birth_country": "Syrien",
    "arrived": "2024-03-14",
    "comment": "danke",
}


def test_papers_without_number_and_with_the_same_answers_are_suspected_to_be_one(database: Path) -> None:
    publish_small()
    montag = batch()
    first, other, again = (submission(montag, {**MANY, "german": german}) for german in (3, 1, 3))
    with looking() as session:
        found = {one.id: (one.same_paper, one.same_paper_as) for one in session.scalars(select(Submission))}
    assert found == {first: (None, None), other: (None, None), again: ("suspected", first)}


def test_a_few_equal_answers_without_number_are_no_sign_of_one_paper(database: Path) -> None:
    publish_small()
    montag = batch()
    for _ in range(2):
        submission(montag, FILLED)
    with looking() as session:
        assert set(session.scalars(select(Submission.same_paper))) == {None}


def test_a_cover_sheet_lies_in_the_pile_as_one(database: Path) -> None:
    """Grouping must see it: nothing is joined across it."""
    publish_small()
    montag = batch()
    submission(montag, FILLED)
    with transaction() as session:
        last = session.scalars(select(Page).order_by(Page.id.desc())).first()
        assert last
        session.add(Page(file_id=last.file_id, batch_id=montag, number=2, state="done", kind="cover"))
    with looking() as session:
        assert [reading.kind for reading in pile_of(session, montag).readings] == ["page", "page", "cover"]
