"""The one way to the database, for web and workers, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event
from sqlalchemy.orm import Session

from service.settings import settings

BUSY_TIMEOUT_MS = 30_000
"""How long a writer on SQLite waits for another: longer than any transaction here."""
_ONE_MAKES = Lock()


@contextmanager
def transaction() -> Iterator[Session]:
    """A writing transaction: committed at the end, rolled back by an exception."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def looking() -> Iterator[Session]:
    """A transaction that only reads: on SQLite it waits for no writer."""
    with engine().connect().execution_options(only_looks=True) as connection, Session(connection) as session:
        yield session


def rows_changed(session: Session, statement: Any) -> int:
    """Run an update or delete that a condition guards; how many rows it found."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def engine() -> Engine:
    """This process's engine.  A forked child must call `forget_connections` first."""
    with _ONE_MAKES:  # a cache alone lets threads that ask at once each make one, and lose all but the last
        return _engine()


def close_engine() -> None:
    """Close this process's connections; the next use opens what the settings then name."""
    with _ONE_MAKES:
        if _engine.cache_info().currsize:
            _engine().dispose()
        _engine.cache_clear()


@cache
def _engine() -> Engine:
    url = settings().database_url
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=10, max_overflow=20)
    settings().make_data_folder()
    made = create_engine(url)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def forget_connections() -> None:
    """Leave the parent's connections to the parent: called in a child that was forked."""
    engine().dispose(close=False)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy begins the transactions, see below
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit is on the disk before anybody is told "received"
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers begin IMMEDIATE: a deferred one that reads and then writes fails when another wrote in between."""
    looks = connection.get_execution_options().get("only_looks")
    connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")
