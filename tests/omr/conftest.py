"""One published form and one filled page of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.pen import Page
from tests.omr.sheets import everyday, published


@pytest.fixture(scope="session")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("forms"), everyday())


@pytest.fixture(scope="session")
def page() -> Page:
    return everyday().scanned()
