"""A worker that is killed loses nothing and doubles nothing, wherever it was."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from service import batches, intake
from service.db.models import Field, Page, Reading, ScanFile
from service.db.session import looking
from tests.service.seeds import publish_small
from tests.workers.conftest import SmallPile
from tests.workers.points import POINTS, killed
from tests.workers.running import at_rest, scheduler, upload, wait_for, worker


def test_workers_killed_at_every_step_lose_no_page_and_double_none(stack: Path, small_pile: SmallPile) -> None:
    publish_small()
    batch = intake.open_batch("Montag", test=False, user_id=None)
    with scheduler(), worker("tests.workers.killing"):
        for file in small_pile.files:
            upload(batch, file)
        shown = wait_for(lambda b: at_rest(b) and killed() == set(POINTS), batch, 180)
    assert shown.received == shown.counts["page"] == small_pile.pages
    assert shown.accounted
    assert len(shown.submissions) == small_pile.submissions
    assert not shown.troubled
    with looking() as session:
        readings = session.execute(select(Reading.page_id, func.count()).group_by(Reading.page_id)).all()
        assert sorted(count for _, count in readings) == [1] * small_pile.pages
        fields = select(Field.page_id, Field.question, Field.row, func.count()).group_by(
            Field.page_id, Field.question, Field.row
        )
        assert {count for *_, count in session.execute(fields)} == {1}
        assert session.scalar(select(func.count()).where(Field.state == "read")) == 0


def test_a_page_that_kills_its_worker_is_set_aside_and_the_others_are_read(stack: Path, small_pile: SmallPile) -> None:
    publish_small()
    batch = intake.open_batch("Montag", test=False, user_id=None)
    upload(batch, small_pile.files[0], send=False)
    with scheduler(CROSSCHECK_LEASE_SECONDS="4"), worker("tests.workers.poisoned", CROSSCHECK_LEASE_SECONDS="4"):
        shown = wait_for(at_rest, batch, 120)
    assert shown.counts["set_aside"] == 1
    assert shown.counts["page"] == shown.received - 1
    (page,) = shown.troubled
    assert page.reason == "gave_up"
    assert "beiseitegelegt" in page.messages["de"]
    with looking() as session:
        assert session.scalars(select(Page.attempts).where(Page.state == "set_aside")).all() == [3]
        assert session.scalars(select(ScanFile.state)).all() == ["done"]
    assert batches.overview(batch).incomplete
