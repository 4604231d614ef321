"""A claim is one statement: one worker has the row, and a worker that was thought dead cannot overwrite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from service.claims import MOST_ATTEMPTS, Claim, claim, give_up, store
from service.db.models import Batch, now
from service.db.session import looking, transaction
from tests.service.seeds import batch as new_batch


def waiting() -> int:
    row = new_batch()
    with transaction() as session:
        session.execute(update(Batch).where(Batch.id == row).values(state="waiting"))
    return row


def taken(row: int) -> Claim | None:
    with transaction() as session:
        return claim(session, Batch, row)


def expire(row: int) -> None:
    """The worker's machine stood still, or the clock jumped ahead."""
    with transaction() as session:
        session.execute(update(Batch).where(Batch.id == row).values(lease_until=now() - timedelta(seconds=1)))


def test_of_eight_workers_at_once_one_gets_the_row(database: Path) -> None:
    rows = [waiting() for _ in range(5)]
    with ThreadPoolExecutor(8) as pool:
        got = [sum(one is not None for one in pool.map(taken, [row] * 8)) for row in rows]
    assert got == [1] * 5


def test_an_expired_lease_is_taken_over_and_the_late_result_is_refused(database: Path) -> None:
    row = waiting()
    late = taken(row)
    expire(row)
    second = taken(row)
    assert late is not None
    assert second is not None
    with transaction() as session:
        assert not store(session, late, state="resting", name="too late")
        assert store(session, second, state="resting", name="in time")
    with looking() as session:
        assert session.get_one(Batch, row).name == "in time"


def test_after_its_last_attempt_a_row_is_not_claimed_again(database: Path) -> None:
    row = waiting()
    for _ in range(MOST_ATTEMPTS):
        assert taken(row) is not None
        expire(row)
    assert taken(row) is None


def test_work_that_could_not_be_done_now_is_no_attempt(database: Path) -> None:
    row = waiting()
    held = taken(row)
    assert held is not None
    with transaction() as session:
        give_up(session, held)
    with looking() as session:
        shown = session.get_one(Batch, row)
        assert (shown.state, shown.attempts) == ("waiting", 0)
