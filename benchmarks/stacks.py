"""The service's two stacks for a benchmark: SQLite with the embedded broker, and PostgreSQL with Redis."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from service.db.migrate import upgrade
from service.db.session import close_engine
from service.queue import prepare_broker, queue
from service.settings import settings
from tests.servers import postgres, redis_server

Stack = Literal["embedded", "postgresql_redis"]
STACKS: tuple[Stack, ...] = ("embedded", "postgresql_redis")
OURS = "CROSSCHECK_"
READINGS, PAGES = "readings.json", "pages"
"""For benchmarks.unread, files of the data folder: the readings of one submission, and how many pages a file has."""


@dataclass(frozen=True)
class Running:
    data: Path
    servers: tuple[int, ...]
    """Process ids of PostgreSQL and Redis."""


@contextmanager
def running(stack: Stack, **more: str) -> Iterator[Running]:
    """An empty, migrated stack; `more` are further settings, such as LEASE_SECONDS="10"."""
    before = {name: value for name, value in os.environ.items() if name.startswith(OURS)}
    with ExitStack() as opened:
        data = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="crosscheck-benchmark-")))
        chosen = {"DATA": str(data), **more}
        servers: tuple[int, ...] = ()
        if stack == "postgresql_redis":
            database, broker = opened.enter_context(postgres()), opened.enter_context(redis_server())
            chosen |= {"DATABASE_URL": database.database(), "BROKER_URL": broker.url}
            servers = (database.pid, broker.pid)
        opened.callback(_set, before)
        _set({OURS + name: value for name, value in chosen.items()})
        upgrade()
        prepare_broker()
        yield Running(data, servers)


def _set(variables: dict[str, str]) -> None:
    """Replace our variables, and forget what was made with the former ones."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(variables)
    close_engine()
    for cached in (settings, queue):
        cached.cache_clear()
