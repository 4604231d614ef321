"""Fixtures for everything that remembers: a fresh, migrated database on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from service import passwords
from service import queue as sending
from service.db.migrate import upgrade
from service.db.session import close_engine
from service.queue import queue
from service.settings import settings
from tests.servers import TEMPLATE, Postgres, Redis, postgres, redis_server

VARIABLES = (
    "DATA",
    "DATABASE_URL",
    "BROKER_URL",
    "HOST",
    "PORT",
    "BEHIND_TLS",
    "PROCESSES",
    "LEASE_SECONDS",
    "SWEEP_SECONDS",
)


def _forget_settings() -> None:
    close_engine()
    settings.cache_clear()
    queue.cache_clear()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Postgres]:
    """One cluster for all tests, with a migrated database to copy."""
    with postgres() as cluster, pytest.MonkeyPatch.context() as patch:
        url = cluster.database()
        patch.setenv("CROSSCHECK_DATABASE_URL", url)
        _forget_settings()
        upgrade()
        _forget_settings()
        cluster.keep_as_template(url)
        yield cluster


@pytest.fixture(scope="session")
def redis_broker() -> Iterator[Redis]:
    with redis_server() as server:
        yield server


@pytest.fixture
def clean_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings that point to an empty data folder, whatever the environment says."""
    for name in VARIABLES:
        monkeypatch.delenv(f"CROSSCHECK_{name}", raising=False)
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("CROSSCHECK_DATA", str(data))
    _forget_settings()
    yield data
    _forget_settings()


@pytest.fixture
def sqlite_database(clean_settings: Path) -> Path:
    """The data folder of the embedded default, migrated."""
    upgrade()
    return clean_settings


@pytest.fixture
def postgres_database(
    clean_settings: Path, monkeypatch: pytest.MonkeyPatch, postgres_cluster: Postgres
) -> Iterator[Path]:
    """A data folder whose database is on PostgreSQL."""
    url = postgres_cluster.database(TEMPLATE)
    monkeypatch.setenv("CROSSCHECK_DATABASE_URL", url)
    _forget_settings()
    yield clean_settings
    _forget_settings()
    postgres_cluster.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Path:
    """The data folder; the test runs on both databases."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    folder: Path = request.getfixturevalue(name)
    return folder


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have been given to the workers: nothing is."""
    messages: list[tuple[str, int]] = []

    def send(name: str, row: int) -> bool:
        messages.append((name, row))
        return True

    monkeypatch.setattr(sending, "_send", send)
    return messages


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the least work, for tests that sign in often."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()
