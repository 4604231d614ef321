"""The only reader of the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

from form_layouts.errors import CrosscheckError


class SettingUnusable(CrosscheckError):
    en = "The setting {name}={value} cannot be used: {problem_en}. Correct it and start again."
    de = "Die Einstellung {name}={value} ist nicht brauchbar: {problem_de}. Berichtigen Sie sie und starten Sie neu."


@dataclass(frozen=True)
class Settings:
    """One object for everything that differs between machines.  Without any variable: everything in one data folder."""

    DEFAULT_PORT: ClassVar[int] = 8765

    data: Path
    """Scan files, pictures, blanks of published forms; with the embedded database and broker also those."""
    database_url: str
    broker_url: str
    host: str
    port: int
    behind_tls: bool
    """A proxy speaks TLS: cookies are Secure, and the proxy's word for the client's address counts."""
    processes: int
    """Pages read at the same time."""
    lease_s: float
    """How long a worker may hold a row; longer than any task may take."""
    sweep_s: float
    """How often lost work is looked for."""

    @property
    def embedded(self) -> bool:
        """Whether the broker is the SQLite file, which cannot send a lost message again."""
        return self.broker_url.startswith("sqla+")

    @property
    def scans(self) -> Path:
        return self.data / "scans"

    def make_data_folder(self) -> None:
        """The folder, closed to all other accounts of the machine."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)


@cache
def settings() -> Settings:
    """The settings of this process.  Raises SettingUnusable."""
    data = Path(os.environ.get("CROSSCHECK_DATA", "data")).resolve()
    return Settings(
        data=data,
        database_url=_database_url(os.environ.get("CROSSCHECK_DATABASE_URL") or f"sqlite:///{data}/crosscheck.sqlite3"),
        broker_url=os.environ.get("CROSSCHECK_BROKER_URL") or f"sqla+sqlite:///{data}/broker.sqlite3",
        host=os.environ.get("CROSSCHECK_HOST", "127.0.0.1"),
        port=_number("CROSSCHECK_PORT", Settings.DEFAULT_PORT, 1, 65535),
        behind_tls=os.environ.get("CROSSCHECK_BEHIND_TLS", "") == "1",
        processes=_number("CROSSCHECK_PROCESSES", max(1, min(4, os.cpu_count() or 1)), 1, 64),
        lease_s=_number("CROSSCHECK_LEASE_SECONDS", 240, 1, 86400),
        sweep_s=_number("CROSSCHECK_SWEEP_SECONDS", 60, 1, 3600),
    )


def _number(name: str, default: int, least: int, most: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit() or not least <= int(value) <= most:
        raise SettingUnusable(
            name=name,
            value=value,
            problem_en=f"it must be a whole number from {least} to {most}",
            problem_de=f"sie muss eine ganze Zahl von {least} bis {most} sein",
        )
    return int(value)


def _database_url(url: str) -> str:
    """PostgreSQL is spoken through psycopg, however the address begins."""
    for start in ("postgres://", "postgresql://"):
        if url.startswith(start):
            return "postgresql+psycopg://" + url[len(start) :]
    if not url.startswith(("postgresql+psycopg://", "sqlite:///")):
        raise SettingUnusable(
            name="CROSSCHECK_DATABASE_URL",
            value=url.split("@")[-1],
            problem_en="it must begin with postgresql:// or sqlite:///",
            problem_de="sie muss mit postgresql:// oder sqlite:/// beginnen",
        )
    return url
