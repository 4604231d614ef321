"""The tables: made by migrations, the same on both databases.  The engine: one a process."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, select

from service.db import session as sessions
from service.db.models import Base, Batch, now
from service.db.session import engine, looking, transaction


def test_migrations_make_the_tables_that_the_models_name(database: Path) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_moment_comes_back_with_its_zone(database: Path) -> None:
    at = now()
    with transaction() as session:
        session.add(Batch(name="Montag", state="resting", created_at=at))
    with looking() as session:
        assert session.scalars(select(Batch.created_at)).one() == at


@pytest.mark.usefixtures("sqlite_database")
def test_threads_that_ask_at_once_get_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one would keep its connections open to the end of the process."""

    def slow(url: str) -> Engine:
        time.sleep(0.05)  # all threads have asked by then
        return create_engine(url)

    sessions.close_engine()
    monkeypatch.setattr(sessions, "create_engine", slow)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: engine(), range(4)))) == 1
