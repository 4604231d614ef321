"""Brokers and databases that go away, and messages that come too often: nothing is lost, nothing is doubled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service import intake, queue
from service.batches import Overview
from service.db.models import Page, Reading
from service.db.session import looking
from tests.servers import Postgres, Redis
from tests.service.seeds import publish_small
from tests.workers.conftest import SmallPile
from tests.workers.running import at_rest, scheduler, upload, wait_for, worker

AWAY_S = 3.0
"""How long a server stays away: several sweeps of a second, and the end of the page that was being read."""


def assert_all_read_once(shown: Overview, pile: SmallPile) -> None:
    assert (shown.received, shown.counts["page"], len(shown.submissions)) == (pile.pages, pile.pages, pile.submissions)
    with looking() as session:
        readings = session.scalars(select(func.count(Reading.id)).group_by(Reading.page_id)).all()
    assert readings == [1] * pile.pages


def some_read(shown: Overview) -> bool:
    return shown.counts["page"] > 0


@pytest.mark.parametrize("stack", ["postgresql_redis"], indirect=True)
def test_what_arrives_while_the_broker_is_away_is_read_when_it_is_back(
    stack: Path, small_pile: SmallPile, redis_broker: Redis
) -> None:
    publish_small()
    batch = intake.open_batch("Montag", test=False, user_id=None)
    with worker(), scheduler():
        upload(batch, small_pile.files[0])
        wait_for(some_read, batch, 60)
        redis_broker.stop()
        for file in small_pile.files[1:]:
            assert upload(batch, file) > 0
        time.sleep(AWAY_S)  # the fault itself: how long the server is away
        redis_broker.start()
        assert_all_read_once(wait_for(at_rest, batch, 120), small_pile)


@pytest.mark.parametrize("stack", ["postgresql_redis"], indirect=True)
def test_a_database_that_restarts_in_the_middle_costs_nothing(
    stack: Path, small_pile: SmallPile, postgres_cluster: Postgres
) -> None:
    publish_small()
    batch = intake.open_batch("Montag", test=False, user_id=None)
    with worker(), scheduler():
        for file in small_pile.files:
            upload(batch, file)
        wait_for(some_read, batch, 60)
        postgres_cluster.stop()
        time.sleep(AWAY_S)  # the fault itself: how long the server is away
        postgres_cluster.start()
        assert_all_read_once(wait_for(at_rest, batch, 120), small_pile)


def test_messages_that_come_three_times_and_in_any_order_are_done_once(stack: Path, small_pile: SmallPile) -> None:
    publish_small()
    batch = intake.open_batch("Montag", test=False, user_id=None)
    queue.assemble_batch(batch)
    with worker(), scheduler():
        for file in small_pile.files:
            received = upload(batch, file)
            queue.split_file(received)
            queue.split_file(received)
        wait_for(lambda shown: shown.received == small_pile.pages, batch, 60)
        with looking() as session:
            pages = list(session.scalars(select(Page.id).order_by(Page.id.desc())))
        for page in pages * 2:
            queue.read_page(page)
        queue.assemble_batch(batch)
        assert_all_read_once(wait_for(at_rest, batch, 120), small_pile)
