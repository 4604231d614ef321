"""Both stacks, and a pile of scans made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from form_layouts.form_folder import load_form_folder
from service.db.session import close_engine
from service.queue import prepare_broker, queue
from service.settings import settings
from simulation.stack import simulate
from tests.servers import Redis
from tests.service.seeds import SMALL

COPIES = 2


@dataclass(frozen=True)
class SmallPile:
    """Three scan files: two copies of the small questionnaire in each of its editions, two pages each."""

    files: tuple[Path, ...]
    truths: tuple[Path, ...]
    pages: int
    submissions: int


@pytest.fixture(scope="session")
def small_pile(tmp_path_factory: pytest.TempPathFactory) -> SmallPile:
    files, truths = [], []
    pages = submissions = 0
    for number, (version, language) in enumerate((("2025-02", "de"), ("2025-02", "ar"), ("2025-08", "de"))):
        out = tmp_path_factory.mktemp("pile")
        pile = simulate([load_form_folder(SMALL / version)], [language], COPIES, 50 + number, out, upside_down=0.25)
        named = out / f"{version}-{language}.pdf"
        pile.files[0].rename(named)
        files.append(named)
        truths.append(pile.truth)
        pages, submissions = pages + pile.pages, submissions + pile.submissions
    return SmallPile(tuple(files), tuple(truths), pages, submissions)


@pytest.fixture(params=["embedded", "postgresql_redis"])
def stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the embedded default, then of PostgreSQL and Redis; workers get their settings by environment."""
    if request.param == "embedded":
        folder: Path = request.getfixturevalue("sqlite_database")
    else:
        folder = request.getfixturevalue("postgres_database")
        broker: Redis = request.getfixturevalue("redis_broker")
        monkeypatch.setenv("CROSSCHECK_BROKER_URL", broker.url)
        broker.empty()
    monkeypatch.setenv("CROSSCHECK_LEASE_SECONDS", "8")
    monkeypatch.setenv("CROSSCHECK_SWEEP_SECONDS", "1")
    close_engine()
    for cached in (settings, queue):
        cached.cache_clear()
    prepare_broker()
    return folder
